"""Which past onboardings are lived again, and by which version? What the store kept of each is read, one at a time."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine

from activities.calendars import hours_of, public_holidays
from domain.playbook import Playbook
from domain.rehearsal.counterfactual import LeftOut, Otherwise, PastOnboarding, otherwise
from domain.rules.admission import calendar_until
from domain.rules.closing import both_open
from domain.team import Team
from store.ledger import SqlLedger
from store.versions import decided_notices


def relived(
    engine: Engine,
    ledger: SqlLedger,
    onboardings: Sequence[str],
    playbook: Playbook,
    team: Team,
    *,
    done: Callable[[], None],
) -> list[Otherwise | LeftOut]:
    """Each of those onboardings by that version; `done` is called after each."""
    results: list[Otherwise | LeftOut] = []
    for onboarding in onboardings:
        results.append(_relived(engine, ledger, onboarding, playbook, team))
        done()
    return results


def _relived(engine: Engine, ledger: SqlLedger, onboarding: str, playbook: Playbook, team: Team) -> Otherwise | LeftOut:
    past, dossier = ledger.past(onboarding), ledger.dossier(onboarding)
    if past is None:
        return LeftOut(onboarding=onboarding, why="it was never opened")
    calendar = calendar_until(dossier.calendar, dossier.deal.account, public_holidays, now=datetime.now(UTC))
    dossier = dossier.model_copy(update={"calendar": both_open(calendar, dossier.deal, ours=team.closures)})
    dossier = dossier.by(ledger.playbook(past.playbook_hash) or dossier.playbook)
    named = {row.data["to"] for row in past.rows if row.kind == "playbook_changed"}
    versions = {hashed: kept for hashed in sorted(named) if (kept := ledger.playbook(hashed)) is not None}
    told = decided_notices(engine, onboarding)
    return otherwise(PastOnboarding(dossier, past.rows, told, versions), playbook, team, hours_of)
