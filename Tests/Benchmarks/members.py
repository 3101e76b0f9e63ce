"""Lifetime models and clusters of members: sidecart's beside others', on the same data.

    python3 -m venv VENV && VENV/bin/pip install lifetimes scikit-learn
    swift build -c release --product member-benchmark
    VENV/bin/python Tests/Benchmarks/members.py [--rounds 5] [--only fit|rank|intent|cluster]

`fit` times the BG/NBD fit of the CDNOW sample from histories in memory, ours with the merging of
equal ones, beside `lifetimes`; both must reach the same likelihood to 1e-3. `rank` prints, for the
CDNOW sample and for Online Retail, how well scores as of the start of a holdout tell who orders in
it: the area under the ROC curve, and beside it how many orders were expected and came. `cluster`
puts a million made customers into eight clusters, beside scikit-learn with one start on one thread
and on all, with the tolerance that both have by default; our inertia must be within 1 % of theirs.
"""

import argparse
import csv
import datetime
import gzip
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("SIDECART_DATA", ROOT.parent / "shared" / "data"))
PROGRAM = ROOT / ".build" / "release" / "member-benchmark"


def run(*arguments, text):
    result = subprocess.run(
        [os.environ.get("MEMBER_BENCHMARK", PROGRAM), *map(str, arguments)], input=text,
        capture_output=True, check=True)
    return [json.loads(line) for line in result.stdout.decode().splitlines()]


def rows(path):
    with gzip.open(DATA / path, "rt", encoding="utf-8", errors="replace") as file:
        yield from csv.DictReader(file)


def day(text):
    return (datetime.date.fromisoformat(text[:10]) - datetime.date(1970, 1, 1)).days


# --- Fit


def fit(rounds):
    import numpy
    from lifetimes import BetaGeoFitter

    data = list(rows("cdnow/cdnow_summary_39w.csv.gz"))
    text = "\n".join(f"{r['frequency']} {r['recency']} {r['T']}" for r in data).encode()
    x, last, age = (
        numpy.array([float(r[name]) for r in data]) for name in ("frequency", "recency", "T"))
    ours, theirs = [], []
    for _ in range(rounds):
        found = run("fit", 20, text=text)
        ours.append(statistics.median(one["ms"] for one in found))
        start = time.perf_counter()
        fitter = BetaGeoFitter(penalizer_coef=0.0).fit(x, last, age)
        theirs.append((time.perf_counter() - start) * 1e3)
    last_found = found[-1]
    # lifetimes leaves out a constant of each history and gives the mean.
    likelihood = fitter.log_likelihood_ if hasattr(fitter, "log_likelihood_") else None
    parameters = {k: float(v) for k, v in fitter.params_.items()}
    print("BG/NBD, CDNOW sample, 2,357 customers")
    print(f"  sidecart   {statistics.median(ours):8.2f} ms  {last_found}")
    print(f"  lifetimes  {statistics.median(theirs):8.2f} ms  {parameters}  {likelihood}")
    ratios = [b / a for a, b in zip(ours, theirs)]
    print(f"  ratio      {statistics.median(ratios):8.1f}  ({min(ratios):.1f} to {max(ratios):.1f})")
    gap = abs(log_likelihood(parameters, x, last, age) - last_found["log_likelihood"])
    print(f"  log-likelihood of their parameters by the published formula differs by {gap:.2e}")
    return gap < 1e-3


def log_likelihood(p, x, last, age):
    import numpy
    from scipy.special import betaln, gammaln

    r, alpha, a, b = (p[name] for name in ("r", "alpha", "a", "b"))
    base = gammaln(r + x) - gammaln(r) + r * numpy.log(alpha)
    stayed = betaln(a, b + x) - betaln(a, b) - (r + x) * numpy.log(alpha + age)
    left = numpy.where(
        x > 0,
        betaln(a + 1, b + numpy.maximum(x, 1) - 1) - betaln(a, b) - (r + x) * numpy.log(alpha + last),
        -numpy.inf)
    return float((base + numpy.logaddexp(stayed, left)).sum())


# --- Rank


def cdnow():
    orders = []
    for r in rows("cdnow/cdnow_sample.csv.gz"):
        date = r["date"]
        orders.append(
            (day(f"{date[:4]}-{date[4:6]}-{date[6:]}"), r["customer_id"],
             round(float(r["dollar_value"]) * 100)))
    return orders, day("1997-10-01"), day("1997-10-01") + 39 * 7


