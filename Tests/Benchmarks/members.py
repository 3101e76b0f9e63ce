"""Lifetime models and clusters of members: sidecart's beside others', on the same data.

    python3 -m venv VENV && VENV/bin/pip install lifetimes scikit-learn
    swift build -c release --product member-benchmark
    VENV/bin/python Tests/Benchmarks/members.py [--rounds 5] [--only fit|rank|cluster]

`fit` times the BG/NBD fit of the CDNOW sample from histories in memory, ours with the merging of
equal ones, beside `lifetimes`; both must reach the same likelihood to 1e-3. `rank` prints, for the
CDNOW sample and for Online Retail, how well scores as of the start of a holdout tell who orders in
it: the area under the ROC curve, and beside it how many orders were expected and came.
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


PARTS = {"fit": lambda options: fit(options.rounds), "rank": lambda options: rank()}


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
