"""What else happens in a scenario: pauses, new dates, issues, changes of scope and owner, endings, and what follows."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime, time, timedelta
from typing import Any

from domain.news import HANDED_OVER
from domain.rehearsal.driving import Driver
from domain.rehearsal.naming import meant
from domain.rehearsal.scenario import Event, Scenario
from domain.rules.casting import cast_customer, playing

AT_ELEVEN = time(11)
Happening = tuple[datetime, str, str, dict[str, Any]]
"""When, under which key, which update, and what it says."""


class Happenings:
    """The events of a scenario in one driven onboarding; what follows from one comes once it has happened."""

    def __init__(self, scenario: Scenario, driver: Driver) -> None:
        self.events = tuple(enumerate(scenario.events, start=1))
        self.driver = driver
        self.calendar = driver.dossier.calendar
        self.closed_on = self.calendar.day_of(driver.dossier.deal.closed_at)
        self.lead = playing("project_lead", vendor=driver.state.cast, customer=cast_customer(driver.dossier.deal))[0]
        self.moments: dict[int, datetime] = {}

    def ahead(self, done: Collection[str]) -> Iterator[Happening]:
        """What is still to come of each event whose moment is known; done is what has happened, by its key."""
        for number, event in self.events:
            at = self._moment(number, event)
            if at is None:
                continue
            key = f"event/{number}"
            if key not in done:
                yield at, key, *EVENTS[event.what](self, number, event)
            elif event.what in FOLLOW_UPS:
                yield from FOLLOW_UPS[event.what](self, number, event, at)

    def applies(self, event: Event) -> bool:
        """Whether the playbook has the milestones that the event speaks of."""
        named = [ref for ref in (event.after, event.milestone) if ref is not None]
        return all(meant(ref, self.driver.state) is not None for ref in named)

    def _moment(self, number: int, event: Event) -> datetime | None:
        if number not in self.moments and self.applies(event):
            day = self.closed_on
            if event.after is not None:
                after = meant(event.after, self.driver.state)
                if after is None or after.at is None:
                    return None
                day = self.calendar.day_of(after.at)
            at = self.calendar.at(day + timedelta(days=event.day or 0), AT_ELEVEN)
            self.moments[number] = max(at, self.driver.now)
        return self.moments.get(number)

    def _hours_later(self, at: datetime, hours: float) -> datetime:
        return self.calendar.add_working_hours(at, hours)

    def _days_later(self, at: datetime, days: int) -> datetime:
        day = self.calendar.working_day_from(self.calendar.day_of(at) + timedelta(days=days))
        return self.calendar.at(day, AT_ELEVEN)

    # --- events

    def _pause(self, number: int, event: Event) -> tuple[str, dict[str, Any]]:
        news: dict[str, Any] = {"reason": event.why, "by": self.driver.state.owner}
        if event.days is not None:
            news["until"] = self.calendar.day_of(self._days_later(self.moments[number], event.days))
        return "pause", news

    def _resume(self, number: int, event: Event, at: datetime) -> Iterator[Happening]:
        if event.days is not None:
            yield self._days_later(at, event.days), f"event/{number}/end", "resume", {"by": self.driver.state.owner}

    def _replan(self, _: int, event: Event) -> tuple[str, dict[str, Any]]:
        milestone = meant(event.milestone or "", self.driver.state)
        assert milestone is not None, "it applies"
        to = self.calendar.working_day_from(self.calendar.day_of(milestone.due) + timedelta(days=event.days or 0))
        news = {"milestone": milestone.key, "to": to, "reason": event.why, "by": self.driver.state.owner}
        return "replan", news | ({"alone": True} if event.alone else {})

    def _raise(self, number: int, event: Event) -> tuple[str, dict[str, Any]]:
        news = {"issue": f"issue-{number}", "title": event.why, "severity": event.severity, "by": self.lead}
        return "raise_issue", news

    def _solve(self, number: int, event: Event, at: datetime) -> Iterator[Happening]:
        issue = {"issue": f"issue-{number}"}
        ours = issue | {"by": self.driver.state.owner}
        if event.answered is not None:
            yield self._hours_later(at, event.answered), f"event/{number}/a", "acknowledge_issue", ours
        if event.solved is None:
            return
        solved = self._hours_later(at, event.solved)
        yield solved, f"event/{number}/b", "resolve_issue", ours
        if event.disputed:
            again = self._hours_later(solved, 1)
            yield again, f"event/{number}/c", "dispute_issue", issue | {"by": self.lead, "note": event.why}
            yield self._hours_later(again, event.solved), f"event/{number}/d", "resolve_issue", ours

    def _reassign(self, _: int, event: Event) -> tuple[str, dict[str, Any]]:
        """The owner's deputy takes over, or another CSM."""
        team, owner = self.driver.team, self.driver.state.owner
        member = team.member(owner)
        deputy = member.deputy if member else None
        others = sorted(other.handle for other in team.members if other.role == "csm" and other.handle != owner)
        manager = self.driver.state.approvers[0]
        return "reassign", {"owner": deputy or next(iter(others), manager), "reason": event.why, "by": manager}

    def _request(self, number: int, event: Event) -> tuple[str, dict[str, Any]]:
        news = {"request": f"change-{number}", "title": event.why, "effort_days": 5, "by": self.lead}
        return "request_scope_change", news

    def _decide(self, number: int, event: Event, at: datetime) -> Iterator[Happening]:
        if event.decision is None:
            return
        news = {"request": f"change-{number}", "decision": event.decision, "by": self.driver.state.approvers[0]}
        yield self._days_later(at, event.days or 3), f"event/{number}/end", "decide_scope_change", news

    def _waive(self, _: int, event: Event) -> tuple[str, dict[str, Any]]:
        return "waive_milestone", self._of_milestone(event, by=self.driver.state.approvers[0])

    def _reopen(self, _: int, event: Event) -> tuple[str, dict[str, Any]]:
        return "reopen_milestone", self._of_milestone(event, by=self.driver.state.owner)

    def _of_milestone(self, event: Event, *, by: str) -> dict[str, Any]:
        milestone = meant(event.milestone or "", self.driver.state)
        assert milestone is not None, "it applies"
        return {"milestone": milestone.key, "reason": event.why, "by": by}

    def _win(self, _: int, event: Event) -> tuple[str, dict[str, Any]]:
        return "record_win", {"title": event.why, "by": self.driver.state.owner}

    def _task(self, number: int, event: Event) -> tuple[str, dict[str, Any]]:
        due = self.calendar.day_of(self._days_later(self.moments[number], event.days or 1))
        news = {"task": f"task-{number}", "title": event.why, "due": due, "owner": self.lead}
        return "add_task", news | {"by": self.driver.state.owner}

    def _close_task(self, number: int, event: Event, at: datetime) -> Iterator[Happening]:
        news = {"task": f"task-{number}", "by": self.lead}
        yield self._days_later(at, event.days or 1), f"event/{number}/end", "close_task", news

    def _note(self, _: int, event: Event) -> tuple[str, dict[str, Any]]:
        return "note", {"note": event.why, "by": self.driver.state.owner}

    def _end(self, _: int, event: Event) -> tuple[str, dict[str, Any]]:
        state = self.driver.state
        handed_over = event.ending in HANDED_OVER
        by = state.approvers[0] if handed_over else state.owner
        exceptions = state.unmet() if event.ending == "handed_over_with_exceptions" else []
        return "end_onboarding", {"ending": event.ending, "reason": event.why, "by": by, "exceptions": exceptions}


EVENTS: dict[str, Callable[[Happenings, int, Event], tuple[str, dict[str, Any]]]] = {
    "pause": Happenings._pause,
    "replan": Happenings._replan,
    "issue": Happenings._raise,
    "reassign": Happenings._reassign,
    "scope_change": Happenings._request,
    "waive": Happenings._waive,
    "reopen": Happenings._reopen,
    "win": Happenings._win,
    "task": Happenings._task,
    "note": Happenings._note,
    "end": Happenings._end,
}
FOLLOW_UPS: dict[str, Callable[[Happenings, int, Event, datetime], Iterator[Happening]]] = {
    "pause": Happenings._resume,
    "issue": Happenings._solve,
    "scope_change": Happenings._decide,
    "task": Happenings._close_task,
}
