"""Which past onboardings are lived again, and by which version? What the store kept of each is read, one at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from activities.calendars import hours_of, public_holidays
from activities.ports import Staff
from domain.playbook import Playbook
from domain.rehearsal.checking import Unlike, unlike
from domain.rehearsal.counterfactual import LeftOut, Otherwise, PastOnboarding, otherwise
from domain.rules.admission import calendar_until
from domain.rules.closing import both_open
from domain.team import Team
from store.ledger import SqlLedger
from store.versions import decided_notices, ended_between


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


@dataclass(frozen=True, kw_only=True)
class PastLives:
    """The nightly check of the past, on the store: whether the rules still tell what they told."""

    engine: Engine
    ledger: SqlLedger
    staff: Staff

    def ended(self, *, since: datetime, until: datetime) -> Sequence[str]:
        """Ids of the onboardings that ended between those moments."""
        return ended_between(self.engine, since, until)

    def unlike(self, onboarding: str) -> Sequence[Unlike] | LeftOut:
        """Where it tells something else than it told then; why nobody can say."""
        team = self.staff()
        past = _past(self.engine, self.ledger, onboarding, team)
        return past if isinstance(past, LeftOut) else unlike(past, team, hours_of)


def _relived(engine: Engine, ledger: SqlLedger, onboarding: str, playbook: Playbook, team: Team) -> Otherwise | LeftOut:
    past = _past(engine, ledger, onboarding, team)
    return past if isinstance(past, LeftOut) else otherwise(past, playbook, team, hours_of)


def _past(engine: Engine, ledger: SqlLedger, onboarding: str, team: Team) -> PastOnboarding | LeftOut:
    past, dossier = ledger.past(onboarding), ledger.dossier(onboarding)
    if past is None:
        return LeftOut(onboarding=onboarding, why="it was never opened")
    calendar = calendar_until(dossier.calendar, dossier.deal.account, public_holidays, now=datetime.now(UTC))
    dossier = dossier.model_copy(update={"calendar": both_open(calendar, dossier.deal, ours=team.closures)})
    dossier = dossier.by(ledger.playbook(past.playbook_hash) or dossier.playbook)
    named = {row.data["to"] for row in past.rows if row.kind == "playbook_changed"}
    versions = {hashed: kept for hashed in sorted(named) if (kept := ledger.playbook(hashed)) is not None}
    return PastOnboarding(dossier, past.rows, decided_notices(engine, onboarding), versions)
