"""Meetings with an hour: what is offered, who is invited, what moves, and what falls away."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from domain.notice import Notice
from domain.playbook import content_hash
from domain.team import MeetingHour
from tests.support.simulation import MANAGER, OWNER, Simulation, deal, high_touch, opened, staff, with_milestone

SERIES = "technical_meeting"
KICKOFF = "2026-11-06T10:00:00+01:00"
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def onboarding() -> Simulation:
    """Opened on Mon 2 Nov 2026, in Berlin; nobody waits for the introduction any more."""
    onboarding = opened()
    onboarding.tell("send_draft", draft="introduction", by=OWNER)
    return onboarding


def entries(notices: list[Notice]) -> list[tuple[str, str, int, str]]:
    """To whom, which method, which version, at which hour by the clocks of Berlin."""
    return [
        (
            notice.to,
            notice.facts["calendar"]["method"],
            notice.facts["calendar"]["sequence"],
            f"{datetime.fromisoformat(notice.facts['starts_at']).astimezone(BERLIN):%a %d %b %H:%M}",
        )
        for notice in notices
    ]


def invited(onboarding: Simulation, to: str = "technical_lead") -> list[tuple[str, str, int, str]]:
    notices = [n for n in onboarding.notices() if n.kind in ("invitation", "meeting_cancelled") and n.to == to]
    return entries(notices)


def weekly(onboarding: Simulation, hour: str = "2026-11-26T14:30:00+01:00") -> None:
    """The weekly technical meeting is running, and is held on Thursdays at 14:30 from then on."""
    onboarding.settled("kickoff_held")
    onboarding.to_day(21)
    onboarding.tell("agree_slot", meeting=SERIES, starts_at=hour, weekly=True, by="technical_lead")


def agree(onboarding: Simulation, key: str) -> None:
    """The meeting of that milestone gets its hour on the day by which it is due."""
    milestone = onboarding.state.milestone(key)
    assert milestone is not None
    onboarding.tell("agree_slot", meeting=key, starts_at=milestone.due.isoformat(), by="project_lead")


# --- what is offered


def test_a_meeting_without_hours_of_ours_offers_some_in_which_both_sides_work(onboarding: Simulation) -> None:
    """Two on its day and on the next two working days; our own people are asked for none."""
    [to_lead] = onboarding.notices("kickoff_agenda", to="project_lead")
    [to_owner] = onboarding.notices("kickoff_agenda", to=OWNER)

    there = [datetime.fromisoformat(one).astimezone(BERLIN) for one in to_lead.facts["slots"]]

    assert {time(10), time(14)} == {at.time() for at in there}
    assert 3 == len({at.date() for at in there})
    assert date.fromisoformat(to_lead.facts["due"]) == there[0].date()
    assert all(at.isoweekday() <= 5 for at in there)
    assert "slots" not in to_owner.facts
    assert "Kickoff meeting" == to_lead.facts["title"]


def test_hours_that_a_host_gives_are_those_that_are_offered() -> None:
    """By the host's own clock, on the days of the week that they name."""
    hours = tuple(MeetingHour.model_validate({"on": day, "at": "15:30"}) for day in ("mon", "tue", "wed", "thu", "fri"))
    members = [m.model_copy(update={"meets": hours}) if m.handle == OWNER else m for m in staff().members]
    onboarding = opened()
    onboarding.team = staff().model_copy(update={"members": tuple(members)})

    onboarding.tell("send_draft", draft="introduction", by=OWNER)

    [agenda] = onboarding.notices("kickoff_agenda", to="project_lead")
    zone = ZoneInfo(agenda.facts["host_zone"])
    assert {time(15, 30)} == {datetime.fromisoformat(one).astimezone(zone).time() for one in agenda.facts["slots"]}


# --- what is agreed


def test_an_agreed_hour_invites_everybody_who_takes_part_once(onboarding: Simulation) -> None:
    """The same again says nothing new."""
    onboarding.tell("agree_slot", meeting="kickoff_held", starts_at=KICKOFF, minutes=45, by="project_lead")
    again = onboarding.tell("agree_slot", meeting="kickoff_held", starts_at=KICKOFF, minutes=45, by="project_lead")

    notices = onboarding.notices("invitation")
    assert {OWNER, "project_lead"} <= {notice.to for notice in notices}
    assert len(notices) == len({notice.to for notice in notices})
    assert {("REQUEST", 0, "Fri 06 Nov 10:00")} == {entry[1:] for entry in entries(notices)}
    assert {45} == {notice.facts["minutes"] for notice in notices}
    assert again.repeated


@pytest.mark.parametrize(
    ("name", "key", "title"),
    [
        ("lindenau-germany", "kickoff_held", "Kickoff meeting"),
        ("aozora-japan", "kickoff_held", "キックオフミーティング"),
        ("lindenau-germany", "plan_agreed", "Onboarding plan walkthrough"),
        ("aozora-japan", "plan_agreed", "オンボーディング計画説明会"),
        ("lindenau-germany", "review_held", "90-day business review"),
        ("aozora-japan", "review_held", "90日ビジネスレビュー"),
    ],
)
def test_people_are_invited_to_the_meeting_not_to_the_state_that_its_milestone_is_named_after(
    name: str, key: str, title: str
) -> None:
    """Mail and calendar said: You are invited to "Kickoff meeting held"."""
    onboarding = opened(name)

    agree(onboarding, key)

    [invitation] = onboarding.notices("invitation", to="project_lead")
    assert title == invitation.facts["title"]


