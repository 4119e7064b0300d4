"""What stands in a message? The longer contents: the plan, the hand-off record, the status, in one language."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from operator import itemgetter
from typing import Any

from domain.agenda.picture import late, status, status_of_plan
from domain.agenda.state import MilestoneState
from domain.baseline import slips
from domain.deal import completeness, missing_from_hand_off
from domain.measure import in_words
from domain.measure.evaluation import HEALTH
from domain.measure.targets import TargetSeen
from domain.measure.use import OF_INVITED, OF_USE
from domain.naming import listed, role_title
from domain.playbook import Edition, Milestone, Role
from domain.record import RegisterRow
from domain.rules.briefing import Briefing
from domain.rules.casting import VENDOR_ROLES, concerns_customer
from domain.text import Text, placeholders
from domain.wording import custom_in_words, reasons_in_words, rhythm_in_words, span_in_words

QUARTERLY = 3
"""From this many months on a programme's meetings have the executive sponsor, too (SS-06: review and planning)."""
NEXT_SHOWN = 5
"""So many next milestones fit a message; the plan has them all."""
Facts = dict[str, Any]


def titled(briefing: Briefing, milestones: list[MilestoneState], language: str) -> list[Facts]:
    return [
        {
            "title": briefing.title(milestone.key, language),
            "due": briefing.due_on(milestone.key),
            "days": days_late(briefing, milestone),
        }
        for milestone in milestones
    ]


def among_us(briefing: Briefing) -> set[str]:
    """Keys of the milestones that are our own work: reports to a customer leave them out, as the plan does."""
    return {milestone.key for milestone in briefing.playbook.milestones if not concerns_customer(milestone)}


def days_late(briefing: Briefing, milestone: MilestoneState) -> int:
    """Working days since due, 0 or less when it is not overdue."""
    return briefing.calendar.working_days_between(briefing.calendar.day_of(milestone.due), briefing.today)


def reported_to(briefing: Briefing) -> set[str]:
    """Ids of those at the customer's whom a report tells what was reached, week by week or month by month."""
    reports = [
        one for one in briefing.playbook.cadences if one.goes_out and (one.kind == "status_report" or one.figures)
    ]
    return {id for one in reports for id in briefing.playing(*one.with_) if briefing.is_customer(id)}


def reported_weekly(briefing: Briefing) -> set[str]:
    """Ids of those at the customer's who get a report every week: letters to them travel in it."""
    reports = [one for one in briefing.playbook.cadences if one.goes_out and one.kind == "status_report"]
    weekly = [one for one in reports if one.every_weeks == 1]
    return {id for one in weekly for id in briefing.playing(*one.with_) if briefing.is_customer(id)}


def upcoming(briefing: Briefing, language: str, *, without: Collection[str] = ()) -> list[Facts]:
    """The next open milestones by date, but for those whose keys are in `without`."""
    ahead = [
        milestone
        for milestone in briefing.state.milestones
        if not milestone.settled and milestone.due >= briefing.now and milestone.key not in without
    ]
    return titled(briefing, sorted(ahead, key=lambda milestone: milestone.due)[:NEXT_SHOWN], language)


def overdue(briefing: Briefing, language: str, *, without: Collection[str] = ()) -> list[Facts]:
    """What is late, but for those whose keys are in `without`; `ours` where nobody of the customer's could do it."""
    keys = set(late(briefing.state, briefing.now)) - set(without)
    found = [milestone for milestone in briefing.state.milestones if milestone.key in keys]
    return [
        {**facts, "ours": True} if _is_ours(briefing, milestone) else facts
        for facts, milestone in zip(titled(briefing, found, language), found, strict=True)
    ]


def _is_ours(briefing: Briefing, milestone: MilestoneState) -> bool:
    """Whether one of ours does it, and nobody of the customer's signs it."""
    written = briefing.playbook.milestone(milestone.key)
    return written is not None and not milestone.signers and written.raci.responsible in VENDOR_ROLES


