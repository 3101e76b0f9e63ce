"""Asks a served shop about real orders of the future and prints how good its answers were.

usage: python3 Tests/Benchmarks/quality.py SIDECART [--train]

SIDECART is a release build. Reads ../shared/data. With --train, the ranker is fitted on each shop's
own log first; without, the one that ships answers. Two tasks:

- Online Retail, orders before 2011-10-01: the baskets of October with one item taken out by a
  seeded chance; without the customer, and with.
- Ta-Feng, all histories: the next basket of the customers of fold 0's train and validation parts;
  all of it, and its new items alone. The test customers' answers are not among the data.

NDCG is uncut: the ideal has all items of the basket on top.
"""

import importlib.util
import json
import math
import pathlib
import random
import re
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
spec = importlib.util.spec_from_file_location("ship_ranking", here / "ship-ranking.py")
shops = importlib.util.module_from_spec(spec)
spec.loader.exec_module(shops)


class Server:
    def __init__(self, program, state):
        self.process = subprocess.Popen(
            [program, "serve", "--state", state, "--read-only"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def recommend(self, **params):
        request = {"jsonrpc": "2.0", "id": 1, "method": "recommend", "params": params}
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        return [slot["item"] for slot in json.loads(self.process.stdout.readline())["result"]["items"]]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Score:
    def __init__(self):
        self.sums = [0.0] * 5
        self.count = 0

    def take(self, ranked, truth):
        hits = [item in truth for item in ranked]
        first = hits.index(True) + 1 if True in hits else 0
        gained = sum(1 / math.log2(place + 2) for place in range(10) if hits[place:place + 1] == [True])
        ideal = sum(1 / math.log2(place + 2) for place in range(len(truth)))
        for index, value in enumerate((
                sum(hits[:10]) / len(truth), sum(hits) / len(truth), gained / ideal,
                any(hits[:10]), 1 / first if first else 0)):
            self.sums[index] += value
        self.count += 1

    def show(self, name):
        values = [value / self.count for value in self.sums]
        print("%-34s %6d questions  R@10 %.4f  R@20 %.4f  N@10 %.4f  HR@10 %.4f  MRR@20 %.4f"
              % (name, self.count, *values), flush=True)


def october():
    """Baskets of October: the items that were sold before, one of them taken out."""
    invoices, sold = {}, set()
    for row in shops.rows("online_retail/online_retail_to_2011-10-31.csv.gz"):
        code = row["StockCode"].upper()
        if row["InvoiceNo"].startswith("C") or int(row["Quantity"]) <= 0:
            continue
        if not re.fullmatch(r"\d{5}[A-Z]*", code):
            continue
        invoice = invoices.setdefault(
            row["InvoiceNo"], (row["InvoiceDate"], row["InvoiceNo"], row["CustomerID"], set()))
        invoice[3].add(code)
    for invoice in invoices.values():
        if invoice[0] < "2011-10-01":
            sold |= invoice[3]
    chance = random.Random(1)
    for time, _, customer, codes in sorted(
            (one for one in invoices.values() if one[0] >= "2011-10-01"), key=lambda one: one[:2]):
        known = sorted(codes & sold)
        if len(known) < 2:
            continue
        taken = chance.randrange(len(known))
        yield known[:taken] + known[taken + 1:], known[taken], customer


def main():
    program, trains = sys.argv[1], "--train" in sys.argv[2:]
    with tempfile.TemporaryDirectory() as place:
        def state(name, orders):
            folder = str(pathlib.Path(place) / name)
            shops.write_state(program, folder, *orders)
            if trains:
                subprocess.run([program, "train", "--state", folder], check=True)
            return Server(program, folder)

        server = state("online_retail", shops.online_retail())
        alone, known = Score(), Score()
        for basket, answer, customer in october():
            question = {"basket": basket, "k": 20, "at": "2011-10-01T00:00:00Z"}
            alone.take(server.recommend(**question), {answer})
            known.take(server.recommend(customer=customer or "nobody", **question), {answer})
        server.close()
        alone.show("Online Retail, basket only")
        known.show("Online Retail, with the customer")

        server = state("ta_feng", shops.ta_feng(True))
        owned = {}
        for customer in shops.records("nbr_tafeng/history.ndjson.gz"):
            owned[customer["customer"]] = {str(i) for basket in customer["baskets"] for i in basket}
        everything, new = Score(), Score()
        for future in shops.records("nbr_tafeng/future_trainval_fold0.ndjson.gz"):
            truth = {str(item) for item in future["items"]}
            question = {
                "customer": str(future["customer"]), "k": 20, "at": shops.moment(7 * 60)}
            everything.take(server.recommend(**question), truth)
            unknown = truth - owned[future["customer"]]
            if unknown:
                new.take(server.recommend(repeats="none", **question), unknown)
        server.close()
        everything.show("Ta-Feng, next basket")
        new.show("Ta-Feng, its new items")


if __name__ == "__main__":
    main()
