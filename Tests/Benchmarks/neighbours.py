"""All neighbour lists, K = 50 by cosine: sidecart's against implicit's, on the same matrices.

    python3 -m venv VENV && VENV/bin/pip install implicit==0.7.3 numpy scipy
    swift build -c release --product neighbour-benchmark
    VENV/bin/python Tests/Benchmarks/neighbours.py [--rounds 5] [--threads 1 2] [--only NAME]

Each round runs both, one after the other, each in a process of its own that is pinned to as many
processors as it has threads. Time is that of the lists alone, from the matrix in memory: implicit's
`fit`, and ours with the turning round of the matrix. Memory is the most that the process ever had;
`over start` is how far that lies above what it had with the matrix read, so without Python.

implicit lists each item as its own nearest, so its 50 are 49 others; those are compared with the
first 49 of ours. Lists must agree in every rank but for ties: scores equal to 1e-6, and items equal
wherever the score is nobody else's.
"""

import argparse
import csv
import gzip
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

KEPT = 50
ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("SIDECART_DATA", ROOT.parent / "shared" / "data"))


# --- Matrices: a list of transactions, each a list of distinct items


def online_retail(column):
    """Sold lines of real goods, by invoice or by customer."""
    groups, items = {}, {}
    path = DATA / "online_retail" / "online_retail_to_2011-10-31.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as file:
        for row in csv.DictReader(file):
            code = row["StockCode"].upper()
            if row["InvoiceNo"].startswith("C") or not re.fullmatch("[0-9]{5}[A-Z]*", code):
                continue
            if float(row["Quantity"]) <= 0 or not row[column]:
                continue
            groups.setdefault(row[column], set()).add(items.setdefault(code, len(items)))
    return [sorted(group) for group in groups.values()], len(items)


def ta_feng():
    """Everything that a customer ever bought."""
    transactions, items = [], {}
    with gzip.open(DATA / "nbr_tafeng" / "history.ndjson.gz", "rt") as file:
        for line in file:
            if line.strip():
                bought = {item for basket in json.loads(line)["baskets"] for item in basket}
                transactions.append(sorted(items.setdefault(item, len(items)) for item in bought))
    return transactions, len(items)


def made():
    """200,000 customers, 50,000 items, 4.9 million lines: sizes geometric, items Zipf."""
    import numpy as np

    random = np.random.default_rng(20111201)
    item_count = 50_000
    share = 1 / (np.arange(item_count) + 50.0)
    names = random.permutation(item_count)
    sizes = random.geometric(1 / 24.7, 200_000)
    drawn = random.choice(item_count, size=int(sizes.sum()), p=share / share.sum())
    transactions, place = [], 0
    for size in sizes:
        own = np.unique(drawn[place : place + size])
        transactions.append(names[own])
        place += size
    return transactions, item_count


SETS = {
    "online retail, baskets": lambda: online_retail("InvoiceNo"),
    "online retail, customers": lambda: online_retail("CustomerID"),
    "ta-feng, customers": ta_feng,
    "made, 200,000 x 50,000": made,
}


def save(transactions, item_count, path):
    import numpy as np

    starts = np.zeros(len(transactions) + 1, np.int32)
    np.cumsum([len(own) for own in transactions], out=starts[1:])
    with open(path, "wb") as file:
        np.array([len(transactions), item_count, starts[-1]], np.int64).tofile(file)
        starts.tofile(file)
        for own in transactions:
            np.asarray(own, np.int32).tofile(file)
    return int(starts[-1])


# --- implicit, in a process of its own


def resident():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmRSS"))


def run_implicit(path, threads, output):
    import time

    import numpy as np
    from implicit.nearest_neighbours import CosineRecommender
    from scipy.sparse import csr_matrix

    with open(path, "rb") as file:
        rows, columns, lines = np.fromfile(file, np.int64, 3)
        starts = np.fromfile(file, np.int32, rows + 1)
        items = np.fromfile(file, np.int32, lines)
    matrix = csr_matrix((np.ones(lines), items, starts), shape=(rows, columns))
    before = resident()
    model = CosineRecommender(K=KEPT, num_threads=threads)
    start = time.perf_counter()
    model.fit(matrix, show_progress=False)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "peak": peak, "before": before}))
    if output:
        lists = model.similarity
        np.savez(output, starts=lists.indptr, items=lists.indices, scores=lists.data)


