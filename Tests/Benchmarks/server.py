"""`similar` over a pipe: sidecart beside a Python server on implicit and orjson, same answers.

    python3 -m venv VENV && VENV/bin/pip install implicit==0.7.3 orjson numpy scipy
    swift build -c release
    VENV/bin/python Tests/Benchmarks/server.py [--rounds 5] [--requests 20000]

Both hold the baskets of Online Retail and answer JSON-RPC lines on stdin with the ten items nearest
to one by cosine, on one processor each, while the client has another. The Python server does what a
careful shop would write: implicit's CosineRecommender with K = 50 fitted before, requests and
replies through orjson, everything that has arrived answered at one go, one thread. The client sends
lines that were made before, 64 at a time, and only counts the ends of lines; answers are compared
once, before anything is timed: scores equal to 1e-6, and items equal wherever the score is nobody
else's. `one at a time` is the round trip of a host that waits for each answer.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
SIDECART = Path(os.environ.get("SIDECART", ROOT / ".build" / "release" / "sidecart"))
NEAREST = 10


def serve(matrix_path):
    """The reference: reads baskets, fits, answers until the input ends."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    import orjson
    import scipy.sparse
    from implicit.nearest_neighbours import CosineRecommender

    with open(matrix_path, "rb") as file:
        baskets, count = json.load(file)
    rows = [row for row, basket in enumerate(baskets) for _ in basket]
    columns = [item for basket in baskets for item in basket]
    matrix = scipy.sparse.csr_matrix(
        ([1.0] * len(rows), (rows, columns)), shape=(len(baskets), count))
    # An item is its own nearest, and takes one of the places.
    model = CosineRecommender(K=51, num_threads=1)
    model.fit(matrix, show_progress=False)
    names = [f"i-{item}" for item in range(count)]
    index = {name: item for item, name in enumerate(names)}
    rest = b""
    while data := os.read(0, 1 << 20):
        lines = (rest + data).split(b"\n")
        rest = lines.pop()
        replies = []
        for line in lines:
            request = orjson.loads(line)
            item = index[request["params"]["item"]]
            k = request["params"]["k"]
            ids, scores = model.similar_items(item, N=k + 1)
            found = [
                {"item": names[other], "score": score}
                for other, score in zip(ids.tolist(), scores.tolist())
                if other != item and score > 0
            ][:k]
            replies.append(orjson.dumps(
                {"jsonrpc": "2.0", "id": request["id"], "result": {"items": found, "known": True}}))
        replies.append(b"")
        reply = b"\n".join(replies)
        while reply:
            reply = reply[os.write(1, reply):]


class Host:
    """A process that answers lines, on one processor."""

    def __init__(self, arguments, processor):
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        os.sched_setaffinity(self.process.pid, {processor})

    def ask(self, text, replies):
        """Sends bytes, and reads until so many lines have ended."""
        os.write(self.process.stdin.fileno(), text)
        parts, ended = [], 0
        while ended < replies:
            data = os.read(self.process.stdout.fileno(), 1 << 20)
            if not data:
                sys.exit("a server ended")
            ended += data.count(b"\n")
            parts.append(data)
        return b"".join(parts)

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def line(number, method, params):
    return json.dumps(
        {"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode() + b"\n"


def question(number, item):
    return line(number, "similar", {
        "item": f"i-{item}", "k": NEAREST, "measure": "cosine", "direction": "per_source",
        "minimum_shared": 1})


def same(own, other):
    """Whether two lists are equal but for ties."""
    if len(own) != len(other):
        return False
    scores = [entry["score"] for entry in own] + [entry["score"] for entry in other]
    for mine, theirs in zip(own, other):
        if abs(mine["score"] - theirs["score"]) > 1e-6:
            return False
        ties = sum(abs(score - mine["score"]) < 1e-6 for score in scores)
        # The last score may be shared with items that are in neither list.
        is_last = abs(mine["score"] - own[-1]["score"]) < 1e-6
        if ties == 2 and not is_last and mine["item"] != theirs["item"]:
            return False
    return True


def fill(host, baskets):
    for start in range(0, len(baskets), 500):
        orders = [{
            "id": f"o-{start + offset}", "time": "2011-10-01T10:00:00Z",
            "lines": [{"item": f"i-{item}", "quantity": 1, "unit_price": 100} for item in basket],
        } for offset, basket in enumerate(baskets[start:start + 500])]
        reply = json.loads(host.ask(line(0, "orders.put", {"orders": orders}), 1))
        if reply["result"]["rejected"]:
            sys.exit(f"rejected: {reply['result']['rejected'][0]}")


def timed(host, lines, at_once):
    batches = [b"".join(lines[start:start + at_once]) for start in range(0, len(lines), at_once)]
    begin = time.perf_counter()
    for batch in batches:
        host.ask(batch, batch.count(b"\n"))
    return len(lines) / (time.perf_counter() - begin)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        return serve(arguments.serve)
    from neighbours import online_retail

    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[0]})
    baskets, count = online_retail("InvoiceNo")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump([baskets, count], file)
        file.flush()
        theirs = Host([sys.executable, __file__, "--serve", file.name], processors[-1])
        ours = Host([SIDECART, "serve"], processors[-1])
        fill(ours, baskets)
        items = list(range(count))
        random.Random(1).shuffle(items)
        for item in items:
            asked = question(item, item)
            mine, other = (json.loads(host.ask(asked, 1))["result"]["items"]
                           for host in (ours, theirs))
            if not same(mine, other):
                sys.exit(f"item {item}:\n{mine}\n{other}")
    print(f"Online Retail, {len(baskets):,} baskets, {count:,} items: "
          f"the lists of all items are equal but for ties")
    lines = [question(number, items[number % count]) for number in range(arguments.requests)]
    for name, at_once, some in [
        ("64 at a time", 64, lines), ("one at a time", 1, lines[:len(lines) // 10])
    ]:
        rates = {"sidecart": [], "implicit": []}
        for _ in range(arguments.rounds):
            rates["sidecart"].append(timed(ours, some, at_once))
            rates["implicit"].append(timed(theirs, some, at_once))
        ratios = sorted(a / b for a, b in zip(*rates.values()))
        own, other = (statistics.median(rate) for rate in rates.values())
        print(f"{name:14} sidecart {own:9,.0f} /s   implicit and orjson {other:9,.0f} /s   "
              f"ratio {statistics.median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f})")
    # What the reference would have to be fitted anew for: each answer knows of an order just put.
    rates = []
    for number in range(arguments.rounds):
        some = []
        for start in range(0, len(lines) // 10, 64):
            order = {"id": f"n-{number}-{start}", "time": "2011-10-02T10:00:00Z", "lines": [
                {"item": f"i-{item}", "quantity": 1, "unit_price": 100} for item in items[:5]]}
            some += [line(0, "orders.put", {"orders": [order]})] + lines[start:start + 64]
        rates.append(timed(ours, some, 65))
    print(f"{'fresh':14} sidecart {statistics.median(rates):9,.0f} /s   "
          "with an order before each 64 questions")
    for host in (ours, theirs):
        host.end()


if __name__ == "__main__":
    main()
