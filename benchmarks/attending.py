"""What does that which the desk reads add to a turn? The share of its CPU that goes into open work and what lies ahead.

A complete onboarding is lived on the pure core and written to SQLite, as often as is asked for; of each turn the CPU of
its thread is counted, and within it what decides who has something to do (`domain.rules.attending`) and what writes it
down as rows. A turn here is what the activity does: what Temporal's own parts take besides makes the share smaller.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.many import Lived
from benchmarks.report import figures, middle, table
from domain.agenda.state import Entry
from domain.rules import writing_down
from domain.rules.attending import attention
from playbooks.library import Library
from store import drawing
from store.engine import migrate, open_store
from store.work import write_work


class Stopwatch:
    """Counts calls, and the CPU of the thread that goes into them."""

    def __init__(self) -> None:
        self.calls, self.cpu_s = 0, 0.0

    def around(self, do: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any, **more: Any) -> Any:
            began = time.thread_time()
            try:
                return do(*given, **more)
            finally:
                self.calls += 1
                self.cpu_s += time.thread_time() - began

        return timed


TURNS, DECIDES, WRITES = Stopwatch(), Stopwatch(), Stopwatch()


class Timed(Lived):
    """An onboarding whose turns are timed."""

    def _take_turn(self, due: Sequence[Entry]) -> None:
        TURNS.around(super()._take_turn)(due)


def measure(*, rounds: int) -> dict[str, Any]:
    # Where each is called: by its name in that file.
    vars(writing_down)["attention"] = DECIDES.around(attention)
    vars(drawing)["write_work"] = WRITES.around(write_work)
    rows = [_round() for _ in range(rounds + 1)][1:]
    turn, decides, writes = (middle([row[number] for row in rows]) for number in range(3))
    table(("CPU-ms a turn", "turn", "decides", "writes"), [("complete onboarding", turn, decides, writes)])
    return {
        "share_pct": 100 * (decides + writes) / turn,
        "share_pct_of_rounds": [100 * (row[1] + row[2]) / row[0] for row in rows],
        "turn_cpu_ms": turn,
        "decides_cpu_ms": decides,
        "writes_cpu_ms": writes,
        "turns": TURNS.calls // (rounds + 1),
        "load": os.getloadavg()[0],
    }


def _round() -> tuple[float, float, float]:
    """CPU-ms of a turn of one complete onboarding, and of it those that decide and those that write."""
    watches = (TURNS, DECIDES, WRITES)
    calls, before = TURNS.calls, [watch.cpu_s for watch in watches]
    with tempfile.TemporaryDirectory(prefix="day90-attending-") as folder:
        url = f"sqlite:///{Path(folder) / 'day90.sqlite'}"
        migrate(url)
        engine = open_store(url)
        onboarding = Timed(engine, Library(None).get("high-touch"), "one")
        onboarding.work()
        onboarding.until_it_ends()
        engine.dispose()
    turns = TURNS.calls - calls
    turn, decides, writes = (1000 * (watch.cpu_s - began) / turns for watch, began in zip(watches, before, strict=True))
    return turn, decides, writes


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.attending", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, help="default: 10, after one that is not counted")
    figures(measure(rounds=parser.parse_args(words).rounds))


if __name__ == "__main__":
    main(sys.argv[1:])
