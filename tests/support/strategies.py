"""What may come, in any order? Random deals, courses of events, and the news of a whole onboarding."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st

from domain.agenda import MilestoneState, State
from domain.deal import Account, BusySeason, Circumstances, DealClosed, Stakeholder
from domain.plan import Course, Span
from domain.playbook import Playbook
from playbooks.library import Library
from tests.support.simulation import Simulation, playbook_of

PLACES = (
    ("JP", "Asia/Tokyo"),
    ("DE", "Europe/Berlin"),
    ("US", "America/Los_Angeles"),
    ("AE", "Asia/Dubai"),
    ("IL", "Asia/Jerusalem"),
    ("EG", "Africa/Cairo"),
    ("NZ", "Pacific/Auckland"),
    ("BR", "America/Sao_Paulo"),
)
"""Countries with different weekends, far to either side of UTC, with and without summer time."""
FIRST_CLOSE = datetime(2026, 1, 1, tzinfo=UTC)
TIERS = tuple(Library().keys())


# --- plans


class Drawn(NamedTuple):
    """A deal, the key of the playbook that it is onboarded by, and what has happened since."""

    tier: str
    deal: DealClosed
    course: Course


def tiers() -> st.SearchStrategy[str]:
    return st.sampled_from(TIERS)


@st.composite
def deals(draw: st.DrawFn) -> DealClosed:
    country, zone = draw(st.sampled_from(PLACES))
    closed_at = FIRST_CLOSE + timedelta(minutes=draw(st.integers(0, 2 * 366 * 24 * 60)))
    circumstances = Circumstances(
        complexity=draw(st.sampled_from(("normal", "high"))),
        integrations=draw(st.integers(0, 10)),
        large_data=draw(st.booleans()),
        limited_resources=draw(st.booleans()),
    )
    seasons = [_days(draw, closed_at, longest=40) for _ in range(draw(st.integers(0, 2)))]
    promised = draw(st.none() | st.integers(20, 200))
    return DealClosed(
        source="file",
        id="random",
        closed_at=closed_at,
        account=Account(name="Random", country=country, time_zone=zone),
        stakeholders=(
            Stakeholder(id="project_lead", name="Lee", email="lee@customer.example", role="project_lead"),
            Stakeholder(id="technical_lead", name="Tess", email="tess@customer.example", role="technical_lead"),
        ),
        busy_seasons=tuple(BusySeason(first=first, last=last, why="harvest") for first, last in seasons),
        circumstances=circumstances,
        go_live_by=(closed_at + timedelta(days=promised)).date() if promised else None,
    )


@st.composite
def under_way(draw: st.DrawFn) -> Drawn:
    tier, deal = draw(tiers()), draw(deals())
    return Drawn(tier, deal, draw(courses(playbook_of(tier), deal)))


@st.composite
def courses(draw: st.DrawFn, playbook: Playbook, deal: DealClosed) -> Course:
    keys = st.sampled_from([milestone.key for milestone in playbook.milestones])
    moved = draw(st.dictionaries(keys, st.integers(1, 300), max_size=4))
    reached = draw(st.dictionaries(keys, st.integers(0, 200), max_size=8))
    pauses = [_days(draw, deal.closed_at, longest=60) for _ in range(draw(st.integers(0, 2)))]
    return Course(
        moved={key: (deal.closed_at + timedelta(days=day)).date() for key, day in moved.items()},
        reached={key: deal.closed_at + timedelta(days=day) for key, day in reached.items()},
        pauses=tuple(Span(first=first, last=last) for first, last in pauses),
    )


def _days(draw: st.DrawFn, closed_at: datetime, *, longest: int) -> tuple[date, date]:
    first = closed_at.date() + timedelta(days=draw(st.integers(0, 150)))
    return first, first + timedelta(days=draw(st.integers(0, longest)))


# --- news


class Arrival(NamedTuple):
    """A piece of news on its way: when after the close, by an update or a signal, and what it says.

    Times are some hours and odd minutes off what happens by itself: a server may break where both share an instant.
    """

    after: timedelta
    kind: str
    raw: Any
    signal: bool = False


def random_story(state: State, dice: random.Random) -> list[Arrival]:
    """The news of one onboarding, from prompt to wild, by time; much of it is early, late, double, wrong or missing.

    `state` is that of an onboarding just opened. The same dice throw the same story, so that what was found here can
    be run on a server: `random_story(state, random.Random(seed))`.
    """
    haste = dice.choice((0.0, 0.5, 3.0, 12.0))
    told = [*_plan_walked(state, dice, haste=haste), *_by_the_way(state, dice, count=dice.choice((0, 2, 8, 25)))]
    again = [_again(arrival, dice) for arrival in told if dice.random() < 0.1]
    return sorted([*told, *again], key=lambda arrival: arrival.after)


def story_of_seed(simulation: Simulation, seed: int) -> list[Arrival]:
    return random_story(simulation.state, random.Random(seed))


def _moment(dice: random.Random, day: float) -> timedelta:
    """On that day after the close, at a time that no rule has."""
    hours = timedelta(hours=dice.randint(1, 22), minutes=dice.randint(3, 56), seconds=dice.randint(1, 58))
    return timedelta(days=max(int(day), 0)) + hours


def _plan_walked(state: State, dice: random.Random, *, haste: float) -> Iterator[Arrival]:
    """Every milestone about when it is due, the criteria after them; with haste, out of order and with gaps."""
    assert state.closed_at is not None
    for milestone in state.milestones:
        if (haste and dice.random() < 0.05) or milestone.role == "hypercare_end":
            continue
        day = (milestone.due - state.closed_at).days - 1 + dice.uniform(-haste, haste)
        yield from _settling(milestone, dice, day)
    for number, criterion in enumerate(state.criteria):
        if criterion.by == "attestation" and dice.random() < 0.9:
            # An owner alone may not vouch for all.
            by = dice.choice(("project_lead", state.owner)) if number % 2 else "project_lead"
            raw = {"criterion": criterion.key, "by": by}
            yield Arrival(_moment(dice, dice.randint(80, 125)), "attest_criterion", raw)


def _settling(milestone: MilestoneState, dice: random.Random, day: float) -> Iterator[Arrival]:
    news = _with_id({"milestone": milestone.key}, dice)
    if not milestone.signers:
        signal = dice.random() < 0.4
        yield Arrival(_moment(dice, day), "reach_milestone", news, signal)
        yield Arrival(_moment(dice, day + 2), "reach_milestone", {"milestone": milestone.key}, signal)
        return
    by = dice.choice([*milestone.signers * 4, "end_user"])
    if dice.random() < 0.2:
        no = {**news, "decision": "reject", "reasons": ["not yet"], "by": by, "news_id": f"no-{milestone.key}"}
        yield Arrival(_moment(dice, day - 1), "sign_off", no)
        yield from (
            Arrival(_moment(dice, day + dice.randint(1, 4)), "reach_milestone", {"milestone": key})
            for key in milestone.reopens
        )
        day += 5
    for later in (0, 2, dice.randint(3, 20)):
        yield Arrival(_moment(dice, day + later), "sign_off", {**news, "decision": "approve", "by": by})


def _with_id(raw: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    return {**raw, "news_id": f"news-{dice.randint(1, 400)}"} if dice.random() < 0.6 else raw


def _again(arrival: Arrival, dice: random.Random) -> Arrival:
    """A repeat of it, a little or a lot later."""
    return arrival._replace(after=arrival.after + timedelta(days=dice.choice((0, 0, 1, 30)), minutes=7, seconds=3))


def _by_the_way(state: State, dice: random.Random, *, count: int) -> Iterator[Arrival]:
    for _ in range(count):
        kind, raw, signal = any_news(state, dice)
        yield Arrival(_moment(dice, dice.randint(0, 150)), kind, raw, signal)


def any_news(state: State, dice: random.Random) -> tuple[str, Any, bool]:
    """One piece of any kind of news, valid or not."""
    keys = [milestone.key for milestone in state.milestones]
    key, issue = dice.choice(keys), dice.choice(("printing", "login", "issue-1", "issue-2"))
    by = dice.choice([*state.approvers, state.owner, "project_lead", "end_user", "nobody.here"])
    request = dice.choice(("portal", "change-1", "change-2"))
    owner = dice.choice(("grace.lee", "mika.sato", "jonas.weber", "nobody.here"))
    task = dice.choice(("task-1", "task-2"))
    severity = dice.choice(("critical", "critical", "high", "normal"))
    on = (state.closed_at or FIRST_CLOSE).date() + timedelta(days=dice.randint(0, 200))
    ending = dice.choice(("handed_over", "handed_over_with_exceptions", "churned", "duplicate", "withdrawn"))
    exceptions = [criterion.key for criterion in state.criteria]
    signal = dice.random() < 0.5
    meeting, weekly = dice.choice((key, "technical_meeting", "executive_check_in")), dice.random() < 0.5
    hour = f"{on}T{dice.randint(7, 15):02}:30:00Z"
    told: list[tuple[str, Any, bool]] = [
        ("reach_milestone", {"milestone": key}, signal),
        ("reopen_milestone", {"milestone": key, "reason": "it does not work after all", "by": by}, False),
        ("waive_milestone", {"milestone": key, "reason": "not needed", "by": by}, False),
        ("sign_off", {"milestone": key, "decision": "reject", "reasons": ["no"], "by": by}, False),
        ("ask_sign_off", {"milestone": key, "by": by}, False),
        ("raise_issue", {"title": "It prints slowly", "severity": severity, "issue": issue}, signal),
        ("raise_issue", {"title": "It stops", "severity": severity}, signal),
        ("acknowledge_issue", {"issue": issue, "by": by}, False),
        ("resolve_issue", {"issue": issue}, signal),
        ("resolve_issue", {"issue": issue}, signal),
        ("dispute_issue", {"issue": issue, "by": by}, False),
        ("pause", {"reason": "stocktaking", "until": dice.choice((None, str(on)))}, False),
        ("resume", {}, False),
        ("resume", {}, False),
        ("replan", {"milestone": key, "to": str(on), "reason": "agreed"}, False),
        ("replan", {"hand_off_by": str(on), "reason": "agreed"}, False),
        ("reassign", {"owner": owner}, False),
        ("request_scope_change", {"title": "A portal", "request": dice.choice((None, request))}, False),
        ("decide_scope_change", {"request": request, "decision": "phase_2", "by": by}, False),
        ("record_risk", {"risk": "data", "probability": 3, "impact": 4}, False),
        ("record_win", {"title": "One list"}, False),
        ("attest_criterion", {"criterion": dice.choice(exceptions), "by": by, "holds": signal}, False),
        ("note", {"note": "They asked for the minutes.", "by": by}, False),
        ("add_task", {"title": "Send the minutes", "due": str(on), "owner": dice.choice((None, by))}, False),
        ("change_task", {"task": task, "due": str(on), "owner": by}, False),
        ("close_task", {"task": task, "by": by}, False),
        ("agree_slot", {"meeting": meeting, "starts_at": hour, "weekly": weekly, "by": by}, False),
        ("tell_attendance", {"meeting": meeting, "answer": "accepted", "person": by}, False),
        ("edit_draft", {"draft": "introduction", "text": "Welcome.", "by": by}, False),
        ("send_draft", {"draft": "introduction", "by": by}, False),
        ("stop_draft", {"draft": "introduction", "reason": "they have met", "by": by}, False),
    ]
    kind, raw, signal = dice.choice(told)
    if kind == "note" and on.day % 2:
        # By the day that was thrown, and not by another throw: the stories stay as they were.
        kind, raw = _contact_news(by, on.day)
    if kind == "record_win" and on.day % 2:
        kind, raw = _correction_news(by, on.day)
    if dice.random() < 0.04:
        kind = "end_onboarding"
        raw = {"ending": ending, "reason": "so be it", "by": by, "exceptions": exceptions}
        # By what it has heard, and not by another throw: the stories stay as they were.
        grace = (None, 0, 1, 8)[len(state.seen) % 4]
        raw |= {} if grace is None else {"grace_hours": grace}
        if state.ending_ahead is not None or ending == "duplicate":
            kind, raw = "take_back_ending", {"by": by}
        if ending == "withdrawn" and len(state.seen) % 2 == 0:
            kind, raw = "change_playbook", {"to": "0" * 64, "reason": "fewer mails", "by": by}
        signal = False
    return kind, _spoilt(_with_id(raw, dice), dice), signal


def _contact_news(by: str | None, day: int) -> tuple[str, dict[str, Any]]:
    new = {"name": "Ana Ruiz", "email": "ana@customer.example"}
    return (
        ("add_contact", {**new, "person": f"champion-{day}", "role": "champion", "by": by}),
        ("correct_contact", {"person": "technical_lead", "language": "ja", "by": by}),
        ("replace_contact", {**new, "person": "project_lead", "to": f"project_lead-{day}", "by": by}),
        ("remove_contact", {"person": "technical_lead", "by": by}),
    )[day // 2 % 4]


def _correction_news(by: str | None, day: int) -> tuple[str, dict[str, Any]]:
    seen = {"category": "relationship", "reason": "They seem tired.", "by": by}
    return (
        ("raise_flag", {**seen, "flag": "frustration_seen"}),
        ("lower_flag", {"flag": "frustration_seen", "by": by}),
        ("open_correction", {**seen, "flags": ["frustration_seen"]}),
        ("change_correction", {"correction": "correction-1", "cause": "time", "by": by}),
        ("close_correction", {"correction": "correction-1", "outcome": "did_not_help", "by": by}),
    )[day // 2 % 5]


def _spoilt(raw: dict[str, Any], dice: random.Random) -> Any:
    """Now and then not what it should be: unreadable, unknown, of the future, or with fields that we do not know."""
    if dice.random() > 0.15:
        return raw
    field = dice.choice(sorted(raw) or ["milestone"])
    return dice.choice(
        (
            None,
            "done!",
            [raw],
            {**raw, field: 7},
            {**raw, field: "no such thing"},
            {**raw, "at": "2199-01-01T00:00:00Z"},
            {**raw, "at": "yesterday"},
            {**raw, "colour": "blue"},
            {name: value for name, value in raw.items() if name != field},
        )
    )