# --- Both


def child(command, threads):
    def pin():
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])

    environment = dict(os.environ, OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS=str(threads))
    result = subprocess.run(
        command, preexec_fn=pin, env=environment, stdout=subprocess.PIPE, check=True,
        stderr=subprocess.PIPE)
    return json.loads(result.stdout)


def compare(theirs, ours, item_count):
    """How many lists differ other than in ties."""
    import numpy as np

    loaded = np.load(theirs)
    words = np.fromfile(ours, np.uint32)
    wrong = tied = place = 0
    for item in range(item_count):
        count = int(words[place])
        pairs = words[place + 1 : place + 1 + 2 * count].reshape(-1, 2)
        place += 1 + 2 * count
        run = slice(loaded["starts"][item], loaded["starts"][item + 1]) if item == 0 else slice(
            starts[item], starts[item + 1])
        if item == 0:
            starts, all_items, all_scores = (loaded[k] for k in ("starts", "items", "scores"))
        others = all_items[run] != item
        their_items, their_scores = all_items[run][others], all_scores[run][others]
        order = np.lexsort((their_items, -their_scores))[: KEPT - 1]
        their_items, their_scores = their_items[order], their_scores[order]
        our_items = pairs[: KEPT - 1, 0].astype(np.int64)
        our_scores = pairs[: KEPT - 1, 1].copy().view(np.float32).astype(float)
        if len(our_items) != len(their_items) or np.any(abs(our_scores - their_scores) > 1e-6):
            wrong += 1
            continue
        differs = our_items != their_items
        if not differs.any():
            continue
        # A place may differ only inside of a run of equal scores, or at the cut.
        near = abs(their_scores[:, None] - their_scores[None, :]) <= 1e-6
        alone = near.sum(axis=1) == 1
        at_cut = abs(their_scores - their_scores[-1]) <= 1e-6
        if np.any(differs & alone & ~at_cut):
            wrong += 1
        else:
            tied += 1
    if place != len(words):
        wrong += 1
    return wrong, tied


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--only", default="")
    parser.add_argument("--binary", default=str(ROOT / ".build/release/neighbour-benchmark"))
    parser.add_argument("--implicit", nargs=3, metavar=("MATRIX", "THREADS", "LISTS"))
    options = parser.parse_args()
    if options.implicit:
        path, threads, output = options.implicit
        return run_implicit(path, int(threads), output)
    if options.rounds < 3:
        parser.error("a median takes at least three rounds")
    failed = False
    for name, make in SETS.items():
        if options.only not in name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            matrix, theirs, ours = (f"{folder}/{name}" for name in ("matrix", "t.npz", "ours"))
            transactions, item_count = make()
            lines = save(transactions, item_count, matrix)
            additions = sum(len(own) ** 2 for own in transactions)
            print(f"{name}: {len(transactions):,} x {item_count:,}, {lines:,} lines, "
                  f"{additions / 1e6:,.0f} M pairs", flush=True)
            del transactions
            for threads in options.threads:
                runs = {"implicit": [], "sidecart": []}
                for _ in range(options.rounds):
                    runs["implicit"].append(child(
                        [sys.executable, __file__, "--implicit", matrix, str(threads), theirs],
                        threads))
                    runs["sidecart"].append(child(
                        [options.binary, matrix, str(threads), str(KEPT), ours], threads))
                wrong, tied = compare(theirs, ours, item_count)
                failed = failed or wrong > 0
                middle = {
                    who: {key: statistics.median(run[key] for run in own) for key in own[0]}
                    for who, own in runs.items()
                }
                a, b = middle["implicit"], middle["sidecart"]
                over = [m["peak"] - m["before"] for m in (a, b)]
                print(f"  {threads} thread(s), median of {options.rounds}")
                for who, m in middle.items():
                    print(f"    {who:9}{m['seconds'] * 1e3:9.1f} ms  peak {m['peak'] / 1e6:6.1f} MB"
                          f"  over start {(m['peak'] - m['before']) / 1e6:6.1f} MB")
                print(f"    time: {a['seconds'] / b['seconds']:.2f}x as fast; memory: "
                      f"{b['peak'] / a['peak']:.2f}x, over start {over[1] / max(1, over[0]):.2f}x; "
                      f"lists: {wrong} differ, {tied} in ties alone", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
