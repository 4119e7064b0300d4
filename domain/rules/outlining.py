"""How does the process look to somebody who has not signed yet? From playbook and prospect to the outline."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Literal

from domain.calendar import WorkCalendar
from domain.deal import DealClosed
from domain.drafting import draft
from domain.naming import listed, role_title
from domain.outline import Contact, Effort, Outline, OutlinedMilestone, OutlinedRole, OutlinedStage
from domain.playbook import Milestone, Playbook, RoleHours
from domain.prospect import Prospect
from domain.rules.casting import CUSTOMER_ROLES, VENDOR_ROLES, concerns_customer, roles_of
from domain.text import Language, in_language
from domain.wording import day_in_words, span_in_words

PER = {
    "week": {"en": "{} hours a week", "ja": "週{}時間"},
    "phase": {"en": "{} hours in that stage", "ja": "期間中{}時間"},
    "total": {"en": "{} hours in all", "ja": "合計{}時間"},
}
DAYS: Mapping[Language, str] = {"en": "days {}\N{EN DASH}{}", "ja": "{}〜{}日後"}
NOON = time(12)
KEY_DATES = ("kickoff", "go_live", "review")
"""The milestones that people ask for first."""


def outline(
    playbook: Playbook,
    deal: DealClosed,
    calendar: WorkCalendar,
    *,
    language: Language,
    dated: bool,
    contacts: Sequence[Contact] = (),
) -> Outline:
    """The outline of a deal's process as if it closed when it says; in day numbers alone unless `dated`.

    What we do among ourselves is no part of it: milestones of which nobody at the customer's does, decides or hears
    anything are left out, and so are the purposes of stages, which playbooks write for us.
    """
    plan = draft(playbook, deal, calendar)
    close = calendar.day_of(deal.closed_at)
    shown = [milestone for milestone in playbook.milestones if concerns_customer(milestone)]
    roles = [role for role in (*VENDOR_ROLES, *CUSTOMER_ROLES) if any(role in roles_of(other) for other in shown)]

    def placed(milestone: Milestone) -> OutlinedMilestone:
        on = plan.milestone(milestone.key).on
        signers = milestone.sign_off.by if milestone.sign_off else ()
        return OutlinedMilestone(
            title=in_language(milestone.title, language),
            day=(on - close).days,
            on=day_in_words(on, language) if dated else "",
            who=role_title(milestone.raci.responsible, language),
            ours=milestone.raci.responsible in VENDOR_ROLES,
            confirmed_by=_either(signers, language),
            done_when=in_language(milestone.done_when, language) if milestone.done_when else "",
            key_date=milestone.role in KEY_DATES,
            raci=tuple(_letters(milestone, role) for role in roles),
        )

    stages = []
    for stage in playbook.stages:
        planned = next(other for other in plan.stages if other.key == stage.key)
        from_day, to_day = max(0, (planned.opens_on - close).days), (planned.closes_on - close).days
        milestones = tuple(placed(milestone) for milestone in stage.milestones if milestone in shown)
        stages.append(
            OutlinedStage(
                title=in_language(stage.title, language),
                window=span_in_words(planned.opens_on, planned.closes_on, language)
                if dated
                else DAYS[language].format(from_day, to_day),
                from_day=from_day,
                to_day=to_day,
                milestones=milestones,
                deliverables=tuple(
                    in_language(given.title, language) for given in stage.deliverables if not given.optional
                ),
            )
        )
    return Outline(
        language=language,
        account=deal.account.name,
        close=day_in_words(close, language) if dated else "",
        last_day=max(stage.to_day for stage in stages),
        stages=tuple(stages),
        roles=tuple(OutlinedRole(title=role_title(role, language), side=_side(role)) for role in roles),
        ours=tuple(_effort(hours, playbook, language) for hours in playbook.resources if hours.side == "vendor"),
        theirs=tuple(_effort(hours, playbook, language) for hours in playbook.resources if hours.side == "customer"),
        contacts=tuple(contacts),
    )


def outline_for(
    prospect: Prospect,
    playbook: Playbook,
    calendar: WorkCalendar,
    *,
    language: Language,
    now: datetime,
    contacts: Sequence[Contact] = (),
) -> Outline:
    """The outline for a prospect who signs when expected; in day numbers alone where no day is, or it has passed."""
    today = calendar.day_of(now)
    expected = prospect.expected_close
    dated = expected is not None and expected >= today
    close = expected if expected is not None and dated else today
    deal = prospect.as_if_closed(calendar.at(close, NOON))
    # A date that was promised for another close than this one says nothing.
    if deal.go_live_by is not None and deal.go_live_by <= close:
        deal = deal.model_copy(update={"go_live_by": None})
    return outline(playbook, deal, calendar, language=language, dated=dated, contacts=contacts)


def _letters(milestone: Milestone, role: str) -> str:
    """The role's letters in the RACI table: R, A or both; otherwise C or I, or none."""
    raci = milestone.raci
    doing = ("R" if role == raci.responsible else "") + ("A" if role == raci.accountable else "")
    return doing or ("C" if role in raci.consulted else "I" if role in raci.informed else "")


def _side(role: str) -> Literal["vendor", "customer"]:
    return "customer" if role in CUSTOMER_ROLES else "vendor"


def _either(roles: Sequence[str], language: str) -> str:
    return ("または" if language == "ja" else " or ").join(role_title(role, language) for role in roles)


def _effort(hours: RoleHours, playbook: Playbook, language: str) -> Effort:
    titles = {stage.key: in_language(stage.title, language) for stage in playbook.stages}
    span = f"{hours.hours_from:g}-{hours.hours_to:g}" if hours.hours_from != hours.hours_to else f"{hours.hours_to:g}"
    span = span.replace("-", "〜" if language == "ja" else "\N{EN DASH}")
    return Effort(
        title=role_title(hours.role, language),
        duties=in_language(hours.duties, language),
        hours=PER[hours.per]["ja" if language == "ja" else "en"].format(span),
        stages=listed((titles[key] for key in hours.stages if key in titles), language),
    )