def introduction(briefing: Briefing, language: str) -> Facts:
    roles: tuple[Role, ...] = ("csm", "implementation_specialist", "technical_resource", "training_lead")
    team = []
    for hours in briefing.playbook.resources:
        if hours.role in roles:
            person = briefing.person(briefing.playing(hours.role)[0])
            if person is not None:
                role = role_title(hours.role, language)
                name = briefing.name(person.id, language)
                team.append({"name": name, "role": role, "does": briefing.say(hours.duties, language)})
    return {
        "seller_name": briefing.deal.seller.name if briefing.deal.seller else "",
        "team": team,
        "products": list(briefing.deal.products),
        "problem": briefing.deal.problem or "",
        "kickoff_due": _due_of(briefing, "kickoff"),
        "go_live_due": _due_of(briefing, "go_live"),
        "review_due": _due_of(briefing, "review"),
        "review_day": briefing.playbook.hand_off.earliest_day,
        "in_writing": in_writing(briefing),
    }


def introduction_to(briefing: Briefing, person: str) -> Facts:
    """Who takes over from the sale; whoever was no part of the sale is met for the first time."""
    language = briefing.language_of(person)
    facts = {
        **introduction(briefing, language),
        "kickoff_part": _part_in_kickoff(briefing, person),
        "leads": briefing.called(briefing.playing("project_lead"), language),
    }
    new = any(one.id == person and not one.in_sale for one in briefing.deal.stakeholders)
    return {**facts, "stranger": True} if new else facts


def _part_in_kickoff(briefing: Briefing, person: str) -> str:
    """What somebody has to do with the kickoff: they lead, they come, or they only hear of it."""
    kickoff = briefing.playbook.playing("kickoff")
    if kickoff is None or not briefing.playing("project_lead"):
        return ""
    if any(briefing.are_one(person, id) for id in briefing.playing("project_lead")):
        return "leads"
    raci = kickoff.raci
    comes = briefing.playing(raci.responsible, raci.accountable, *raci.consulted)
    return "comes" if person in comes and not in_writing(briefing) else "hears"


def _due_of(briefing: Briefing, role: str) -> str:
    milestone = briefing.state.playing(role)
    return briefing.due_on(milestone.key) if milestone and not briefing.is_past(milestone.key) else ""


def in_writing(briefing: Briefing) -> bool:
    """Whether the kickoff is a letter that is answered, and no meeting."""
    return briefing.playbook.kickoff.held == "in_writing"


def hand_off_record(briefing: Briefing, language: str) -> Facts:
    """Everything that the sale knew, for the new owner (HO-01 to HO-12), and questions to ourselves (LP-2, LP-6)."""
    deal = briefing.deal
    champion = next((person.name for person in deal.stakeholders if person.id == deal.champion), "")
    risks = sorted(briefing.playbook.risks, key=lambda risk: -risk.probability * risk.impact)
    return {
        "products": list(deal.products),
        "problem": deal.problem or "",
        "present_state": deal.present_state or "",
        "success_metrics": [
            {"name": m.name, "baseline": m.baseline or "", "target": m.target or "", "by_day": m.by_day or ""}
            for m in deal.success_metrics
        ],
        "near_term": [{"what": near.what, "on": str(near.on)} for near in deal.near_term],
        "stakeholders": [
            {"id": p.id, "name": p.name, "email": p.email, "role": role_title(p.role, language)} for p in deal.contacts
        ],
        "notes": [{"by": note.by or "", "text": note.text} for note in deal.notes],
        "crm_url": deal.crm_url or "",
        "sow_url": deal.sow_url or "",
        "roi_method": deal.roi_method or "",
        "quick_wins": [win.model_dump(include={"what", "visibility", "effort"}) for win in deal.quick_wins],
        "champion": champion,
        "custom": [{"name": name, "value": value} for name, value in custom_in_words(deal.custom, language)],
        "preparation": [briefing.say(text, language) for text in briefing.playbook.kickoff.preparation],
        **hand_off_gaps(briefing, language),
        "in_writing": in_writing(briefing),
        "milestones": titled(briefing, sorted(briefing.state.milestones, key=lambda one: one.due), language),
        "risks": [{"title": briefing.say(r.title, language), "score": r.probability * r.impact} for r in risks],
    }


def hand_off_gaps(briefing: Briefing, language: str) -> Facts:
    """What the seller is asked for (A3)."""
    return {
        "missing": list(missing_from_hand_off(briefing.deal, language)),
        "completeness_pct": round(completeness(briefing.deal) * 100),
    }


