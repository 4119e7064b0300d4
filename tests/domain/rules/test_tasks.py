"""Notes and tasks that are not in the plan: who hears of them, when, and what they change."""

import pytest

from domain import agenda
from domain.agenda.tasks import MOST_OPEN
from domain.notice import Notice, task_slot
from tests.support.simulation import OWNER, Simulation, opened

CARRIERS = {"title": "Send the list of carriers", "task": "carriers", "due": "2026-11-20"}


@pytest.fixture
def onboarding() -> Simulation:
    """Opened on Mon 2 Nov 2026."""
    return opened()


def said(notices: list[Notice]) -> list[tuple[str, str, object]]:
    """To whom, what and how late."""
    return [(notice.to, str(notice.facts["title"]), notice.facts.get("days")) for notice in notices]


# --- notes


def test_a_note_is_a_sign_of_life(onboarding: Simulation) -> None:
    """Whoever is talked to has not fallen silent: what was stuck is not, and the ten days begin anew."""
    onboarding.to_day(7)
    onboarding.tell("record_win", title="One list")
    onboarding.to_day(30)
    assert "stuck" == onboarding.status()

    onboarding.tell("note", note="On the phone: their fair ends on Friday.", by=OWNER)

    assert "behind" == onboarding.status()
    onboarding.to_day(37)
    assert "behind" == onboarding.status()


def test_a_note_stands_in_the_journal_and_nobody_is_written_to(onboarding: Simulation) -> None:
    before = len(onboarding.notices())

    onboarding.tell("note", note="On the phone: their fair ends on Friday.", by=OWNER, news_id="call-1")
    again = onboarding.tell("note", note="On the phone: their fair ends on Friday.", by=OWNER, news_id="call-1")

    assert [("On the phone: their fair ends on Friday.", OWNER)] == [(r.note, r.by) for r in onboarding.facts("noted")]
    assert again.repeated
    assert before == len(onboarding.notices())


def test_an_empty_note_is_refused(onboarding: Simulation) -> None:
    assert "note" == onboarding.refusal("note", note="  ")[0]


# --- tasks


def test_whoever_gets_a_task_is_told_and_reminded_until_it_is_done(onboarding: Simulation) -> None:
    """At once, on its day, after two working days with the owner, and every week from then on."""
    onboarding.tell("add_task", **CARRIERS, owner="project_lead", by=OWNER)
    onboarding.to("2026-12-02 08:00")
    onboarding.tell("close_task", task="carriers", by="project_lead")
    onboarding.to("2026-12-31 08:00")

    assert [("project_lead", "Send the list of carriers", None)] == said(onboarding.notices("task_given"))
    reminders = [notice for notice in onboarding.notices("task_due") if notice.facts["days"] <= 0]
    assert [("project_lead", "Send the list of carriers", 0)] == said(reminders)
    late = [entry for entry in onboarding.fired if entry.rule == "task"]
    assert ["Fri 2026-11-20 09:00", "Tue 2026-11-24 09:00", "Tue 2026-12-01 09:00"] == [
        onboarding.local(entry.due) for entry in late
    ]
    assert {"carriers": ("done", "project_lead")} == {
        row.key: (row.status, row.data["owner"])
        for row in onboarding.ledger.registers(onboarding.id)
        if row.kind == "task"
    }


def test_an_overdue_task_reaches_the_owner_with_the_name_of_who_has_it(onboarding: Simulation) -> None:
    onboarding.tell("add_task", **CARRIERS, owner="project_lead", by=OWNER)
    onboarding.in_time(to="environment_set_up")

    onboarding.to("2026-11-24 12:00")

    [copy] = onboarding.notices("task_due", to=OWNER)
    assert (2, "Stefan Vogel") == (copy.facts["days"], copy.facts["meant_for"])


def test_an_overdue_task_is_summed_up_with_whatever_else_is_overdue(onboarding: Simulation) -> None:
    """One mail, not one for each."""
    onboarding.tell("add_task", **CARRIERS, owner="project_lead", by=OWNER)

    onboarding.to("2026-11-24 12:00")

    summary = onboarding.notices("overdue_summary", to=OWNER)[-1]
    assert "Send the list of carriers" in [line["title"] for line in summary.facts["overdue"]]


def test_nobody_is_told_of_a_task_that_they_gave_themselves(onboarding: Simulation) -> None:
    onboarding.tell("add_task", **CARRIERS, by=OWNER)

    assert [] == onboarding.notices("task_given")
    onboarding.to("2026-11-20 12:00")
    assert [OWNER] == onboarding.told("task_due")


def test_a_task_for_nobody_whom_we_know_goes_to_the_owner(onboarding: Simulation) -> None:
    """Straight from Temporal: our doors refuse it."""
    onboarding.tell("add_task", **CARRIERS, owner="nobody.here", by="project_lead")

    [given] = onboarding.notices("task_given")
    assert (OWNER, "nobody.here") == (given.to, given.facts["meant_for"])


