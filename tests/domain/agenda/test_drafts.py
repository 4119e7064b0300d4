"""What happens to a message that waits for one of ours? It is read, worded, sent or stopped, or goes by itself."""

from datetime import timedelta

import pytest

from domain.playbook import Draft, content_hash
from domain.refusal import Refused
from tests.support.simulation import EXECUTIVE, MANAGER, OTHER_CSM, OWNER, Simulation, deal, high_touch, opened

READERS = ["project_lead", "executive_sponsor", "technical_lead", "champion"]


@pytest.fixture
def onboarding() -> Simulation:
    return opened()


def held(onboarding: Simulation) -> list[str]:
    return [notice.to for notice in onboarding.ledger.held.values()]


def test_nobody_of_the_customer_is_written_to_before_the_record_was_read(onboarding: Simulation) -> None:
    """It had gone to four people within a second of the start; and no kickoff is asked for by strangers."""
    onboarding.to("2026-11-03 18:00")

    told = {notice.kind for notice in onboarding.notices() if onboarding.dossier.person(notice.to) is not None}
    assert "introduction" not in told | {"kickoff_agenda"} & told
    assert held(onboarding) == READERS
    assert onboarding.entry("introduction/draft") is None


def test_whoever_it_belongs_to_gets_it_to_read_at_once(onboarding: Simulation) -> None:
    [notice] = onboarding.notices("draft")

    assert (notice.to, notice.about) == (OWNER, "introduction")
    assert notice.facts["readers"].startswith("Stefan Vogel, ")
    assert (notice.facts["after"], notice.facts["hours"]) == ("Sales hand-off reviewed", 2)
    assert notice.facts["team"], "what it says"


def test_it_goes_by_itself_two_office_hours_after_the_record_was_read(onboarding: Simulation) -> None:
    """Read on a Tuesday at half past four, it goes on Wednesday at half past ten; sending it reaches the milestone."""
    onboarding.to("2026-11-03 16:30")
    onboarding.settled("handoff_reviewed")
    onboarding.to("2026-11-04 10:29")
    before = onboarding.told("introduction")

    onboarding.to("2026-11-04 10:31")

    assert (before, onboarding.told("introduction")) == ([], READERS)
    milestone = onboarding.state.milestone("introduction_sent")
    assert milestone is not None
    assert milestone.status == "reached"
    assert (onboarding.facts("draft_sent")[0].via, onboarding.facts("draft_sent")[0].by) == ("day90", None)
    assert "project_lead" in onboarding.told("kickoff_agenda")
    assert onboarding.state.drafts == []


def test_one_of_ours_sends_it_before(onboarding: Simulation) -> None:
    onboarding.to("2026-11-02 15:00")

    onboarding.tell("send_draft", draft="introduction", by=MANAGER, note="They asked for it.")

    assert onboarding.told("introduction") == READERS
    assert [(row.by, row.note) for row in onboarding.facts("draft_sent")] == [(MANAGER, "They asked for it.")]
    [reached] = [row for row in onboarding.facts("milestone_reached") if row.about == "introduction_sent"]
    assert reached.by == MANAGER
    onboarding.to_day(4)
    assert onboarding.told("introduction") == READERS
    assert "introduction_sent" not in {notice.about for notice in onboarding.notices("reminder")}


def test_the_readers_of_a_message_do_not_hear_that_it_was_sent(onboarding: Simulation) -> None:
    onboarding.tell("send_draft", draft="introduction", by=OWNER)

    assert not set(onboarding.told("milestone_reached", about="introduction_sent")) & set(READERS)


def test_what_goes_says_what_is_true_when_it_goes(onboarding: Simulation) -> None:
    """Its dates are those of the plan as it stands then."""
    onboarding.tell("replan", milestone="kickoff_held", to="2026-11-12", reason="the fair")

    onboarding.tell("send_draft", draft="introduction", by=OWNER)

    assert {notice.facts["kickoff_due"] for notice in onboarding.notices("introduction")} == {"2026-11-12"}


