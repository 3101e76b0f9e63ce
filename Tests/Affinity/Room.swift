// Tests of Affinity.