def test_a_changed_task_is_told_to_whoever_has_it_now_and_reminded_of_on_its_new_day(onboarding: Simulation) -> None:
    onboarding.tell("add_task", **CARRIERS, owner="project_lead", by=OWNER)
    onboarding.tell("change_task", task="carriers", due="2026-11-27", owner="technical_lead", by="project_lead")

    onboarding.to("2026-11-27 12:00")

    first, second = onboarding.notices("task_given")
    assert ("technical_lead", "2026-11-27", True) == (second.to, second.facts["due"], second.facts["changed"])
    assert "Send the list of carriers" == second.facts["title"]
    assert ["technical_lead"] == onboarding.told("task_due")
    assert not first.facts["changed"]


def test_a_task_of_a_saturday_is_reminded_of_on_monday(onboarding: Simulation) -> None:
    onboarding.tell("add_task", title="Send it", due="2026-11-21", by=OWNER)

    onboarding.to("2026-11-25 08:00")

    assert ["Mon 2026-11-23 09:00"] == [onboarding.local(e.due) for e in onboarding.fired if e.rule == "task"]


def test_the_days_of_a_pause_do_not_count_for_tasks_either(onboarding: Simulation) -> None:
    """What was due before it stays; nobody is reminded while both sides have agreed to hold."""
    onboarding.tell("add_task", title="Send it", due="2026-11-05", by="project_lead")
    onboarding.tell("add_task", **CARRIERS, by="project_lead")
    onboarding.to("2026-11-16 12:00")
    onboarding.tell("pause", reason="Stocktaking")
    onboarding.to("2026-11-30 12:00")
    before = len(onboarding.notices("task_due"))
    onboarding.tell("resume")

    assert {"task-1": "2026-11-05", "carriers": "2026-12-04"} == {
        k: str(day) for k, day in onboarding.state.tasks.items()
    }
    rows = {row.key: row for row in onboarding.ledger.registers(onboarding.id) if row.kind == "task"}
    assert ("2026-12-04", "open", "Send the list of carriers") == (
        rows["carriers"].data["due"],
        rows["carriers"].status,
        rows["carriers"].title,
    )
    assert before == len(
        [
            n
            for n in onboarding.notices("task_due")
            if onboarding.state.clock.business(n.not_before) < onboarding.at("2026-11-30 12:00")
        ]
    )


def test_the_number_of_a_closed_task_is_not_given_again(onboarding: Simulation) -> None:
    first = onboarding.tell("add_task", title="One", due="2026-11-20", news_id="a").opened
    onboarding.tell("close_task", task="task-1")
    second = onboarding.tell("add_task", title="Two", due="2026-11-20", news_id="b").opened

    assert ("task-1", "task-2") == (first, second)


def test_what_cannot_be_is_refused_by_its_field(onboarding: Simulation) -> None:
    onboarding.tell("add_task", **CARRIERS)

    assert ("task", "carriers is open already: use change_task") == onboarding.refusal("add_task", **CARRIERS)
    assert ("due", "2026-10-30 is past") == onboarding.refusal("add_task", title="Late", due="2026-10-30")
    assert ("due", "2029-01-01 is more than two years ahead") == onboarding.refusal(
        "change_task", task="carriers", due="2029-01-01"
    )
    assert ("task", "'hat' is not an open task; open: carriers") == onboarding.refusal("close_task", task="hat")
    assert "due" == onboarding.refusal("change_task", task="carriers")[0]
    assert "task" == onboarding.refusal("add_task", title="x", due="2026-11-20", task="kickoff_held")[0]


def test_no_more_tasks_are_open_than_an_onboarding_can_carry(onboarding: Simulation) -> None:
    for number in range(MOST_OPEN):
        onboarding.tell("add_task", title="More", due="2026-11-20", task=f"t-{number}", by=OWNER)

    assert ("task", f"{MOST_OPEN} tasks are open already") == onboarding.refusal(
        "add_task", title="x", due="2026-11-20"
    )


def test_the_state_holds_of_a_task_its_id_and_its_day_alone(onboarding: Simulation) -> None:
    """What people write stays in the store (docs/decisions/0018)."""
    onboarding.tell("add_task", **CARRIERS, owner="project_lead", by=OWNER)

    kept = onboarding.state.model_dump_json()

    assert '"tasks":{"carriers":"2026-11-20"}' in kept
    assert "list of carriers" not in kept


def test_why_says_when_a_task_is_due(onboarding: Simulation) -> None:
    onboarding.tell("add_task", **CARRIERS)

    assert "carriers is an open task, due on 2026-11-20" == agenda.why(onboarding.state, "carriers", onboarding.now)
    assert onboarding.entry(task_slot("carriers")) is not None
