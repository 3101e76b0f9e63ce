// Storage: opaque bytes on a disk. System calls, the folder lock, the log, recovery.
//
// Lives here: every system call of the product (System.swift and its facets), and what makes an
// acknowledged record survive a crash. Does not live here: what the bytes mean. Imports no other
// room.
//
// Reading order: Disk (the seam that tests replace), StateFolder (who may write), SegmentHeader and
// RecordHeader (the bytes), SegmentReader (what is intact), Log (append and commit), Log+Recovery
// (the table of cases at start), LogFollower (reading along), LogInspection and LogRepair (what is
// wrong, and the cut), LogBackup (a copy meanwhile).
