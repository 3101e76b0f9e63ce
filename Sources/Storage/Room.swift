// Storage: opaque bytes on a disk. System calls, the folder lock, the log, recovery.
//
// Lives here: every system call of the product (System.swift), and what makes an acknowledged record
// survive a crash. Does not live here: what the bytes mean. Imports no other room.
