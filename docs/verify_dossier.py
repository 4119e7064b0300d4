#!/usr/bin/env python3
"""Is this audit dossier as day90 made it? Stand-alone: Python 3.9 or newer and nothing else.

    python3 verify_dossier.py dossier.json [--head HASH]

Exit code 0 when it verifies, 1 when it does not, 2 when it cannot be read. What is checked, and against what the hashes
alone cannot protect, stands in dossier.md beside this file. `--head` is a head that was noted before: it must be the
hash of one of the entries, or what came before it has been changed since.
"""

import argparse
import hashlib
import json
import sys

DECISIONS = {
    "milestone_reached": "approve",
    "sign_off_given": "approve",
    "sign_off_rejected": "reject",
    "milestone_waived": "waive",
    "criterion_approved": "approve",
}
PARTS = {"subject", "entries", "approvals", "length", "head", "names"}


def canonical(value):
    """RFC 8785 (JSON Canonicalization Scheme); whole numbers with all their digits."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(part) for part in value) + "]"
    if isinstance(value, float):
        return number(value)
    return json.dumps(value, ensure_ascii=False)


def number(value):
    """As ECMAScript writes a number: the shortest digits, an exponent from 1e21 and below 1e-6."""
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    digits, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = digits.partition(".")
    both = whole + ("" if fraction == "0" else fraction)
    point = int(exponent or 0) + len(whole) - (len(both) - len(both.lstrip("0")))
    both = both.strip("0")
    if len(both) <= point <= 21:
        return sign + both + "0" * (point - len(both))
    if 0 < point <= 21:
        return sign + both[:point] + "." + both[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + both
    rest = "." + both[1:] if len(both) > 1 else ""
    return sign + both[0] + rest + "e" + ("+" if point > 0 else "-") + str(abs(point - 1))


def digest(value):
    return hashlib.sha256(canonical(value).encode("utf-8")).hexdigest()


def with_versions(dossier):
    """Every entry with the version of the playbook that held when it was written: its hash, and what it signs off."""
    version = {name: dossier["subject"][name] for name in ("playbook_hash", "signed")}
    for entry in dossier["entries"]:
        yield entry, version
        data = entry["row"]["data"]
        if entry["row"]["kind"] == "playbook_changed":
            signed = {**version["signed"], **data.get("signed_by", {})}
            version = {"playbook_hash": data["to"], "signed": {key: who for key, who in signed.items() if who}}


def approval(entry, version):
    """The decision that an entry is by that version of the playbook, or None."""
    row = entry["row"]
    if row["kind"] == "scope_change_decided":
        decision = row["data"].get("decision", "")
    elif row["kind"] in DECISIONS and (row["kind"] != "milestone_reached" or row["about"] in version["signed"]):
        decision = DECISIONS[row["kind"]]
    else:
        return None
    return {
        "entry": entry["number"],
        "what": row["about"],
        "decision": decision,
        "by": row["by"],
        "via": row["via"],
        "proved": row["proved"],
        "at": row["at"],
        "recorded_at": entry["recorded_at"],
        "plan": entry["plan"],
        "playbook_hash": version["playbook_hash"],
    }


def complaints(dossier, head=None):
    """Everything that is wrong with it, a sentence each; nothing when it verifies."""
    if dossier["subject"]["format"] != "day90-dossier/1":
        return ["it is of another format than day90-dossier/1"]
    wrong = (
        ["it has parts that no dossier has: " + ", ".join(sorted(set(dossier) - PARTS))] if set(dossier) - PARTS else []
    )
    previous = digest(dossier["subject"])
    known = {previous}
    for place, entry in enumerate(dossier["entries"], 1):
        if entry["number"] != place:
            wrong.append("entry {} stands where entry {} should".format(entry["number"], place))
        if entry["previous"] != previous:
            wrong.append(f"entry {place} does not follow on what stands before it")
        previous = digest({name: value for name, value in entry.items() if name != "hash"})
        if entry["hash"] != previous:
            wrong.append(f"entry {place} is not what its hash says")
        known.add(previous)
    if dossier["head"] != previous:
        wrong.append("the head is not the hash of the last entry")
    if dossier["length"] != len(dossier["entries"]):
        wrong.append("it should have {} entries and has {}".format(dossier["length"], len(dossier["entries"])))
    decided = [approval(entry, version) for entry, version in with_versions(dossier)]
    if dossier["approvals"] != [found for found in decided if found is not None]:
        wrong.append("the approvals are not those of the entries")
    if head is not None and head.lower() not in known:
        wrong.append("the head that was noted before is the hash of none of the entries")
    return wrong


def unlike_twice(pairs):
    """An object whose names are all different: of two alike, one reader sees the first, another the second."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def main(words=None):
    parser = argparse.ArgumentParser(description="Verify an audit dossier of day90.")
    parser.add_argument("file", help="the dossier, or - for standard input")
    parser.add_argument("--head", help="a head that was noted before")
    given = parser.parse_args(words)
    try:
        if given.file == "-":
            text = sys.stdin.buffer.read().decode("utf-8")
        else:
            with open(given.file, encoding="utf-8") as file:
                text = file.read()
        dossier = json.loads(text, object_pairs_hook=unlike_twice)
        wrong = complaints(dossier, given.head)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as trouble:
        print(f"this is no dossier: {type(trouble).__name__}: {trouble}", file=sys.stderr)
        return 2
    for complaint in wrong:
        print(complaint)
    if wrong:
        print("NOT VERIFIED")
        return 1
    subject = dossier["subject"]
    print("verified: {}, {} entries, head {}".format(subject["onboarding"], dossier["length"], dossier["head"]))
    for found in dossier["approvals"]:
        version = "plan {}".format(found["plan"]["revision"]) if found["plan"] else "no plan"
        how = "recognised" if found["proved"] else "named"
        print("{at}  {decision:<8} {what} by {by} ({how}, {version})".format(how=how, version=version, **found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
