"""Do the rules still tell of a past onboarding what was told then? Each notice of which that is not so, both ways."""

from collections import Counter
from typing import Literal

from domain.rehearsal.counterfactual import BY_OTHERS, LeftOut, PastOnboarding, why_not
from domain.rehearsal.driving import NeverAtRest
from domain.rehearsal.reliving import Relived, canonical
from domain.rules.hours import WorkingHours
from domain.team import Team
from domain.wire import Wire


class Unlike(Wire):
    """A notice that was told then and comes no more (`missing`), or comes newly (`more`).

    `occasion` is its key without the receiver: what names nobody may stand in a log.
    """

    onboarding: str
    kind: str
    occasion: str
    how: Literal["missing", "more"]


def unlike(past: PastOnboarding, team: Team, hours: WorkingHours) -> tuple[Unlike, ...] | LeftOut:
    """Where it tells something else by its own version, or versions, than it told then; empty where it does not.

    The staff is that of today: whoever has left since is told nothing, and is missing.
    """
    onboarding = past.dossier.onboarding
    if why := why_not(past.rows):
        return LeftOut(onboarding=onboarding, why=why)
    again = Relived(past.dossier, past.rows, past.dossier.playbook, team, hours, versions=past.versions)
    try:
        again.live()
    except NeverAtRest as trouble:
        return LeftOut(onboarding=onboarding, why=str(trouble))
    then = Counter((canonical(key), kind) for key, kind in past.told if kind not in BY_OTHERS)
    now = Counter((canonical(notice.key), str(notice.kind)) for notice in again.notices)
    missing, more = then - now, now - then
    return tuple(
        Unlike(onboarding=onboarding, kind=kind, occasion=_occasion(key, kind), how="missing" if missing else "more")
        for missing, differing in ((True, missing), (False, more))
        for key, kind in differing.elements()
    )


def _occasion(key: str, kind: str) -> str:
    """The key of a notice without its kind and receiver, with which it ends."""
    return key.rpartition(f"/{kind}/")[0] or key.partition("/")[0]
