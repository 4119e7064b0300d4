"""Do the shipped playbooks carry everything that the sources ask for, with their figures?

The ids are those of docs/sources.md; parts without an id there carry a handle, such as ST1.a for an activity.
"""

import ast
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args

import holidays
import pytest

from domain.calendar import WorkCalendar
from domain.deal import DealClosed, completeness
from domain.drafting import draft
from domain.playbook import Cadence, Opening, Playbook, ProgrammeCadence
from domain.team import TouchModel
from domain.text import LANGUAGES, Text, in_language
from playbooks.library import Library, complaints_about, load_team
from playbooks.lint.dates import day_after_close
from playbooks.lint.walk import every_key

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("domain", "workflows", "activities", "store", "starter", "runtime", "playbooks")


def numbered(prefix: str, last: int, *, first: int = 1) -> list[str]:
    return [f"{prefix}{number}" for number in range(first, last + 1)]


def from_day(playbook: Playbook, opens: Opening) -> int:
    """The day after the close from which that opens, as the playbook has it."""
    return opens.from_day + (0 if opens.anchor == "close" else day_after_close(playbook, opens.anchor) or 0)


def lettered(prefix: str, letters: str) -> list[str]:
    return [f"{prefix}{letter}" for letter in letters]


PARTS_OF_STAGES = {  # how many activities, deliverables, signs of success and ways to fail the sources list
    "ST1": (5, 5, 4, 4),
    "ST2": (6, 5, 4, 4),
    "ST3": (6, 5, 4, 4),
    "ST4": (6, 5, 4, 4),
    "ST5": (6, 5, 4, 4),
    "ST6": (5, 5, 4, 4),
}

IDS: dict[str, list[str]] = {
    "before the sale": ["PRE-01", "PRE-02", "PRE-03", "PRE-04", "PRE-05"],
    "hand-off from sales": [f"HO-{number:02}" for number in range(1, 14)],
    "introduction and kickoff": [f"KO-{number:02}" for number in range(1, 8)] + ["LP-2", "LP-3", "LP-6"],
    "process steps": [f"PR-{number:02}" for number in range(1, 7)],
    "objectives": numbered("OBJ-", 6),
    "stages": [
        id
        for stage, (activities, deliverables, signs, failures) in PARTS_OF_STAGES.items()
        for id in [
            stage,
            *lettered(f"{stage}.", "abcdef"[:activities]),
            *numbered(f"{stage}.D", deliverables),
            *numbered(f"{stage}.S", signs),
            *numbered(f"{stage}.F", failures),
        ]
    ],
    "milestones and timeline": [*numbered("MS-", 5), "TL-01", "TL-02", "TL-03"],
    "stakeholders": numbered("STK-", 4),
    "resources": [*numbered("RES.", 8), "RES-01", "RES-02", "RES-03", "RES-04"],
    "training": [f"TR-{number:02}" for number in range(1, 9)],
    "metrics": [f"MET-{number:02}" for number in range(1, 12)],
    "leading indicators": ["LI-2", "LI-4", "LI-6", "LI-8", "LI-10", "LI-X"],
    "risks": [*numbered("RSK-", 5), "RSK-P"],
    "quick wins": ["QW-30", "QW-60", "QW-90"],
    "adoption": [f"AD-{number:02}" for number in range(1, 6)],
    "red flags": [f"RF-{category}{number}" for category in "ABCDE" for number in range(1, 5)],
    "course corrections": numbered("CC-", 5),
    "steady state": [f"SS-{number:02}" for number in range(1, 8)],
    "touch models": numbered("TCH-", 8),
    "conduct": [*numbered("OC-", 4), *numbered("SUP-", 5)],
}

STAGES_OF = {  # which stages of the sources stand together in a stage of ours
    "high-touch": (["ST1"], ["ST2"], ["ST3"], ["ST4"], ["ST5"], ["ST6"]),
    "low-touch": (["ST1"], ["ST2"], ["ST3", "ST4"], ["ST5"], ["ST6"]),
    "tech-touch": (["ST1"], ["ST2"], ["ST3", "ST4"], ["ST5"], ["ST6"]),
}

MAY_BE_LEFT_OUT = {"before the sale", "hand-off from sales", "leading indicators", "touch models"}


@pytest.fixture(scope="module")
def high() -> Playbook:
    return Library().get("high-touch")


