"""Who gets the plan once the kickoff was held, and what does it say to each of them?"""

from datetime import datetime
from typing import Any

from domain.agenda.state import MilestoneState
from domain.drafting import ROOM_TO_SIGN
from domain.rules import letters
from domain.rules.briefing import Briefing
from domain.rules.casting import concerns_customer

PLAN = "plan"
"""How its draft is named, where it waits for one of ours."""


def waits(briefing: Briefing) -> bool:
    """Whether the plan waits for one of ours to read it: nobody of the customer has it yet."""
    return briefing.state.draft(PLAN) is not None


def readers(briefing: Briefing) -> list[str]:
    """Who gets it: those who lead, those who are asked to agree to it, and those who have something to do by it.

    Else the first that they read of it would be a reminder on its day.
    """
    asked = to_agree_to(briefing)
    leads = briefing.playing("project_lead", "executive_sponsor")
    return list(dict.fromkeys([*leads, *(asked.deciders if asked else []), *_doers(briefing)]))


def _doers(briefing: Briefing) -> list[str]:
    """The customer's people who are to reach one of the milestones that are open."""
    ahead = [
        milestone
        for milestone in briefing.playbook.milestones
        if concerns_customer(milestone) and (state := briefing.state.milestone(milestone.key)) and not state.settled
    ]
    people = briefing.playing(*(milestone.raci.responsible for milestone in ahead))
    return [id for id in people if briefing.is_customer(id)]


def to_agree_to(briefing: Briefing) -> MilestoneState | None:
    """The sign-off of the plan, while it is asked for."""
    return next((one for one in briefing.state.milestones if one.of_plan and one.asked and not one.settled), None)


def asked_with_it(briefing: Briefing, to: str) -> str | None:
    """The key of the sign-off that somebody is asked for by it; None for whoever only reads it."""
    asked = to_agree_to(briefing)
    return asked.key if asked is not None and to in asked.deciders else None


def plan_to(briefing: Briefing, to: str) -> dict[str, Any]:
    """What it says to one of its readers. One of ours reads it as whoever is asked to agree to it does."""
    language, asked = briefing.language_of(to), to_agree_to(briefing)
    if asked is None or (to in readers(briefing) and to not in asked.deciders):
        return {**letters.plan_document(briefing, language), "late_by": late_by(briefing), "sign_off": False}
    return {
        **letters.plan_document(briefing, language),
        "late_by": late_by(briefing),
        "sign_off": True,
        "due": room_to_sign(briefing, asked.key),
        "deliverables": deliverables(briefing, asked.key, language),
        # Whoever has rejected it once has it: then they are asked anew, and nothing waits.
        "again": 0,
        "why": "",
        "done": [],
        "note": "",
    }


def late_by(briefing: Briefing) -> int:
    """Working days by which the kickoff was held late, as `kickoff_late_by`; 0 until it was held."""
    kickoff = briefing.state.playing("kickoff")
    return kickoff_late_by(briefing, kickoff.key, kickoff.at) if kickoff and kickoff.at else 0


def kickoff_late_by(briefing: Briefing, key: str, at: datetime) -> int:
    """Working days by which the kickoff was held late, where the plan was drafted anew because of it; else 0."""
    drafted_anew = any("late_kickoff" in reason.detail for m in briefing.plan.milestones for reason in m.reasons)
    planned = briefing.plan.milestone(key).on
    return briefing.calendar.working_days_between(planned, briefing.calendar.day_of(at)) if drafted_anew else 0


def room_to_sign(briefing: Briefing, key: str) -> str:
    """The day by which people are asked to sign: as planned, or as soon as they can where it comes late."""
    soonest = briefing.calendar.add_working_days(briefing.today, ROOM_TO_SIGN)
    return str(max(briefing.plan.milestone(key).on, soonest))


def deliverables(briefing: Briefing, key: str, language: str) -> list[str]:
    """What is signed off with that milestone, as far as the customer reads of it."""
    return [
        briefing.say(given.title, language)
        for stage in briefing.playbook.stages
        for given in stage.deliverables
        if given.milestone == key and not given.optional and given.audience == "both"
    ]
