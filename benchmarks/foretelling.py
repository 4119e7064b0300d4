"""How early are customers in trouble seen, and how often is there a false alarm? The table of docs/foretelling.md.

Every customer of the seeds (`benchmarks.customers`) is evaluated on each day, as with news every day, by the playbook
as it is shipped. `--tuning` takes the seeds by which rules may be tuned; by default those that are held out.
"""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.customers import DAYS, HELD_OUT_SEEDS, NOISES, TRUTHS, TUNING_SEEDS, WELL, Truth, life, plan
from benchmarks.report import figures, say
from domain.measure.flags import flags_up, is_alarm
from domain.measure.statistics import wilson

PAGE = Path(__file__).parents[1] / "docs" / "foretelling.md"
BEGINS, ENDS = "<!-- begin: written by benchmarks.foretelling -->", "<!-- end -->"
FIRST_LOOK = 7
BEFORE_GO_LIVE, AFTER_ONSET = 14, 14
"""An alarm comes in time so many days before the planned go-live; for trouble that begins late, so many after it began
at most."""
PROCESSES = 2


class Foretold(NamedTuple):
    """What was seen of one customer: the first day of an alarm, and the first day of each flag; None where never.

    `onset` is the day on which trouble began, `by` the last day on which an alarm is in time.
    """

    truth: Truth
    noise: str
    onset: int | None
    by: int | None
    alarm: int | None
    flags: Mapping[str, int]


def foretold(truth: Truth, noise: str, seed: int) -> Foretold:
    """The customer of that seed, evaluated day by day."""
    customer, first, alarm = life(truth, noise, seed), dict[str, int](), None
    for day in range(FIRST_LOOK, DAYS + 1):
        flags = flags_up(plan(), customer.on(day).course)
        for flag in flags:
            first.setdefault(flag.key, day)
        if alarm is None and is_alarm(flags):
            alarm = day
    onset = customer.onset
    by = None if onset is None else max(customer.planned_go_live - BEFORE_GO_LIVE, onset + AFTER_ONSET)
    return Foretold(truth, noise, onset, by, alarm, first)


def all_of(seeds: Iterable[int]) -> list[Foretold]:
    """Every truth at every noise, by each of the seeds."""
    each = [(truth, noise, seed) for truth in TRUTHS for noise in NOISES for seed in seeds]
    with ProcessPoolExecutor(PROCESSES) as processes:
        return list(processes.map(foretold, *zip(*each, strict=True), chunksize=20))


def page(seen: Sequence[Foretold]) -> str:
    """The tables, in Markdown."""
    return "\n".join([*_alarms(seen), "", *_of_flags(seen)])


def _alarms(seen: Sequence[Foretold]) -> list[str]:
    lines = [
        "| customers | noise | with an alarm | in time | median day, after trouble began |",
        "| --- | --- | --- | --- | --- |",
    ]
    for truth in TRUTHS:
        for noise in NOISES:
            of_it = [one for one in seen if (one.truth, one.noise) == (truth, noise)]
            alarms = [one.alarm for one in of_it if one.alarm is not None]
            in_time = "" if truth in WELL else _share(sum(map(_is_in_time, of_it)), len(of_it))
            after = [one.alarm - one.onset for one in of_it if one.alarm is not None and one.onset is not None]
            middle = f"{median(alarms):.0f}" if alarms else ""
            middle += f", {median(after):.0f}" if after else ""
            name = truth.replace("_", " ")
            lines.append(f"| {name} | {noise} | {_share(len(alarms), len(of_it))} | {in_time} | {middle} |")
    return lines


def _of_flags(seen: Sequence[Foretold]) -> list[str]:
    """For each flag: of whom it was up, how long after trouble had begun, and of how many who do well."""
    troubled = [truth for truth in TRUTHS if truth not in WELL]
    names = [truth.replace("_", " ") for truth in (*troubled, *(truth for truth in TRUTHS if truth in WELL))]
    lines = [f"| flag | {' | '.join(names)} |", f"| --- |{' --- |' * len(names)}"]
    for flag in (one.key for one in plan().red_flags if one.rule):
        cells = []
        for truth in (*troubled, *(truth for truth in TRUTHS if truth in WELL)):
            of_it = [one for one in seen if one.truth == truth]
            up = [one for one in of_it if flag in one.flags and one.flags[flag] >= (one.onset or 0)]
            days = [one.flags[flag] - one.onset for one in up if one.onset is not None]
            share = f"{100 * len(up) / len(of_it):.0f} %"
            cells.append(f"{share}, {median(days):.0f} d" if days else share)
        lines.append(f"| `{flag}` | {' | '.join(cells)} |")
    return lines


def _is_in_time(one: Foretold) -> bool:
    return one.alarm is not None and one.by is not None and one.alarm <= one.by


def _share(number: int, of: int) -> str:
    share = wilson(number, of)
    return f"{100 * share.share:.0f} % ({100 * share.least:.0f} to {100 * share.most:.0f})"


def in_figures(seen: Sequence[Foretold]) -> dict[str, float]:
    """In time of those in trouble, and false alarms of those who do well, in %, by truth."""
    results: dict[str, float] = {}
    for truth in TRUTHS:
        of_it = [one for one in seen if one.truth == truth]
        counted = [one.alarm is not None for one in of_it] if truth in WELL else [_is_in_time(one) for one in of_it]
        results[f"{truth}_{'false' if truth in WELL else 'in_time'}_pct"] = 100 * sum(counted) / len(counted)
    return results


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.foretelling", description=__doc__)
    parser.add_argument("--tuning", action="store_true", help="by the seeds that rules may be tuned by")
    parser.add_argument("--seeds", type=int, default=len(HELD_OUT_SEEDS), help="how many of them")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/foretelling.md")
    options = parser.parse_args(words)
    seeds = (TUNING_SEEDS if options.tuning else HELD_OUT_SEEDS)[: options.seeds]
    seen = all_of(seeds)
    tables = page(seen)
    say(tables)
    if options.write:
        text = PAGE.read_text(encoding="utf-8")
        head, tail = text.partition(BEGINS)[0], text.partition(ENDS)[2]
        PAGE.write_text(f"{head}{BEGINS}\n{tables}\n{ENDS}{tail}", encoding="utf-8")
    figures(in_figures(seen))


if __name__ == "__main__":
    main(sys.argv[1:])