@pytest.fixture(scope="module")
def low() -> Playbook:
    return Library().get("low-touch")


@pytest.fixture(scope="module")
def tech() -> Playbook:
    return Library().get("tech-touch")


@pytest.fixture(scope="module", params=STAGES_OF)
def playbook(request: pytest.FixtureRequest) -> Playbook:
    """Each of the shipped playbooks."""
    return Library().get(request.param)


def test_a_playbook_is_shipped_for_every_touch_model() -> None:
    shipped = [Library().get(key) for key in STAGES_OF]

    assert tuple(sorted(STAGES_OF)) == Library().keys()
    assert set(get_args(TouchModel)) == {playbook.touch for playbook in shipped}


def sources_of(part: Any) -> Iterator[str]:
    """Every id that a part of the playbook, or a part of that, names as its source."""
    if isinstance(part, dict):
        yield from part.get("source", ())
        for inner in part.values():
            yield from sources_of(inner)
    if isinstance(part, list | tuple):
        for inner in part:
            yield from sources_of(inner)


def carried(playbook: Playbook) -> set[str]:
    return set(sources_of(playbook.model_dump(exclude={"not_carried"})))


# ------------------------------------------------------------------------------------------------ every id


@pytest.mark.parametrize("section", IDS)
def test_every_id_of_the_sources_is_carried_or_has_a_reason(playbook: Playbook, section: str) -> None:
    missing = set(IDS[section]) - carried(playbook) - set(playbook.not_carried)

    assert not missing


def test_what_is_left_out_has_a_reason_and_is_not_carried_as_well(playbook: Playbook) -> None:
    assert all(len(reason) > 10 for reason in playbook.not_carried.values())
    assert not set(playbook.not_carried) & carried(playbook)


def test_only_what_no_playbook_can_carry_is_left_out(playbook: Playbook) -> None:
    allowed = {id for section in MAY_BE_LEFT_OUT for id in IDS[section]}
    too_late = {"QW-90"} if playbook.hand_off.latest_day < 90 else set()

    assert set(playbook.not_carried) <= allowed | too_late


def test_no_source_is_misspelt(playbook: Playbook) -> None:
    ids = {id for ids in IDS.values() for id in ids}

    assert carried(playbook) <= ids


def test_every_milestone_names_a_source(playbook: Playbook) -> None:
    assert not [milestone.key for milestone in playbook.milestones if not milestone.source]


def test_each_stage_has_as_many_parts_as_the_sources_list(playbook: Playbook) -> None:
    wanted = [
        tuple(map(sum, zip(*(PARTS_OF_STAGES[id] for id in together), strict=True)))
        for together in STAGES_OF[playbook.key]
    ]
    found = [
        (len(stage.activities), len(stage.deliverables), len(stage.success_signs), len(stage.failure_modes))
        for stage in playbook.stages
    ]

    assert wanted == found


# ------------------------------------------------------------------------------------------------ the figures


def by_source(parts: Any, id: str) -> Any:
    return next(part for part in parts if id in part.source)


