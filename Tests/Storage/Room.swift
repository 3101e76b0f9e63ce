// Tests of Storage: the checksum, the folder and its lock, the log's format, its table of recovery
// cases, and what a crash at any moment leaves.
