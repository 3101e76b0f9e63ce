// swift-tools-version: 6.2
//
// One section per target, alphabetical. Who may import whom is argued in each room's first file and
// held by Tests/House. There are no dependencies: the toolchain and the C library are what there is.

import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "sidecart",
  products: [.executable(name: "sidecart", targets: ["sidecart"])],
  targets: [
    // MARK: Affinity
    .target(name: "Affinity", dependencies: ["Shop", "Statistics"], swiftSettings: strict),
    .testTarget(
      name: "AffinityTests", dependencies: ["Affinity", "TestSupport"], path: "Tests/Affinity",
      swiftSettings: strict),

    // MARK: allocation-benchmark: a coupon for each of a million; Tests/Benchmarks/allocation.py
    .executableTarget(
      name: "allocation-benchmark", dependencies: ["Statistics"],
      path: "Tests/Benchmarks/AllocationBenchmark", swiftSettings: strict),

    // MARK: echo-reference: the C program that `sidecart bench` measures a round trip against
    .executableTarget(name: "echo-reference", path: "Tests/Benchmarks/EchoReference"),

    // MARK: Engine
    .target(
      name: "Engine",
      dependencies: [
        "Affinity", "Experiments", "Members", "Offers", "Outreach", "Shop", "Statistics", "Wire",
      ], swiftSettings: strict),
    .testTarget(
      name: "EngineTests", dependencies: ["Engine", "TestSupport"], path: "Tests/Engine",
      swiftSettings: strict),

    // MARK: Experiments
    .target(name: "Experiments", dependencies: ["Shop", "Statistics"], swiftSettings: strict),
    .testTarget(
      name: "ExperimentsTests", dependencies: ["Experiments", "TestSupport"],
      path: "Tests/Experiments", swiftSettings: strict),

    // MARK: Fuzz: bytes that nobody meant, into everything that reads bytes
    .testTarget(
      name: "FuzzTests", dependencies: ["Engine", "Shop", "Storage", "TestSupport", "Wire"],
      path: "Tests/Fuzz", swiftSettings: strict),

    // MARK: Hosts: what hosts in other languages and operators read, run as they would
    .testTarget(
      name: "HostsTests", dependencies: ["TestSupport", "sidecart"], path: "Tests/Hosts",
      exclude: ["record-transcripts.py"],
      swiftSettings: strict),

    // MARK: House: the layout, the walls and the style, held by a test
    .testTarget(
      name: "HouseTests", dependencies: ["TestSupport"], path: "Tests/House", swiftSettings: strict),

    // MARK: member-benchmark: lifetime fits and clusters, timed; Tests/Benchmarks/members.py runs it
    .executableTarget(
      name: "member-benchmark", dependencies: ["Members", "Shop", "Statistics"],
      path: "Tests/Benchmarks/MemberBenchmark", swiftSettings: strict),

    // MARK: Members
    .target(name: "Members", dependencies: ["Shop", "Statistics"], swiftSettings: strict),
    .testTarget(
      name: "MembersTests", dependencies: ["Members", "TestSupport"], path: "Tests/Members",
      swiftSettings: strict),

    // MARK: neighbour-benchmark: all neighbour lists, timed; Tests/Benchmarks/neighbours.py runs it
    .executableTarget(
      name: "neighbour-benchmark", dependencies: ["Affinity", "Storage"],
      path: "Tests/Benchmarks/NeighbourBenchmark", swiftSettings: strict),

    // MARK: Offers
    .target(name: "Offers", dependencies: ["Shop", "Statistics"], swiftSettings: strict),
    .testTarget(
      name: "OffersTests", dependencies: ["Offers", "TestSupport"], path: "Tests/Offers",
      swiftSettings: strict),

    // MARK: Outreach
    .target(
      name: "Outreach",
      dependencies: ["Affinity", "Experiments", "Members", "Offers", "Shop", "Statistics"],
      swiftSettings: strict),
    .testTarget(
      name: "OutreachTests", dependencies: ["Outreach", "TestSupport"], path: "Tests/Outreach",
      swiftSettings: strict),

    // MARK: Process: the real binary over real pipes
    .testTarget(
      name: "ProcessTests", dependencies: ["TestSupport", "sidecart"], path: "Tests/Process",
      exclude: ["Kept"], swiftSettings: strict),

    // MARK: quote-benchmark: a quote of 10 lines and 8 coupons, timed against every stack there is
    .executableTarget(
      name: "quote-benchmark", dependencies: ["Offers", "Shop"],
      path: "Tests/Benchmarks/QuoteBenchmark", swiftSettings: strict),

    // MARK: recommend-benchmark: one question inside the process, over millions of lines
    .executableTarget(
      name: "recommend-benchmark",
      dependencies: ["Affinity", "Engine", "Shop", "Statistics", "Storage"],
      path: "Tests/Benchmarks/RecommendBenchmark", swiftSettings: strict),

    // MARK: redemption-benchmark: who redeems, campaign by campaign; Tests/Benchmarks/redemption.py
    .executableTarget(
      name: "redemption-benchmark", dependencies: ["Offers", "Shop", "Statistics"],
      path: "Tests/Benchmarks/RedemptionBenchmark", swiftSettings: strict),

    // MARK: Shop
    .target(name: "Shop", swiftSettings: strict),
    .testTarget(
      name: "ShopTests", dependencies: ["Shop", "TestSupport"], path: "Tests/Shop",
      swiftSettings: strict),

    // MARK: sidecart
    .executableTarget(
      name: "sidecart", dependencies: ["Engine", "Shop", "Storage", "Wire"], swiftSettings: strict),

    // MARK: Statistics
    .target(name: "Statistics", swiftSettings: strict),
    .testTarget(
      name: "StatisticsTests", dependencies: ["Statistics", "TestSupport"],
      path: "Tests/Statistics", swiftSettings: strict),

    // MARK: Storage
    .target(name: "Storage", swiftSettings: strict),
    .testTarget(
      name: "StorageTests", dependencies: ["Storage", "TestSupport"], path: "Tests/Storage",
      swiftSettings: strict),

    // MARK: TestSupport: what several test targets share; may use Foundation
    .target(name: "TestSupport", path: "Tests/Support", swiftSettings: strict),

    // MARK: Wire
    .target(name: "Wire", swiftSettings: strict),
    .testTarget(
      name: "WireTests", dependencies: ["Wire", "TestSupport"], path: "Tests/Wire",
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
