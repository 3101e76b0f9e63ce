// Shop: the facts. Interned ids, items, customers, orders, events; money, instants, the calendar,
// and the condition language that is spoken over them.
//
// Lives here: what the shop told us, as it stands, and pure ways of reading it.
// Does not live here: any inference from it (Affinity, Members), any policy (Offers), any byte of
// the wire or the disk. Imports no other room.