def plan_document(briefing: Briefing, language: str) -> Facts:
    """The plan with its reasons and the communication schedule (TIP-1, TIP-2, ST1 deliverables).

    What we do among ourselves is no part of it, and what nothing sends is not promised: the customer reads it. Who has
    which part stands in the room: in a mail it was twice as long as all else. A date has its reasons where it is
    another than the plan's own day, and not only because that is on a weekend, or what it waits for is later. The
    window of a stage is that of its dates, since the playbook's own words hold for no deal whose plan was stretched or
    moved.
    """
    titles = {milestone.key: briefing.say(milestone.title, language) for milestone in briefing.playbook.milestones}
    hidden = among_us(briefing)
    windows = {stage.key: stage for stage in briefing.plan.stages}
    stages = [
        {
            "title": briefing.say(stage.title, language),
            "window": span_in_words(windows[stage.key].opens_on, windows[stage.key].closes_on, language),
            "milestones": [
                {
                    "title": titles[milestone.key],
                    **_day_in_plan(briefing, milestone.key, titles, language),
                    "responsible": _who_acts(briefing, milestone, language),
                }
                for milestone in sorted(stage.milestones, key=lambda one: briefing.plan.milestone(one.key).on)
                if milestone.key not in hidden
            ],
        }
        for stage in briefing.playbook.stages
    ]
    schedule = [
        {
            "title": briefing.say(cadence.title, language),
            "rhythm": rhythm_in_words(weeks=cadence.every_weeks, months=cadence.every_months, language=language),
            "with": listed((role_title(role, language) for role in cadence.with_), language),
            "minutes": cadence.minutes or "",
        }
        for cadence in briefing.playbook.cadences
        if not set(cadence.with_) <= set(VENDOR_ROLES) and cadence.goes_out
    ]
    stages = [stage for stage in stages if stage["milestones"]]
    return {"stages": stages, "schedule": schedule, "days_guessed": briefing.calendar.guessed}


def _day_in_plan(briefing: Briefing, key: str, titles: dict[str, str], language: str) -> Facts:
    """When a milestone is due, and why; of one that was reached, when it was: the plan's day says no more of it."""
    milestone = briefing.state.milestone(key)
    if milestone is None or milestone.status != "reached" or milestone.at is None:
        return {"due": briefing.due_on(key), "reasons": _reasons(briefing, key, titles, language)}
    return {"due": str(briefing.calendar.day_of(milestone.at)), "reasons": [], "done": True}


def _who_acts(briefing: Briefing, milestone: Milestone, language: str) -> str:
    """Who signs it, else who does it: as the room and the desk have it."""
    there = briefing.state.milestone(milestone.key)
    signers = there.signers if there is not None and milestone.sign_off is not None else []
    return briefing.called(signers, language) or _names(briefing, language, milestone.raci.responsible)


def _reasons(briefing: Briefing, key: str, titles: dict[str, str], language: str) -> list[str]:
    reasons = briefing.plan.milestone(key).reasons
    as_planned = all(reason.kind in ("counted", "after") or reason.is_weekend for reason in reasons)
    return [] if as_planned else reasons_in_words(reasons, titles, language)


def _names(briefing: Briefing, language: str, *roles: Role) -> str:
    return briefing.called(briefing.playing(*roles), language)


def status_report(briefing: Briefing, to: str, *, since: date) -> Facts:
    """How it stands: done, next, late, open (TIP-3), and how far from the plan as agreed.

    What we think of risks is for the staff alone, but for those of which the playbook says otherwise. Customers read
    how the plan stands, with their figures beside their targets; that those make it behind is said among us.
    """
    language = briefing.language_of(to)
    person = briefing.person(to)
    state = briefing.state
    for_staff = person is not None and person.side == "vendor"
    hidden = set() if for_staff else among_us(briefing)
    reached = _reached_since(briefing, since)
    shown = {risk.key for risk in briefing.playbook.risks if risk.audience == "both"}
    risks = [row for row in briefing.registers if row.kind == "risk" and row.status == "open"]
    risks = [row for row in risks if for_staff or row.key in shown]
    scored = sorted(risks, key=lambda row: -int(row.data.get("score", 0)))
    return {
        "status": (status if for_staff else status_of_plan)(state, briefing.now),
        "day": (briefing.today - briefing.calendar.day_of(briefing.deal.closed_at)).days,
        "open_stages": [briefing.title(stage.key, language) for stage in state.stages if stage.status == "open"],
        "reached": [
            {"title": briefing.title(m.key, language), "at": _reached_on(briefing, m)}
            for m in reached
            if m.key not in hidden
        ],
        "next": upcoming(briefing, language, without=hidden),
        "late": overdue(briefing, language, without=hidden),
        "to_sign": _to_sign(briefing, to, language),
        "unmet": [briefing.title(key, language) for key in state.missing()] if for_staff else [],
        **_slipped(briefing, language),
        "issues": [{"issue": i.key, "title": i.title, "severity": i.severity} for i in state.issues],
        "wins": wins(briefing, since=since),
        "figures": figures(briefing, language, for_staff=for_staff),
        "risks": [
            {"title": risk_title(briefing, row, language), "score": row.data.get("score", 0)}
            for row in scored[:NEXT_SHOWN]
        ],
    }


