// Statistics: pure numbers. Quantiles, special functions, optimisers, the knapsack dual.
//
// Lives here: functions from numbers to numbers, each with the source of its formula.
// Does not live here: customers, items, time, files. Imports no other room.
