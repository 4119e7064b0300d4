"""Which versions of playbooks are kept, and what was told of a past onboarding? Reads for whoever compares versions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, func, select

from domain.notice import DIGEST
from domain.playbook import Playbook
from domain.wire import Instant, Wire
from store.confirmations import ENDED
from store.drafts import HELD
from store.engine import read_connection
from store.tables import NOT_ENDED, deals, notices, onboardings, playbooks

KEPT_VERSION = func.coalesce(
    select(playbooks.c.hash)
    .where(playbooks.c.hash == onboardings.c.playbook_hash)
    .correlate(onboardings)
    .scalar_subquery(),
    deals.c.playbook_hash,
)
"""By which version an onboarding goes, in a query of `deals` and `onboardings`. Where nothing is kept under its hash,
as of a state that an older version has made, it is that by which it began."""


def kept_versions(engine: Engine, key: str, beginning: str) -> Sequence[tuple[str, Playbook]]:
    """The kept versions of that playbook whose hash begins like that, each with its hash."""
    query = select(playbooks).where((playbooks.c.key == key) & playbooks.c.hash.startswith(beginning, autoescape=True))
    with read_connection(engine) as connection:
        rows = connection.execute(query.order_by(playbooks.c.hash)).all()
    return [(row.hash, Playbook.model_validate(row.body, extra="ignore")) for row in rows]


class UnderWay(Wire):
    """How many onboardings are under way by one version of a playbook, by its hash."""

    playbook: str
    version: str
    onboardings: int


def under_way(engine: Engine) -> Sequence[UnderWay]:
    """How many are under way by each version, playbook by playbook, the most first."""
    version = func.coalesce(onboardings.c.playbook_hash, deals.c.playbook_hash).label("version")
    counted = select(onboardings.c.playbook, version, func.count().label("onboardings"))
    counted = counted.join(deals, deals.c.onboarding == onboardings.c.onboarding).where(NOT_ENDED, version.is_not(None))
    in_order = counted.group_by("playbook", version).order_by("playbook", func.count().desc(), version)
    with read_connection(engine) as connection:
        return [UnderWay.model_validate(row) for row in connection.execute(in_order).mappings()]


class VersionUsed(Wire):
    """A version of a playbook by its hash; `began` and `latest` are when the first and last onboarding began by it.

    `onboardings` counts those that go by it now. Neither moment is known of a version by which none has begun.
    """

    version: str
    onboardings: int = 0
    began: Instant | None = None
    latest: Instant | None = None


def used_versions(engine: Engine, key: str) -> Sequence[VersionUsed]:
    """Every version of that playbook that is kept, that by which an onboarding began last first."""
    began = select(
        deals.c.playbook_hash.label("version"),
        func.min(onboardings.c.opened_at).label("began"),
        func.max(onboardings.c.opened_at).label("latest"),
    )
    began = began.join(onboardings, onboardings.c.onboarding == deals.c.onboarding).where(
        onboardings.c.playbook == key, deals.c.playbook_hash.is_not(None)
    )
    kept = select(playbooks.c.hash).where(playbooks.c.key == key).order_by(playbooks.c.hash)
    with read_connection(engine) as connection:
        hashes = connection.scalars(kept).all()
        moments = {row.version: row for row in connection.execute(began.group_by(deals.c.playbook_hash))}
    now = {one.version: one.onboardings for one in under_way(engine) if one.playbook == key}
    each = [
        VersionUsed(
            version=hashed,
            onboardings=now.get(hashed, 0),
            began=moments[hashed].began if hashed in moments else None,
            latest=moments[hashed].latest if hashed in moments else None,
        )
        for hashed in dict.fromkeys([*hashes, *moments, *now])
    ]
    return sorted(each, key=lambda one: one.latest.timestamp() if one.latest else 0.0, reverse=True)


def ended_onboardings(engine: Engine, key: str, *, ending: str | None = None) -> Sequence[str]:
    """Ids of the onboardings that went by that playbook and have ended, all or as that, in the order of their ids."""
    wanted = (onboardings.c.playbook == key) & onboardings.c.ending.is_not(None)
    if ending is not None:
        wanted &= onboardings.c.ending == ending
    with read_connection(engine) as connection:
        return list(connection.scalars(select(onboardings.c.onboarding).where(wanted).order_by("onboarding")))


def ended_between(engine: Engine, since: datetime, until: datetime) -> Sequence[str]:
    """Ids of the onboardings that ended between those moments of business time, the first to end first."""
    wanted = onboardings.c.ended_at.between(since, until)
    with read_connection(engine) as connection:
        in_order = select(onboardings.c.onboarding).where(wanted).order_by(onboardings.c.ended_at, "onboarding")
        return list(connection.scalars(in_order))


def decided_notices(engine: Engine, onboarding: str) -> Sequence[tuple[str, str]]:
    """Key and kind of every notice decided for that onboarding, sent or not; drafts that never went are left out."""
    stopped = (notices.c.state == "withdrawn") & (notices.c.reason != ENDED)
    never = (notices.c.state == HELD) | (notices.c.draft.is_not(None) & stopped)
    decided = (notices.c.onboarding == onboarding) & (notices.c.kind != DIGEST) & ~never
    query = select(notices.c.key, notices.c.kind).where(decided)
    with read_connection(engine) as connection:
        return [(row.key, row.kind) for row in connection.execute(query)]
