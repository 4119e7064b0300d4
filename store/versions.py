"""Which versions of playbooks are kept, and what was told of a past onboarding? Reads for whoever compares versions."""

from collections.abc import Sequence

from sqlalchemy import Engine, select

from domain.playbook import Playbook
from store.confirmations import ENDED
from store.drafts import HELD
from store.engine import read_connection
from store.tables import notices, onboardings, playbooks


def kept_versions(engine: Engine, key: str, beginning: str) -> Sequence[tuple[str, Playbook]]:
    """The kept versions of that playbook whose hash begins like that, each with its hash."""
    query = select(playbooks).where((playbooks.c.key == key) & playbooks.c.hash.startswith(beginning, autoescape=True))
    with read_connection(engine) as connection:
        rows = connection.execute(query.order_by(playbooks.c.hash)).all()
    return [(row.hash, Playbook.model_validate(row.body, extra="ignore")) for row in rows]


def ended_onboardings(engine: Engine, key: str, *, ending: str | None = None) -> Sequence[str]:
    """Ids of the onboardings that went by that playbook and have ended, all or as that, in the order of their ids."""
    wanted = (onboardings.c.playbook == key) & onboardings.c.ending.is_not(None)
    if ending is not None:
        wanted &= onboardings.c.ending == ending
    with read_connection(engine) as connection:
        return list(connection.scalars(select(onboardings.c.onboarding).where(wanted).order_by("onboarding")))


def decided_notices(engine: Engine, onboarding: str) -> Sequence[tuple[str, str]]:
    """Key and kind of every notice decided for that onboarding, sent or not; drafts that never went are left out."""
    stopped = (notices.c.state == "withdrawn") & (notices.c.reason != ENDED)
    never = (notices.c.state == HELD) | (notices.c.draft.is_not(None) & stopped)
    query = select(notices.c.key, notices.c.kind).where((notices.c.onboarding == onboarding) & ~never)
    with read_connection(engine) as connection:
        return [(row.key, row.kind) for row in connection.execute(query)]
