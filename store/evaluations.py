"""How did each customer do when they were last looked at, and how week by week? And who is to be looked at now?"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, and_, bindparam, exists, func, or_, select, update

from domain.measure.customer import Customer, next_week
from domain.measure.evaluation import Due, Evaluation
from domain.measure.health import Band
from domain.news import HANDED_OVER
from domain.record import PROGRAMME_ENDED
from domain.wire import Instant, Wire
from store.engine import read_connection, write_transaction
from store.rows import Row, add_tuples, insert_into, put
from store.tables import NOT_ENDED, evaluation_weeks, evaluations, journal, onboardings

AGAIN_AFTER = timedelta(days=1)
"""The shortest time from one look to the next one for new figures: usage brings some all day long."""
OF_LAST_WEEK = and_(
    evaluation_weeks.c.onboarding == evaluations.c.onboarding, evaluation_weeks.c.week == evaluations.c.week
)
# Every page of a customer asks; building such a statement takes as long as PostgreSQL takes to answer it.
LAST_LOOK = (
    select(evaluation_weeks.c.score, evaluation_weeks.c.band, evaluation_weeks.c.alarm)
    .join(evaluations, OF_LAST_WEEK)
    .where(evaluations.c.onboarding == bindparam("onboarding"))
)
UNSCORED = 1_000.0
"""Where those without a score stand: behind all that have one."""

# An older worker writes the score of the week alone.
MISPLACED = (
    select(*(evaluation_weeks.c[name] for name in ("onboarding", "week", "score", "band", "flags")))
    .join(evaluations, OF_LAST_WEEK)
    .where(evaluations.c.place.is_distinct_from(func.coalesce(evaluation_weeks.c.score, UNSCORED)))
    .order_by(evaluations.c.onboarding)
)


class Looked(Wire):
    """An evaluation and when it was made, in the onboarding's own time. `week` is the Monday of the customer's week.

    `has_news` says that figures have come since.
    """

    onboarding: str
    at: Instant
    week: date
    evaluation: Evaluation
    has_news: bool = False


class FlagSince(Wire):
    """A red flag that was up, since which day after the close (days of pauses are not counted)."""

    key: str
    since: int


class EvaluatedWeek(Wire):
    """How a customer stood at the last look of a week. `known` is the share of the due weight that was known, 0 to 1.

    `note` says which figures of that week or before were corrected afterwards.
    """

    week: date
    at: Instant
    day: int
    playbook_hash: str
    score: float | None
    band: Band | None
    known: float | None
    alarm: bool
    flags: tuple[FlagSince, ...]
    note: str | None = None


class LastLook(NamedTuple):
    """What the head of a customer's pages says of the last evaluation; the score is None where too little is known."""

    score: float | None
    band: Band | None
    alarm: bool


class _LookBefore(NamedTuple):
    """What of the last look of a week before is compared: the score, and the keys of the flags that were up."""

    score: float | None
    flags: frozenset[str]


_EARLIER = evaluation_weeks.alias("earlier")
BEFORE = select(evaluation_weeks.c.onboarding, evaluation_weeks.c.score, evaluation_weeks.c.flags).where(
    evaluation_weeks.c.onboarding.in_(bindparam("ids", expanding=True)),
    evaluation_weeks.c.week
    == select(func.max(_EARLIER.c.week))
    .where(_EARLIER.c.onboarding == evaluation_weeks.c.onboarding, _EARLIER.c.week < bindparam("week"))
    .scalar_subquery(),
)


