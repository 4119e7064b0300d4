"""What holds for every plan, whatever the deal, the country, and what has happened since?"""

from datetime import date, time, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.deal import BusySeason, Circumstances, DealClosed
from domain.drafting import Drafts, draft
from domain.plan import Course, Span, go_live_key
from domain.wording import reasons_in_words
from tests.support.simulation import calendar_of, deal, playbook_of
from tests.support.strategies import Drawn, deals, tiers, under_way

LONGEST_CLOSURE = 12
"""Days that holidays and weekends take at most in one piece (New Year and Golden Week in Japan)."""
ANY_PLAN = settings(max_examples=60)
READY_ON_A_SATURDAY = Drawn(
    "high-touch",
    deal(
        closed_at="2026-01-01T00:00:00Z",
        busy_seasons=(BusySeason(first=date(2026, 1, 1), last=date(2026, 1, 24), why="harvest"),),
        circumstances=Circumstances(),
        go_live_by=None,
    ),
    Course(moved={"kickoff_held": date(2026, 5, 1)}),
)
"""Harder circumstances bring the go-live to a Saturday; what it requires falls on the Monday after it, either way."""


@ANY_PLAN
@given(under_way())
def test_everything_is_due_at_five_on_a_working_day_of_the_customer(drawn: Drawn) -> None:
    tier, deal, course = drawn
    calendar = calendar_of(deal)

    plan = draft(playbook_of(tier), deal, calendar, course)

    for due in (*(milestone.due for milestone in plan.milestones), plan.hand_off_from, plan.hand_off_by):
        local = due.astimezone(calendar.zone)
        assert calendar.why_not(local.date()) is None
        assert local.time() == time(17)


@ANY_PLAN
@given(under_way())
def test_nothing_is_due_before_what_it_requires(drawn: Drawn) -> None:
    """But for a go-live that has happened: what counts from it counts from the real day."""
    tier, deal, course = drawn

    plan = draft(playbook_of(tier), deal, calendar_of(deal), course)

    for milestone in playbook_of(tier).milestones:
        for key in set(milestone.requires) - ({milestone.anchor} & set(course.reached)):
            assert plan.milestone(milestone.key).on >= plan.milestone(key).on


@ANY_PLAN
@given(under_way())
def test_every_sign_off_has_two_working_days_after_what_it_waits_for(drawn: Drawn) -> None:
    tier, deal, course = drawn
    calendar = calendar_of(deal)

    plan = draft(playbook_of(tier), deal, calendar, course)

    for stage in playbook_of(tier).stages:
        for milestone in stage.milestones:
            gate = {*milestone.requires, *stage.opens.after} - ({milestone.anchor} & set(course.reached))
            for key in gate if milestone.sign_off else ():
                on = plan.milestone(key).on
                assert calendar.working_days_between(on, plan.milestone(milestone.key).on) >= 2


@ANY_PLAN
@given(under_way())
def test_every_date_has_its_reasons_in_both_languages(drawn: Drawn) -> None:
    tier, deal, course = drawn
    titles = {milestone.key: milestone.key for milestone in playbook_of(tier).milestones}

    plan = draft(playbook_of(tier), deal, calendar_of(deal), course)

    for milestone in plan.milestones:
        for language in ("en", "ja"):
            words = reasons_in_words(milestone.reasons, titles, language)
            assert words
            assert all(words)


@ANY_PLAN
@given(under_way())
def test_the_same_course_drafts_the_same_plan(drawn: Drawn) -> None:
    tier, deal, course = drawn
    again = (
        DealClosed.model_validate_json(deal.model_dump_json()),
        Course.model_validate_json(course.model_dump_json()),
    )

    assert draft(playbook_of(tier), deal, calendar_of(deal), course) == draft(
        playbook_of(tier), again[0], calendar_of(deal), again[1]
    )


@ANY_PLAN
@given(under_way())
def test_what_remembers_plans_has_the_same_one_whatever_was_reached_meanwhile(drawn: Drawn) -> None:
    tier, deal, course = drawn
    drafts, playbook, calendar = Drafts(), playbook_of(tier), calendar_of(deal)
    reached = sorted(course.reached.items(), key=lambda one: one[1])

    for count in range(len(reached) + 1):
        until_then = course.model_copy(update={"reached": dict(reached[:count])})
        assert drafts(playbook, deal, calendar, until_then) == draft(playbook, deal, calendar, until_then)


@ANY_PLAN
@given(under_way())
def test_a_stage_opens_no_later_than_it_closes(drawn: Drawn) -> None:
    tier, deal, course = drawn

    plan = draft(playbook_of(tier), deal, calendar_of(deal), course)

    assert all(stage.opens_on <= stage.closes_on for stage in plan.stages)
    assert plan.hand_off_from <= plan.hand_off_by


@ANY_PLAN
@given(under_way())
@example(READY_ON_A_SATURDAY)
def test_harder_circumstances_never_make_anything_earlier(drawn: Drawn) -> None:
    tier, deal, course = drawn
    hardest = Circumstances(complexity="high", integrations=10, large_data=True, limited_resources=True)
    harder = deal.model_copy(update={"circumstances": hardest})

    plan = draft(playbook_of(tier), deal, calendar_of(deal), course)
    later = draft(playbook_of(tier), harder, calendar_of(deal), course)

    assert all(later.milestone(m.key).on >= m.on for m in plan.milestones)
    assert later.hand_off_by >= plan.hand_off_by


@ANY_PLAN
@given(tier=tiers(), deal=deals(), starts=st.integers(0, 120), days=st.integers(1, 60))
def test_a_pause_shifts_what_lies_behind_it_by_its_days_and_nothing_before(
    tier: str, deal: DealClosed, starts: int, days: int
) -> None:
    deal = deal.model_copy(update={"busy_seasons": ()})
    first = calendar_of(deal).day_of(deal.closed_at) + timedelta(days=starts)
    pause = Span(first=first, last=first + timedelta(days=days - 1))

    before = draft(playbook_of(tier), deal, calendar_of(deal))
    after = draft(playbook_of(tier), deal, calendar_of(deal), Course(pauses=(pause,)))

    for milestone in before.milestones:
        shift = (after.milestone(milestone.key).on - milestone.on).days
        if milestone.on < first:
            assert shift == 0
        if milestone.on >= first + timedelta(days=LONGEST_CLOSURE):
            assert abs(shift - days) <= LONGEST_CLOSURE


@ANY_PLAN
@given(tier=tiers(), deal=deals(), by=st.integers(0, 100))
def test_a_later_go_live_moves_nothing_before_it_and_nothing_back(tier: str, deal: DealClosed, by: int) -> None:
    before = draft(playbook_of(tier), deal, calendar_of(deal))
    go_live = go_live_key(playbook_of(tier))
    assert go_live is not None
    to = before.milestone(go_live).on + timedelta(days=by)

    after = draft(playbook_of(tier), deal, calendar_of(deal), Course(moved={go_live: to}))

    for milestone in playbook_of(tier).milestones:
        was, now = before.milestone(milestone.key).on, after.milestone(milestone.key).on
        assert now >= was
        if milestone.key != go_live and milestone.anchor == "close":
            assert now == was
