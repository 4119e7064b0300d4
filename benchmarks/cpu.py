"""How much CPU does a complete onboarding cost? Worker, server and client together, warm, against the floor's.

Product and floor live through the same course (benchmarks/story.py) at the same time, on a compressed clock, each with
a real dev server, a worker and a client of its own. The product writes its SQLite store and goes through its own door;
its sender is left out, and measured separately by a third side that does the same with it, in files.

Before any is counted, each side lives one onboarding to its end: what is loaded and compiled at its first use, such as
templates and statements, a worker has for months. That one is `first` in the figures.

`telling_ratio` compares that third side, process and mails together, with a fourth that plays beside it: the floor with
an activity for each notice, as one would write it who sends each mail by one. Those do nothing; what they cost is
Temporal's part of sending. `sender_cpu_s` is less sure: it subtracts sides that play after one another.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.report import figures, middle, say, table
from benchmarks.sides import PARTS, Side, Used, play_round, up
from benchmarks.story import full_course

PRODUCT = Side(name="product", kind="product")
FLOOR = Side(name="floor", kind="floor")
SENDING = Side(name="with_sender", kind="product", sending=True)
TELLING = Side(name="floor_each_notice", kind="floor", per_person=True)


async def measure(*, onboardings: int, rounds: int, day: timedelta) -> dict[str, Any]:
    course = full_course(day)
    each = course.wall(course.length).total_seconds()
    say(f"to warm up, and {rounds} rounds of {onboardings} onboardings a side, two sides at a time; {each:.0f} s each")
    sides = (PRODUCT, FLOOR, SENDING, TELLING)
    used: dict[str, list[Used]] = {side.name: [] for side in sides}
    with tempfile.TemporaryDirectory(prefix="day90-cpu-") as folder:
        async with up(sides, course, Path(folder)) as running:
            first = await play_round(running, number=0, onboardings=1)
            for number in range(1, rounds + 1):
                # The pairs after one another: four sides at once would run late.
                for playing in (running[:2], running[2:]):
                    of_round = await play_round(playing, number=number, onboardings=onboardings)
                    for one, cost in zip(playing, of_round, strict=True):
                        used[one.side.name].append(cost)
                        say(f"round {number}, {one.side.name}: {cost.whole:.2f} CPU-s an onboarding")
    pairs = list(zip(used["product"], used["floor"], strict=True))
    telling = [
        ours.whole / floor.whole for ours, floor in zip(used["with_sender"], used["floor_each_notice"], strict=True)
    ]
    parts = {name: _parts(many) for name, many in used.items()}
    say("")
    table(
        ["CPU-s an onboarding", *parts], [[part, *(cost[part] for cost in parts.values())] for part in parts["product"]]
    )
    return {
        "cpu_ratio": middle([product.whole / floor.whole for product, floor in pairs]),
        "cpu_ratios": [product.whole / floor.whole for product, floor in pairs],
        **{f"{part}_ratio": middle([getattr(p, part) / getattr(f, part) for p, f in pairs]) for part in PARTS},
        "sender_cpu_s": parts["with_sender"]["whole"] - parts["product"]["whole"],
        "telling_ratio": middle(telling),
        "telling_ratios": telling,
        **parts,
        "first": {side.name: cost.whole for side, cost in zip(sides, first, strict=True)},
        "refused": sum(one.refused for many in used.values() for one in many),
        "latest_s": {name: max(one.latest for one in many) for name, many in used.items()},
        "slowest_s": {name: max(one.slowest for one in many) for name, many in used.items()},
        "runs": {name: middle([one.runs for one in many]) for name, many in used.items()},
        "tasks": {name: middle([one.tasks for one in many]) for name, many in used.items()},
        "onboardings": onboardings,
        "rounds": rounds,
        "day_s": day.total_seconds(),
    }


def _parts(many: Sequence[Used]) -> dict[str, float]:
    return {part: middle([getattr(one, part) for one in many]) for part in (*PARTS, "whole", "idle")}


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.cpu", description=__doc__)
    parser.add_argument("--onboardings", type=int, default=2, help="how many a side and round (default: 2)")
    parser.add_argument("--rounds", type=int, default=2, help="default: 2; one differs from the next by a tenth")
    parser.add_argument("--day", type=float, default=0.8, help="seconds that a day of the plan takes (default: 0.8)")
    options = parser.parse_args(words)
    day = timedelta(seconds=options.day)
    figures(asyncio.run(measure(onboardings=options.onboardings, rounds=options.rounds, day=day)))


if __name__ == "__main__":
    main(sys.argv[1:])
