// Outreach: whom to write to, when, over which channel, with what.
//
// Lives here: churn-reactivate, message templates, channel and hour.
// Does not live here: sending. The host sends; we say what is due.
// Imports Shop, Statistics and the four other domain rooms.
