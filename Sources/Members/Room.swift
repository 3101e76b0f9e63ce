// Members: who the customer is. Profile, RFM, value tiers, lifecycle, rhythm, segments.
//
// Lives here: every figure that is said of one customer, and of groups of them.
// Does not live here: what to show them (Affinity) or give them (Offers).
// Imports Shop and Statistics.