def test_a_company_calls_its_meeting_as_it_likes_and_every_message_about_it_does() -> None:
    """The agenda that asks for an hour, the invitation, who does not come, and that it falls away."""
    own = with_milestone("kickoff_held", meeting_title={"en": "Project start workshop", "ja": "開始ワークショップ"})
    onboarding = Simulation(deal(), own)
    onboarding.tell("send_draft", draft="introduction", by=OWNER)

    agree(onboarding, "kickoff_held")
    onboarding.tell("tell_attendance", meeting="kickoff_held", answer="declined", by="project_lead")
    onboarding.tell("reach_milestone", milestone="kickoff_held", by=OWNER)

    about_it = ("kickoff_agenda", "invitation", "answer", "meeting_cancelled")
    titles = {notice.kind: notice.facts["title"] for notice in onboarding.notices() if notice.kind in about_it}
    assert dict.fromkeys(about_it, "Project start workshop") == titles


@pytest.mark.parametrize(
    ("name", "kickoff", "plan"),
    [
        ("lindenau-germany", "Kickoff meeting", "Onboarding plan agreed"),
        ("aozora-japan", "キックオフミーティング", "オンボーディング計画の合意"),
    ],
)
def test_where_the_playbook_names_no_meeting_the_kickoff_is_one_all_the_same(
    name: str, kickoff: str, plan: str
) -> None:
    """As in every version from before meetings had titles. What the program does not know has its milestone's title."""
    before = with_milestone("kickoff_held", with_milestone("plan_agreed", meeting_title=None), meeting_title=None)
    onboarding = Simulation(deal(name), before)
    onboarding.tell("send_draft", draft="introduction", by=onboarding.state.owner)

    agree(onboarding, "kickoff_held")
    agree(onboarding, "plan_agreed")

    titles = [notice.facts["title"] for notice in onboarding.notices("invitation", to="project_lead")]
    assert [kickoff, plan] == titles
    assert {kickoff} == {one.facts["title"] for one in onboarding.notices("kickoff_agenda", to="project_lead")}


def test_a_meeting_that_is_none_any_more_is_called_off_by_its_name(onboarding: Simulation) -> None:
    """The playbook changes to a kickoff in writing: people read that the kickoff meeting falls away, not a key."""
    agree(onboarding, "kickoff_held")
    written = high_touch().model_copy(
        update={"kickoff": high_touch().kickoff.model_copy(update={"held": "in_writing"})}
    )
    onboarding.ledger.keep_playbook(written)

    onboarding.tell("change_playbook", to=content_hash(written), when="now", reason="They travel.", by=MANAGER)

    assert {"Kickoff meeting"} == {one.facts["title"] for one in onboarding.notices("meeting_cancelled")}


def test_another_hour_moves_the_same_entry(onboarding: Simulation) -> None:
    """It keeps its name, and its number rises: calendars move it, and nobody has two."""
    onboarding.tell("agree_slot", meeting="kickoff_held", starts_at=KICKOFF, by="project_lead")
    onboarding.tell("agree_slot", meeting="kickoff_held", starts_at="2026-11-09T09:30:00+01:00", by=OWNER)

    first, second = [n.facts["calendar"] for n in onboarding.notices("invitation", to="project_lead")]
    assert first["uid"] == second["uid"]
    assert (0, 1) == (first["sequence"], second["sequence"])
    assert "meeting_cancelled" not in {notice.kind for notice in onboarding.notices()}


def test_a_milestone_is_due_on_the_day_of_its_meeting(onboarding: Simulation) -> None:
    """Where that is later than planned; nobody is reminded of a kickoff that has a day."""
    due = onboarding.state.milestone("kickoff_held")
    assert due is not None
    day = onboarding.calendar.add_working_days(onboarding.calendar.day_of(due.due), 2)

    onboarding.tell("agree_slot", meeting="kickoff_held", starts_at=f"{day}T10:00:00+01:00", by="project_lead")

    moved = onboarding.state.milestone("kickoff_held")
    assert moved is not None
    assert day == onboarding.calendar.day_of(moved.due)


def test_a_fixed_hour_of_the_week_is_agreed_once(onboarding: Simulation) -> None:
    """From then on each time comes as an invitation of its own, and nobody is asked for an hour any more."""
    weekly(onboarding)
    onboarding.to_day(45)

    hours = [hour for *_, hour in invited(onboarding)]
    assert ["Thu 26 Nov 14:30", "Thu 03 Dec 14:30", "Thu 10 Dec 14:30", "Thu 17 Dec 14:30"] == hours
    asked = [
        n for n in onboarding.notices("meeting", about=SERIES) if n.not_before > datetime(2026, 11, 24, tzinfo=UTC)
    ]
    assert [] == asked
    assert 4 == len({n.facts["calendar"]["uid"] for n in onboarding.notices("invitation", to="technical_lead")})


