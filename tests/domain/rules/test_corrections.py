"""Red flags and course corrections as people and rules tell them: who hears, when they go up, and what they change."""

import pytest

from domain import agenda
from domain.news import BY_RULE
from domain.record import RegisterRow
from domain.rules.corrections import correction_for
from domain.rules.digests import may_join
from tests.support.simulation import EXECUTIVE, MANAGER, OTHER_CSM, OWNER, Simulation, high_touch, opened

SILENT = {"flag": "lead_silent", "category": "engagement", "since": "2026-11-09", "via": BY_RULE}
MISSED = {
    "category": "engagement",
    "flags": ["lead_silent", "meetings_missed"],
    "since": "2026-11-09",
    "figures": {"missed_meetings": 3, "project_lead_silent_days": 8},
    "via": BY_RULE,
}
TIRED = {"flag": "frustration_seen", "category": "relationship", "reason": "They were curt in the weekly."}


@pytest.fixture
def onboarding() -> Simulation:
    """Opened on Mon 2 Nov 2026, on the morning of the seventeenth."""
    onboarding = opened()
    onboarding.to("2026-11-17 10:00")
    return onboarding


def rows(onboarding: Simulation, kind: str) -> dict[str, RegisterRow]:
    return {row.key: row for row in onboarding.ledger.registers(onboarding.id) if row.kind == kind}


def closed(onboarding: Simulation, outcome: str) -> None:
    onboarding.tell("close_correction", correction="correction-1", outcome=outcome, by=OWNER)


# --- flags


def test_a_flag_is_in_the_list_of_its_owners_morning_once_when_it_goes_up_and_once_when_it_goes_down(
    onboarding: Simulation,
) -> None:
    onboarding.tell("raise_flag", **SILENT, figures={"project_lead_silent_days": 8})
    onboarding.tell("lower_flag", flag="lead_silent", via=BY_RULE)

    up, down = onboarding.notices("red_flag")
    assert [(OWNER, True), (OWNER, False)] == [(one.to, one.facts["up"]) for one in (up, down)]
    assert may_join("red_flag", staff=True, urgent=False)
    assert up.joins_from is not None
    assert "2026-11-09" == up.facts["since"]
    assert ["Days without a word from the project lead: 8 (a flag when 7 or more)"] == up.facts["figures"]
    assert {"lead_silent": "down"} == {key: row.status for key, row in rows(onboarding, "flag").items()}


def test_nobody_of_the_customers_hears_of_a_flag_or_of_a_correction(onboarding: Simulation) -> None:
    """Whatever becomes of it, until all of it has gone up and out."""
    onboarding.tell("raise_flag", **TIRED, by=OTHER_CSM)
    onboarding.tell("open_correction", **MISSED, owner="project_lead")
    onboarding.to("2026-12-20 10:00")
    for _ in range(3):
        closed(onboarding, "did_not_help")

    heard = {
        notice.to
        for notice in onboarding.notices()
        if notice.kind in ("red_flag", "correction_opened", "correction_due", "correction_closed")
    }
    assert {OWNER, MANAGER, EXECUTIVE} == heard


def test_who_raises_a_flag_says_what_they_have_seen(onboarding: Simulation) -> None:
    assert ("reason", "is missing: what you have seen") == onboarding.refusal(
        "raise_flag", flag="frustration_seen", category="relationship", by=OWNER
    )


def test_a_flag_by_a_rule_is_no_sign_of_life(onboarding: Simulation) -> None:
    """A flag about silence would break it: the onboarding would not count as stuck."""
    onboarding.to_day(40)
    assert "stuck" == onboarding.status()

    onboarding.tell("raise_flag", **SILENT)
    assert "stuck" == onboarding.status()

    onboarding.tell("raise_flag", **TIRED, by=OWNER)
    assert "behind" == onboarding.status()


def test_a_flag_that_is_up_is_not_raised_again(onboarding: Simulation) -> None:
    onboarding.tell("raise_flag", **SILENT)

    assert ("flag", "lead_silent has been up since 2026-11-17") == onboarding.refusal("raise_flag", **SILENT)
    assert ("flag", "'dates_slipping' is not up; up: lead_silent") == onboarding.refusal(
        "lower_flag", flag="dates_slipping"
    )
    assert ("since", "2026-12-24 lies ahead: say it on that day") == onboarding.refusal(
        "raise_flag", **{**TIRED, "since": "2026-12-24"}
    )


# --- corrections