def test_a_draft_that_is_stopped_never_goes_and_says_why(onboarding: Simulation) -> None:
    onboarding.tell("stop_draft", draft="introduction", reason="they have met", by=OWNER)
    onboarding.settled("handoff_reviewed")
    onboarding.to_day(8)

    assert onboarding.notices("introduction") == []
    assert onboarding.facts("draft_stopped")[0].data["reason"] == "they have met"
    assert onboarding.ledger.held == {}
    assert "kickoff_agenda" not in {notice.kind for notice in onboarding.notices()}
    assert "introduction_sent" in {notice.about for notice in onboarding.notices("reminder")}
    assert onboarding.refusal("send_draft", draft="introduction", by=OWNER)[0] == "draft"


@pytest.mark.parametrize(
    ("update", "more"), [("reach_milestone", {}), ("waive_milestone", {"reason": "they know us", "by": MANAGER})]
)
def test_after_a_stop_the_kickoff_follows_once_people_were_introduced(
    onboarding: Simulation, update: str, more: dict[str, str]
) -> None:
    onboarding.tell("stop_draft", draft="introduction", reason="they meet on Monday", by=OWNER)

    onboarding.tell(update, milestone="introduction_sent", **more)

    assert ["project_lead", OWNER] == onboarding.told("kickoff_agenda")


def test_who_reports_the_introduction_has_made_it_themselves(onboarding: Simulation) -> None:
    """They are not introduced a second time."""
    onboarding.tell("reach_milestone", milestone="introduction_sent", by=OWNER)
    onboarding.settled("handoff_reviewed")
    onboarding.to_day(8)

    assert onboarding.notices("introduction") == []
    assert onboarding.facts("draft_stopped")[0].data["milestone"] == "introduction_sent"
    assert "project_lead" in onboarding.told("kickoff_agenda")


def test_after_a_kickoff_nobody_is_introduced(onboarding: Simulation) -> None:
    onboarding.tell("reach_milestone", milestone="kickoff_held", by=OWNER)
    onboarding.settled("handoff_reviewed")
    onboarding.to_day(8)

    assert onboarding.told("introduction") == []
    assert onboarding.facts("draft_stopped")[0].data["milestone"] == "kickoff_held"


def test_a_reminder_names_the_message_that_waits(onboarding: Simulation) -> None:
    onboarding.to_day(2)

    reminders = onboarding.notices("reminder", about="introduction_sent", to=OWNER)
    assert {notice.facts["draft"] for notice in reminders} == {"introduction"}


def test_it_does_not_go_while_the_onboarding_is_paused_or_about_to_end(onboarding: Simulation) -> None:
    onboarding.to("2026-11-03 10:00")
    onboarding.settled("handoff_reviewed")
    onboarding.tell("pause", reason="strike")
    onboarding.to("2026-11-03 16:00")
    assert onboarding.notices("introduction") == []

    onboarding.tell("resume")
    assert onboarding.notices("introduction") == [], "nobody was to read it meanwhile: its hours count anew"
    onboarding.to("2026-11-04 10:01")
    assert onboarding.told("introduction") == READERS


def test_after_an_ending_that_was_taken_back_its_hours_count_anew(onboarding: Simulation) -> None:
    onboarding.to("2026-11-03 10:00")
    onboarding.settled("handoff_reviewed")
    onboarding.tell("end_onboarding", ending="churned", reason="insolvent", by=MANAGER, grace_hours=8)
    onboarding.to("2026-11-03 14:00")

    onboarding.tell("take_back_ending", by=MANAGER)

    assert onboarding.notices("introduction") == []
    onboarding.to("2026-11-03 16:01")
    assert onboarding.told("introduction") == READERS


def test_another_owner_gets_it_to_read_and_has_as_long(onboarding: Simulation) -> None:
    """The customer does not hear that somebody whom they never met was replaced."""
    onboarding.to("2026-11-03 10:00")
    onboarding.settled("handoff_reviewed")
    onboarding.to("2026-11-03 11:30")

    onboarding.tell("reassign", owner=OTHER_CSM, by=MANAGER)
    onboarding.to("2026-11-03 12:30")

    assert onboarding.notices("introduction") == []
    assert onboarding.told("draft") == [OWNER, OTHER_CSM]
    assert [False, True] == [notice.facts["handed_on"] for notice in onboarding.notices("draft")]
    assert "project_lead" not in onboarding.told("reassigned")
    # She works in New York.
    onboarding.to("2026-11-03 17:01")
    assert onboarding.told("introduction") == READERS


