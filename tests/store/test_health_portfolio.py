"""Does the portfolio by health find the same on both databases: order, pages, changes, counts, endings?"""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, update

from domain.measure.foretold import foretold
from domain.record import Writing
from store.endings import ended_between, first_ending, lifetimes
from store.engine import write_transaction
from store.evaluations import UNSCORED, fill_places
from store.health_portfolio import alarms, changes, counts, open_corrections, page
from store.ledger import SqlLedger
from store.tables import evaluation_weeks, evaluations, registers
from tests.support import databases
from tests.support.databases import NOON, OWNER, deal, dossier, standing

database, engine = databases.database, databases.engine

MONDAY, WEEK = date(2026, 10, 5), timedelta(days=7)
BANDS = {None: None, 30.0: "red", 40.0: "red", 70.0: "amber", 90.0: "green"}


def looked(engine: Engine, number: int, *scores: float | None, flags: int = 0, ending: str = "") -> str:
    """An onboarding with a score for each week in turn; so many flags are up in its last week."""
    ledger, of = SqlLedger(engine), dossier(deal(f"{number}", account=f"Account {number}"))
    ledger.admit(of, run=f"run-{number}")
    ended: dict[str, Any] = {"ending": ending, "ended_at": NOON + 100 * WEEK / 7} if ending else {}
    ledger.write(Writing(onboarding=of.onboarding, standing=standing(**ended)))
    last = MONDAY + (len(scores) - 1) * WEEK
    with write_transaction(engine) as connection:
        for week, score in enumerate(scores):
            up = [{"key": f"flag_{flag}", "since": 3} for flag in range(flags)] if week == len(scores) - 1 else []
            row = {"onboarding": of.onboarding, "week": MONDAY + week * WEEK, "at": NOON + week * WEEK, "day": 7 * week}
            row |= {"playbook_hash": "1", "score": score, "band": BANDS[score], "known": 1.0, "alarm": flags > 1}
            connection.execute(insert(evaluation_weeks).values(**row, flags=up))
        was, now = (None, *scores)[-2:]
        told = {"news": 0, "looked_at_news": 0, "at": NOON, "week": last, "alarm": flags > 1, "new_flags": flags > 0}
        told |= {"place": UNSCORED if now is None else now, "band": BANDS[now]}
        told["moved"] = None if was is None or now is None else now - was
        connection.execute(insert(evaluations).values(onboarding=of.onboarding, **told))
    return of.onboarding


@pytest.fixture
def five(engine: Engine) -> list[str]:
    """One that fell, one that rose, one with flags, one without a score, and one that has ended."""
    return [
        looked(engine, 1, 70.0, 40.0),
        looked(engine, 2, 70.0, 90.0),
        looked(engine, 3, 30.0, 30.0, flags=2),
        looked(engine, 4, None),
        looked(engine, 5, 90.0, ending="handed_over"),
    ]


def test_the_least_healthy_come_first_page_by_page(engine: Engine, five: list[str]) -> None:
    fell, rose, flagged, unscored, _ = five

    first = page(engine, limit=3)
    second = page(engine, limit=3, after=first.after)

    assert [flagged, fell, rose] == [line.onboarding for line in first.lines]
    assert ([unscored], "") == ([line.onboarding for line in second.lines], second.after)
    assert [flagged, fell] == [line.onboarding for line in page(engine, limit=9, band="red").lines]
    assert [unscored] == [line.onboarding for line in page(engine, limit=9, band="none").lines]
    assert 3 == len(page(engine, limit=3, after="nobody's").lines)


def test_no_page_leaves_anybody_out_whom_an_older_worker_has_looked_at(engine: Engine, five: list[str]) -> None:
    """It writes the score of the week alone: the place of before stays until the next look."""
    fell, rose, flagged, unscored, _ = five
    with write_transaction(engine) as connection:
        of_week = (evaluation_weeks.c.onboarding == flagged) & (evaluation_weeks.c.week == MONDAY + WEEK)
        connection.execute(update(evaluation_weeks).where(of_week).values(score=95.0))

    first = page(engine, limit=1)
    then = page(engine, limit=9, after=first.after)

    assert [flagged, fell, rose, unscored] == [line.onboarding for line in (*first.lines, *then.lines)]


