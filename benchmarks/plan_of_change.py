"""What does planning a change of a playbook cost? CPU on the pure core for one onboarding, and the look before it."""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from benchmarks.report import figures, middle, say
from benchmarks.what_if import standing
from domain.playbook import Playbook, content_hash
from domain.rehearsal.forking import Fork
from domain.rehearsal.planning import AHEAD, plan_for


def rarer(playbook: Playbook) -> Playbook:
    """Another version, in which what comes every week comes every second one."""
    raw = playbook.model_dump(mode="json", by_alias=True)
    for cadence in raw["cadences"]:
        if cadence.get("every_weeks") == 1:
            cadence["every_weeks"] = 2
    return Playbook.model_validate(raw)


def measure(playbook: str, *, rounds: int) -> dict[str, Any]:
    now = standing(playbook)
    to = rarer(now.dossier.playbook)
    hashed = content_hash(to)

    def planned(ahead: timedelta) -> float:
        of_it = (now.state, now.dossier, now.team, now.records.fork())
        began = time.process_time()
        plan_for(*of_it, to=to, hashed=hashed, now=now.now, hours=now.hours, ahead=ahead)
        return 1000 * (time.process_time() - began)

    def turn() -> float:
        fork = Fork(now)
        began = time.process_time()
        fork.told("note", {"note": "a word"})
        return 1000 * (time.process_time() - began)

    planned(AHEAD)
    whole, look, one = [], [], []
    for _ in range(rounds):
        whole.append(planned(AHEAD))
        look.append(planned(timedelta(0)))
        one.append(turn())
    say(f"a plan {middle(whole):.0f} ms, the look right before applying {middle(look):.0f} ms")
    return {
        "plan_cpu_ms": middle(whole),
        "look_cpu_ms": middle(look),
        "turns": middle(whole) / middle(one),
        "rounds": rounds,
    }


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.plan_of_change", description=__doc__)
    parser.add_argument("--playbook", default="high-touch", help="default: high-touch")
    parser.add_argument("--rounds", type=int, default=20, help="default: 20")
    asked = parser.parse_args(words)
    figures(measure(asked.playbook, rounds=asked.rounds))


if __name__ == "__main__":
    main(sys.argv[1:])
