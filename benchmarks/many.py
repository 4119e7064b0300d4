"""How does a store come to hold very many onboardings within minutes? Some are lived, the others copied.

Four onboardings are really opened and driven by the pure core: one in its first week, one whose acceptance was refused
once and is asked for again, one that is live with issues, and one that was handed over. Their rows are copied inside
the database under other ids and addresses. The playbook is high-touch, with as many milestones as are asked for. Of
journals the rows are copied that the customer's room reads.
"""

import argparse
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, Table, func, select, text

from activities.calendars import hours_of
from benchmarks.report import figures, say
from domain import agenda
from domain.agenda.state import MilestoneState
from domain.clock import Clock
from domain.playbook import CoreFeature, Playbook
from domain.rehearsal.driving import GRAIN, Driver, opening
from domain.room.signing import KINDS
from playbooks.library import Directory, Library
from store.engine import migrate, open_store, single_writes, write_transaction
from store.ledger import SqlLedger
from store.reads import open_onboardings
from store.tables import (
    deals,
    journal,
    milestones,
    onboardings,
    open_work,
    people,
    plans,
    registers,
    search_texts,
    stages,
)
from tests.support.simulation import calendar_of, deal

CLOSED = "2032-11-01T09:00:00Z"
"""A Monday, further ahead than this is run: an onboarding's own time is what its pages go by."""
OPEN_PCT = 30
"""Of a hundred, how many are under way."""
OF_EACH = 60
"""Milestones of an onboarding: of 100,000 these are six million."""
OF_A_COPY = re.compile(r"-[0-9]{7}$")
"""How the id of a copy ends."""
AT_A_TIME = 2_000
"""Copies by one transaction: few enough to tell how it goes."""
SHORTLY_BEFORE = timedelta(hours=5)
TABLES = (deals, people, onboardings, stages, milestones, registers, plans, journal, open_work, search_texts)
"""In the order in which they refer to each other."""
OTHERWISE = {
    "onboarding": "onboarding || '-' || substr(CAST(10000000 + n AS text), 2)",
    "deal_id": "deal_id || '-' || n",
    "email": "replace(email, '@', '+' || n || '@')",
    "account": "account || ' ' || n",
    "account_folded": "account_folded || ' ' || n",
    "account_domain": "n || '.' || account_domain",
    "text": "text || ' ' || n",
}
"""What a copy has otherwise, in whichever table."""
PIECES = {
    "postgresql": "pieces || ('^' || left(n::text, 1)) || ('^' || left(n::text, 2)) || array("
    "SELECT substr(n::text, i, 3) FROM generate_series(1, length(n::text) - 2) i)",
    "sqlite": "pieces || '^' || substr(n, 1, 1) || ' ^' || substr(n, 1, 2) || ' ' || substr(n, 1, 3) || ' ' ||"
    " substr(n, 2, 3) || ' '",
}
"""As `domain.pieces` takes a number apart; on SQLite one of four digits at most."""
OF_AN_OWNER = 100
"""Onboardings under way that one owner looks after: of 30,000 each of 300 has as many."""
OF_STAFF = {
    "onboardings": {"owner": "owner {staff}"},
    "open_work": {
        "owner": "owner {staff}",
        "person": "CASE WHEN side = 'vendor' THEN person {staff} ELSE person END",
    },
    "people": {"id": "CASE WHEN side = 'vendor' THEN id {staff} ELSE id END"},
}
"""Who of ours has a copy: many people, each with as many onboardings as somebody can look after."""
READ = ", ".join(f"'{kind}'" for kind in (*KINDS, "noted"))
ONLY = {
    "journal": f"kind IN ({READ})",
    "plans": "revision = (SELECT max(revision) FROM plans latest WHERE latest.onboarding = plans.onboarding)",
}
"""Which rows of a table are copied."""


class Sample(NamedTuple):
    """An onboarding that was lived; of all copies, `share_pct` are of it."""

    onboarding: str
    share_pct: float


class Lived(Driver):
    """An onboarding on the pure core, written to a real store."""

    def __init__(self, engine: Engine, playbook: Playbook, name: str) -> None:
        sold, team = deal(id=name, closed_at=CLOSED, playbook=playbook.key), Directory()()
        now = sold.closed_at + timedelta(minutes=5)
        state, dossier = opening(sold, playbook, calendar_of(sold), team, now=now, clock=Clock())
        ledger = SqlLedger(engine)
        super().__init__(state, dossier, team, ledger, now=now, hours=hours_of)
        ledger.admit(dossier, run="1")
        self.settle()

    def work(self, *, until: str = "") -> None:
        """Settle what can be settled, each some hours before it is due, up to that milestone."""
        while milestone := self._next():
            if milestone.key == until:
                return
            self.until(milestone.due - SHORTLY_BEFORE)
            if milestone.settled:
                continue
            if milestone.role == "hypercare_end":
                self.until(milestone.due + SHORTLY_BEFORE)
            elif milestone.signers:
                self.tell("sign_off", milestone=milestone.key, decision="approve", by=milestone.signers[0])
            else:
                self.tell("reach_milestone", milestone=milestone.key, by=self.state.owner)

    def until_it_ends(self) -> None:
        for criterion in self.state.unmet():
            self.tell("attest_criterion", criterion=criterion, by="project_lead")
        while not self.state.ending:
            entry = agenda.next_entry(self.state)
            assert entry is not None, f"it never ends: {self.state.unmet()}"
            self.until(entry.due + GRAIN)

    def _next(self) -> MilestoneState | None:
        waiting = [one for one in self.state.milestones if not one.settled and not self.state.gate(one)]
        return min(waiting, key=lambda one: (one.due, one.key), default=None)


