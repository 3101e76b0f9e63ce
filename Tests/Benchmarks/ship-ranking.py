"""Fits the ranker that ships, on several shops of ../shared/data, and writes it where it lives.

usage: python3 Tests/Benchmarks/ship-ranking.py SIDECART [QUESTIONS]

SIDECART is a release build. Writes Models/ranking.json and Sources/Engine/Learning/Standard/, which
hold the same trees; a test compares them. Takes about ten minutes on two cores.

The shops: Online Retail before October 2011; Ta-Feng's histories twice, since they have no dates,
once as a basket a day from the same first day on and once as a basket a week up to the same last
day; Complete Journey's first 79 days; Groceries. What each set keeps back is not touched.
"""

import collections
import csv
import datetime
import gzip
import json
import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parents[2]
data = root.parent / "shared" / "data"


def moment(days, seconds=0):
    start = datetime.datetime(2026, 1, 1)
    return (start + datetime.timedelta(days=days, seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def line(item):
    return {"item": str(item), "quantity": 1, "unit_price": 100}


def rows(name):
    with gzip.open(data / name, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def records(name):
    with gzip.open(data / name, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def online_retail():
    invoices = {}
    for row in rows("online_retail/online_retail_to_2011-10-31.csv.gz"):
        code = row["StockCode"].upper()
        if row["InvoiceNo"].startswith("C") or int(row["Quantity"]) <= 0:
            continue
        if not re.fullmatch(r"\d{5}[A-Z]*", code):
            continue
        order = invoices.setdefault(
            row["InvoiceNo"],
            {"id": row["InvoiceNo"], "time": row["InvoiceDate"] + "Z", "lines": []})
        if row["CustomerID"]:
            order["customer"] = row["CustomerID"]
        order["lines"].append(line(code))
    return [order for order in invoices.values() if order["time"] < "2011-10-01"], []


def ta_feng(is_aligned_at_end):
    orders = []
    for customer in records("nbr_tafeng/history.ndjson.gz"):
        count = len(customer["baskets"])
        for number, basket in enumerate(customer["baskets"]):
            day = 7 * (60 - count + number) if is_aligned_at_end else number
            orders.append({
                "id": f"{customer['customer']}-{number}", "customer": str(customer["customer"]),
                "time": moment(day, customer["customer"]),
                "lines": [line(item) for item in basket]})
    return orders, []


def complete_journey():
    baskets = collections.OrderedDict()
    for row in rows("complete_journey_711d/baskets_day1_79.csv.gz"):
        basket = baskets.setdefault(row["basket_id"], (row["household_key"], int(row["day"]), {}))
        basket[2][row["product_id"]] = True
    sold = {item for basket in baskets.values() for item in basket[2]}
    items = []
    for row in rows("complete_journey_711d/products.csv.gz"):
        if row["product_id"] in sold:
            path = [row["department"], row["commodity_desc"], row["sub_commodity_desc"]]
            items.append(
                {"id": row["product_id"], "category": [part for part in path if part] or ["?"]})
    orders = [
        {"id": name, "customer": basket[0], "time": moment(basket[1], number % 80_000),
         "lines": [line(item) for item in basket[2]]}
        for number, (name, basket) in enumerate(baskets.items())]
    return orders, items


def groceries():
    return [
        {"id": f"g{number:05d}", "time": moment(number // 100, number % 100 * 60),
         "lines": [line(item) for item in basket["items"]]}
        for number, basket in enumerate(records("groceries/baskets.ndjson.gz"))], []


def write_state(program, folder, orders, items):
    orders.sort(key=lambda order: (order["time"], order["id"]))
    process = subprocess.Popen(
        [program, "serve", "--state", str(folder), "--durability", "never"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    for method, field, things in (("items.put", "items", items), ("orders.put", "orders", orders)):
        for start in range(0, len(things), 500):
            request = {"jsonrpc": "2.0", "id": start, "method": method,
                       "params": {field: things[start:start + 500]}}
            process.stdin.write(json.dumps(request).encode() + b"\n")
    process.stdin.close()
    if process.wait() != 0:
        sys.exit("a state could not be written")


def wrapped(value):
    """Compact JSON in lines of at most 96 characters, broken behind commas."""
    text = json.dumps(value, separators=(",", ":"))
    lines = []
    while len(text) > 96:
        cut = text.rindex(",", 0, 96) + 1
        lines.append(text[:cut])
        text = text[cut:]
    return "\n".join(lines + [text])


def ship(ranker):
    kinds = ranker["kinds"]
    parts = [f'"{kind}":\n{wrapped(model)}' for kind, model in kinds.items()]
    (root / "Models" / "ranking.json").write_text(
        '{"features":\n' + wrapped(ranker["features"]) + ',\n"kinds":{\n'
        + ",\n".join(parts) + "\n}}\n")
    folder = root / "Sources" / "Engine" / "Learning" / "Standard"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.swift"):
        old.unlink()
    head = "// Written by Tests/Benchmarks/ship-ranking.py; Models/ranking.json holds the same.\n\n"
    sums = {}
    for kind, model in kinds.items():
        lines = wrapped(model).split("\n")
        # Files are short: as many parts as it takes.
        parts = [lines[start:start + 380] for start in range(0, len(lines), 380)]
        names = [f"{kind}{number + 1}" for number in range(len(parts))]
        sums[kind] = " + ".join(names)
        for name, part in zip(names, parts):
            (folder / f"StandardRanking+{name.capitalize()}.swift").write_text(
                f'{head}extension StandardRanking {{\n  static let {name} = #"""\n'
                + "".join(f"    {one}\n" for one in part) + '    """#\n}\n')
    (folder / "StandardRanking.swift").write_text(
        f'{head}/// The ranker that ships, as a model file has it.\nenum StandardRanking {{\n'
        '  static let features = #"""\n'
        + "".join(f"    {one}\n" for one in wrapped(ranker["features"]).split("\n"))
        + '    """#\n\n'
        + "".join(f"  static var {kind}: String {{ {sum} }}\n" for kind, sum in sums.items())
        + '\n  static var text: String {\n    #"{"features":\\#(features),"kinds":{"basket":'
        '\\#(basket),"#\n      + #""next":\\#(next),"explore":\\#(explore)}}"#\n  }\n}\n')


def main():
    program = sys.argv[1]
    questions = sys.argv[2] if len(sys.argv) > 2 else "40000"
    shops = {
        "online_retail": online_retail, "ta_feng_weekly": lambda: ta_feng(True),
        "ta_feng_daily": lambda: ta_feng(False), "complete_journey": complete_journey,
        "groceries": groceries}
    with tempfile.TemporaryDirectory() as place:
        folders = []
        for name, make in shops.items():
            folder = pathlib.Path(place) / name
            write_state(program, folder, *make())
            folders.append(str(folder))
        file = pathlib.Path(place) / "ranking.json"
        subprocess.run(
            [program, "train", "--to", str(file), "--questions", questions, *folders], check=True)
        ship(json.loads(file.read_text()))


if __name__ == "__main__":
    main()
