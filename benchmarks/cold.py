"""What does a cold cache cost? A worker's CPU when no workflow stays in memory, against the same with all in memory.

In production an onboarding wakes about once a day, so that nearly every task finds its workflow evicted and replays its
run from the start: short runs keep that cheap. Both sides are the product, on a real dev server each, and live through
the same course (benchmarks/story.py) at the same time, on a compressed clock. `--with-floor` runs the floor cold too:
what one run for everything would cost.
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

SIDES = (
    Side(name="warm", kind="product"),
    Side(name="cold", kind="product", cached=0),
    Side(name="floor_warm", kind="floor"),
    Side(name="floor_cold", kind="floor", cached=0),
)


async def measure(*, onboardings: int, rounds: int, day: timedelta, floor: bool) -> dict[str, Any]:
    course = full_course(day)
    sides = SIDES if floor else SIDES[:2]
    turns = rounds + (1 if floor else 0)
    say(f"{turns} rounds of {onboardings} onboardings a side, {course.wall(course.length).total_seconds():.0f} s each")
    used: dict[str, list[Used]] = {side.name: [] for side in sides}
    with tempfile.TemporaryDirectory(prefix="day90-cold-") as folder:
        async with up(sides, course, Path(folder)) as running:
            for number in range(turns):
                playing = running[:2] if number < rounds else running[2:]
                of_round = await play_round(playing, number=number, onboardings=onboardings)
                for one, cost in zip(playing, of_round, strict=True):
                    used[one.side.name].append(cost)
                    say(f"round {number + 1}, {one.side.name}: worker {cost.worker:.2f} CPU-s an onboarding")
    parts = {
        name: {part: middle([getattr(one, part) for one in many]) for part in PARTS} for name, many in used.items()
    }
    say("")
    table(["CPU-s an onboarding", *parts], [[part, *(cost[part] for cost in parts.values())] for part in PARTS])
    ratios = [cold.worker / warm.worker for cold, warm in zip(used["cold"], used["warm"], strict=True)]
    one_run = parts["floor_cold"]["worker"] / parts["floor_warm"]["worker"] if floor else None
    return {
        "cold_ratio": middle(ratios),
        "cold_ratios": ratios,
        "floor_cold_ratio": one_run,
        **parts,
        "refused": sum(one.refused for many in used.values() for one in many),
        "latest_s": {name: max(one.latest for one in many) for name, many in used.items()},
        "slowest_s": {name: max(one.slowest for one in many) for name, many in used.items()},
        "runs": {name: middle([one.runs for one in many]) for name, many in used.items()},
        "tasks": {name: middle([one.tasks for one in many]) for name, many in used.items()},
        "onboardings": onboardings,
        "rounds": rounds,
        "day_s": day.total_seconds(),
    }


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.cold", description=__doc__)
    parser.add_argument("--onboardings", type=int, default=1, help="how many a side and round (default: 1)")
    parser.add_argument("--rounds", type=int, default=2, help="default: 2")
    parser.add_argument("--day", type=float, default=1.0, help="seconds that a day of the plan takes (default: 1)")
    parser.add_argument("--with-floor", action="store_true", help="run the floor too, in a last round")
    options = parser.parse_args(words)
    day = timedelta(seconds=options.day)
    run = measure(onboardings=options.onboardings, rounds=options.rounds, day=day, floor=options.with_floor)
    figures(asyncio.run(run))


if __name__ == "__main__":
    main(sys.argv[1:])
