"""How are introductions stored and read back? Prospects, how each stands, and what has happened."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select, update

from domain.calendar import WorkCalendar
from domain.playbook import Playbook, content_hash
from domain.prospect import Prospect
from domain.record import IntroductionDossier, IntroductionLine, IntroductionWriting, KeptRow
from domain.text import folded
from domain.trouble import UnknownOnboarding
from store.engine import read_transaction, wall_clock, write_transaction
from store.entries import notice_row
from store.rows import Row, add
from store.tables import NOT_ENDED, introduction_journal, introductions, notices, playbooks
from store.texts import SqlTexts

OUTLIVES_IT = ("introduction_ended", "introduction_issue", "undeliverable")
"""Notices that still go after the introduction has ended: the ending itself, and issues, which the seller may need."""
NAMED_CANDIDATES = 10


class SqlIntroductions:
    """The introductions of `activities.ports`, in SQL. May be shared by threads. `clock` gives wall time."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock
        self.texts = SqlTexts(engine, clock=clock)

    def keep(self, introduction: str, prospect: Prospect) -> None:
        """Store a prospect before its introduction starts, or replace the one that is stored."""
        row = _prospect_row(prospect)
        with write_transaction(self._engine) as connection:
            add(
                connection,
                introductions,
                [{**row, "introduction": introduction, "kept_at": self._clock(), **_UNOPENED}],
            )
            of_it = introductions.c.introduction == introduction
            connection.execute(update(introductions).where(of_it).values(row))

    def kept(self, introduction: str) -> Prospect | None:
        """The prospect that a door stored; None when there is none."""
        with read_transaction(self._engine) as connection:
            of_it = introductions.c.introduction == introduction
            body = connection.scalar(select(introductions.c.body).where(of_it))
        return None if body is None else Prospect.model_validate(body, extra="ignore")

    def standing(self, introduction: str) -> IntroductionLine | None:
        """The introduction as it stands, in this round or at the end of the last; None when there is none."""
        with read_transaction(self._engine) as connection:
            query = _lines().where(introductions.c.introduction == introduction)
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _line(row)

    def admit(self, dossier: IntroductionDossier, *, run: str, begun_at: datetime) -> None:
        """Store what a round of the introduction stands on; a second call with the same run changes nothing."""
        introduction, hashed = dossier.introduction, content_hash(dossier.playbook)
        row = _prospect_row(dossier.prospect)
        with write_transaction(self._engine) as connection:
            unopened = {**row, "introduction": introduction, "kept_at": self._clock(), **_UNOPENED}
            add(connection, introductions, [unopened])
            of_it = introductions.c.introduction == introduction
            held = select(introductions.c.run).where(of_it).with_for_update()
            if connection.execute(held).one().run == run:
                return
            add(connection, playbooks, [{"hash": hashed, "key": dossier.playbook.key, "body": dossier.playbook}])
            taken = {
                **row,
                "run": run,
                "playbook": dossier.playbook.key,
                "playbook_hash": hashed,
                "calendar": dossier.calendar,
                "owner": dossier.owner,
                "status": "waiting",
                "begun_at": begun_at,
                "as_of": begun_at,
                "ending": None,
                "ended_at": None,
            }
            connection.execute(update(introductions).where(of_it).values(taken))

    def dossier(self, introduction: str) -> IntroductionDossier:
        """The introduction's prospect, playbook, calendar and owner. Raises UnknownOnboarding."""
        with read_transaction(self._engine) as connection:
            joined = select(introductions, playbooks.c.body.label("plan")).join(playbooks)
            row = connection.execute(joined.where(introductions.c.introduction == introduction)).one_or_none()
        if row is None:
            raise UnknownOnboarding(f"there is no introduction {introduction!r}")
        return IntroductionDossier(
            introduction=introduction,
            prospect=Prospect.model_validate(row.body, extra="ignore"),
            playbook=Playbook.model_validate(row.plan, extra="ignore"),
            calendar=WorkCalendar.model_validate(row.calendar),
            owner=row.owner,
        )

    def write(self, writing: IntroductionWriting) -> None:
        """Write everything that one occasion changes in one transaction; an ending withdraws notices that waited."""
        introduction, standing, now = writing.introduction, writing.standing, self._clock()
        of_it = introductions.c.introduction == introduction
        with write_transaction(self._engine) as connection:
            # A try that was given up may arrive late: it must not put the standing back.
            newer = of_it & (introductions.c.as_of <= standing.as_of)
            connection.execute(update(introductions).where(newer).values(**standing.model_dump()))
            rows = [{"introduction": introduction, **row.model_dump(), "recorded_at": now} for row in writing.journal]
            add(connection, introduction_journal, rows)
            letters = [
                {**notice_row(notice, onboarding=None, now=now), "addressee": person}
                for notice, person in writing.notices
            ]
            add(connection, notices, letters)
            if standing.ending is not None:
                _withdraw_what_waited(connection, introduction)

    def load_by_owner(self) -> Mapping[str, int]:
        """The number of open introductions of each owner, by staff handle."""
        counted = select(introductions.c.owner, func.count()).where(NOT_ENDED)
        with read_transaction(self._engine) as connection:
            rows = connection.execute(counted.group_by(introductions.c.owner)).all()
        return {owner: count for owner, count in rows if owner}

    # --- what the command line reads

    def lines(
        self, *, open_only: bool = False, owner: str | None = None, limit: int = 50
    ) -> Sequence[IntroductionLine]:
        """Up to `limit` introductions of one owner or of all: open ones by their due moment, then those that ended."""
        wanted = _lines()
        if open_only:
            wanted = wanted.where(NOT_ENDED)
        if owner is not None:
            wanted = wanted.where(introductions.c.owner == owner)
        ended = introductions.c.ending.is_not(None)
        ordered = wanted.order_by(ended, introductions.c.due, introductions.c.introduction).limit(limit)
        with read_transaction(self._engine) as connection:
            return [_line(row) for row in connection.execute(ordered).mappings()]

    def journal(self, introduction: str) -> Sequence[KeptRow]:
        """The introduction's journal, in the order of writing."""
        table = introduction_journal
        rows = select(table).where(table.c.introduction == introduction).order_by(table.c.seq)
        with read_transaction(self._engine) as connection:
            return [KeptRow.model_validate(row) for row in connection.execute(rows).mappings()]

    def resolve(self, text: str) -> str:
        """The id of the introduction with that id, that deal id, or that text in the account's name, in this order.

        Raises UnknownOnboarding when none fits or several do.
        """
        table = introductions
        named = select(table.c.introduction, table.c.account).order_by(table.c.introduction)
        ways = (
            table.c.introduction.in_([text, f"introduction-{text}"]),
            table.c.deal_id == text,
            table.c.account_folded.contains(folded(text), autoescape=True),
        )
        with read_transaction(self._engine) as connection:
            for way in ways if text.strip() else ():
                rows = connection.execute(named.where(way).limit(NAMED_CANDIDATES)).all()
                if len(rows) == 1:
                    return str(rows[0].introduction)
                if rows:
                    candidates = ", ".join(f"{row.introduction} ({row.account})" for row in rows)
                    raise UnknownOnboarding(f"{text!r} could be {candidates}")
        raise UnknownOnboarding(f"no introduction has {text!r} as its id, its deal's id or in its account's name")


_UNOPENED: Row = {"status": "opening", "owner": "", "playbook": ""}


def _prospect_row(prospect: Prospect) -> Row:
    return {
        "source": prospect.source,
        "deal_id": prospect.id,
        "account": prospect.account.name,
        "account_folded": folded(prospect.account.name),
        "body": prospect,
    }


def _lines() -> Any:
    table = introductions
    columns = [column for column in table.c if column.name in IntroductionLine.model_fields]
    return select(*columns)


def _line(row: Any) -> IntroductionLine:
    return IntroductionLine.model_validate({name: value for name, value in row.items() if value is not None})


def _withdraw_what_waited(connection: Connection, introduction: str) -> None:
    waited = (notices.c.state == "waiting") & notices.c.kind.not_in(OUTLIVES_IT)
    of_it = notices.c.onboarding.is_(None) & (notices.c.about == introduction)
    gone = update(notices).where(of_it & waited)
    connection.execute(gone.values(state="withdrawn", reason="the introduction has ended"))
