// Offers: coupon policies, pricing, the coupon ledger, budgets, allocation.
//
// Lives here: all that is decided about money. A change to pricing touches this room alone.
// Does not live here: tiers and profiles (Members; they arrive as fields), messages (Outreach).
// Imports Shop and Statistics.
