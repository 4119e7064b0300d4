"""Which figures are there? All that targets, red flags and the health score may name, with what each may be."""

import math
from typing import NamedTuple

from domain.refusal import Refused

A_BILLION = 1e9


class FigureKind(NamedTuple):
    """What a figure is, as a person reads it, and the least and the most that it can be.

    `counts` says that it counts events: each report of it adds to the others. Of other figures the latest holds.
    """

    meaning: str
    least: float = 0
    most: float = A_BILLION
    counts: bool = False


def _percent(meaning: str) -> FigureKind:
    return FigureKind(meaning, most=100)


def _events(meaning: str) -> FigureKind:
    return FigureKind(meaning, counts=True)


FIGURES: dict[str, FigureKind] = {
    # The product, as usage events show it.
    "licensed_users": FigureKind("seats that were bought"),
    "invited_users": FigureKind("people who were invited to the product so far"),
    "active_users": FigureKind("users of the last seven days"),
    "activation_rate": _percent("licensed users who have signed in since the close, in %"),
    "weekly_use_rate": _percent("licensed users who used it in the last seven days, in %"),
    "core_features_in_use": FigureKind("core features that enough users use", most=1000),
    "core_features_rate": _percent("core features that enough users use, in % of those there are"),
    "features_per_user": FigureKind("core features that a user uses, on average", most=1000),
    "trained_without_sign_in_pct": _percent("people who were trained and have not signed in since, in %"),
    # The course of the onboarding, as its journal shows it.
    "days_to_first_value": FigureKind("days from the close to the first value", most=10_000),
    "project_lead_silent_days": FigureKind("days without a word from the project lead", most=10_000),
    "technical_lead_silent_days": FigureKind("days without a word from the technical lead", most=10_000),
    "sponsor_silent_days": FigureKind("days without a word from the executive sponsor", most=10_000),
    "champion_silent_days": FigureKind("days without a sign of the champion", most=10_000),
    "reminders_unanswered": _events("reminders after which nothing came"),
    "milestones_late": _events("milestones that became late"),
    "days_behind": FigureKind("days by which the milestone that is furthest behind is late", most=10_000),
    "technical_issues_opened": _events("technical issues raised"),
    "scope_changes_requested": _events("changes of scope asked for"),
    "wins_shown": _events("wins recorded"),
    "executive_escalations": _events("times that the customer went to our executives"),
    "engagement_pct": _percent("what the customer's people did of what they were asked for in time, in %"),
    # Meetings and training.
    "meetings_held": _events("meetings held"),
    "meeting_invited": FigureKind("people who were invited to a meeting"),
    "meeting_attended": FigureKind("people who came to a meeting"),
    "missed_meetings": _events("meetings to which nobody of the customer came"),
    "sponsor_check_ins_missed": _events("check-ins that the executive sponsor missed"),
    "training_invited": _events("people who were invited to a training"),
    "training_present": _events("people who came to a training"),
    "attendance_pct": _percent("people who came to their training, in % of those invited"),
    "training_score": FigureKind("feedback on the training, from 1 to 5", least=1, most=5),
    # Support.
    "tickets_per_week": FigureKind("support tickets opened in the last seven days"),
    "tickets_open": FigureKind("support tickets open now"),
    "how_to_questions": _events("questions how something is done"),
    "satisfaction_score": FigureKind("satisfaction, from 1 to 5", least=1, most=5),
    "complaints": _events("complaints"),
    "nps": FigureKind("net promoter score", least=-100, most=100),
    # Results, as they were agreed in the sale.
    "main_goal_improvement": FigureKind("the main goal against its baseline, in % better", least=-A_BILLION),
    "outcomes_on_way_pct": FigureKind("the way to the main goal, in % of what was expected by now", least=-A_BILLION),
    "further_business_results": FigureKind("further results, as agreed at the kickoff", least=-A_BILLION),
    "goal_figures_reported": _events("figures about goals that the customer has reported"),
    "projected_return": FigureKind("the return that is foreseen, in %", least=-A_BILLION),
    "customer_health": _percent("the health score"),
}


def checked(metric: str, value: float) -> float:
    """The value of that figure. Raises Refused where there is no such figure, or it cannot be that."""
    kind = FIGURES.get(metric)
    if kind is None:
        raise Refused(f"there is no figure {metric!r}; there are: {', '.join(FIGURES)}", field=metric)
    if not math.isfinite(value) or not kind.least <= value <= kind.most:
        raise Refused(f"is {value:g}, and lies between {kind.least:g} and {kind.most:g}", field=metric)
    return value
