// Engine: the state machine that owns every domain room; one file per method under Methods/.
//
// Lives here: decode -> validate -> facts -> apply -> encode, and the list of methods.
// Does not live here: files, pipes and clocks (sidecart hands them in), and any domain rule that
// one room could hold by itself. Imports the domain rooms and Wire.
