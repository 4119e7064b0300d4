"""Which messages does the team's desk send? One to the seller, who is asked for what the hand-off record lacks."""

from datetime import datetime

from domain.deal import completeness, missing_from_hand_off
from domain.notice import Notice
from domain.record import Dossier
from domain.rules.casting import SELLER, staff_person
from domain.rules.composing import Letterhead, compose
from domain.team import Team


def gaps_notice(onboarding: str, dossier: Dossier, owner: str, team: Team, *, key: str, at: datetime) -> Notice | None:
    """What is asked of the seller once more; None where the deal names none, or the record lacks nothing."""
    seller = dossier.person(SELLER)
    if seller is None or not missing_from_hand_off(dossier.deal):
        return None
    member = team.member(owner)
    letterhead = Letterhead.signed_by(
        staff_person(member, seller.language) if member else None,
        team,
        seller.language,
        account=dossier.deal.account.name,
        at=at,
        onboarding=onboarding,
    )
    facts = {
        "missing": list(missing_from_hand_off(dossier.deal, seller.language)),
        "completeness_pct": round(completeness(dossier.deal) * 100),
    }
    return compose(
        "hand_off_gaps", seller, letterhead, facts, key=key, not_before=at, staff=True, onboarding=onboarding
    )