def _to_sign(briefing: Briefing, id: str, language: str) -> Facts | None:
    """The sign-off that waits for that person, the soonest due; None where none does, or we are to act on their no."""
    waiting = [
        milestone
        for milestone in briefing.state.milestones
        if milestone.asked and not milestone.settled and not milestone.rework and id in milestone.deciders
    ]
    if not waiting:
        return None
    first = min(waiting, key=lambda milestone: milestone.due)
    past = briefing.is_past(first.key)
    return {"title": briefing.signed(first.key, language), "due": briefing.due_on(first.key), "past": past}


def _reached_since(briefing: Briefing, since: date) -> list[MilestoneState]:
    """What was settled since that day, in the order in which it was."""
    settled = [(m.at, m) for m in briefing.state.milestones if m.at is not None]
    return [m for at, m in sorted(settled, key=itemgetter(0)) if briefing.calendar.day_of(at) >= since]


def _reached_on(briefing: Briefing, milestone: MilestoneState) -> str:
    return str(briefing.calendar.day_of(milestone.at)) if milestone.at else ""


def standing(briefing: Briefing, language: str, *, since: date) -> Facts:
    """Where it stands, for who meets us once a month: reached, late, what was won, and figures against target."""
    hidden, state = among_us(briefing), briefing.state
    shown = [m for m in state.milestones if m.key not in hidden and not m.optional]
    go_live = state.playing("go_live")
    return {
        "day": (briefing.today - briefing.calendar.day_of(briefing.deal.closed_at)).days,
        "status": status_of_plan(state, briefing.now),
        "reached": sum(m.settled for m in shown),
        "milestones": len(shown),
        "late": len(overdue(briefing, language, without=hidden)),
        "go_live": _launched_on(briefing, go_live) if go_live else "",
        "live": bool(go_live and go_live.settled),
        "lately": [
            {"title": briefing.title(m.key, language), "at": _reached_on(briefing, m)}
            for m in _reached_since(briefing, since)
            if m.key not in hidden and not m.optional
        ],
        "wins": wins(briefing, since=since),
        "figures": figures(briefing, language, for_staff=False),
    }


def wins(briefing: Briefing, *, since: date) -> list[Facts]:
    """The quick wins since that day, the earliest first, each with what it has brought where that was said."""
    rows = [row for row in briefing.registers if row.kind == "win" and briefing.calendar.day_of(row.at) >= since]
    return [{"title": row.title, "result": row.data.get("result") or ""} for row in rows]


def figures(briefing: Briefing, language: str, *, for_staff: bool) -> list[Facts]:
    """Each target that is measured: its figure, what it should be and by when, and whether it is met.

    The health score is for our own people: it weighs what only they can judge. So is a share of those invited, before
    the go-live: the targets, and their titles, are of all licensed users.
    """
    return _against_targets(briefing, briefing.targets, language, for_staff=for_staff)


def _against_targets(
    briefing: Briefing, targets: Sequence[TargetSeen], language: str, *, for_staff: bool
) -> list[Facts]:
    definitions = {target.key: target for target in briefing.playbook.targets}
    measured: dict[str, TargetSeen] = {}
    for seen in targets:
        metric = definitions[seen.key].metric if seen.key in definitions else ""
        if seen.value is None or not metric:
            continue
        if not for_staff and (metric == HEALTH or seen.origin == OF_INVITED):
            continue
        # Of several targets for one figure that which is ahead, or the last.
        if metric not in measured or measured[metric].state != "not_due":
            measured[metric] = seen
    closed_on = briefing.calendar.day_of(briefing.deal.closed_at)
    return [
        {
            **in_words.against_target(definitions[seen.key], seen, language),
            "due": "" if seen.due_on is None else str(closed_on + timedelta(days=seen.due_on)),
        }
        for seen in measured.values()
    ]


