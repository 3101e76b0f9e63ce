import Foundation
import Statistics
import TestSupport
import Testing

@Suite struct RegressionTests {
  @Test(arguments: UInt64(1)...5)
  func equationsAreSolved(seed: UInt64) throws {
    var numbers = SeededGenerator(seed: seed)
    let count = Int.random(in: 1...8, using: &numbers)
    let half = (0..<count * count).map { _ in Double.random(in: -1...1, using: &numbers) }
    // A x A^T + I is positive definite.
    var matrix = [[Double]](repeating: Array(repeating: 0, count: count), count: count)
    for row in 0..<count {
      for column in 0..<count {
        for inner in 0..<count {
          matrix[row][column] += half[row * count + inner] * half[column * count + inner]
        }
        if row == column { matrix[row][column] += 1 }
      }
    }
    let truth = (0..<count).map { _ in Double.random(in: -3...3, using: &numbers) }
    let right = (0..<count).map { row in
      (0..<count).reduce(0) { $0 + matrix[row][$1] * truth[$1] }
    }
    let solved = try #require(Cholesky(matrix)?.solve(right))
    for (a, b) in zip(solved, truth) { #expect(abs(a - b) < 1e-9) }
    #expect(Cholesky([[0]]) == nil)
    #expect(Cholesky([[1, 0], [2, 1]]) == nil, "not positive definite")
    #expect(Cholesky([[.nan]]) == nil)
  }

  /// At the optimum, the penalised gradient is zero: checked without the code that finds it.
  @Test func logisticWeightsAreAtTheirOptimum() {
    var numbers = SeededGenerator(seed: 4)
    var rows = FeatureRows(width: 2)
    var outcomes: [Bool] = []
    for _ in 0..<500 {
      let (a, b) = (
        Double.random(in: -2...2, using: &numbers), Double.random(in: 0...5, using: &numbers)
      )
      rows.append([a, b])
      let probability = 1 / (1 + exp(-(0.3 + 1.2 * a - 0.4 * b)))
      outcomes.append(Double.random(in: 0..<1, using: &numbers) < probability)
    }
    let model = LogisticRegression(rows, outcomes: outcomes, ridge: 2)
    for feature in -1..<2 {
      var gradient = 0.0
      let column = (0..<500).map { feature < 0 ? 1 : Array(rows.row($0))[feature] }
      let mean = column.reduce(0, +) / 500
      let deviation = (column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 500).squareRoot()
      for index in 0..<500 {
        let value = feature < 0 ? 1 : (column[index] - mean) / deviation
        gradient += ((outcomes[index] ? 1 : 0) - model.probability(rows.row(index))) * value
      }
      if feature >= 0 { gradient -= 2 * model.weights[feature + 1] }
      #expect(abs(gradient) < 1e-6, "feature \(feature): \(gradient)")
    }
    #expect(model.probability([2, 0]) > 0.8 && model.probability([-2, 5]) < 0.1)
  }

  @Test func outcomesThatAreAllAlikeAreNoCertainty() {
    var rows = FeatureRows(width: 1)
    for index in 0..<20 { rows.append([Double(index)]) }
    let all = LogisticRegression(rows, outcomes: Array(repeating: true, count: 20))
    #expect(all.probability([3]) > 0.8 && all.probability([3]) <= 1)
    var split = rows
    split.append([.infinity])
    let apart = LogisticRegression(split, outcomes: (0..<21).map { $0 >= 10 })
    #expect(apart.weights.allSatisfy { $0.isFinite && abs($0) < 20 })
    let none = LogisticRegression(FeatureRows(width: 1), outcomes: [])
    #expect(none.probability([1]) == 0.5)
    #expect(all.probability([.nan]).isFinite)
  }

  /// An effect that grows with one feature is found; one that does not differ is left alone.
  @Test func effectsThatDifferAreLearnedAndOthersAreNot() throws {
    var numbers = SeededGenerator(seed: 8)
    func rows(slope: Double, count: Int) -> UpliftRegression.Rows {
      var rows = UpliftRegression.Rows(width: 2)
      for _ in 0..<count {
        let (a, b) = (
          Double.random(in: -1...1, using: &numbers), Double.random(in: -1...1, using: &numbers)
        )
        let isTreated = Double.random(in: 0..<1, using: &numbers) < 0.7
        let probability = 0.35 + 0.2 * b + (isTreated ? 0.1 + slope * a : 0)
        rows.append(
          [a, b], isTreated: isTreated,
          outcome: Double.random(in: 0..<1, using: &numbers) < probability, believed: 0.1)
      }
      return rows
    }
    let learned = try #require(UpliftRegression(rows(slope: 0.2, count: 6_000)))
    #expect(learned.evidence > 2)
    #expect(abs(learned.addition([1, 0]) - 0.2) < 0.07, "\(learned.addition([1, 0]))")
    #expect(abs(learned.addition([-1, 0]) + 0.2) < 0.07)
    #expect(abs(learned.addition([0, 1]) - learned.addition([0, -1])) < 0.1)
    #expect(UpliftRegression(rows(slope: 0, count: 6_000)) == nil)
    #expect(UpliftRegression(rows(slope: 0.2, count: 200)) == nil)
  }

  // MARK: - Hillstrom

  /// The randomised e-mail test of 2008: whom the women's e-mail brings to visit. Learned on one
  /// half, judged on the other, ten times.
  @Test(.enabled(if: SharedData.isPresent)) func womensVisitsAreRankedAsWellAsByOtherLearners()
    throws
  {
    var all: [(features: [Double], isTreated: Bool, visited: Bool)] = []
    let lines = try SharedData.lines(of: "hillstrom/hillstrom_train.csv.gz")
    let header = Text.fields(lines[0])
    func column(_ name: String) -> Int { header.firstIndex(of: name)! }
    let (segment, visit) = (column("segment"), column("visit"))
    let (zip, channel) = (column("zip_code"), column("channel"))
    for line in lines.dropFirst() {
      let cells = Text.fields(line)
      guard cells.count == header.count, cells[segment] != "Mens E-Mail" else { continue }
      func number(_ name: String) -> Double { Double(cells[column(name)]) ?? 0 }
      all.append(
        (
          features: [
            number("recency"), log1p(number("history")), number("mens"), number("womens"),
            number("newbie"), cells[zip] == "Urban" ? 1 : 0, cells[zip] == "Rural" ? 1 : 0,
            cells[channel] == "Web" ? 1 : 0, cells[channel] == "Phone" ? 1 : 0,
          ], isTreated: cells[segment] == "Womens E-Mail", visited: cells[visit] == "1"
        ))
    }
    #expect(all.count > 29_000)
    var qini: [Double] = []
    var numbers = SeededGenerator(seed: 1)
    for _ in 0..<5 {
      all.shuffle(using: &numbers)
      for half in 0..<2 {
        var rows = UpliftRegression.Rows(width: 9)
        for (index, row) in all.enumerated() where index % 2 == half {
          rows.append(row.features, isTreated: row.isTreated, outcome: row.visited)
        }
        let model = try #require(UpliftRegression(rows))
        let judged = all.enumerated().filter { $0.offset % 2 != half }.map(\.element)
        qini.append(Self.qini(judged.map { ($0, model.addition($0.features)) }))
      }
    }
    let mean = qini.reduce(0, +) / Double(qini.count)
    print("Hillstrom, women's visits, Qini on held back halves: \((mean * 1e4).rounded() / 1e4)")
    #expect(mean > 0.055)
  }

  /// The area between a ranking's curve of incremental visits and chance, as a share of the area of
  /// the best ranking there could be (Radcliffe 2007, as scikit-uplift normalises it).
  private static func qini(
    _ scored: [(row: (features: [Double], isTreated: Bool, visited: Bool), score: Double)]
  ) -> Double {
    func area(_ rows: [(isTreated: Bool, visited: Bool)]) -> Double {
      var (treated, control, visits, others) = (0.0, 0.0, 0.0, 0.0)
      var (area, last) = (0.0, 0.0)
      for row in rows {
        if row.isTreated {
          treated += 1
          visits += row.visited ? 1 : 0
        } else {
          control += 1
          others += row.visited ? 1 : 0
        }
        let next = visits - (control > 0 ? others * treated / control : 0)
        area += (last + next) / 2
        last = next
      }
      return area - last * Double(rows.count) / 2
    }
    let byScore = scored.sorted { $0.score > $1.score }.map { ($0.row.isTreated, $0.row.visited) }
    func best(_ row: (isTreated: Bool, visited: Bool)) -> Int {
      row.visited ? (row.isTreated ? 1 : -1) : 0
    }
    let perfect = byScore.sorted { best($0) > best($1) }
    return area(byScore) / area(perfect)
  }
}