def test_what_an_older_worker_looked_at_finds_its_place_before_the_next_look(engine: Engine, five: list[str]) -> None:
    """It writes the week alone: who was never looked at before has no place then, and others keep the one of before."""
    fell, rose, flagged, *_ = five
    with write_transaction(engine) as connection:
        of_it = update(evaluations).where(evaluations.c.onboarding == flagged)
        connection.execute(of_it.values(place=None, band=None, moved=None, new_flags=None))
        connection.execute(
            update(evaluations).where(evaluations.c.onboarding == fell).values(place=70.0, band="amber", moved=None)
        )

    filled = fill_places(engine, most=1), fill_places(engine, most=9), fill_places(engine, most=9)

    assert (1, 1, 0) == filled
    assert [flagged, fell, rose] == [line.onboarding for line in page(engine, limit=3).lines]
    assert {"red": 2, "amber": 0, "green": 1, "none": 1, "alarm": 1} == counts(engine)
    assert ([fell], [flagged]) == tuple(
        [line.onboarding for line in lines] for lines in (changes(engine).down, changes(engine).flagged)
    )


def test_what_has_changed_since_the_look_before(engine: Engine, five: list[str]) -> None:
    fell, rose, flagged, _, _ = five

    seen = changes(engine)

    assert [(fell, -30)] == [(line.onboarding, line.change) for line in seen.down]
    assert [(rose, 20)] == [(line.onboarding, line.change) for line in seen.up]
    assert [(flagged, ["flag_0", "flag_1"])] == [
        (line.onboarding, [flag.key for flag in line.new_flags]) for line in seen.flagged
    ]


def test_a_change_says_since_when_also_where_nobody_looked_the_week_before(engine: Engine) -> None:
    """After a week in which nothing ran, the look before is two weeks old."""
    fell = looked(engine, 1, 70.0, 90.0, 40.0)
    with write_transaction(engine) as connection:
        connection.execute(delete(evaluation_weeks).where(evaluation_weeks.c.week == MONDAY + WEEK))

    [line] = page(engine, limit=9).lines

    assert (fell, -30, NOON) == (line.onboarding, line.change, line.before_at)


def test_bands_and_alarms_are_counted_of_what_is_under_way(engine: Engine, five: list[str]) -> None:
    assert {"red": 2, "amber": 0, "green": 1, "none": 1, "alarm": 1} == counts(engine)
    assert 0 == sum(counts(engine, owner="nobody").values())


def test_open_corrections_are_read_of_many_at_once(engine: Engine, five: list[str]) -> None:
    rows = [(five[0], "correction-1", "open"), (five[0], "correction-2", "helped"), (five[1], "correction-1", "open")]
    with write_transaction(engine) as connection:
        for onboarding, key, status in rows:
            told = {"kind": "correction", "key": key, "title": "", "status": status, "at": NOON, "data": {}}
            connection.execute(insert(registers).values(onboarding=onboarding, **told))

    found = open_corrections(engine, five)

    assert {five[0]: ["correction-1"], five[1]: ["correction-1"]} == {
        id: [row.key for row in rows] for id, rows in found.items()
    }


def test_who_left_and_who_stayed_with_the_weeks_before(engine: Engine, five: list[str]) -> None:
    left = looked(engine, 6, 40.0, 30.0, ending="churned")
    end = NOON + 100 * WEEK / 7

    ended = ended_between(engine, end - WEEK, end + WEEK)

    assert {(five[4], False), (left, True)} == {(one.onboarding, one.left) for one in ended}
    assert [("red", 1, 0), ("amber", 0, 0), ("green", 0, 1)] == [
        (band.band, band.left, band.stayed) for band in foretold(ended, days=90).bands
    ]
    assert not ended_between(engine, end + WEEK, end + 2 * WEEK)
    assert end.date() == first_ending(engine)
    assert 1 == sum(one.ended for one in lifetimes(engine, now=end))


def test_those_in_alarm_are_found_of_some_owners_alone(engine: Engine, five: list[str]) -> None:
    """Of one that has ended nobody hears any more."""
    _, _, flagged, _, _ = five
    looked(engine, 6, 30.0, flags=2, ending="churned")

    assert [flagged] == [line.onboarding for line in alarms(engine, [OWNER.id, "nobody"], limit=9)]
    assert [] == alarms(engine, ["nobody"], limit=9)
    assert [] == alarms(engine, [], limit=9)
