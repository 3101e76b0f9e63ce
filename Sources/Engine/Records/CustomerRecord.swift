import Shop
import Wire

extension CustomerPatch {
  /// Reads one record of `customers.put`.
  init(_ record: JSON, zone: Zone) throws(ParameterError) {
    var reader = try record.object()
    self.init(id: try reader.identifier("id"))
    name = try reader.textPatch("name")
    joined = try reader.patch("joined") { (value: JSON) throws(ParameterError) -> Instant in
      try value.momentOrDay(in: zone)
    }
    birthday = try reader.patch("birthday") { (value: JSON) throws(ParameterError) -> Day in
      try value.day()
    }
    gender = try reader.textPatch("gender")
    region = try reader.textPatch("region")
    occupation = try reader.textPatch("occupation")
    attributes = try reader.patch("attributes") { (value: JSON) throws(ParameterError) -> Value in
      try value.objectValue()
    }
    consent = try reader.patch("consent") { (value: JSON) throws(ParameterError) -> Value in
      for member in value.members where !member.value.isNull { _ = try member.value.bool() }
      return try value.objectValue()
    }
    identities = try reader.patch("identities") {
      (value: JSON) throws(ParameterError) -> [Customer.Identity] in
      var identities: [Customer.Identity] = []
      for element in try value.array(maximumCount: FieldLimits.elementCount) {
        var identity = try element.object()
        identities.append(
          .init(
            channel: try identity.identifier("channel"), id: try identity.identifier("id")))
        try identity.finish()
      }
      return identities
    }
    acquisition = try reader.patch("acquisition") {
      (value: JSON) throws(ParameterError) -> Customer.Acquisition in
      var acquisition = try value.object()
      let channel = try acquisition.identifier("channel")
      let cost = try acquisition.optionalAmount("cost")
      try acquisition.finish()
      return Customer.Acquisition(channel: channel, cost: cost)
    }
    try reader.finish()
  }

  /// Writes the record in the shape of `customers.put`.
  package func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("id")
    writer.string(id)
    name.write("name", to: &writer) { $1.string($0) }
    joined.write("joined", to: &writer) { $1.string($0.rfc3339()) }
    birthday.write("birthday", to: &writer) { $1.string($0.text) }
    gender.write("gender", to: &writer) { $1.string($0) }
    region.write("region", to: &writer) { $1.string($0) }
    occupation.write("occupation", to: &writer) { $1.string($0) }
    attributes.write("attributes", to: &writer) { $1.value($0) }
    consent.write("consent", to: &writer) { $1.value($0) }
    identities.write("identities", to: &writer) { identities, writer in
      writer.beginArray()
      for identity in identities {
        writer.beginObject()
        writer.key("channel")
        writer.string(identity.channel)
        writer.key("id")
        writer.string(identity.id)
        writer.endObject()
      }
      writer.endArray()
    }
    acquisition.write("acquisition", to: &writer) { acquisition, writer in
      writer.beginObject()
      writer.key("channel")
      writer.string(acquisition.channel)
      if let cost = acquisition.cost {
        writer.key("cost")
        writer.integer(Int(cost))
      }
      writer.endObject()
    }
    writer.endObject()
  }
}
