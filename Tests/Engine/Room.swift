// Tests of Engine: the service as a host sees it, JSON lines in and JSON lines out, inside one
// process.
//
// `Support/TestShop.swift` is the host: a clock that stands still until moved, random bits from a
// seed, time zones from the system's files. Every result that any test gets is held against the
// shape that the contract states.