@pytest.mark.parametrize(
    ("id", "day"),
    [("MS-1", 5), ("MS-2", 30), ("MS-3", 50), ("MS-4", 60), ("MS-5", 90)],
)
def test_the_five_milestones_stand_at_their_days(
    high: Playbook, low: Playbook, tech: Playbook, id: str, day: int
) -> None:
    """In tech touch they stand at two thirds of the days, rounded down: earlier is on time as well."""
    days = [day_after_close(playbook, by_source(playbook.milestones, id).key) for playbook in (high, low, tech)]

    assert [day, day, day * 2 // 3] == days


@pytest.mark.parametrize(("key", "length"), [("low-touch", 90), ("tech-touch", 60)])
def test_everything_lies_within_the_length_of_the_plan(key: str, length: int) -> None:
    playbook = Library().get(key)

    days = [day_after_close(playbook, milestone.key) or 0 for milestone in playbook.milestones]

    assert length == playbook.length_days
    assert length == max(days)


@pytest.mark.parametrize(
    ("id", "role"),
    [("MS-1", "kickoff"), ("MS-4", "go_live"), ("ST4.d", "hypercare_end"), ("MS-5", "review")],
)
def test_the_program_knows_its_milestones_by_role(playbook: Playbook, id: str, role: str) -> None:
    assert role == by_source(playbook.milestones, id).role


@pytest.mark.parametrize(
    ("number", "window", "opens"),
    [
        (0, "days 1-7", 0),
        (1, "weeks 2-6", 8),
        (2, "weeks 5-8", 29),
        (3, "weeks 7-10", 43),
        (4, "weeks 11-16", 71),
        (5, "days 90-120", 84),  # a week ahead of the review, so that it can be prepared
    ],
)
def test_stages_open_by_their_windows(high: Playbook, number: int, window: str, opens: int) -> None:
    stage = high.stages[number]

    assert (window, opens) == (in_language(stage.window, "en"), from_day(high, stage.opens))


@pytest.mark.parametrize("key", ["high-touch", "low-touch", "tech-touch"])
def test_whatever_waits_for_the_launch_counts_from_it(key: str) -> None:
    """Counted from the close, stages would open and letters come on the days of a go-live that nobody had."""
    playbook = Library().get(key)
    go_live = playbook.playing("go_live")
    assert go_live is not None

    begin = [stage.opens for stage in playbook.stages] + [cadence.starts for cadence in playbook.cadences]

    behind = [start for start in begin if go_live.key in start.after and start.from_day]
    assert behind
    assert {start.anchor for start in behind} == {go_live.key}


def test_the_adoption_plan_is_checked_until_the_end_of_its_stage(high: Playbook) -> None:
    """Stage 5 lasts until week 16, and its milestones end in week 13: on days 102 and 116 one sees what came of it."""
    [check] = [cadence for cadence in high.cadences if cadence.key == "adoption_check"]

    assert check.sent
    assert ("gone_live", 42, 2) == (check.starts.anchor, check.starts.from_day, check.every_weeks)
    assert ("adoption_plan_agreed",) == check.starts.after


@pytest.mark.parametrize(
    ("number", "window", "opens"),
    [(0, "weeks 1-2", 0), (1, "weeks 3-6", 15), (2, "weeks 7-9", 43), (3, "weeks 9-12", 61), (4, "week 13", 78)],
)
def test_the_phases_of_the_standard_plan_are_those_of_low_touch(
    low: Playbook, number: int, window: str, opens: int
) -> None:
    """The fourth phase opens with the go-live of day 60, the fifth a week ahead so that it can be prepared.

    The sources say weeks 7-8 of the third, and put the go-live that belongs to it on day 60, in week 9: the day stands.
    """
    stage = low.stages[number]

    assert (window, opens) == (in_language(stage.window, "en"), from_day(low, stage.opens))


@pytest.mark.parametrize(
    ("id", "expected"),
    [
        ("MET-01", [(70, None, 30)]),
        ("MET-02", [(85, None, 60)]),
        ("MET-03", [(60, None, 60)]),
        ("MET-04", [(75, None, 90)]),
        ("MET-05", [(5, None, 90)]),
        ("MET-06", [(15, None, 90), (30, None, 180)]),
        ("MET-07", [(None, None, None)]),
        ("MET-08", [(0, None, 120)]),
        ("MET-09", [(90, None, None)]),
        ("MET-10", [(None, 5, 60)]),
        ("MET-11", [(80, None, 90)]),
    ],
)
def test_targets_have_the_figures_and_days_of_the_sources(high: Playbook, id: str, expected: list[Any]) -> None:
    targets = [target for target in high.targets if id in target.source]

    assert expected == [(target.at_least, target.below, target.day) for target in targets]


@pytest.mark.parametrize("week", [2, 4, 6, 8, 10])
def test_leading_indicators_stand_in_their_weeks(high: Playbook, week: int) -> None:
    assert week == by_source(high.indicators, f"LI-{week}").week


def test_half_of_the_technical_setup_is_asked_for_in_week_four(playbook: Playbook) -> None:
    assert {"implementation": 0.5} == by_source(playbook.indicators, "LI-4").share_reached


def test_the_week_eight_indicator_waits_for_a_go_live_that_is_ahead(high: Playbook) -> None:
    """Week 8 ends on day 56, the go-live is due on day 60: the sources contradict themselves, so it is amber."""
    assert by_source(high.milestones, "MS-4").key == by_source(high.indicators, "LI-8").amber_while_ahead


@pytest.mark.parametrize(
    ("number", "role", "hours", "per"),
    [
        (1, "csm", (5, 8), "week"),
        (2, "implementation_specialist", (15, 20), "week"),
        (3, "technical_resource", (10, 15), "week"),
        (4, "training_lead", (10, 15), "phase"),
        (5, "project_lead", (10, 15), "week"),
        (6, "technical_lead", (10, 15), "week"),
        (7, "power_user", (5, 10), "total"),
        (8, "end_user", (3, 5), "total"),
    ],
)
def test_resource_hours_are_those_of_the_sources(
    high: Playbook, number: int, role: str, hours: tuple[float, float], per: str
) -> None:
    line = by_source(high.resources, f"RES.{number}")

    assert (role, hours, per) == (line.role, (line.hours_from, line.hours_to), line.per)


def test_the_training_schedule_is_that_of_the_sources(high: Playbook) -> None:
    assert high.training is not None
    schedule = [(session.week, session.minutes, session.optional) for session in high.training.sessions]

    assert [
        (6, 120, False),
        (7, 90, False),
        (7, 60, False),
        (8, 60, False),
        (8, 30, True),
        (9, 60, False),
        (9, None, True),
    ] == schedule
    assert (4, 5) == (len(high.training.tracks), len(high.training.formats))
    assert (90, 70) == (high.training.goal_pct, high.training.red_flag_below_pct)
    assert high.training.sessions[0].recorded


@pytest.mark.parametrize(
    ("id", "role", "rhythm"),
    [
        ("STK-1", "executive_sponsor", (None, 1, 30)),
        ("STK-2", "project_lead", (1, None, None)),
        ("STK-3", "technical_lead", (1, None, None)),
        ("AD-04", "end_user", (1, None, None)),
    ],
)
def test_each_kind_of_person_has_its_rhythm(high: Playbook, id: str, role: str, rhythm: tuple[int | None, ...]) -> None:
    """Rhythms are in weeks, months and minutes; where the sources give no minutes, neither do we."""
    cadence = by_source(high.cadences, id)

    assert role in cadence.with_
    assert rhythm == (cadence.every_weeks, cadence.every_months, cadence.minutes)


def test_the_executive_check_in_has_its_three_months(high: Playbook) -> None:
    assert 3 == len(by_source(high.cadences, "STK-1").agenda)


def test_the_webinar_comes_monthly(playbook: Playbook) -> None:
    assert [1] == [c.every_months for c in playbook.cadences if "AD-04" in c.source and c.every_months]


def test_the_technical_meeting_ends_with_the_go_live(high: Playbook) -> None:
    assert by_source(high.milestones, "MS-4").key == by_source(high.cadences, "STK-3").until


def test_steady_state_meets_monthly_quarterly_and_yearly(high: Playbook) -> None:
    rhythm = [(cadence.every_months, cadence.minutes) for cadence in high.programme.cadences]

    assert [(1, 30), (3, 60), (12, None)] == rhythm


def test_the_hand_off_has_its_criteria_window_and_facts(high: Playbook) -> None:
    """All four criteria of SS-01, between day 90 and 120, and seven facts of SS-05."""
    hand_off = high.hand_off

    assert ["milestones", "attestation", "attestation", "attestation"] == [part.by for part in hand_off.criteria]
    assert (90, 120, 7) == (hand_off.earliest_day, hand_off.latest_day, len(hand_off.message))


def test_the_kickoff_has_five_points_and_six_questions_to_ourselves(playbook: Playbook) -> None:
    """Of the customer we ask what stands in the way, and in writing what a meeting would bring up by itself."""
    kickoff = playbook.kickoff

    assert (5, 6) == (len(kickoff.agenda), len(kickoff.preparation))
    assert len(kickoff.questions) == (4 if kickoff.held == "in_writing" else 2)


def test_red_flags_stand_in_five_categories_of_four(playbook: Playbook) -> None:
    """Those of the sources; two are ours."""
    counted: dict[str, int] = {}
    for flag in playbook.red_flags:
        if flag.source:
            counted[flag.category] = counted.get(flag.category, 0) + 1

    ours = ["days_behind >= 10", "milestones_late >= 4 in 30 days"]
    assert ours == [flag.rule for flag in playbook.red_flags if not flag.source]

    assert {"engagement": 4, "technical": 4, "adoption": 4, "outcome": 4, "relationship": 4} == counted
    assert "attendance_pct < 70" == by_source(playbook.red_flags, "RF-C1").rule


@pytest.mark.parametrize(("category", "number"), [("A", 1), ("B", 2), ("C", 3), ("D", 4), ("E", 5)])
def test_each_category_of_red_flags_has_the_correction_of_the_sources(
    playbook: Playbook, category: str, number: int
) -> None:
    correction = by_source(playbook.corrections, f"CC-{number}")

    of_category = [flag for flag in playbook.red_flags if f"RF-{category}" in "".join(flag.source)]

    assert {correction.key} == {flag.correction for flag in of_category}
    assert 4 == len(correction.steps)


@pytest.mark.parametrize(("number", "measures"), [(1, 3), (2, 3), (3, 3), (4, 3), (5, 4)])
def test_each_shipped_risk_has_its_mitigation(playbook: Playbook, number: int, measures: int) -> None:
    assert measures == len(by_source(playbook.risks, f"RSK-{number}").mitigation)


@pytest.mark.parametrize(("day", "counts"), [(30, (4, 4, 3, 3)), (60, (4, 4, 3, 3)), (90, (4, 4, 4, 3))])
def test_quick_win_slots_say_all_that_the_sources_say(
    playbook: Playbook, day: int, counts: tuple[int, int, int, int]
) -> None:
    if day > playbook.hand_off.latest_day:
        assert f"QW-{day}" in playbook.not_carried
        return
    slot = by_source(playbook.quick_wins, f"QW-{day}")

    assert day == slot.day
    assert counts == (len(slot.character), len(slot.examples), len(slot.how), len(slot.effect))


def test_reminders_ladder_and_service_levels_are_our_defaults(high: Playbook) -> None:
    nudging, hypercare = high.nudging, high.hypercare

    assert ((3,), True, (2,), 10) == (nudging.before, nudging.on_the_day, nudging.after, nudging.stuck_after)
    assert [(2, False), (5, False), (10, True)] == [(rung.after, rung.proposes_pause) for rung in nudging.ladder]
    assert (14, ("critical",)) == (hypercare.days, hypercare.prolonged_by)
    assert [("critical", 1, 8, "clock"), ("high", 4, 24, "working"), ("normal", 8, 72, "working")] == [
        (level.severity, level.respond, level.resolve, level.hours) for level in hypercare.levels
    ]
    assert (30, 100_000, 120) == (high.pausing.longest_days, high.from_yearly_value, high.length_days)


# ------------------------------------------------------------------------------------------------ the lower tiers


def test_low_touch_keeps_the_sources_targets_days_and_hand_off(high: Playbook, low: Playbook) -> None:
    """These figures of the sources belong to the standard plan."""
    assert high.targets == low.targets
    assert [i.week for i in high.indicators] == [i.week for i in low.indicators]
    assert (90, 120) == (low.hand_off.earliest_day, low.hand_off.latest_day)


def test_tech_touch_has_the_targets_at_two_thirds_of_their_days_but_for_what_business_takes(
    high: Playbook, tech: Playbook
) -> None:
    figures = [(target.metric, target.at_least, target.below) for target in high.targets]
    sooner = {day: day * 2 // 3 for day in (30, 60, 90)}
    wanted = [target.day and sooner.get(target.day, target.day) for target in high.targets]

    assert figures == [(target.metric, target.at_least, target.below) for target in tech.targets]
    assert wanted == [target.day for target in tech.targets]
    assert (60, 80) == (tech.hand_off.earliest_day, tech.hand_off.latest_day)


def test_every_playbook_plans_hours_for_the_same_roles_and_the_lower_tiers_take_fewer_of_ours(
    high: Playbook, low: Playbook, tech: Playbook
) -> None:
    roles = [[(line.side, line.role) for line in playbook.resources] for playbook in (high, low, tech)]
    ours = [[line.hours_to for line in playbook.resources if line.side == "vendor"] for playbook in (high, low, tech)]

    assert roles[0] == roles[1] == roles[2]
    assert all(more > some > few for more, some, few in zip(*ours, strict=True))


def test_nobody_is_asked_to_a_meeting_in_tech_touch(tech: Playbook) -> None:
    """Nobody is asked during the onboarding or for years after; a webinar is open to all."""
    assert "meeting" not in {cadence.kind for cadence in tech.cadences}
    assert {"message"} == {cadence.kind for cadence in tech.programme.cadences}
    assert "in_writing" == tech.kickoff.held
    assert tech.training is not None
    assert not [session.key for session in tech.training.sessions if session.live and not session.optional]


def test_every_letter_that_is_sent_has_its_words(playbook: Playbook) -> None:
    letters = [cadence for cadence in playbook.cadences if cadence.kind == "message" and cadence.sent]
    for_years = [cadence for cadence in playbook.programme.cadences if cadence.kind == "message"]

    assert not [letter.key for letter in letters if not letter.editions]
    assert not [letter.key for letter in for_years if not letter.editions]


def test_in_tech_touch_a_person_looks_at_every_customer_each_second_week(tech: Playbook) -> None:
    looks = [cadence for cadence in tech.cadences if cadence.with_ == ("csm",)]

    assert [("status_report", 2, True)] == [(look.kind, look.every_weeks, look.sent) for look in looks]


def test_of_the_same_milestones_the_gates_are_the_same(high: Playbook, low: Playbook, tech: Playbook) -> None:
    """Security before what is real, UAT before users are trained, readiness before the launch, then the review."""
    of_the_build = ("security_passed", "environment_live", "data_validated", "training_complete", "uat_signed_off")
    gates = (*of_the_build, "readiness_confirmed", "gone_live", "success_plan_agreed")
    of_each = [{m.key: m.requires for m in playbook.milestones if m.key in gates} for playbook in (high, low, tech)]

    assert of_each[0] == of_each[1] == of_each[2]


def test_the_same_milestone_has_the_same_key_and_role_everywhere(high: Playbook, low: Playbook, tech: Playbook) -> None:
    """With the same keys onboardings of all tiers can be compared."""
    roles = {milestone.key: milestone.role for milestone in high.milestones}

    assert {"setup_started"} == {milestone.key for milestone in low.milestones} - set(roles)
    assert set() == {milestone.key for milestone in tech.milestones} - set(roles)
    for milestone in (*low.milestones, *tech.milestones):
        assert roles.get(milestone.key) == milestone.role


# ------------------------------------------------------------------------------------------------ it hangs together


def test_the_shipped_playbooks_lint_clean(playbook: Playbook) -> None:
    assert [] == complaints_about(Library().file(playbook.key))


def test_the_gates_of_the_sources_stand(high: Playbook) -> None:
    """Security before pilot users and migrated data, UAT before users are trained, readiness before the launch."""
    needs = {milestone.key: milestone.requires for milestone in high.milestones}
    stage_of_launch = high.stages[3]

    assert "security_passed" in needs["environment_live"]
    assert "security_passed" in needs["data_validated"]
    assert "uat_signed_off" in needs["training_complete"]
    assert ("uat_signed_off",) == stage_of_launch.opens.after
    assert "readiness_confirmed" in needs["gone_live"]
    assert "review_held" in needs["success_plan_agreed"]


def test_the_security_review_is_prepared_in_the_first_week(playbook: Playbook) -> None:
    """ST2.F3: everybody waits for it. Nothing has to be set up before it is begun, and nothing but it holds it up."""
    prepared, passed = playbook.milestone("security_prepared"), playbook.milestone("security_passed")

    assert prepared is not None
    assert passed is not None
    assert prepared in playbook.stages[0].milestones
    assert ((), True) == (prepared.requires, prepared.day <= 7)
    assert ("security_prepared",) == passed.requires


def test_signatures_are_asked_of_the_customer(high: Playbook) -> None:
    signed = {milestone.key: milestone.sign_off.by for milestone in high.milestones if milestone.sign_off}

    assert {
        "plan_agreed": ("project_lead",),
        "uat_signed_off": ("project_lead", "technical_lead"),
        "readiness_confirmed": ("executive_sponsor", "project_lead"),
        "success_plan_agreed": ("executive_sponsor", "project_lead"),
    } == signed


def words_of(series: Iterable[Cadence | ProgrammeCadence]) -> Iterator[Text]:
    for edition in (edition for one in series for edition in one.editions):
        yield from (edition.title, edition.text, edition.next_step)


def test_what_people_see_in_mails_is_there_in_every_language(playbook: Playbook) -> None:
    texts = [
        playbook.title,
        playbook.summary,
        *(text for stage in playbook.stages for text in (stage.title, stage.purpose)),
        *(text for milestone in playbook.milestones for text in (milestone.title, milestone.done_when)),
        *(deliverable.title for stage in playbook.stages for deliverable in stage.deliverables),
        *(cadence.title for cadence in playbook.cadences),
        *(text for cadence in playbook.cadences for text in cadence.agenda),
        *(text for series in (playbook.cadences, playbook.programme.cadences) for text in words_of(series)),
        *playbook.kickoff.agenda,
        *playbook.kickoff.questions,
        *playbook.kickoff.preparation,
        *(criterion.title for criterion in playbook.hand_off.criteria),
        *playbook.hand_off.message,
        *(cadence.title for cadence in playbook.programme.cadences),
        *playbook.programme.support,
    ]

    assert not [text for text in texts if not isinstance(text, dict) or set(text) != set(LANGUAGES)]


def strings_in(file: Path) -> set[str]:
    """The string constants of a Python file, except docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    loose = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in loose]
    return {node.value for node in constants if isinstance(node.value, str)}


def test_no_key_of_a_playbook_stands_in_the_program(high: Playbook, low: Playbook, tech: Playbook) -> None:
    """The program knows milestones by role: a company's playbook may call them as it likes."""
    keys = {high.key, low.key, tech.key}
    keys |= {named.key for playbook in (high, low, tech) for named in every_key(playbook)}
    files = [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    files += [file for file in [ROOT / "worker.py"] if file.exists()]
    # Samples of messages show what such a message says of a shipped playbook.
    files.remove(ROOT / "activities/channels/texts/samples.py")

    words_in = {str(file.relative_to(ROOT)): sorted(keys & strings_in(file)) for file in files}

    assert {} == {file: words for file, words in words_in.items() if words}


# ------------------------------------------------------------------------------------------------ the samples


def deal(name: str) -> DealClosed:
    return DealClosed.model_validate_json((ROOT / "examples" / f"{name}.json").read_text(encoding="utf-8"))


def planned(name: str, milestone: str, *, of: str = "high-touch") -> tuple[date, list[str]]:
    """The date of a milestone in the plan of a sample, and the kinds of reasons that moved it."""
    sample = deal(name)
    account = sample.account
    closed = holidays.country_holidays(account.country, subdiv=account.subdivision, years=[2026, 2027])
    calendar = WorkCalendar(time_zone=account.time_zone, holidays=dict(closed))
    dated = draft(Library().get(of), sample, calendar).milestone(milestone)
    return dated.on, [reason.kind for reason in dated.reasons]


@pytest.mark.parametrize(
    ("name", "share"), [("aozora-japan", 1.0), ("lindenau-germany", 1.0), ("calloway-uk", 1.0), ("pinecrest-us", 0.2)]
)
def test_sample_deals_are_complete_but_the_small_one(name: str, share: float) -> None:
    assert share == pytest.approx(completeness(deal(name)), abs=0.05)


def test_the_german_go_live_gives_way_to_new_year() -> None:
    """Day 60 is Friday, 1 January 2027."""
    assert (date(2027, 1, 4), ["counted", "closed", "closed", "closed"]) == planned("lindenau-germany", "gone_live")


def test_a_japanese_date_gives_way_to_the_holidays_of_september() -> None:
    """A weekend, Respect for the Aged Day, the day between, and the equinox: five days in a row."""
    on, reasons = planned("aozora-japan", "data_mapped")

    assert date(2026, 9, 24) == on
    assert 5 == reasons.count("closed")


@pytest.mark.parametrize(
    ("name", "key"),
    [("aozora-japan", "high-touch"), ("calloway-uk", "low-touch"), ("pinecrest-us", "tech-touch")],
)
def test_there_is_a_sample_of_every_tier(name: str, key: str) -> None:
    sample = deal(name)

    assert sample.playbook is None
    assert key == Library().choose(sample.yearly_value)


def test_the_sample_team_serves_every_sample() -> None:
    team = load_team()
    roles = {member.role for member in team.members}

    assert {
        "csm",
        "cs_manager",
        "executive",
        "implementation_specialist",
        "technical_resource",
        "training_lead",
    } == roles
    assert all(member.email.endswith("@vendor.example") for member in team.members)
    assert {"cs_manager"} == {
        boss.role for member in team.members if member.role == "csm" and (boss := team.manager_of(member.handle))
    }


@pytest.mark.parametrize("key", ["high-touch", "low-touch", "tech-touch"])
def test_days_of_a_window_are_counted_from_the_contract_in_japanese_too(key: str) -> None:
    """Day 1 is the day after it; a Japanese first day (1日目) is the contract's own."""
    windows = [in_language(stage.window, "ja") for stage in Library().get(key).stages]

    assert [] == [window for window in windows if "日目" in window]
