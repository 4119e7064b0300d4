"""How long does a rehearsal take? All shipped scenarios by two versions of a playbook, on two processes."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

from activities.calendars import public_holidays
from benchmarks.report import figures, say
from domain.rehearsal.report import rehearsal, version
from playbooks.library import Library
from playbooks.scenarios.files import load_scenarios
from starter.rehearsing import play

DAYS = 125
"""A playbook's whole length and a little more: what every scenario is watched for here."""


def measure(playbook: str, *, processes: int) -> dict[str, Any]:
    new = Library().get(playbook)
    old = new.model_copy(update={"cadences": new.cadences[1:]})
    loaded = load_scenarios(None, public_holidays)
    parts = tuple(part._replace(scenario=part.scenario.model_copy(update={"days": DAYS})) for part in loaded.parts)
    say(f"{len(parts)} scenarios of {DAYS} days by two versions of {playbook}, on {processes} processes")
    began, used = time.perf_counter(), _processor_time()
    stories, before = play([new, old], loaded._replace(parts=parts), processes=processes)
    played = time.perf_counter() - began
    result = rehearsal(
        (version(new, named="new", title="new"), new), stories, (version(old, named="old", title="old"), old), before
    )
    whole = time.perf_counter() - began
    say(f"played in {played:.1f} s, compared in {whole - played:.1f} s")
    return {
        "rehearsal_s": whole,
        "cpu_s": _processor_time() - used,
        "stories": len(stories) + len(before),
        "mails": sum(len(story.mails) for story in (*stories, *before)),
        "changed": sum(result.total(fate) for fate in ("moved", "gone", "new")),
        "load": os.getloadavg()[0],
        "processes": processes,
    }


def _processor_time() -> float:
    """Seconds of this process and of those that it waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.rehearsal", description=__doc__)
    parser.add_argument("--playbook", default="high-touch", help="default: high-touch")
    parser.add_argument("--processes", type=int, default=2, help="default: 2")
    asked = parser.parse_args(words)
    figures(measure(asked.playbook, processes=asked.processes))


if __name__ == "__main__":
    main(sys.argv[1:])