def widened(playbook: Playbook, *, to: int) -> Playbook:
    """The playbook with that many milestones: those that play no role and take no signature stand in it again."""
    plain = [one.key for one in playbook.milestones if not one.role and not one.sign_off]
    more = dict.fromkeys(plain, 0)
    for number in range(max(to - len(playbook.milestones), 0)):
        more[plain[number % len(plain)]] += 1
    wider = [
        stage.model_copy(
            update={
                "milestones": tuple(
                    one if n == 0 else one.model_copy(update={"key": f"{one.key}_{n + 1}"})
                    for one in stage.milestones
                    for n in range(more.get(one.key, 0) + 1)
                )
            }
        )
        for stage in playbook.stages
    ]
    return playbook.model_copy(update={"stages": tuple(wider)})


def lived(engine: Engine, *, of_each: int = OF_EACH, features: Sequence[CoreFeature] = ()) -> Sequence[Sample]:
    """Live the onboardings that are copied afterwards, by a playbook with these core features."""
    shipped = Library(None).get("high-touch").model_copy(update={"core_features": tuple(features)})
    playbook = widened(shipped, to=of_each)
    share_pct = OPEN_PCT / 3
    young, refused, live, ended = (Lived(engine, playbook, name) for name in ("young", "refused", "live", "ended"))
    young.until(young.now + timedelta(days=4))
    refused.work(until="uat_signed_off")
    rejection = {"by": "project_lead", "decision": "reject", "reasons": ["the numbers differ", "no list of orders"]}
    refused.tell("sign_off", milestone="uat_signed_off", **rejection)
    refused.work(until="uat_signed_off")
    live.work(until="hypercare_closed")
    for issue in ("T-1", "T-2", "T-3"):
        live.tell("raise_issue", issue=issue, title="A report is slow", severity="normal")
    live.tell("resolve_issue", issue="T-1")
    live.tell("record_win", title="One list of all open orders", result="in use since today")
    ended.work()
    ended.until_it_ends()
    open_ones = [Sample(one.id, share_pct) for one in (young, refused, live)]
    return [*open_ones, Sample(ended.id, 100 - OPEN_PCT)]


def fill(engine: Engine, samples: Sequence[Sample], *, count: int) -> None:
    """Fill the store with that many copies of what was lived in it."""
    began, is_postgresql = time.monotonic(), engine.dialect.name == "postgresql"
    owners = max(count * OPEN_PCT // 100 // OF_AN_OWNER, 1)
    for sample, numbers in _batches(samples, count):
        with write_transaction(engine) as connection:
            if is_postgresql:
                # No statement of ours can refer to what is not there, and looking takes longer than writing.
                connection.execute(text("SET LOCAL session_replication_role = replica"))
                connection.execute(text("SET LOCAL synchronous_commit = off"))
            for table in TABLES:
                _copy(connection, table, sample, numbers, owners=owners)
        say(f"{numbers.stop} of {count} after {time.monotonic() - began:.0f} s")
    with single_writes(engine).connect() as connection:
        connection.execute(text("VACUUM (ANALYZE)" if is_postgresql else "ANALYZE"))
    say(f"filled after {time.monotonic() - began:.0f} s")


def copies(engine: Engine) -> Mapping[str, Sequence[str]]:
    """The copies of what is under way, by what they are copies of, in order."""
    each: dict[str, list[str]] = {}
    for id in filter(OF_A_COPY.search, open_onboardings(engine)):
        each.setdefault(id[:-8], []).append(id)
    return each


def _batches(samples: Sequence[Sample], count: int) -> Iterator[tuple[Sample, range]]:
    first = 0
    for sample in samples:
        last = first + round(count * sample.share_pct / 100)
        for begin in range(first, last, AT_A_TIME):
            yield sample, range(begin, min(begin + AT_A_TIME, last))
        first = last


def _copy(connection: Connection, table: Table, sample: Sample, numbers: range, *, owners: int) -> None:
    columns = [column.name for column in table.columns if column.name != "seq"]
    of_staff = OF_STAFF.get(table.name, {})
    otherwise = OTHERWISE | {name: value.format(staff=f"|| '-' || (n % {owners})") for name, value in of_staff.items()}
    otherwise["pieces"] = PIECES[connection.dialect.name]
    values = ", ".join(otherwise.get(name, f'"{name}"') for name in columns)
    into = ", ".join(f'"{name}"' for name in columns)
    each = "WITH RECURSIVE each(n) AS (SELECT CAST(:first AS int) UNION ALL SELECT n + 1 FROM each WHERE n < :last) "
    rows = f"SELECT * FROM {table.name} WHERE onboarding = :sample AND {ONLY.get(table.name, 'true')}"
    statement = f"INSERT INTO {table.name} ({into}) {each} SELECT {values} FROM each, ({rows}) one"
    given = {"sample": sample.onboarding, "first": numbers.start, "last": numbers.stop - 1}
    connection.execute(text(statement), given)


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.many", description=__doc__)
    parser.add_argument("url", help="postgresql://… or sqlite:///… of an empty database")
    parser.add_argument("--onboardings", type=int, default=100_000)
    parser.add_argument("--milestones", type=int, default=OF_EACH, help="of each onboarding")
    options = parser.parse_args(words)
    migrate(options.url)
    engine = open_store(options.url)
    began = time.monotonic()
    fill(engine, lived(engine, of_each=options.milestones), count=options.onboardings)
    with engine.connect() as connection:
        counted = {table.name: connection.scalar(select(func.count()).select_from(table)) for table in TABLES}
    engine.dispose()
    figures({"fill_s": time.monotonic() - began, **counted})


if __name__ == "__main__":
    main(sys.argv[1:])
