"""What does a what-if of one onboarding cost? CPU on the pure core, for what moves, and for the days ahead of it."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from activities.calendars import hours_of, public_holidays
from benchmarks.report import figures, middle, say
from domain.rehearsal.driving import Driver, opening
from domain.rehearsal.forking import Fork, Records, Standing
from domain.rehearsal.supposing import AHEAD, Supposition, told, what_if
from playbooks.library import Library
from playbooks.scenarios.files import load_scenarios

AT_DAY = 45
"""Half of the way: plan and go-live lie ahead, and much is under way."""


def standing(playbook: str) -> Standing:
    """An onboarding in which nobody has done anything for that long: more is due than in any that goes well."""
    scenarios = load_scenarios(None, public_holidays)
    deal = scenarios.parts[0].deal
    calendar = public_holidays(deal.account, years=range(deal.closed_at.year, deal.closed_at.year + 4))
    state, dossier = opening(deal, Library().get(playbook), calendar, scenarios.team, now=deal.closed_at)
    records = Records(dossier=dossier)
    driver = Driver(state, dossier, scenarios.team, records, now=deal.closed_at, hours=hours_of)
    driver.settle()
    driver.until(deal.closed_at + timedelta(days=AT_DAY))
    return Standing(state, dossier, scenarios.team, records, driver.now, hours_of)


def measure(playbook: str, *, rounds: int) -> dict[str, Any]:
    now = standing(playbook)
    go_live = now.state.playing("go_live")
    assert go_live is not None, "every playbook has one"
    supposition = Supposition(milestone=go_live.key, slips="200d")

    def asked(days: int) -> None:
        fork = Fork(now)
        kind, news = told(supposition, fork)
        what_if(fork, kind, news, days=days)

    def turn() -> None:
        fork = Fork(now)
        fork.told("note", {"note": "a word"})

    asked(AHEAD)
    moves, week, one = (
        [_cpu_ms(lambda: asked(0)) for _ in range(rounds)],
        [_cpu_ms(lambda: asked(AHEAD)) for _ in range(rounds)],
        [_cpu_ms(turn) for _ in range(rounds)],
    )
    say(
        f"what moves {middle(moves):.1f} ms, with {AHEAD} days ahead {middle(week):.1f} ms; a turn {middle(one):.1f} ms"
    )
    return {
        "what_if_cpu_ms": middle(moves),
        "with_days_ahead_cpu_ms": middle(week),
        "turns": middle(moves) / middle(one),
        "turns_with_days_ahead": middle(week) / middle(one),
        "rounds": rounds,
    }


def _cpu_ms(do: Callable[[], None]) -> float:
    began = time.process_time()
    do()
    return 1000 * (time.process_time() - began)


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.what_if", description=__doc__)
    parser.add_argument("--playbook", default="high-touch", help="default: high-touch")
    parser.add_argument("--rounds", type=int, default=20, help="default: 20")
    asked = parser.parse_args(words)
    figures(measure(asked.playbook, rounds=asked.rounds))


if __name__ == "__main__":
    main(sys.argv[1:])