def online_retail():
    invoices = {}
    for r in rows("online_retail/online_retail_to_2011-10-31.csv.gz"):
        if r["InvoiceNo"].startswith("C") or not r["CustomerID"] or float(r["Quantity"]) <= 0:
            continue
        key = (day(r["InvoiceDate"]), r["CustomerID"], r["InvoiceNo"])
        worth = float(r["Quantity"]) * float(r["UnitPrice"])
        invoices[key] = invoices.get(key, 0) + worth
    orders = [(key[0], key[1], round(worth * 100)) for key, worth in invoices.items()]
    return orders, day("2011-11-01") - 91, day("2011-11-01")


def rank():
    for name, (orders, start, end) in [
        ("CDNOW sample, 39 weeks after 39", cdnow()),
        ("Online Retail, 13 weeks to 2011-10-31", online_retail()),
    ]:
        text = "\n".join(f"{who} {when} {worth}" for when, who, worth in sorted(orders)).encode()
        found = run("rank", start, end, text=text)
        print(f"{name}: {found[0]['customers']} customers, {found[0]['actual']} orders came")
        for row in found:
            print(f"  {row['score']:56} {row['auc']:.4f}   expected {row['expected']:.0f}")


# --- Intent


def complete_journey():
    baskets = {}
    for r in rows("complete_journey/transactions_sample_to_2017-08-03.csv.gz"):
        key = (day(r["transaction_timestamp"]), r["household_id"], r["basket_id"])
        baskets[key] = baskets.get(key, 0) + float(r["sales_value"])
    orders = [(key[0], key[1], round(worth * 100)) for key, worth in baskets.items()]
    return orders, None, max(order[0] for order in orders) + 1


def intent():
    for name, (orders, _, end) in [
        ("CDNOW sample", cdnow()), ("Online Retail to 2011-10-31", online_retail()),
        ("Complete Journey to 2017-08-03", complete_journey()),
    ]:
        text = "\n".join(
            f"{who} {when}.5 {worth} -" for when, who, worth in sorted(orders)).encode()
        print(f"{name}: who orders in the last days, learned from the windows before them")
        for span in run("intent", end, text=text):
            print(
                f"  {span['days']:3} days: {span['customers']} customers, {span['buyers']} bought; "
                f"{span['reason']}, {span['evidence']:.1f} standard errors")
            for way in ("learned", "lifetime"):
                if score := span[way]:
                    bins = "  ".join(f"{f:.3f}:{o:.3f}" for _, f, o in score["bins"])
                    print(
                        f"    {way:9} AUC {score['auc']:.4f}  log loss {score['log_loss']:.4f}  "
                        f"calibration error {score['calibration_error']:.4f}")
                    print(f"      said:came  {bins}")


# --- Cluster


def members(count):
    """Scaled logarithms of recency, orders, order value and age of five kinds of customers."""
    import numpy

    random = numpy.random.default_rng(20111201)
    kinds = random.choice(5, size=count, p=[0.35, 0.25, 0.2, 0.15, 0.05])
    middles = numpy.array([
        [5.0, 0.7, 7.5, 5.5], [3.5, 1.1, 8.0, 4.0], [2.5, 2.0, 7.0, 5.8], [5.8, 1.6, 8.8, 6.2],
        [1.5, 3.4, 9.2, 6.0]])
    points = middles[kinds] + random.normal(0, 0.7, (count, 4))
    return (points - points.mean(axis=0)) / points.std(axis=0)


def cluster(rounds, count=1_000_000, clusters=8):
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    points = members(count)
    found = run("cluster", clusters, rounds, text=points.astype("<f8").tobytes())
    ours = [one["ms"] for one in found]
    inertia = statistics.median(one["inertia"] for one in found)
    print(f"k-means, {count:,} customers, 4 figures, {clusters} clusters")
    print(f"  sidecart              {statistics.median(ours):8.0f} ms  inertia {inertia:.0f}")
    good = True
    for threads in (1, os.cpu_count()):
        theirs, sums = [], []
        for seed in range(rounds):
            with threadpool_limits(threads):
                start = time.perf_counter()
                fitted = KMeans(clusters, n_init=1, random_state=seed).fit(points)
                theirs.append((time.perf_counter() - start) * 1e3)
            sums.append(fitted.inertia_)
        median, middle = statistics.median(theirs), statistics.median(sums)
        print(
            f"  scikit-learn, {threads} thread  {median:8.0f} ms  inertia {middle:.0f}  "
            f"(least {min(sums):.0f})  ratio {median / statistics.median(ours):.2f}")
        good = good and inertia <= 1.01 * middle
    return good


PARTS = {
    "fit": lambda options: fit(options.rounds), "rank": lambda options: rank(),
    "intent": lambda options: intent(),
    "cluster": lambda options: cluster(options.rounds),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=list(PARTS))
    options = parser.parse_args()
    good = True
    for name, part in PARTS.items():
        if options.only in (None, name):
            good = part(options) is not False and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