class SqlEvaluations:
    """The evaluations, in SQL. May be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def fresh(self, *, now: datetime, most: int, after: str = "") -> Sequence[Due]:
        """Up to `most` onboardings that are to be looked at, by id, beginning after the id `after`.

        Once in each week of the customer, at the first look after its beginning, until their success programme ends.
        While the onboarding is open sooner, but not before a day has gone by, where figures have come. `now` is wall
        time; on a compressed clock the onboarding's own time counts.
        """
        last, own = evaluations.c, onboardings.c.as_of
        week_began = or_(last.next_at <= now, last.next_at <= own)
        told = (last.news > last.looked_at_news) & or_(last.again_at <= now, last.again_at <= own)
        its_time = or_(last.at.is_(None), week_began)
        over = (journal.c.onboarding == onboardings.c.onboarding) & (journal.c.key == PROGRAMME_ENDED)
        in_programme = onboardings.c.ending.in_(sorted(HANDED_OVER)) & ~exists().where(over)
        query = (
            select(onboardings.c.onboarding, last.news)
            .join_from(onboardings, evaluations, last.onboarding == onboardings.c.onboarding, isouter=True)
            .where(
                own.is_not(None),
                onboardings.c.onboarding > after,
                or_(and_(NOT_ENDED, or_(its_time, told)), and_(in_programme, its_time)),
            )
            .order_by(onboardings.c.onboarding)
            .limit(most)
        )
        with read_connection(self._engine) as connection:
            return [Due(onboarding=row.onboarding, news=row.news or 0) for row in connection.execute(query)]

    def keep(self, looked: Iterable[tuple[Due, Customer, Evaluation]]) -> None:
        """Store evaluations in one transaction: each becomes the last one, and that of its week."""
        # In the order in which `remember_news` locks them: the database's own may differ, and with two orders each
        # could wait for the other.
        of_all = sorted(looked, key=lambda one: one[1].onboarding)
        weeks = [_week_row(customer, evaluation) for _, customer, evaluation in of_all]
        with write_transaction(self._engine) as connection:
            before = _looks_before(connection, weeks)
            last = [_last_row(*one, before.get(one[1].onboarding)) for one in of_all]
            if last:
                insert = insert_into(connection, evaluations)
                kept = {name: insert.excluded[name] for name in last[0] if name not in ("onboarding", "news")}
                connection.execute(insert.on_conflict_do_update(index_elements=["onboarding"], set_=kept), last)
            put(connection, evaluation_weeks, weeks)

    def last(self, onboarding: str) -> Looked | None:
        """The last evaluation of that onboarding; None before the first."""
        return next(iter(self.last_of([onboarding])), None)

    def last_of(self, wanted: Collection[str]) -> Sequence[Looked]:
        """The last evaluation of each of those that have one, in the order of their ids."""
        last = evaluations.c
        has_news = (last.news > last.looked_at_news).label("has_news")
        query = select(last.onboarding, last.at, last.week, last.body.label("evaluation"), has_news)
        query = query.where(last.at.is_not(None), last.onboarding.in_(list(wanted))).order_by(last.onboarding)
        with read_connection(self._engine) as connection:
            return [Looked.model_validate(row) for row in connection.execute(query).mappings()]

    def history(self, onboarding: str, *, most: int = 60) -> Sequence[EvaluatedWeek]:
        """The last `most` weeks in which that onboarding was looked at, the earliest first."""
        of_it = select(evaluation_weeks).where(evaluation_weeks.c.onboarding == onboarding)
        with read_connection(self._engine) as connection:
            newest = of_it.order_by(evaluation_weeks.c.week.desc()).limit(most)
            rows = connection.execute(newest).mappings().all()
        return [EvaluatedWeek.model_validate(row) for row in reversed(rows)]


def last_look(engine: Engine, onboarding: str) -> LastLook | None:
    """Score, band and alarm of the last evaluation of that onboarding; None before the first."""
    with read_connection(engine) as connection:
        row = connection.execute(LAST_LOOK, {"onboarding": onboarding}).one_or_none()
    return LastLook(*row) if row else None


def fill_places(engine: Engine, *, most: int) -> int:
    """Write anew where evaluations of an older worker stand in the portfolio by health; returns how many it were."""
    with write_transaction(engine) as connection:
        looks = [row._asdict() for row in connection.execute(MISPLACED.limit(most))]
        before = _looks_before(connection, looks)
        for look in looks:
            keys = {flag["key"] for flag in look["flags"]}
            place = _place(look["score"], look["band"], keys, before.get(look["onboarding"]))
            of_it = update(evaluations).where(evaluations.c.onboarding == look["onboarding"])
            connection.execute(of_it.values(place))
    return len(looks)


def remember_news(connection: Connection, told_of: Collection[str]) -> None:
    """Note, in the caller's transaction, that figures have come about those onboardings."""
    again = "(onboarding) DO UPDATE SET news = evaluations.news + 1"
    rows = [(onboarding, 1) for onboarding in sorted(told_of)]
    add_tuples(connection, evaluations, rows, otherwise=again, columns=("onboarding", "news"))


def _looks_before(connection: Connection, weeks: Sequence[Row]) -> Mapping[str, _LookBefore]:
    """Of each of these the last look of a week before, by onboarding, where there is one."""
    by_week: defaultdict[date, list[str]] = defaultdict(list)
    for row in weeks:
        by_week[row["week"]].append(row["onboarding"])
    found: dict[str, _LookBefore] = {}
    for week, ids in by_week.items():
        for onboarding, score, flags in connection.execute(BEFORE, {"ids": ids, "week": week}):
            found[onboarding] = _LookBefore(score, frozenset(flag["key"] for flag in flags))
    return found


def _last_row(due: Due, customer: Customer, evaluation: Evaluation, before: _LookBefore | None) -> Row:
    score = evaluation.score.score if evaluation.score else None
    band = evaluation.score.band if evaluation.score else None
    return {
        "onboarding": customer.onboarding,
        # Only where it is the first: what has come meanwhile must still count as not looked at.
        "news": due.news,
        "looked_at_news": due.news,
        "at": customer.now,
        "week": customer.week,
        "again_at": customer.now + AGAIN_AFTER,
        "next_at": next_week(customer.week, customer.time_zone),
        "alarm": evaluation.alarm,
        "body": evaluation,
        **_place(score, band, {flag.key for flag in evaluation.flags}, before),
    }


def _place(score: float | None, band: Band | None, flags: Set[str], before: _LookBefore | None) -> Row:
    """Where a look stands in the portfolio by health, and what has changed since the look of a week before."""
    was = before.score if before else None
    return {
        "place": UNSCORED if score is None else score,
        "band": band,
        "moved": None if score is None or was is None else score - was,
        "new_flags": bool(flags - (before.flags if before else frozenset())),
    }


def _week_row(customer: Customer, evaluation: Evaluation) -> Row:
    score = evaluation.score
    return {
        "onboarding": customer.onboarding,
        "week": customer.week,
        "at": customer.now,
        "day": evaluation.day,
        "playbook_hash": evaluation.playbook_hash,
        "score": score.score if score else None,
        "band": score.band if score else None,
        "known": score.confidence if score else None,
        "alarm": evaluation.alarm,
        "flags": [{"key": flag.key, "since": flag.since} for flag in evaluation.flags],
    }
