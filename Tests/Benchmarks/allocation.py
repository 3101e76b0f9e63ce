"""Choosing a coupon for each customer: sidecart's knapsack beside OR-Tools, on the same problems.

    python3 -m venv VENV && VENV/bin/pip install ortools
    swift build -c release --product allocation-benchmark
    VENV/bin/python Tests/Benchmarks/allocation.py

20,000 customers: the linear relaxation by GLOP, which no choice can exceed; our bound must not lie
below it, and our choice should be within 0.05 % of it. 2,000 customers: the choice itself by the
SCIP mixed integer solver with a time limit, 0.1 %. A million: ours alone, with its own bound.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get(
    "ALLOCATION_BENCHMARK", str(ROOT / ".build" / "release" / "allocation-benchmark"))


def ours(customers, options, rounds, path=None):
    arguments = [PROGRAM, str(customers), str(options), str(rounds)] + ([path] if path else [])
    result = subprocess.run(arguments, check=True, capture_output=True)
    return json.loads(result.stdout)


def solve(path, solver_name, seconds):
    """Value and seconds of another solver over the problem in the file."""
    from ortools.linear_solver import pywraplp

    solver = pywraplp.Solver.CreateSolver(solver_name)
    solver.SetTimeLimit(seconds * 1000)
    with open(path) as file:
        customers, _, bound_count, pair_count = map(int, file.readline().split())
        bounds = []
        for _ in range(bound_count):
            option, measure, limit = file.readline().split()
            bounds.append((int(option), measure, solver.Constraint(0, float(limit))))
        once = [solver.Constraint(0, 1) for _ in range(customers)]
        objective = solver.Objective()
        objective.SetMaximization()
        is_whole = solver_name != "GLOP"
        for _ in range(pair_count):
            customer, option, value, cost = map(int, file.readline().split())
            if value <= 0:
                continue
            variable = solver.IntVar(0, 1, "") if is_whole else solver.NumVar(0, 1, "")
            once[customer].SetCoefficient(variable, 1)
            objective.SetCoefficient(variable, value)
            for which, measure, row in bounds:
                if which < 0 or which == option:
                    row.SetCoefficient(variable, cost if measure == "cost" else 1)
    start = time.perf_counter()
    status = solver.Solve()
    took = time.perf_counter() - start
    is_proven = status == pywraplp.Solver.OPTIMAL
    bound = objective.Value() if is_proven else objective.BestBound()
    return objective.Value(), bound, took, is_proven


def main():
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        for customers, solver, tolerance in ((20_000, "GLOP", 0.0005), (2_000, "SCIP", 0.001)):
            path = os.path.join(folder, f"{customers}.txt")
            own = ours(customers, 20, 5, path)
            value, bound, seconds, is_proven = solve(path, solver, 240)
            missing = 1 - own["value"] / value
            print(
                f"{customers:>9} customers: {own['median_ms']:.0f} ms, gap {own['gap']:.5%} | {solver} "
                f"{seconds * 1000:.0f} ms{'' if is_proven else ' (not proven)'}, "
                f"{seconds * 1000 / own['median_ms']:.0f}x; ours is {missing:.5%} below it",
                flush=True)
            # Values are whole, so a bound may be rounded down to a whole unit.
            if own["upper_bound"] < math.floor(value * (1 - 1e-9)):
                failures.append(f"{customers}: the bound lies below {solver}'s value")
            if missing > tolerance:
                failures.append(f"{customers}: {missing:.4%} below {solver}")
    own = ours(1_000_000, 20, 3)
    print(f"1,000,000 customers: {own['median_ms']:.0f} ms, gap {own['gap']:.5%}")
    for failure in failures:
        print("FALLS SHORT", failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
