// sidecart: the command line, and the one place where the engine meets files, pipes and clocks.
//
// Lives here: serve, import, call, log, demo, bench; options and help; the loop around read and
// write. Does not live here: any rule of the domain (Engine and the rooms below it), any system
// call (Storage). Imports Engine, Shop, Storage and Wire.
