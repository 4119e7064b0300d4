"""Who brings which news on which day? People made up from a seed: punctual, late, stubborn, in trouble."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Literal

from domain.playbook import Milestone, Playbook

Road = Literal["update", "twice", "signal", "api", "anew", "once"]
"""By which way news comes, and what its sender does without an answer.

`update` goes through the door, which repeats it under its id; `twice` is the double click: the same news under the same
id by two calls at once; systems send a `signal`. The others come over the HTTP API: `api` is repeated under its
Idempotency-Key, `anew` under a new one each time, and `once` is never repeated by whoever sent it: half a day later a
colleague brings the same.
"""
NEVER_REPEATED: tuple[Road, ...] = ("anew", "once")
"""Roads for news that may be told again under another id: then it says nothing new."""

A_MONDAY = datetime(2026, 8, 31, 9, tzinfo=UTC)
SHORTLY = 0.3
"""Days from the opening of a gate to the next step of somebody who had waited for it."""
ROLES = ("executive_sponsor", "project_lead", "technical_lead")
COUNTRIES = (("DE", "Europe/Berlin", "en"), ("US", "America/New_York", "en"), ("JP", "Asia/Tokyo", "ja"))
REVIEW_DAY = 90
"""The day by which every playbook of ours has had its review."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """Somebody brings news; `day` counts from the close, `kind` and `fields` are the update's name and arguments."""

    day: float
    kind: str
    fields: dict[str, Any]
    road: Road = "update"


@dataclass(frozen=True, kw_only=True)
class Script:
    """What the people of one deal do, and how their onboarding has to end."""

    deal: dict[str, Any]
    acts: tuple[Act, ...]
    ending: str


def sample_deal(number: int, *, source: str) -> dict[str, Any]:
    """A closed deal with the three people that sign-offs need."""
    country, time_zone, language = COUNTRIES[number % len(COUNTRIES)]
    return {
        "source": source,
        "id": f"{number:05}",
        "closed_at": (A_MONDAY + timedelta(days=number % 5)).isoformat(),
        "account": {
            "name": f"Customer {number:05}",
            "country": country,
            "time_zone": time_zone,
            "language": language,
        },
        "stakeholders": [
            {"name": f"Person {role} {number:05}", "email": f"{role}.{number:05}@customer.example", "role": role}
            for role in ROLES
        ],
        "yearly_value": 120_000,
    }


def write_script(number: int, playbook: Playbook, *, seed: int) -> Script:
    """The script of the deal with that number; the same number and seed give the same script."""
    return _Writing(number=number, playbook=playbook, random=Random(f"{seed}/{number}")).script()