def use(briefing: Briefing, language: str) -> list[Facts]:
    """The figures of use among them: how many use the product, and what of it; nobody by name."""
    of_use = {target.key for target in briefing.playbook.targets if target.metric in OF_USE}
    seen = [one for one in briefing.targets if one.key in of_use]
    return _against_targets(briefing, seen, language, for_staff=False)


def _launched_on(briefing: Briefing, go_live: MilestoneState) -> str:
    """The day of the go-live: as it is planned, and once it was, when it was."""
    return str(briefing.calendar.day_of(go_live.at)) if go_live.at else briefing.due_on(go_live.key)


def _slipped(briefing: Briefing, language: str) -> Facts:
    """When the plan was agreed, and the next open milestones, with go-live and review, that have other dates since."""
    if briefing.agreed is None:
        return {"agreed_on": "", "slipped": []}
    ahead = [milestone for milestone in briefing.state.milestones if not milestone.settled]
    coming = {milestone.key for milestone in sorted(ahead, key=lambda one: one.due)[:NEXT_SHOWN]}
    shown = [one for one in ahead if one.key in coming or one.role in ("go_live", "review")]
    return {
        "agreed_on": str(briefing.calendar.day_of(briefing.agreed.agreed_at)),
        "slipped": [
            {
                "title": briefing.title(slip.milestone, language),
                "agreed": str(slip.agreed),
                "now": str(slip.now),
                "days": slip.days,
            }
            for slip in slips(briefing.agreed, shown, briefing.calendar)
            if slip.days
        ],
    }


def risk_title(briefing: Briefing, row: RegisterRow, language: str) -> str:
    """A risk that came with the playbook in the reader's language, unless somebody has put it in words of their own."""
    shipped = next((risk.title for risk in briefing.playbook.risks if risk.key == row.key), None)
    return briefing.say(shipped, language) if shipped and row.title == briefing.say(shipped, "en") else row.title


def hand_off_to(briefing: Briefing, to: str) -> Facts:
    """What changes and what stays, and to which meeting of the programme its reader comes next."""
    language, facts = briefing.language_of(to), hand_off_message(briefing, briefing.language_of(to))
    if not briefing.is_customer(to):
        return facts
    leads, sponsors = briefing.playing("project_lead"), briefing.playing("executive_sponsor")
    theirs = [
        one
        for one in briefing.playbook.programme.cadences
        if one.kind == "meeting" and (to in leads or (to in sponsors and one.every_months >= QUARTERLY))
    ]
    soonest = min(theirs, key=lambda one: one.every_months, default=None)
    return {**facts, "meets_at": briefing.say(soonest.title, language) if soonest else ""}


def hand_off_message(briefing: Briefing, language: str) -> Facts:
    """What changes and what stays (SS-05 to SS-07)."""
    programme = briefing.playbook.programme
    return {
        "message": [
            briefing.say(text, language) for text in briefing.playbook.hand_off.message if not placeholders(text)
        ],
        "cadences": [
            {
                "title": briefing.say(cadence.title, language),
                "rhythm": rhythm_in_words(weeks=None, months=cadence.every_months, language=language),
                "minutes": cadence.minutes or "",
            }
            for cadence in programme.cadences
            if cadence.goes_out
        ],
        "meets": any(cadence.kind == "meeting" for cadence in programme.cadences),
        "support": [briefing.say(text, language) for text in programme.support if not placeholders(text)],
        "exceptions": [briefing.title(key, language) for key in _exceptions(briefing)],
    }


def _exceptions(briefing: Briefing) -> list[str]:
    """Criteria that are let pass: those of the ending, or of the one ahead as far as they do not hold."""
    ahead = briefing.state.ending_ahead
    if ahead is None:
        return briefing.state.exceptions
    return [key for key in briefing.state.unmet() if key in ahead.news.get("exceptions", ())]


def ended(briefing: Briefing) -> Facts:
    """What the customer reads when an onboarding ends otherwise. Our reason was written for us, often about them."""
    ahead = briefing.state.ending_ahead
    return {"ending": ahead.news["ending"] if ahead else briefing.state.ending or "", "reason": ""}


def edition(briefing: Briefing, series: Text, found: Edition | None, language: str) -> Facts:
    """One letter of a series; where the playbook gives no words for it, it says what the series is."""
    return {
        "title": briefing.say(series, language),
        "headline": briefing.say(found.title, language) if found else "",
        "text": briefing.say(found.text, language) if found else "",
        "next_step": briefing.say(found.next_step, language) if found else "",
    }