def test_a_correction_reaches_owner_and_manager_as_one_message_with_reason_figures_and_steps(
    onboarding: Simulation,
) -> None:
    onboarding.tell("open_correction", **MISSED)

    to_owner, to_manager = onboarding.notices("correction_opened")
    assert [(OWNER, True), (MANAGER, False)] == [(one.to, one.facts["yours"]) for one in (to_owner, to_manager)]
    facts = to_manager.facts
    assert "Jonas Weber" == facts["responsible"]
    assert ["lead_silent", "meetings_missed"] == [flag["flag"] for flag in facts["flags"]]
    assert {"2026-11-09"} == {flag["since"] for flag in facts["flags"]}
    assert ["Meetings to which nobody of the customer came: 3 (a flag when 2 or more in 21 days)"] == facts["flags"][1][
        "figures"
    ]
    engagement = correction_for(high_touch(), "engagement", ())
    assert engagement is not None
    assert len(engagement.steps) == len(facts["steps"])
    # Their flags went up with it, and nobody reads of them a second time.
    assert ["lead_silent", "meetings_missed"] == [flag.key for flag in onboarding.state.flags]
    assert [] == onboarding.notices("red_flag")


def test_a_correction_is_reminded_of_on_its_day_and_goes_up_the_ladder_among_us(onboarding: Simulation) -> None:
    """Two weeks after its beginning by the playbook; late, its manager hears, then our executive."""
    onboarding.tell("open_correction", **MISSED)
    assert "2026-12-01" == str(onboarding.state.tasks["correction-1"])
    assert "2026-12-01" == rows(onboarding, "correction")["correction-1"].data["due"]
    for key in ("environment_set_up", "integrations_running", "data_migrated"):
        if onboarding.state.milestone(key):
            onboarding.settled(key)

    onboarding.to("2026-12-09 12:00")

    reminders = [entry for entry in onboarding.fired if entry.rule == "task"]
    assert ["Tue 2026-12-01 09:00", "Thu 2026-12-03 09:00", "Tue 2026-12-08 09:00"] == [
        onboarding.local(entry.due) for entry in reminders
    ]
    told = [notice for notice in onboarding.notices() if notice.kind in ("correction_due", "overdue_summary")]
    assert [OWNER] == [one.to for one in told if one.kind == "correction_due" and one.facts["days"] == 0]
    late = {one.to for one in told if one.key.startswith("task/correction-1") or "correction-1" in one.key}
    assert {OWNER, MANAGER, EXECUTIVE} <= late


def test_one_correction_at_a_time_for_each_category(onboarding: Simulation) -> None:
    onboarding.tell("open_correction", **MISSED)

    assert ("category", "correction-1 is open for engagement already: use change_correction") == onboarding.refusal(
        "open_correction", category="engagement", reason="Still silent", by=OWNER
    )
    other = onboarding.tell("open_correction", category="outcome", reason="No figures", by=OWNER, news_id="other")
    assert "correction-2" == other.opened
    closed(onboarding, "helped")
    again = onboarding.tell("open_correction", category="engagement", reason="Silent again", by=OWNER, news_id="again")
    assert "correction-3" == again.opened


def test_what_did_not_help_goes_to_the_manager_then_to_our_executive_and_then_ends(onboarding: Simulation) -> None:
    onboarding.tell("open_correction", **MISSED, owner=OTHER_CSM)
    took_over = []
    for day in ("2026-12-01", "2026-12-15"):
        onboarding.to(f"{day} 12:00")
        closed(onboarding, "did_not_help")
        took_over += [
            one.to
            for one in onboarding.notices("correction_opened")
            if one.facts["what"] == "escalated" and one.facts["yours"] and one.to not in took_over
        ]

    assert [MANAGER, EXECUTIVE] == took_over
    assert "2026-12-29" == str(onboarding.state.tasks["correction-1"])
    onboarding.to("2026-12-29 12:00")
    closed(onboarding, "did_not_help")
    assert [] == onboarding.state.corrections
    assert "did_not_help" == rows(onboarding, "correction")["correction-1"].status
    assert ["did_not_help"] * 2 == [row.data["outcome"] for row in onboarding.facts("correction_escalated")]


