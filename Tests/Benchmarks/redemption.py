"""Who redeems: sidecart's probability of redemption on the campaigns of The Complete Journey.

    swift build -c release --product redemption-benchmark
    python3 Tests/Benchmarks/redemption.py [DATA]

DATA is the folder `complete_journey_711d` (../shared/data by default). Campaigns up to day 499 in the
order of their first days. For each, only what was known on that day is used: which campaigns a
household had received and what it redeemed of them before, what it spent in spans of 28 days that
were over, and on how many products the campaign's coupons are. Campaigns whose end lies beyond day
499 are left out, since what became of them is not known. Who received what was selected, so nothing
is said of a coupon's effect.

The area under the curve over all coupons (household x campaign received), of the campaigns that
begin on or after day 323: for those before, there is nothing to learn from.
"""

import collections
import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get(
    "REDEMPTION_BENCHMARK", str(ROOT / ".build" / "release" / "redemption-benchmark"))
LAST_DAY = 499
FIRST_SCORED = 323


def rows(folder, name):
    with gzip.open(folder / f"{name}.csv.gz", "rt") as file:
        yield from csv.DictReader(file)


def write(folder, path):
    campaigns = {row["campaign"]: row for row in rows(folder, "campaigns")}
    start = {name: int(row["start_day"]) for name, row in campaigns.items()}
    end = {name: int(row["end_day"]) for name, row in campaigns.items()}
    known = [name for name in campaigns if end[name] <= LAST_DAY]
    known.sort(key=lambda name: (start[name], int(name)))
    products = collections.defaultdict(set)
    for row in rows(folder, "coupon_products"):
        products[row["campaign"]].add(row["product_id"])
    spans = collections.defaultdict(list)  # household: (known from day, spend, campaign, is pre)
    for row in rows(folder, "household_campaign_spend"):
        name, house = row["campaign"], row["household_key"]
        spans[house].append((start[name], float(row["pre_spend"]), name, True))
        if row["post_spend"]:
            spans[house].append((start[name] + 28, float(row["post_spend"]), name, False))
    first = {}
    for row in rows(folder, "coupon_redemptions_to_day499"):
        key = (row["household_key"], row["campaign"])
        first[key] = min(first.get(key, 10_000), int(row["day"]))
    received = collections.defaultdict(list)
    for row in rows(folder, "campaign_received"):
        received[row["campaign"]].append(row["household_key"])
    with open(path, "w") as file:
        for name in known:
            print("campaign", name, start[name], end[name], len(products[name]), file=file)
        for name in known:
            for house in sorted(received[name], key=int):
                seen = [span for span in spans[house] if span[0] <= start[name]]
                spent = [span[1] for span in seen if span[1] > 0]
                recent = next(span[1] for span in seen if span[2] == name and span[3])
                print(
                    "given", name, house, round(100 * sum(spent) / max(1, len(spent))), len(spent),
                    len(spent) / max(1, len(seen)), recent * 100, first.get((house, name), -1),
                    file=file)
    return {name: start[name] for name in known}


def main():
    default = ROOT.parent / "shared" / "data" / "complete_journey_711d"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    if not folder.exists():
        print(f"no data at {folder}")
        return 2
    with tempfile.TemporaryDirectory() as temporary:
        path = os.path.join(temporary, "campaigns.txt")
        start = write(folder, path)
        answer = subprocess.run([PROGRAM, path], check=True, capture_output=True)
    result = json.loads(answer.stdout)
    names = ("model", "factor", "past_rate", "spend")
    print(f"{'':22}{'coupons':>8}{'redeemed':>9}{'expected':>9}" + "".join(f"{name:>11}" for name in names))

    def line(title, entry, coupons, redeemed):
        values = "".join(f"{entry[name]:>11.3f}" for name in names)
        print(f"{title:22}{coupons:>8}{redeemed:>9}{entry['expected']:>9.0f}{values}")

    line("all campaigns", result["all"], result["coupons"], result["redeemed"])
    line("from day 323", result["scored"], result["scored_coupons"], result["scored_redeemed"])
    for name, entry in result["campaigns"].items():
        if entry["redeemed"] >= 10:
            line(f"campaign {name}, day {start[name]}", entry, entry["coupons"], entry["redeemed"])
    print(f"learned beyond the factor in {result['learned']} of {len(result['campaigns'])} campaigns")
    return 0 if result["scored"]["model"] > result["scored"]["past_rate"] else 1


if __name__ == "__main__":
    sys.exit(main())
