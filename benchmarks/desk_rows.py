"""What do the desk's pages show besides, of onboardings that were copied? Two weeks of health, and visits of a library.

The database makes the rows itself, of every copy: a score from 0 to 100 in each week, one or two red flags of some, and
visits of each page of the shipped library by two people of each customer.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Date, Engine, bindparam, select, text

from benchmarks.many import CLOSED
from benchmarks.report import say
from playbooks.library_pages import LibraryPages
from store.columns import Document, Moment
from store.engine import single_writes, wall_clock, write_transaction
from store.opens import count_anew
from store.tables import evaluation_weeks

FLAGS = [{"key": "usage_fell", "since": 3}, {"key": "nobody_answers", "since": 5}]
"""Of one customer of twenty in each week."""
FIRST_WEEK = date.fromisoformat(CLOSED[:10]) + timedelta(weeks=1)
WEEKS = """
INSERT INTO evaluation_weeks (onboarding, week, at, day, playbook_hash, score, band, known, alarm, flags)
SELECT onboarding, :monday, as_of, 7, playbook_hash, score,
       CASE WHEN score < 50 THEN 'red' WHEN score < 75 THEN 'amber' ELSE 'green' END, 1.0,
       n % 20 = {week}, CASE WHEN n % 20 = {week} THEN :flags ELSE :none END
FROM (SELECT n, onboarding, playbook_hash, as_of, ((n * 7919 + {week} * 331) % 1000) / 10.0 AS score
      FROM (SELECT row_number() OVER (ORDER BY onboarding) AS n, onboarding, playbook_hash, as_of
            FROM onboardings) numbered) scored
"""
LAST = """
INSERT INTO evaluations (onboarding, news, looked_at_news, at, week, alarm, place, band, moved, new_flags)
SELECT latest.onboarding, 0, 0, latest.at, latest.week, latest.alarm, latest.score, latest.band,
       latest.score - before.score, latest.alarm
FROM evaluation_weeks latest JOIN evaluation_weeks before ON before.onboarding = latest.onboarding
WHERE latest.week = :second AND before.week = :first
"""
VISITS = """
INSERT INTO library_opens (onboarding, person, page, language, first_at, last_at, times)
SELECT onboarding, id, :page, 'en', :at, :at, 1 FROM people WHERE id IN ('project_lead', 'technical_lead')
"""
TYPES = {
    "monday": Date(),
    "first": Date(),
    "second": Date(),
    "at": Moment(),
    "flags": Document(),
    "none": Document(),
    "page": None,
}


def with_more_rows(engine: Engine) -> None:
    """Write them, unless they are there."""
    with write_transaction(engine) as connection:
        if connection.execute(select(evaluation_weeks.c.week).limit(1)).first() is not None:
            return
        second = FIRST_WEEK + timedelta(weeks=1)
        for week, monday in enumerate((FIRST_WEEK, second)):
            _write(connection, WEEKS.format(week=week), monday=monday, flags=FLAGS, none=[])
        _write(connection, LAST, first=FIRST_WEEK, second=second)
        for number, page in enumerate(LibraryPages().shelf().keys):
            _write(connection, VISITS, page=page, at=wall_clock() - timedelta(days=number))
    count_anew(engine)
    with single_writes(engine).connect() as connection:
        connection.execute(text("VACUUM (ANALYZE)" if engine.dialect.name == "postgresql" else "ANALYZE"))
    say("two weeks of health, and visits of the library")


def _write(connection: Connection, statement: str, **given: Any) -> None:
    typed = [bindparam(name, value, type_=TYPES[name]) for name, value in given.items()]
    connection.execute(text(statement).bindparams(*typed))