def test_a_correction_that_helped_ends_its_reminders_and_lowers_what_people_judged(onboarding: Simulation) -> None:
    """Flags of rules stay up until their rules say otherwise."""
    onboarding.tell("raise_flag", **TIRED, by=OTHER_CSM)
    onboarding.tell("raise_flag", flag="complaints_increasing", category="relationship", via=BY_RULE)
    onboarding.tell("open_correction", category="relationship", flags=["frustration_seen"], via=BY_RULE)
    onboarding.tell("change_correction", correction="correction-1", cause="usability", by=OWNER)
    closed(onboarding, "helped")
    onboarding.to("2026-12-20 10:00")

    assert [] == onboarding.notices("correction_due", about="correction-1")
    assert ["complaints_increasing"] == [flag.key for flag in onboarding.state.flags]
    row = rows(onboarding, "correction")["correction-1"]
    assert ("helped", "usability") == (row.status, row.data["cause"])
    [to_manager] = onboarding.notices("correction_closed")
    assert (MANAGER, "usability") == (to_manager.to, to_manager.facts["cause"])


def test_the_days_of_a_pause_do_not_count_for_corrections(onboarding: Simulation) -> None:
    onboarding.tell("open_correction", **MISSED)
    onboarding.tell("pause", reason="Stocktaking")
    onboarding.to("2026-11-27 10:00")
    onboarding.tell("resume")

    assert "2026-12-11" == str(onboarding.state.tasks["correction-1"])
    row = rows(onboarding, "correction")["correction-1"]
    assert ("2026-12-11", "open", "engagement") == (row.data["due"], row.status, row.data["category"])


def test_another_owner_is_told_with_why_it_began(onboarding: Simulation) -> None:
    onboarding.tell("open_correction", **MISSED)
    onboarding.tell("change_correction", correction="correction-1", owner=OTHER_CSM, due="2026-12-18", by=OWNER)

    given = onboarding.notices("correction_opened", to=OTHER_CSM)[-1]
    assert ("given", True, "2026-12-18") == (given.facts["what"], given.facts["yours"], given.facts["due"])
    assert 2 == len(given.facts["flags"])


def test_with_another_owner_of_the_onboarding_its_correction_goes_along(onboarding: Simulation) -> None:
    onboarding.tell("open_correction", **MISSED)
    onboarding.tell("reassign", owner=OTHER_CSM, by=MANAGER)
    onboarding.to("2026-12-01 12:00")

    assert OTHER_CSM in onboarding.told("correction_due") + onboarding.told("overdue_summary")


def test_a_correction_is_no_task_to_be_ticked_off(onboarding: Simulation) -> None:
    onboarding.tell("open_correction", **MISSED)

    assert ("task", "correction-1 is a course correction: use close_correction") == onboarding.refusal(
        "close_task", task="correction-1"
    )
    assert ("correction", "'correction-7' is not an open correction; open: correction-1") == onboarding.refusal(
        "close_correction", correction="correction-7", outcome="helped"
    )
    assert "due" == onboarding.refusal("change_correction", correction="correction-1")[0]
    assert "reason" == onboarding.refusal("open_correction", category="outcome", by=OWNER)[0]


def test_the_state_holds_no_word_of_why(onboarding: Simulation) -> None:
    """What people write stays in the store (docs/decisions/0018)."""
    onboarding.tell("open_correction", category="relationship", reason="The CFO doubts us.", by=OWNER)

    kept = onboarding.state.model_dump_json()

    assert "CFO" not in kept
    assert "correction-1 is an open course correction for relationship, to have helped by 2026-12-01" == agenda.why(
        onboarding.state, "correction-1", onboarding.now
    )


def test_a_japanese_colleague_reads_of_it_in_japanese() -> None:
    """Titles, steps and figures are the playbook's: what is English only would stand out."""
    aozora = opened("aozora-japan")
    aozora.to_day(15)
    aozora.tell("open_correction", **{**MISSED, "since": None})

    told = aozora.notices("correction_opened")
    japanese = [one for one in told if one.to == "mika.sato"]
    assert japanese
    for notice in japanese:
        words = [notice.facts["title"], *notice.facts["steps"]]
        for flag in notice.facts["flags"]:
            words += [flag["title"], *flag["figures"]]
        assert [] == [one for one in words if one.isascii()]


def test_a_correction_is_work_of_whoever_has_it(onboarding: Simulation) -> None:
    """What the desk shows them today: the owner's, until it goes up."""

    def work() -> list[tuple[str, str]]:
        attention = onboarding.ledger.standings[onboarding.id].attention
        assert attention is not None
        return [(one.person, one.title) for one in attention.work if one.key == "correction-1"]

    onboarding.tell("open_correction", **MISSED)
    assert [(OWNER, "Win engagement back")] == work()

    closed(onboarding, "did_not_help")
    assert [(MANAGER, "Win engagement back")] == work()
