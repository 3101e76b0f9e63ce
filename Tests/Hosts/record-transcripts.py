#!/usr/bin/env python3
"""Writes the replies of Protocol/Transcripts anew, from what a real sidecart answers, and with them
the examples of the README, which are steps of the transcripts.

    Tests/Hosts/record-transcripts.py .build/debug/sidecart

Notes and requests stay as they are. Read the difference before you commit it: a reply that changed is a promise to
hosts that changed. What a file marks as random ($capture) or as of any order ($unordered) stays marked; a new
code or reservation is captured under a name of its own.
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "Protocol" / "Transcripts"
WIDTH = 98


def fill(value, captured):
    if isinstance(value, dict):
        if set(value) == {"$use"}:
            return captured[value["$use"]]
        return {key: fill(inner, captured) for key, inner in value.items()}
    if isinstance(value, list):
        return [fill(inner, captured) for inner in value]
    return value


def marked(found, old, captured, sent, key=""):
    """The found value with captured texts named, and with the marks of the old one."""
    if isinstance(old, dict) and set(old) == {"$unordered"} and isinstance(found, list):
        inner = [marked(value, None, captured, sent) for value in found]
        return {"$unordered": sorted(inner, key=json.dumps)}
    if isinstance(found, dict):
        old = old if isinstance(old, dict) else {}
        return {k: marked(v, old.get(k), captured, sent, k) for k, v in found.items()}
    if isinstance(found, list):
        old = old if isinstance(old, list) else []
        old = old + [None] * (len(found) - len(old))
        return [marked(v, o, captured, sent, key) for v, o in zip(found, old)]
    if not isinstance(found, str):
        return found
    names = {value: name for name, value in captured.items()}
    if found in names:
        return {"$use": names[found]}
    if key in ("code", "reservation") and found not in sent:
        name = old["$capture"] if isinstance(old, dict) and "$capture" in old else None
        if name is None or name in captured:
            name = f"{key}-{len(captured) + 1}"
        captured[name] = found
        return {"$capture": name}
    for value, name in names.items():
        found = found.replace(value, f"$use({name})")
    return found


def record(program, path):
    command = [program, "serve", "--now", "2026-03-01T10:00:00+08:00"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    captured, steps = {}, []
    for step in map(json.loads, path.read_text().splitlines()):
        if "note" not in step:
            line = step.get("line")
            if line is None:
                line = json.dumps(fill(step["request"], captured), ensure_ascii=False)
            process.stdin.write(line.encode() + b"\n")
            process.stdin.flush()
            if step["reply"] is not None:
                found = json.loads(process.stdout.readline())
                step["reply"] = marked(found, step["reply"], captured, line)
        steps.append(json.dumps(step, ensure_ascii=False, separators=(",", ":")))
    rest, _ = process.communicate()
    if rest or process.returncode != 0:
        sys.exit(f"{path.name}: left over {rest!r}, status {process.returncode}")
    path.write_text("\n".join(steps) + "\n")


def laid_out(value, indent=0, lead=0):
    """JSON in lines of at most WIDTH columns; what fits on one line stays on it."""
    text = json.dumps(value, ensure_ascii=False)
    if indent + lead + len(text) + 1 <= WIDTH or not isinstance(value, (dict, list)) or not value:
        return text
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        keys = [json.dumps(key, ensure_ascii=False) + ": " for key in value]
        parts = [k + laid_out(v, indent + 2, len(k)) for k, v in zip(keys, value.values())]
        ends = "{}"
    else:
        parts = [laid_out(v, indent + 2) for v in value]
        ends = "[]"
    lines = []
    for part in parts:
        fits = lines and "\n" not in part and "\n" not in lines[-1]
        if fits and indent + 2 + len(lines[-1]) + len(part) + 3 <= WIDTH:
            lines[-1] += ", " + part
        else:
            lines.append(part)
    return ends[0] + "\n" + ",\n".join(inner + line for line in lines) + "\n" + " " * indent + ends[1]


def renew_examples():
    """Puts the replies of the transcripts under the requests that the README shows."""
    steps = [json.loads(line) for file in FOLDER.glob("*.ndjson") for line in file.open()]

    def renewed(match):
        asked = json.loads(match[1])
        for step in steps:
            request = step.get("request")
            if isinstance(request, dict) and all(request.get(k) == v for k, v in asked.items()):
                return f"```json\n{match[1]}```\n\n```json\n{laid_out(step['reply']['result'])}\n```\n"
        sys.exit(f"README.md: no transcript has {asked}")

    path = ROOT / "README.md"
    pair = re.compile(r"```json\n(.*?)```\n\n```json\n(.*?)```\n", re.S)
    path.write_text(pair.sub(renewed, path.read_text()))


if len(sys.argv) != 2:
    sys.exit(__doc__)
for file in sorted(FOLDER.glob("*.ndjson")):
    record(sys.argv[1], file)
    print(file.name)
renew_examples()
