"""Which steps of the library's checklists has a customer done? One row a step, which is gone where it is taken back."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, func, insert, select

from domain.record import JournalRow
from domain.room.deeds import Deed
from domain.wire import Instant, Wire
from store.engine import read_connection, wall_clock, write_transaction
from store.entries import journal_row
from store.room_writes import held
from store.rows import add
from store.tables import journal, library_steps

STEP_DONE = "checklist_step_done"
STEP_TAKEN_BACK = "checklist_step_taken_back"


class StepDone(Wire):
    """A step of a checklist that is done, for everybody of the customer; `person` has said so."""

    page: str
    step: str
    person: str
    done_at: Instant


class SqlChecklists:
    """The steps that are done, in SQL, each with its row of the journal. May be shared by threads.

    `clock` tells wall time. A step's `text` stands in the journal, so that it says what was done when the page is gone.
    """

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock

    def done(self, onboarding: str, page: str, step: str, deed: Deed, *, text: str) -> None:
        """Somebody says that it is done. Who has said so first stays. Raises UnknownOnboarding."""
        row = {"onboarding": onboarding, "page": page, "step": step, "person": deed.by, "done_at": deed.at}
        with write_transaction(self._engine) as connection:
            held(connection, onboarding)
            if _is_done(connection, onboarding, page, step):
                return
            if self._noted(connection, onboarding, STEP_DONE, f"{page}/{step}", deed, text=text):
                connection.execute(insert(library_steps).values(row))

    def not_done(self, onboarding: str, page: str, step: str, deed: Deed, *, text: str) -> None:
        """Somebody says that it is not done after all. Raises UnknownOnboarding."""
        with write_transaction(self._engine) as connection:
            held(connection, onboarding)
            if not _is_done(connection, onboarding, page, step):
                return
            if self._noted(connection, onboarding, STEP_TAKEN_BACK, f"{page}/{step}", deed, text=text):
                connection.execute(delete(library_steps).where(_step(onboarding, page, step)))

    def _noted(self, connection: Connection, onboarding: str, kind: str, about: str, deed: Deed, *, text: str) -> bool:
        """Write it into the journal; false where the same form has said so before."""
        key = f"{kind}/{about}/{deed.key}"
        again = select(journal.c.seq).where((journal.c.onboarding == onboarding) & (journal.c.key == key))
        if connection.scalar(again) is not None:
            return False
        entry = JournalRow(
            key=key,
            at=deed.at,
            kind=kind,
            about=about,
            by=deed.by,
            via=deed.via,
            proved=deed.proved,
            data={"title": text},
        )
        add(connection, journal, [journal_row(onboarding, entry, now=self._clock())])
        return True


def steps_done(engine: Engine, onboarding: str) -> Sequence[StepDone]:
    """Every step that is done in that onboarding, the last done first."""
    of_it = select(library_steps).where(library_steps.c.onboarding == onboarding)
    with read_connection(engine) as connection:
        rows = connection.execute(of_it.order_by(library_steps.c.done_at.desc(), library_steps.c.step)).mappings()
        return [StepDone.model_validate(dict(row)) for row in rows]


def steps_counted(engine: Engine, page: str, steps: Collection[str], onboardings: Collection[str]) -> Mapping[str, int]:
    """How many of those steps of a page each of these onboardings has done; who has done none is left out."""
    of_them = (
        (library_steps.c.page == page) & library_steps.c.step.in_(steps) & library_steps.c.onboarding.in_(onboardings)
    )
    counted = select(library_steps.c.onboarding, func.count().label("done")).where(of_them)
    with read_connection(engine) as connection:
        rows = connection.execute(counted.group_by(library_steps.c.onboarding))
        return {row.onboarding: row.done for row in rows}


def by_page(steps: Sequence[StepDone]) -> Mapping[str, Mapping[str, StepDone]]:
    """The same by page and step."""
    pages: dict[str, dict[str, StepDone]] = {}
    for one in steps:
        pages.setdefault(one.page, {})[one.step] = one
    return pages


def _is_done(connection: Connection, onboarding: str, page: str, step: str) -> bool:
    return connection.execute(select(library_steps).where(_step(onboarding, page, step))).first() is not None


def _step(onboarding: str, page: str, step: str) -> ColumnElement[bool]:
    columns = library_steps.c
    return and_(columns.onboarding == onboarding, columns.page == page, columns.step == step)
