import Foundation
import Outreach
import Testing

@Suite struct LapseTests {
  @Test func reachHalvesEveryHalfYear() {
    for days in stride(from: 0.0, through: 4_000, by: 7.3) {
      let expected = exp2(-days / 182)
      #expect(abs(LapsedMember.reach(daysSilent: days) - expected) <= expected * 1e-6, "\(days)")
    }
    #expect(LapsedMember.reach(daysSilent: 0) == 1)
    #expect(LapsedMember.reach(daysSilent: 182) == 0.5)
    let long = LapsedMember.reach(daysSilent: 3_650_000)
    #expect(long >= 0 && long < 1e-17)
  }

  @Test func reachNeverRises() {
    var before = 1.0
    for days in 0...3_000 {
      let reach = LapsedMember.reach(daysSilent: Double(days))
      #expect(reach <= before)
      before = reach
    }
  }
}