def test_nobody_of_the_customer_is_urged_before_they_are_introduced(onboarding: Simulation) -> None:
    onboarding.to_day(30)

    urged = [notice for notice in onboarding.notices() if notice.kind in ("reminder", "escalation", "pause_proposal")]
    assert urged
    assert not [notice.to for notice in urged if onboarding.dossier.person(notice.to) is not None]


def test_an_ending_leaves_no_draft_behind(onboarding: Simulation) -> None:
    onboarding.settled("handoff_reviewed")
    onboarding.tell("end_onboarding", ending="duplicate", reason="twice", by=EXECUTIVE)

    onboarding.to_day(8)

    assert onboarding.notices("introduction") == []


@pytest.mark.parametrize(
    ("update", "news", "field"),
    [
        ("send_draft", {"draft": "welcome", "by": OWNER}, "draft"),
        ("send_draft", {"draft": "introduction"}, "by"),
        ("stop_draft", {"draft": "introduction", "by": OWNER}, "reason"),
        ("edit_draft", {"draft": "introduction", "by": OWNER}, "text"),
        ("edit_draft", {"draft": "introduction", "text": "  ", "by": OWNER}, "text"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(
    onboarding: Simulation, update: str, news: dict[str, str], field: str
) -> None:
    assert onboarding.refusal(update, **news)[0] == field


def test_who_worded_it_and_how_is_kept(onboarding: Simulation) -> None:
    onboarding.tell("edit_draft", draft="introduction", text="Welcome.", language="en", by=OWNER)

    [row] = onboarding.facts("draft_edited")
    assert (row.by, row.data["text"], row.data["language"]) == (OWNER, "Welcome.", "en")
    [change] = onboarding.ledger.writings[-1].drafts
    assert (change.what, change.people, change.text) == ("edited", tuple(READERS), "Welcome.")


def test_the_message_of_one_reader_is_worded_alone(onboarding: Simulation) -> None:
    """A word to the sponsor that the others do not get."""
    onboarding.tell("edit_draft", draft="introduction", text="Welcome.", reader="executive_sponsor", by=OWNER)

    [change] = onboarding.ledger.writings[-1].drafts
    onboarding.tell("edit_draft", draft="introduction", text="Welcome, all.", by=OWNER)

    assert (("executive_sponsor",), "Welcome.") == (change.people, change.text)
    first, second = onboarding.facts("draft_edited")
    assert ("executive_sponsor", False) == (first.data["reader"], "reader" in second.data)


def test_the_process_goes_with_it_where_the_customer_has_not_had_it() -> None:
    """PRE-05: it came with the introduction before the close, or comes now."""
    had = Simulation(opened().deal.model_copy(update={"has_outline": True}))
    for onboarding, attached in ((opened(), True), (had, False)):
        onboarding.tell("send_draft", draft="introduction", by=OWNER)
        assert {bool(notice.attachment) for notice in onboarding.notices("introduction")} == {attached}


def test_without_a_milestone_to_wait_for_it_counts_from_the_start() -> None:
    """As in tech-touch, where nobody could be waited for."""
    playbook = opened().playbook
    at_once = playbook.drafts[0].model_copy(update={"after": None})
    onboarding = Simulation(opened().deal, playbook=playbook.model_copy(update={"drafts": (at_once,)}))
    begun = onboarding.now

    onboarding.until(begun + timedelta(hours=2, minutes=1))

    assert onboarding.told("introduction") == READERS


def test_a_playbook_without_drafts_lets_it_go_at_once() -> None:
    onboarding = Simulation(opened().deal, playbook=opened().playbook.model_copy(update={"drafts": ()}))

    assert onboarding.told("introduction") == READERS
    assert "project_lead" in onboarding.told("kickoff_agenda")


def test_by_a_version_without_drafts_what_waits_is_handed_on_and_goes(onboarding: Simulation) -> None:
    """It would have waited for ever, and nobody else could have taken the onboarding over."""
    without = onboarding.playbook.model_copy(update={"drafts": ()})
    onboarding.ledger.keep_playbook(without)
    onboarding.tell("change_playbook", to=content_hash(without), when="now", reason="fewer steps", by=MANAGER)
    onboarding.tell("reassign", owner=OTHER_CSM, by=MANAGER)
    assert onboarding.told("draft") == [OWNER, OTHER_CSM]

    onboarding.to("2026-11-03 15:00")
    onboarding.settled("handoff_reviewed")
    onboarding.to("2026-11-03 15:01")

    assert onboarding.told("introduction") == READERS


def test_the_later_of_two_who_edit_the_same_is_told(onboarding: Simulation) -> None:
    """Both have read the draft as it was; the second would have overwritten what they never saw."""
    onboarding.tell("edit_draft", draft="introduction", text="Welcome.", by=OWNER, revision=0)

    with pytest.raises(Refused, match="is at revision 1, and 0 was read: somebody has changed it since") as refused:
        onboarding.tell("edit_draft", draft="introduction", text="Hello.", by=MANAGER, revision=0)
    onboarding.tell("edit_draft", draft="introduction", subject="Welcome", by=MANAGER, revision=1)
    onboarding.tell("edit_draft", draft="introduction", text="Good day.", by=OWNER)

    assert "revision" == refused.value.field
    assert [draft.revision for draft in onboarding.state.drafts] == [3]


def test_an_edit_that_is_told_again_is_none_of_somebody_else(onboarding: Simulation) -> None:
    first = {"draft": "introduction", "text": "Welcome.", "by": OWNER, "revision": 0, "news_id": "edit-1"}
    onboarding.tell("edit_draft", **first)

    onboarding.tell("edit_draft", **first)

    assert [draft.revision for draft in onboarding.state.drafts] == [1]


def with_plan_to_read(hours: float = 4) -> Simulation:
    """An onboarding whose plan waits for one of ours, right after its kickoff."""
    playbook = high_touch()
    drafts = (*playbook.drafts, Draft(kind="plan", hours=hours))
    onboarding = Simulation(deal(), playbook.model_copy(update={"drafts": drafts}))
    onboarding.in_time(to="kickoff_held")
    return onboarding


def test_a_plan_waits_until_one_of_ours_has_read_it() -> None:
    """Then whoever agrees to it is asked by the plan itself, as without a draft."""
    onboarding = with_plan_to_read()
    before = onboarding.told("plan")

    onboarding.tell("send_draft", draft="plan", by=OWNER)

    assert [] == before
    [to_read] = onboarding.notices("draft", about="plan")
    assert (OWNER, True) == (to_read.to, to_read.facts["sign_off"])
    asked = {notice.to: notice for notice in onboarding.notices("plan")}
    at_once = opened()
    at_once.in_time(to="kickoff_held")
    assert {n.to: (n.while_open, n.facts) for n in at_once.notices("plan")} == {
        to: (notice.while_open, notice.facts) for to, notice in asked.items()
    }
    assert {True, False} == {notice.facts["sign_off"] for notice in asked.values()}


def test_nobody_is_reminded_to_agree_to_a_plan_that_they_have_not_got() -> None:
    """The owner is, with the draft that waits; once it has gone, they are as ever."""
    onboarding = with_plan_to_read(hours=160)
    [signing] = [one for one in onboarding.state.milestones if one.of_plan]

    onboarding.until(signing.due + timedelta(days=2))

    reminded = [n for n in onboarding.notices() if n.about == signing.key and n.kind in ("reminder", "escalation")]
    assert {OWNER, MANAGER} == {n.to for n in reminded}
    assert {"plan"} == {n.facts["draft"] for n in reminded if n.kind == "reminder"}
    onboarding.tell("send_draft", draft="plan", by=OWNER)
    onboarding.until(signing.due + timedelta(days=9))
    assert set(signing.signers) & {n.to for n in onboarding.notices() if n.about == signing.key and n.facts.get("days")}


def test_a_plan_that_waits_goes_by_itself_after_its_hours_and_once() -> None:
    onboarding = with_plan_to_read(hours=4)

    onboarding.until(onboarding.now + timedelta(days=4))

    assert ["day90"] == [row.via for row in onboarding.facts("draft_sent") if row.about == "plan"]
    assert sorted(set(onboarding.told("plan"))) == sorted(onboarding.told("plan")) != []
