"""One item taken out of each of the last fifth of Groceries' baskets: sidecart beside implicit.

usage: python3 Tests/Benchmarks/groceries.py SIDECART

SIDECART is a release build; needs implicit and scipy. Reads ../shared/data. All programs learn from
the same first four fifths and rank what is not in the basket. The item is taken out by a seeded
chance, once per seed; printed is the share of questions whose item stood among the first ten, over
five seeds. Of implicit's three measures and four numbers of neighbours all are printed, so that the
best is chosen by the test itself, which favours it.
"""

import importlib.util
import pathlib
import random
import sys
import tempfile

import numpy
import scipy.sparse
from implicit.nearest_neighbours import (
    BM25Recommender, CosineRecommender, TFIDFRecommender)

here = pathlib.Path(__file__).resolve().parent
spec = importlib.util.spec_from_file_location("quality", here / "quality.py")
quality = importlib.util.module_from_spec(spec)
spec.loader.exec_module(quality)

SEEDS = range(1, 6)
DEPTH = 10


def questions(baskets, known):
    for seed in SEEDS:
        chance = random.Random(seed)
        for basket in baskets:
            items = sorted(item for item in set(basket) if item in known)
            if len(items) > 1:
                taken = chance.randrange(len(items))
                yield items[:taken] + items[taken + 1:], items[taken]


def show(name, hits, count):
    print("%-32s HR@10 %.4f  (%d of %d)" % (name, hits / count, hits, count), flush=True)


def main():
    baskets = [
        [line["item"] for line in order["lines"]] for order in quality.shops.groceries()[0]]
    cut = len(baskets) * 4 // 5
    items = sorted({item for basket in baskets[:cut] for item in basket})
    place = {item: index for index, item in enumerate(items)}
    asked = list(questions(baskets[cut:], place))

    pairs = sorted({(row, place[item]) for row, basket in enumerate(baskets[:cut]) for item in basket})
    rows, columns = zip(*pairs)
    matrix = scipy.sparse.csr_matrix(
        (numpy.ones(len(pairs)), (rows, columns)), shape=(cut, len(items)))
    popular = numpy.asarray(matrix.sum(axis=0)).ravel()
    best = 0
    for kind in (CosineRecommender, TFIDFRecommender, BM25Recommender):
        for neighbours in (20, 50, 100, len(items)):
            model = kind(K=neighbours, num_threads=1)
            model.fit(matrix, show_progress=False)
            hits = 0
            for basket, answer in asked:
                own = [place[item] for item in basket]
                vector = scipy.sparse.csr_matrix(
                    (numpy.ones(len(own)), ([0] * len(own), own)), shape=(1, len(items)))
                ranked, scores = model.recommend(
                    0, vector, N=DEPTH, filter_already_liked_items=True)
                hits += place[answer] in ranked[scores > 0]
            show("implicit %s, K=%d" % (kind.__name__[:-11], neighbours), hits, len(asked))
            best = max(best, hits)
    order = numpy.argsort(-popular, kind="stable")
    hits = sum(
        place[answer] in [i for i in order if items[i] not in basket][:DEPTH]
        for basket, answer in asked)
    show("top sellers", hits, len(asked))

    with tempfile.TemporaryDirectory() as folder:
        orders, declared = quality.shops.groceries()
        quality.shops.write_state(sys.argv[1], folder, orders[:cut], declared)
        server = quality.Server(sys.argv[1], folder)
        at = orders[cut]["time"]
        hits = sum(
            answer in server.recommend(basket=basket, k=DEPTH, at=at) for basket, answer in asked)
        server.close()
    show("sidecart", hits, len(asked))
    print("over implicit's best: %+.1f %%" % (100 * (hits / best - 1)))


if __name__ == "__main__":
    main()
