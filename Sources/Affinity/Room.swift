// Affinity: what goes with what. The co-purchase matrix, repeat cadence, trends, ranking.
//
// Lives here: which items to show next, and why.
// Does not live here: who the customer is (Members), what a coupon costs (Offers).
// Imports Shop and Statistics.
