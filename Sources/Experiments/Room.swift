// Experiments: sticky buckets and holdouts.
//
// Lives here: who is held out of what, by hashing that other SDKs reproduce.
// Does not live here: what the experiment is about. Imports Shop and Statistics.
