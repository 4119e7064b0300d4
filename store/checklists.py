"""Which steps of the library's checklists has a customer done? One row a step, which is gone where it is taken back."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Engine, delete, select

from domain.wire import Instant, Wire
from store.engine import read_connection, wall_clock, write_transaction
from store.rows import add
from store.tables import library_steps


class StepDone(Wire):
    """A step of a checklist that is done, for everybody of the customer; `person` has said so."""

    page: str
    step: str
    person: str
    done_at: Instant


class SqlChecklists:
    """The steps that are done, in SQL. May be shared by threads. `clock` tells wall time."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock

    def done(self, onboarding: str, page: str, step: str, *, person: str) -> None:
        """Somebody says that it is done. Who has said so first stays."""
        row = {"onboarding": onboarding, "page": page, "step": step, "person": person, "done_at": self._clock()}
        with write_transaction(self._engine) as connection:
            add(connection, library_steps, [row])

    def not_done(self, onboarding: str, page: str, step: str) -> None:
        """It is not done after all."""
        of_it = (
            (library_steps.c.onboarding == onboarding) & (library_steps.c.page == page) & (library_steps.c.step == step)
        )
        with write_transaction(self._engine) as connection:
            connection.execute(delete(library_steps).where(of_it))


def steps_done(engine: Engine, onboarding: str) -> Sequence[StepDone]:
    """Every step that is done in that onboarding, the last done first."""
    of_it = select(library_steps).where(library_steps.c.onboarding == onboarding)
    with read_connection(engine) as connection:
        rows = connection.execute(of_it.order_by(library_steps.c.done_at.desc(), library_steps.c.step)).mappings()
        return [StepDone.model_validate(dict(row)) for row in rows]


def by_page(steps: Sequence[StepDone]) -> Mapping[str, Mapping[str, StepDone]]:
    """The same by page and step."""
    pages: dict[str, dict[str, StepDone]] = {}
    for one in steps:
        pages.setdefault(one.page, {})[one.step] = one
    return pages
