"""What would a change of scope move? The plan as it would be if the next great date came as much later as it takes."""

import math
from datetime import date
from typing import NamedTuple

from domain.agenda.state import Fact
from domain.drafting import draft
from domain.plan import Plan
from domain.rules.briefing import Briefing, course_of
from domain.rules.replanning import moved_along


class Preview(NamedTuple):
    """What re-planning that milestone to that day would make of the plan; nothing is changed."""

    milestone: str
    to: date
    plan: Plan


def if_it_takes(briefing: Briefing, days: float) -> Preview | None:
    """The plan if the go-live, or after it the review, came that many working days later; None where both are over."""
    state, calendar = briefing.state, briefing.calendar
    ahead = [m for role in ("go_live", "review") if (m := state.playing(role)) and not m.settled]
    if not ahead:
        return None
    key, before = ahead[0].key, {m.key: briefing.due_on(m.key) for m in state.milestones}
    to = calendar.add_working_days(briefing.plan.milestone(key).on, math.ceil(days))
    asked = Fact(seq=0, key="", kind="replanned", at=briefing.now, about=key, data={"to": str(to)})
    promised = briefing.deal.go_live_by is not None
    along = moved_along(state, briefing.playbook, calendar, [asked], before, promised=promised)
    then = state.model_copy(update={"moved": {**state.moved, **along, key: to}})
    return Preview(key, to, draft(briefing.playbook, briefing.deal, calendar, course_of(then, calendar)))