def test_another_hour_of_the_week_moves_what_is_announced(onboarding: Simulation) -> None:
    weekly(onboarding)

    onboarding.tell("agree_slot", meeting=SERIES, starts_at="2026-11-27T09:00:00+01:00", weekly=True, by=OWNER)

    assert [("REQUEST", 0, "Thu 26 Nov 14:30"), ("REQUEST", 1, "Fri 27 Nov 09:00")] == [
        entry[1:] for entry in invited(onboarding)
    ]


# --- what falls away


def test_a_pause_calls_off_what_is_announced(onboarding: Simulation) -> None:
    """And after it the fixed hour of the week goes on, under numbers of its own."""
    weekly(onboarding)

    onboarding.tell("pause", reason="stocktaking", by=OWNER)
    onboarding.to_day(30)
    onboarding.tell("resume", by=OWNER)
    onboarding.to_day(45)

    [agreed, off, *later] = [entry[1:] for entry in invited(onboarding)]
    assert ("REQUEST", 0, "Thu 26 Nov 14:30") == agreed
    assert ("CANCEL", 1, "Thu 26 Nov 14:30") == off
    assert {"REQUEST"} == {method for method, *_ in later}
    assert ["meeting_fell_away"] == [row.kind for row in onboarding.facts("meeting_fell_away")]


def test_the_end_of_the_onboarding_calls_off_what_lies_ahead(onboarding: Simulation) -> None:
    onboarding.tell("agree_slot", meeting="kickoff_held", starts_at=KICKOFF, by="project_lead")

    onboarding.tell("end_onboarding", ending="churned", reason="insolvent", by="nora.lindqvist", grace_hours=0)

    asked = {notice.to for notice in onboarding.notices("invitation")}
    assert asked == {notice.to for notice in onboarding.notices("meeting_cancelled")}


def test_what_has_begun_is_neither_moved_nor_called_off(onboarding: Simulation) -> None:
    """The kickoff is reported as held while people still sit there."""
    onboarding.tell("agree_slot", meeting="kickoff_held", starts_at=KICKOFF, by="project_lead")
    onboarding.to("2026-11-06 10:20")

    onboarding.settled("kickoff_held")

    assert [] == onboarding.notices("meeting_cancelled")
    assert [] == onboarding.state.invited


def test_who_joins_later_is_invited_and_others_hear_nothing(onboarding: Simulation) -> None:
    onboarding.tell("agree_slot", meeting="kickoff_held", starts_at=KICKOFF, by="project_lead")
    before = len(onboarding.notices("invitation"))

    person = {"name": "Ana Ruiz", "email": "ana.ruiz@lindenau.example", "role": "project_lead"}
    onboarding.tell("add_contact", person="project_lead-2", by=OWNER, **person)

    [new] = onboarding.notices("invitation")[before:]
    assert ("project_lead-2", 0) == (new.to, new.facts["calendar"]["sequence"])


# --- what is refused


def test_an_hour_is_refused_where_no_meeting_can_be(onboarding: Simulation) -> None:
    """In the past, of what is settled or nobody knows, of a milestone each week, and during a pause."""
    onboarding.settled("handoff_reviewed")
    hour = {"starts_at": KICKOFF}

    assert "starts_at" == onboarding.refusal("agree_slot", meeting="kickoff_held", starts_at="2026-11-01T10:00:00Z")[0]
    assert "meeting" == onboarding.refusal("agree_slot", meeting="handoff_reviewed", **hour)[0]
    assert "meeting" == onboarding.refusal("agree_slot", meeting="dinner", **hour)[0]
    assert "weekly" == onboarding.refusal("agree_slot", meeting="kickoff_held", weekly=True, **hour)[0]
    onboarding.tell("pause", reason="stocktaking", by=OWNER)
    assert "meeting" == onboarding.refusal("agree_slot", meeting="kickoff_held", **hour)[0]


def test_an_answer_counts_for_who_is_invited_alone(onboarding: Simulation) -> None:
    """Before there is an invitation, by a stranger, and to what has fallen away it is refused."""
    told = {"meeting": "kickoff_held", "answer": "accepted"}
    assert "meeting" == onboarding.refusal("tell_attendance", by="project_lead", **told)[0]
    onboarding.tell("agree_slot", meeting="kickoff_held", starts_at=KICKOFF, by="project_lead")

    onboarding.tell("tell_attendance", by="project_lead", **told)
    stranger = onboarding.refusal("tell_attendance", by="end_user", **told)[0]
    onboarding.tell("pause", reason="stocktaking", by=OWNER)
    fallen = onboarding.refusal("tell_attendance", by="project_lead", **told)

    [row] = onboarding.facts("attendance_told")
    assert ("kickoff_held", "accepted", "project_lead") == (row.about, row.data["answer"], row.data["person"])
    assert "person" == stranger
    assert "fallen away" in fallen[1]
