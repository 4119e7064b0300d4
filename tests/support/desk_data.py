"""What do tests of the desk's data write? Onboardings as small as may be, each with what the desk shows of it."""

from typing import Any

from sqlalchemy import Engine

from domain.attention import NEEDS, Attention, Need, OpenWork
from domain.record import Writing
from store.ledger import SqlLedger
from tests.support.databases import HOUR, NOON, OWNER, deal, dossier, standing


def work(key: str = "met", **more: Any) -> OpenWork:
    """Something that the owner may do now."""
    given: dict[str, Any] = {"kind": "milestone", "person": OWNER.id, "due": NOON + HOUR, **more}
    return OpenWork(key=key, **given)


def attention(*open_work: OpenWork, need: Need = "on_track", **more: Any) -> Attention:
    given: dict[str, Any] = {
        "closed_at": NOON,
        "first": open_work[0] if open_work else None,
        "first_due": open_work[0].due if open_work and open_work[0].due else NOON,
        "done_until": None,
        "ends_by": None,
        "went_live_at": None,
        "agreed_go_live": None,
        "slip": None,
        "ahead": (),
        **more,
    }
    return Attention(rank=NEEDS.index(need), work=open_work, **given)


def drawn(
    engine: Engine, number: str, *open_work: OpenWork, account: str = "Aozora", need: Need = "on_track", **more: Any
) -> str:
    """Admit an onboarding, where it is not there yet, and write how it stands; the rest is of its standing."""
    of = dossier(deal(number, account=account))
    ledger = SqlLedger(engine)
    if ledger.kept_deal(of.onboarding) is None:
        ledger.admit(of, run="run-1")
    shown = attention(*open_work, need=need, **more.pop("shown", {}))
    ledger.write(Writing(onboarding=of.onboarding, standing=standing(**more, attention=shown)))
    return of.onboarding
