/// What the shop says of one customer; every field but the id may be missing.
package struct Customer: Equatable, Sendable {
  package var name: String?
  package var joined: Instant?
  package var birthday: Day?
  package var gender: String?
  package var region: String?
  package var occupation: String?
  /// An object.
  package var attributes: Value?
  /// Channel to yes or no: `{"sms":true}`.
  package var consent: Value?
  package var identities: [Identity]?
  package var acquisition: Acquisition?

  package init() {}

  package struct Identity: Equatable, Sendable {
    package var channel: String
    package var id: String

    package init(channel: String, id: String) {
      self.channel = channel
      self.id = id
    }
  }

  package struct Acquisition: Equatable, Sendable {
    package var channel: String
    /// Minor units.
    package var cost: Int64?

    package init(channel: String, cost: Int64?) {
      self.channel = channel
      self.cost = cost
    }
  }

  /// What was said of that channel: nil where nothing was.
  package func consents(to channel: String) -> Bool? {
    guard case .bool(let answer)? = consent?[channel] else { return nil }
    return answer
  }
}

/// One record of `customers.put`: a merge patch over a customer.
package struct CustomerPatch: Sendable {
  package var id: String
  package var name = Patch<String>.keep
  package var joined = Patch<Instant>.keep
  package var birthday = Patch<Day>.keep
  package var gender = Patch<String>.keep
  package var region = Patch<String>.keep
  package var occupation = Patch<String>.keep
  package var attributes = Patch<Value>.keep
  package var consent = Patch<Value>.keep
  package var identities = Patch<[Customer.Identity]>.keep
  package var acquisition = Patch<Customer.Acquisition>.keep

  package init(id: String) { self.id = id }

  /// Applies every field; true where anything changed.
  package func apply(to customer: inout Customer) -> Bool {
    var changed = name.apply(to: &customer.name)
    changed = joined.apply(to: &customer.joined) || changed
    changed = birthday.apply(to: &customer.birthday) || changed
    changed = gender.apply(to: &customer.gender) || changed
    changed = region.apply(to: &customer.region) || changed
    changed = occupation.apply(to: &customer.occupation) || changed
    changed = identities.apply(to: &customer.identities) || changed
    changed = acquisition.apply(to: &customer.acquisition) || changed
    changed = attributes.merge(into: &customer.attributes) || changed
    return consent.merge(into: &customer.consent) || changed
  }
}