@dataclass(kw_only=True)
class _Writing:
    number: int
    playbook: Playbook
    random: Random
    acts: list[Act] = field(default_factory=list)
    settled: dict[str, float] = field(default_factory=dict)

    def script(self) -> Script:
        self.late = self.random.random() < 0.4
        for milestone, after in _in_order(self.playbook):
            self._settle(milestone, after)
        self._raise_issues()
        ending = self._end()
        self._pause()
        deal = sample_deal(self.number, source="chaos")
        return Script(deal=deal, acts=tuple(sorted(self.acts, key=lambda act: act.day)), ending=ending)

    def _settle(self, milestone: Milestone, after: tuple[str, ...]) -> None:
        ready = max((self.settled[key] for key in (*milestone.requires, *after)), default=0.0)
        if milestone.role == "hypercare_end":
            self.settled[milestone.key] = ready + self.playbook.hypercare.days + 1
            return
        anchor = 0.0 if milestone.anchor == "close" else self.settled[milestone.anchor]
        slip = self.random.uniform(2, 12) if self.late and self.random.random() < 0.3 else self.random.uniform(-2, -0.2)
        day = max(SHORTLY, anchor + milestone.day + slip, ready + SHORTLY)
        if milestone.sign_off is None:
            roads: tuple[Road, ...] = ("update", "twice", "signal", *NEVER_REPEATED)
            road = self.random.choices(roads, weights=(4, 2, 2, 1, 1))[0]
            self._act(day, "reach_milestone", road, milestone=milestone.key)
        else:
            day = self._sign_off(milestone, day)
        self.settled[milestone.key] = day

    def _sign_off(self, milestone: Milestone, day: float) -> float:
        """Sign the milestone off, after a rejection in a third of those that can reopen others; returns the day."""
        assert milestone.sign_off is not None
        signer = next((role for role in milestone.sign_off.by if role in ROLES), ROLES[1])
        if milestone.sign_off.reopens and self.random.random() < 1 / 3:
            rejection = {"milestone": milestone.key, "by": signer, "decision": "reject", "reasons": "not as agreed"}
            self._act(day, "sign_off", "twice", **rejection)
            for key in milestone.sign_off.reopens:
                day += 1
                self._act(day, "reach_milestone", "update", milestone=key)
            day += 1
        self._act(day, "sign_off", "update", milestone=milestone.key, by=signer, decision="approve")
        return day

    def _raise_issues(self) -> None:
        """Raise issues and risks: tickets of systems have keys of their own, people leave the key to us."""
        for ticket in range(self.random.choice((0, 1, 1, 2))):
            day, severity = self.random.uniform(50, 80), self.random.choice(("normal", "high", "critical"))
            roads: tuple[Road, ...] = ("update", "signal", *NEVER_REPEATED)
            issue, road = f"T-{ticket}", self.random.choice(roads)
            self._act(day, "raise_issue", road, title="Orders vanish", severity=severity, issue=issue)
            self._act(day + self.random.uniform(0.3, 3), "acknowledge_issue", "update", issue=issue)
            self._act(day + self.random.uniform(3.5, 6), "resolve_issue", "update", issue=issue)
        if self.random.random() < 0.5:
            day = self.random.uniform(20, 40)
            self._act(day, "raise_issue", "twice", title="Printing is slow", severity="normal", by=ROLES[1])
            self._act(day + 2, "resolve_issue", "update", issue="issue-1")
        if self.random.random() < 0.5:
            risk = {"risk": "r-1", "title": "Summer holidays", "probability": 3, "impact": 2}
            self._act(self.random.uniform(5, 30), "record_risk", "update", **risk)

    def _end(self) -> str:
        """End the onboarding and return how: most fulfil the criteria, some managers make exceptions, a few leave."""
        how = self.random.choices(("handed_over", "handed_over_with_exceptions", "churned"), weights=(8, 1, 1))[0]
        last = max(act.day for act in self.acts)
        criteria = [criterion.key for criterion in self.playbook.hand_off.criteria if criterion.by == "attestation"]
        if how == "churned":
            day = self.random.uniform(15, 70)
            self.acts = [act for act in self.acts if act.day < day]
            self._act(day, "end_onboarding", "twice", ending=how, reason="insolvent")
        elif how == "handed_over":
            for number, key in enumerate(criteria):
                day = max(last, REVIEW_DAY) + 0.5 * (number + 1)
                self._act(day, "attest_criterion", "update", criterion=key, by=ROLES[1])
        else:
            handing_over = {"ending": how, "reason": "good enough", "exceptions": criteria, "by": "manager"}
            self._act(max(last, REVIEW_DAY) + 1, "end_onboarding", "update", **handing_over)
        return how

    def _pause(self) -> None:
        """Pause one onboarding in four; everything after the pause comes later by its length."""
        if self.random.random() > 0.25:
            return
        day, length = self.random.uniform(10, 60), self.random.uniform(3, 10)
        self.acts = [replace(act, day=act.day + length) if act.day > day else act for act in self.acts]
        if max(act.day for act in self.acts) > day + length:
            self._act(day, "pause", "twice", reason="stocktaking")
            self._act(day + length - 0.1, "resume", "update")

    def _act(self, day: float, kind: str, road: Road, **fields: Any) -> None:
        if road == "update" and self.random.random() < 0.5:
            road = "api"
        self.acts.append(Act(day=day, kind=kind, fields=fields, road=road))


def _in_order(playbook: Playbook) -> Iterator[tuple[Milestone, tuple[str, ...]]]:
    """Every milestone with what its stage waits for, each after those that it requires or counts from."""
    left = [(milestone, stage.opens.after) for stage in playbook.stages for milestone in stage.milestones]
    done = {"close"}
    while left:
        for milestone, after in left:
            if {*milestone.requires, *after, milestone.anchor} <= done:
                yield milestone, after
                done.add(milestone.key)
                left.remove((milestone, after))
                break
        else:
            raise ValueError(f"{playbook.key}: its milestones wait for each other")
