"""May somebody vouch for a criterion of the hand-off? Figures that speak against it are named before anything is sent.

The onboarding weighs them itself, whoever tells it and by whichever way. Here whoever is at the command line or the API
hears at once what a mail would say later.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Protocol

from domain.news import CriterionAttested
from domain.record import Dossier, Figure
from domain.refusal import Refused
from domain.rules.weighing import doubts_about
from domain.team import Team
from domain.trouble import UnknownOnboarding

APPROVERS = ("cs_manager", "executive")
"""Roles of those who may approve another's word, which takes no reason of theirs."""


class Measured(Protocol):
    """What is asked of the ledger."""

    def dossier(self, onboarding: str) -> Dossier: ...

    def figures(self, onboarding: str) -> Mapping[str, Figure]: ...


def refuse_against_figures(deals: Measured, onboarding: str, news: CriterionAttested, *, team: Team) -> None:
    """Raises Refused where a figure speaks against it and no reason is given.

    Looks at targets whose days count from the close; of the others the onboarding alone knows the day.
    """
    member = team.member(news.by) if news.by else None
    if not news.holds or news.reason or (member is not None and member.role in APPROVERS):
        return
    try:
        dossier, figures = deals.dossier(onboarding), deals.figures(onboarding)
    except UnknownOnboarding:
        return
    doubts = doubts_about(
        news.criterion,
        dossier.playbook,
        figures,
        anchor_of=lambda key: dossier.deal.closed_at if key == "close" else None,
        calendar=dossier.calendar,
        on=dossier.calendar.day_of(datetime.now(UTC)),
    )
    if doubts:
        targets = {target.key: target for target in dossier.playbook.targets}
        said = ", ".join(_in_words(doubt.figure, targets[doubt.target].at_least, doubt.target) for doubt in doubts)
        raise Refused(f"is missing: {said}. Say why it holds all the same; an approver is then asked", field="reason")


def _in_words(figure: Figure, at_least: float | None, target: str) -> str:
    missed = f"less than {at_least:g}" if at_least is not None and figure.value < at_least else "too much"
    return f"{figure.metric} is {figure.value:g}, {missed} ({target})"
