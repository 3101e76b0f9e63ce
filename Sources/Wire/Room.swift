// Wire: bytes <-> JSON <-> JSON-RPC 2.0. Lines, scanner, tape, writer, envelopes, ids, errors.
//
// Lives here: everything about the shape of the wire, and nothing about what is said over it.
// Does not live here: shops, coupons, files, clocks. Imports no other room; no system call is made
// here: the caller hands in bytes and takes bytes out.
