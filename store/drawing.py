"""How is the read model of an onboarding updated? Only where it has changed: mostly a row or two, often nothing.

Its parts are the stages, the milestones, the plan, the drafts that wait and the open work. Beside them stands a seal of
each, a hash of the part as last written. A part that would get the same seal again is left alone without being read:
reading it was most of what a writing cost. Of stages and milestones each row has a seal, too.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, Update, bindparam, delete, insert, select, update

from domain.plan import Plan
from domain.record import MilestoneRow, StageRow, Standing, Task, Writing
from domain.trouble import UnknownOnboarding
from store.columns import as_json, json_text
from store.drafts import rewrite
from store.rows import Row, put
from store.tables import milestones, onboardings, plans, stages
from store.work import write_work

AS_OF = "as_of"
TASK = "task"
SEAL_BYTES, ROW_SEAL_BYTES = 16, 8
READ_IN_A_DRAFT = ("draft", "key", "person", "facts", "attachment", "while_open")
OF_IT = onboardings.c.onboarding == bindparam("onboarding")
# The key itself is not locked: whoever refers to it (a receipt being written) need not wait, and cannot deadlock.
HELD = select(onboardings.c.as_of, onboardings.c.seals).where(OF_IT).with_for_update(key_share=True)


class Held(NamedTuple):
    """The read model of an onboarding while nobody else may write it: its business time, and the seals of its parts.

    Beside the seals stands the workflow task that decided what is drawn.
    """

    onboarding: str
    as_of: datetime | None
    seals: Mapping[str, str]

    def after(self, task: Task | None) -> bool | None:
        """Whether a later task of the same run has drawn it; None where the two cannot be compared."""
        number, _, run = self.seals.get(TASK, "").partition(" ")
        if task is None or run != task.run or int(number) == task.task:
            return None
        return int(number) > task.task


def hold(connection: Connection, onboarding: str) -> Held:
    """Keep others from writing about the onboarding until the end of the transaction. Raises UnknownOnboarding."""
    row = connection.execute(HELD, {"onboarding": onboarding}).one_or_none()
    if row is None:
        raise UnknownOnboarding(f"there is no onboarding {onboarding!r}")
    # After a deploy a worker of a version without seals may write beside us: then the seals belong to an older state.
    ours = row.seals is not None and row.seals[AS_OF] == _moment(row.as_of)
    return Held(onboarding, row.as_of, row.seals if ours else {})


def draw(connection: Connection, held: Held, writing: Writing, *, drafts: Sequence[Row], now: datetime) -> None:
    """Write what standing and plan change in the read model; what is None stays as it is. `now` is wall time.

    `drafts` are the rows of the outbox for what the writing holds there.
    """
    drawing = _Drawing(connection, held)
    if writing.plan is not None:
        drawing.plan(writing.plan, now=now)
    if writing.standing is not None:
        drawing.part("stages", stages, writing.standing.stages)
        drawing.part("milestones", milestones, writing.standing.milestones)
        drawing.work(writing.standing, anew=any(row.kind in ("task", "correction") for row in writing.registers))
    if drafts:
        drawing.drafts(drafts, changing=bool(writing.drafts))
    drawing.sign(writing.standing, writing.task)


class _Drawing:
    def __init__(self, connection: Connection, held: Held) -> None:
        self.connection = connection
        self.held = held
        self.seals = dict(held.seals)

    def plan(self, plan: Plan, *, now: datetime) -> None:
        if not self._changed("plan", plan):
            return
        body = as_json(plan)
        of_it = select(plans.c.revision, plans.c.body).where(plans.c.onboarding == self.held.onboarding)
        latest = self.connection.execute(of_it.order_by(plans.c.revision.desc()).limit(1)).one_or_none()
        if latest is not None and latest.body == body:
            return
        revision = 1 if latest is None else latest.revision + 1
        row = {"onboarding": self.held.onboarding, "revision": revision, "body": body, "written_at": now}
        self.connection.execute(insert(plans).values(row))

    def part(self, name: str, table: Table, parts: Sequence[StageRow] | Sequence[MilestoneRow]) -> None:
        """Write the rows that have another seal; all of them, where the seals are not of the rows that are there."""
        if not self._changed(name, parts):
            return
        of_rows, keys = f"{name}_rows", _seal([part.key for part in parts])
        seals = [_seal(part, size=ROW_SEAL_BYTES) for part in parts]
        # A worker of the version before leaves them as they are, beside a seal of the part that they do not belong to.
        of_part, of_keys, *before = self.held.seals.get(of_rows, "none none").split()
        changed: Iterable[int] = range(len(parts))
        if (of_part, of_keys) == (self.held.seals.get(name), keys):
            changed = [n for n in changed if seals[n] != before[n]]
        else:
            self.connection.execute(delete(table).where(table.c.onboarding == self.held.onboarding))
        of_it = {"onboarding": self.held.onboarding}
        put(self.connection, table, [{**of_it, "position": n, **parts[n].model_dump()} for n in changed])
        self.seals[of_rows] = " ".join([self.seals[name], keys, *seals])

    def work(self, standing: Standing, *, anew: bool) -> None:
        """Let the open work be what it is now; `anew` says that a task may have changed in the register alone."""
        if standing.attention is None:
            return
        work, owner = standing.attention.work, standing.owner
        if self._changed("work", [owner, *work]) or anew:
            write_work(self.connection, self.held.onboarding, work, owner=owner, as_of=standing.as_of)

    def drafts(self, rows: Sequence[Row], *, changing: bool) -> None:
        """Let the drafts read as they do now. Each turn moves `not_before`, which counts only once a draft is sent."""
        if self._changed("drafts", [{name: row[name] for name in READ_IN_A_DRAFT} for row in rows]) or changing:
            rewrite(self.connection, self.held.onboarding, rows)

    def sign(self, standing: Standing | None, task: Task | None) -> None:
        """Write the row of the onboarding itself, with the seals of what is written now."""
        row: dict[str, Any] = {}
        as_of = self.held.as_of
        if standing is not None:
            row = standing.model_dump(exclude={"stages", "milestones", "attention"})
            if (shown := standing.attention) is not None:
                row |= {**shown.model_dump(exclude={"work"}), "attended_as_of": standing.as_of}
            row["late_count"] = len(standing.late)
            as_of = standing.as_of
        self.seals[AS_OF] = _moment(as_of)
        if task is not None:
            self.seals[TASK] = f"{task.task} {task.run}"
        if row or self.seals != self.held.seals:
            written = row | {"seals": self.seals}
            self.connection.execute(_signing(tuple(written)), written | {"of": self.held.onboarding})

    def _changed(self, name: str, drawn: Any) -> bool:
        self.seals[name] = _seal(drawn)
        return self.seals[name] != self.held.seals.get(name)


def _seal(drawn: Any, *, size: int = SEAL_BYTES) -> str:
    return hashlib.blake2b(json_text(drawn).encode(), digest_size=size).hexdigest()


@cache
def _signing(names: tuple[str, ...]) -> Update:
    """The statement that writes these columns; built once, since building it takes as long as running it."""
    values = {name: bindparam(name, type_=onboardings.c[name].type) for name in names}
    return update(onboardings).where(onboardings.c.onboarding == bindparam("of")).values(values)


def _moment(as_of: datetime | None) -> str:
    """The same text for the same instant, in whatever zone it came."""
    return "" if as_of is None else f"{as_of.timestamp():.6f}"
