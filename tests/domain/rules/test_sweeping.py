"""What does the sweep find, and who is told? Lines of the store and sightings in Temporal, in tables."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from domain.census import Line, Mailbag, Picture, ScheduleSeen, Sighting, Undone
from domain.finding import EXPLAINED, Finding, FindingKind
from domain.notice import Person
from domain.rules.reporting import MOST_LISTED, OPERATOR, reports
from domain.rules.sweeping import (
    in_sample,
    nightly_trouble,
    of_confirmations,
    of_difference,
    of_house,
    of_mailbox,
    of_office,
    of_onboarding,
    of_programme,
    of_receiver,
    of_reconciliation,
    of_refused,
    of_sender,
    of_strangers,
    of_tries,
    of_workflow_alone,
)
from domain.team import Team
from domain.text import LANGUAGES, in_language
from playbooks.library import load_team
from runtime.fleet import STATUSES

NOW = datetime(2027, 3, 2, 3, 17, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ID = "onboarding-crm-1"
STAFF = frozenset({"mika.sato", "jonas.weber"})
OPS = Person(id=OPERATOR, name="Platform", email="ops@vendor.test", side="vendor", role=OPERATOR)


def line(**changes: Any) -> Line:
    """An onboarding that is in order."""
    given: dict[str, Any] = {
        "onboarding": ID,
        "kept_at": NOW - 30 * DAY,
        "status": "on_track",
        "owner": "mika.sato",
        "waits": True,
        "next_due": NOW + DAY,
        "as_of": NOW - DAY,
    }
    return Line(**{**given, **changes})


def sighting(**changes: Any) -> Sighting:
    """A workflow that is in order."""
    return Sighting(**{"id": ID, "started_at": NOW - 30 * DAY, **changes})


def unopened(**changes: Any) -> Line:
    nothing_yet = {"status": "opening", "owner": "", "waits": False, "next_due": None, "as_of": None}
    return line(**{**nothing_yet, **changes})


def kinds(findings: list[Finding]) -> list[str]:
    return [finding.kind for finding in findings]


def judged(line: Line, workflow: Sighting | None, *, real_clock: bool = True) -> list[str]:
    return kinds(of_onboarding(line, workflow, staff=STAFF, now=NOW, real_clock=real_clock))


@pytest.mark.parametrize(
    ("line", "workflow"),
    [
        pytest.param(line(), sighting(), id="as it should be"),
        pytest.param(line(next_due=None), sighting(), id="waits for somebody, and nothing comes by itself"),
        pytest.param(line(waits=False), sighting(), id="waits for nobody, and something comes by itself"),
        pytest.param(line(next_due=NOW - 59 * MINUTE), sighting(), id="a wake-up less than an hour ago"),
        pytest.param(unopened(kept_at=NOW - 9 * MINUTE), sighting(), id="just opening"),
        pytest.param(unopened(kept_at=NOW - 9 * MINUTE, taken=False), None, id="just taken in"),
        pytest.param(unopened(kept_at=NOW - 8 * DAY, taken=False), None, id="a deal that was found invalid long ago"),
        pytest.param(line(ending="churned", ended_at=NOW - DAY), sighting(status="COMPLETED"), id="ended"),
        pytest.param(line(ending="churned", ended_at=NOW - DAY), None, id="ended, and forgotten by Temporal"),
        pytest.param(line(ending="churned", ended_at=NOW - MINUTE), sighting(), id="just ending"),
    ],
)
def test_nobody_is_alarmed_by(line: Line, workflow: Sighting | None) -> None:
    assert [] == judged(line, workflow)


@pytest.mark.parametrize(
    ("kind", "line", "workflow"),
    [
        ("stopped", line(), sighting(status="TERMINATED")),
        ("stopped", line(), sighting(status="FAILED")),
        ("stopped", line(), sighting(status="TIMED_OUT")),
        ("stopped", line(), sighting(status="CANCELED")),
        ("stopped", line(), sighting(status="COMPLETED")),
        ("stopped", unopened(), sighting(status="TERMINATED")),
        ("stuck", line(), sighting(problems="WorkflowTaskFailed, NonDeterministicError")),
        ("stuck", line(ending="churned", ended_at=NOW - MINUTE), sighting(problems="WorkflowTaskFailed")),
        ("paused_in_temporal", line(), sighting(status="PAUSED")),
        ("lost", line(), None),
        ("lost", unopened(), None),
        ("not_started", unopened(kept_at=NOW - HOUR, taken=False), None),
        ("not_started", unopened(kept_at=NOW - HOUR, taken=False), sighting(status="FAILED")),
        (
            "not_opened",
            unopened(kept_at=NOW - HOUR),
            sighting(failing="open_onboarding fails, try 9: OperationalError"),
        ),
        ("not_opened", unopened(kept_at=NOW - HOUR, taken=False), sighting()),
        ("not_closed", line(ending="churned", ended_at=NOW - HOUR), sighting()),
        ("without_owner", line(owner="left.long_ago"), sighting()),
        ("without_owner", line(owner=""), sighting()),
        ("asleep", line(next_due=None, waits=False), sighting()),
        ("overdue", line(next_due=NOW - 2 * HOUR), sighting()),
    ],
)
def test_a_person_hears_of(kind: str, line: Line, workflow: Sighting | None) -> None:
    findings = of_onboarding(line, workflow, staff=STAFF, now=NOW, real_clock=True)

    assert [kind] == kinds(findings)
    assert ID in findings[0].command


def test_an_overdue_wake_up_says_what_hinders_it() -> None:
    """Nobody takes its task, or what it does fails."""
    late = line(next_due=NOW - 2 * HOUR)
    causes = [
        finding.cause
        for hindered in (
            sighting(unpolled_since=NOW - HOUR),
            sighting(failing="take_turn fails, try 40: OperationalError"),
        )
        for finding in of_onboarding(late, hindered, staff=STAFF, now=NOW, real_clock=True)
    ]

    assert ["no worker has taken its task since 2027-03-02 02:17 UTC", "take_turn fails, try 40: OperationalError"] == (
        causes
    )


def test_on_a_compressed_clock_a_due_date_alarms_nobody() -> None:
    """A due date is business time."""
    assert [] == judged(line(next_due=NOW - 90 * DAY), sighting(), real_clock=False)


def test_two_troubles_are_two_findings() -> None:
    assert ["stopped", "without_owner"] == judged(line(owner="left"), sighting(status="TERMINATED"))


@pytest.mark.parametrize(
    ("kind", "workflow"),
    [
        ([], sighting(started_at=NOW - MINUTE)),
        ([], sighting(status="TERMINATED")),
        (["unknown"], sighting()),
        (["not_opened"], sighting(opened=False)),
    ],
)
def test_a_workflow_without_a_record(kind: list[str], workflow: Sighting) -> None:
    assert kind == kinds(of_workflow_alone(workflow, now=NOW))


@pytest.mark.parametrize(
    ("kind", "ending", "programme"),
    [
        (["programme_missing"], "handed_over", None),
        (["programme_missing"], "handed_over_with_exceptions", sighting(status="TERMINATED")),
        (["stuck"], "handed_over", sighting(problems="WorkflowTaskFailed")),
        ([], "handed_over", sighting()),
        (["paused_in_temporal"], "handed_over", sighting(status="PAUSED")),
        ([], "handed_over", sighting(status="COMPLETED")),
        ([], "churned", None),
        ([], None, None),
    ],
)
def test_a_success_programme(kind: list[str], ending: str | None, programme: Sighting | None) -> None:
    """A programme that completed was ended on purpose."""
    ended = line(ending=ending, ended_at=NOW - DAY if ending else None)

    assert kind == kinds(of_programme(ended, programme, now=NOW))


@pytest.mark.parametrize(
    ("kind", "waited", "sender"),
    [
        ([], None, None),
        ([], HOUR, sighting(status="TERMINATED")),
        (["sender_stopped"], 3 * HOUR, None),
        (["sender_stopped"], 3 * HOUR, sighting(status="TERMINATED")),
        (["mail_waits"], 3 * HOUR, sighting()),
        (["paused_in_temporal"], 3 * HOUR, sighting(status="PAUSED")),
        (["stuck"], None, sighting(problems="WorkflowTaskFailed")),
    ],
)
def test_a_sender(kind: list[str], waited: timedelta | None, sender: Sighting | None) -> None:
    bag = Mailbag(channel="mail", waiting=7 if waited else 0, oldest=NOW - waited if waited else None)

    assert kind == kinds(of_sender("sender-mail", bag, sender, now=NOW))


@pytest.mark.parametrize(
    ("kind", "waited", "down", "sender"),
    [
        ([], None, False, None),
        ([], HOUR, False, None),
        (["sender_stopped"], 3 * HOUR, False, None),
        (["sender_stopped"], 3 * HOUR, True, sighting(status="TERMINATED")),
        (["telling_waits"], 3 * HOUR, False, sighting(failing="deliver_notice fails, try 9: ChannelDown")),
        ([], 3 * HOUR, True, sighting()),
        (["paused_in_temporal"], None, False, sighting(status="PAUSED")),
        (["stuck"], None, True, sighting(problems="WorkflowTaskFailed")),
    ],
)
def test_a_sender_that_tells_other_systems(
    kind: list[str], waited: timedelta | None, down: bool, sender: Sighting | None
) -> None:
    """Whoever set up a webhook hears when its target takes nothing; the sweep finds where nobody tries."""
    oldest = NOW - waited if waited else None
    bag = Mailbag(channel="1", waiting=7 if waited else 0, oldest=oldest, known_down=down)

    there = sender and sender.model_copy(update={"id": "sender-webhook-1"})

    findings = of_office("sender-webhook-1", bag, there, now=NOW)

    assert kind == kinds(findings)
    assert all("day90 repair sender-webhook-1" == finding.command for finding in findings)


KEPT, PAUSED, NEW = (ScheduleSeen(paused=paused, created_at=NOW - age) for paused, age in
                     ((False, 9 * DAY), (True, 9 * DAY), (False, HOUR)))  # fmt: skip


@pytest.mark.parametrize(
    ("cause", "read_at", "schedule"),
    [
        (None, NOW - HOUR, KEPT),
        (None, None, NEW),
        ("last read 2027-03-01 01:17 UTC", NOW - 26 * HOUR, KEPT),
        ("never read", None, KEPT),
        ("last read 2027-03-01 01:17 UTC; its schedule is paused", NOW - 26 * HOUR, PAUSED),
        ("its schedule is gone", NOW - HOUR, None),
    ],
)
def test_a_mailbox_that_nobody_reads(
    cause: str | None, read_at: datetime | None, schedule: ScheduleSeen | None
) -> None:
    """An hour of looks that fail, or nothing that looks: mail goes out all the same, and nothing else would show it."""
    findings = of_mailbox("mailbox", read_at, schedule, now=NOW)

    assert ([("mailbox_unread", cause)] if cause else []) == [(finding.kind, finding.cause) for finding in findings]
    assert all("day90 repair mailbox" == finding.command for finding in findings)


@pytest.mark.parametrize(
    ("cause", "marks", "schedule"),
    [
        (None, {}, None),
        (None, {"hubspot": NOW - 23 * HOUR}, KEPT),
        (None, {"hubspot": None}, NEW),
        ("hubspot: looked through, last 2027-03-01 01:17 UTC", {"hubspot": NOW - 26 * HOUR, "salesforce": NOW}, KEPT),
        ("salesforce: never looked through", {"hubspot": NOW, "salesforce": None}, KEPT),
        ("its schedule is paused", {"hubspot": NOW - HOUR}, PAUSED),
        ("its schedule is gone", {"hubspot": NOW - HOUR}, None),
        ("its schedule is gone", {"hubspot": None}, None),
    ],
)
def test_closed_deals_that_nobody_looks_for(
    cause: str | None, marks: dict[str, datetime | None], schedule: ScheduleSeen | None
) -> None:
    """Though nothing waits: one CRM stands still beside another, it was never looked into, or nothing makes it so."""
    findings = of_reconciliation("reconciliation", marks, schedule, now=NOW)

    assert ([("crm_unwatched", cause)] if cause else []) == [(finding.kind, finding.cause) for finding in findings]
    assert all("day90 repair reconciliation" == finding.command for finding in findings)


@pytest.mark.parametrize(
    ("trouble", "schedule", "ended"),
    [
        ("", KEPT, NOW - DAY),
        ("", NEW, None),
        ("no schedule runs it", None, NOW - HOUR),
        ("its schedule is paused", PAUSED, NOW - HOUR),
        ("none has ended for more than a day", KEPT, NOW - 27 * HOUR),
        ("none has ended for more than a day", KEPT, None),
    ],
)
def test_who_watches_the_sweep(trouble: str, schedule: ScheduleSeen | None, ended: datetime | None) -> None:
    """Whoever looks: a new stack has had no night yet."""
    assert trouble == nightly_trouble(schedule, ended, now=NOW)


@pytest.mark.parametrize(
    ("kind", "waited", "receiver"),
    [
        ([], None, None),
        ([], None, sighting()),
        ([], 59 * MINUTE, None),
        (["deliveries_wait"], HOUR, None),
        (["deliveries_wait"], HOUR, sighting()),
        (["deliveries_wait"], HOUR, sighting(status="TERMINATED")),
        (["paused_in_temporal"], HOUR, sighting(status="PAUSED")),
        (["stuck"], None, sighting(problems="WorkflowTaskFailed")),
    ],
)
def test_what_was_delivered_and_its_receiver(
    kind: list[str], waited: timedelta | None, receiver: Sighting | None
) -> None:
    """A receiver that has nothing to do need not be there."""
    waiting = Undone(by_source={"hubspot": 7}, first=NOW - waited) if waited else Undone()

    assert kind == kinds(of_receiver("receiver", waiting, receiver, now=NOW))


def test_of_what_waits_is_told_where_it_came_from_and_what_hinders() -> None:
    waiting = Undone(by_source={"hubspot": 7, "deals": 1}, first=NOW - DAY)
    hindered = sighting(id="receiver", failing="take_from_inbox fails, try 9: NotReachable")

    [finding] = of_receiver("receiver", waiting, hindered, now=NOW)

    assert "1 from deals, 7 from hubspot; take_from_inbox fails, try 9: NotReachable" == finding.cause
    assert ("day90 repair receiver", NOW - DAY) == (finding.command, finding.since)


def test_what_was_refused_is_one_finding_for_whoever_reads_the_inbox() -> None:
    assert [] == of_refused(Undone())

    [finding] = of_refused(Undone(by_source={"salesforce": 2}, first=NOW - HOUR))

    assert ("deliveries_refused", "2 from salesforce") == (finding.kind, finding.cause)
    assert "day90 inbox --state refused" == finding.command


@pytest.mark.parametrize(
    ("kind", "workflow"),
    [
        ([], sighting()),
        ([], sighting(failing="deliver_notice fails, try 9: ChannelDown")),
        ([], sighting(status="COMPLETED")),
        (["stuck"], sighting(problems="WorkflowTaskFailed")),
        (["paused_in_temporal"], sighting(status="PAUSED")),
    ],
)
def test_another_workflow_of_the_house(kind: list[str], workflow: Sighting) -> None:
    """A target of webhooks that is down is no business of the sweep: whoever set it up hears of it otherwise."""
    assert kind == kinds(of_house(workflow))


def test_store_and_workflow_that_tell_the_same_are_no_finding() -> None:
    same = Picture(milestones={"met": "reached"}, issues=("issue-1", "issue-2"))

    assert [] == of_difference(line(), same, same.model_copy(update={"issues": ("issue-2", "issue-1")}))


@pytest.mark.parametrize(
    ("cause", "here", "there"),
    [
        (
            "met: reached in the store, open in its workflow",
            {"milestones": {"met": "reached"}},
            {"milestones": {"met": "open"}},
        ),
        ("issue-1: open in the store alone", {"issues": ("issue-1",)}, {}),
        ("issue-1: open in its workflow alone", {}, {"issues": ("issue-1",)}),
        ("ended as churned in the store, open in its workflow", {"ending": "churned"}, {}),
        ("open in the store, ended as churned in its workflow", {}, {"ending": "churned"}),
    ],
)
def test_each_difference_of_store_and_workflow_is_named(
    cause: str, here: dict[str, Any], there: dict[str, Any]
) -> None:
    [finding] = of_difference(line(), Picture(**here), Picture(**there))

    assert ("store_differs", cause, f"day90 repair {ID}") == (finding.kind, finding.cause, finding.command)


def test_every_onboarding_is_in_the_sample_of_some_night_within_four_weeks() -> None:
    ids = [f"onboarding-crm-{number}" for number in range(1000)]
    nights = [{id for id in ids if in_sample(id, of=1000, a_night=200, now=NOW + night * DAY)} for night in range(5)]

    assert set(ids) == set().union(*nights)
    assert all(100 < len(night) < 300 for night in nights)
    assert all(any(in_sample(id, of=100_000, a_night=200, now=NOW + night * DAY) for night in range(28)) for id in ids)
    assert all(in_sample(id, of=200, a_night=200, now=NOW) for id in ids)


@pytest.mark.parametrize(
    ("kinds_found", "strangers", "running", "empty"),
    [
        ([], 0, 5, False),
        (["unknown"], 1, 5, False),
        (["unknown"], 1, 1, False),
        (["unknown", "unknown"], 2, 2, False),
        (["another_store"], 3, 5, False),
        (["another_store"], 1, 1, True),
        (["another_store"], 5000, 5000, False),
    ],
)
def test_a_store_that_looks_like_another_database_is_one_finding(
    kinds_found: list[str], strangers: int, running: int, empty: bool
) -> None:
    unknown = [Finding(kind="unknown", subject=f"onboarding-crm-{number}", since=NOW) for number in range(strangers)]

    assert kinds_found == kinds(of_strangers(unknown, running=running, empty=empty))


@pytest.mark.parametrize(("kind", "tried"), [([], 10), (["tried_often"], 11)])
def test_a_step_that_was_tried_more_than_ten_times(kind: list[str], tried: int) -> None:
    there = sighting(tried=tried, failing=f"take_turn fails, try {tried}: OperationalError")

    assert kind == kinds(of_tries(there)) == kinds(of_house(there))
    assert all("OperationalError" in finding.cause for finding in of_tries(there))


@pytest.mark.parametrize(
    ("kind", "waited", "sender"),
    [
        ([], None, None),
        ([], 14 * MINUTE, None),
        (["sender_stopped"], 16 * MINUTE, None),
        (["sender_stopped"], 16 * MINUTE, sighting(status="TERMINATED")),
        (["unconfirmed"], 16 * MINUTE, sighting()),
        (["paused_in_temporal"], None, sighting(status="PAUSED")),
    ],
)
def test_news_that_stays_unconfirmed(kind: list[str], waited: timedelta | None, sender: Sighting | None) -> None:
    bag = Mailbag(channel="confirmations", waiting=1 if waited else 0, oldest=NOW - waited if waited else None)

    assert kind == kinds(of_confirmations("sender-confirmations", bag, sender, now=NOW))


def test_of_what_waits_the_oldest_is_named_with_its_trouble() -> None:
    waiting = Undone(by_source={"hubspot": 7}, first=NOW - DAY, number=17, trouble="HubSpot\nanswers 401")

    [finding] = of_receiver("receiver", waiting, sighting(id="receiver"), now=NOW)

    assert "7 from hubspot; the oldest is 17: HubSpot answers 401" == finding.cause


def test_every_kind_is_explained_in_every_language() -> None:
    assert set(get_args(FindingKind)) == set(EXPLAINED)
    for explained in EXPLAINED.values():
        for text in explained:
            assert len({in_language(text, language) for language in LANGUAGES}) == len(LANGUAGES)


def test_every_status_of_temporal_has_its_word() -> None:
    """By the numbers of its own messages: a new one would otherwise be taken for another."""
    from temporalio.api.enums.v1 import WorkflowExecutionStatus

    theirs = [name.removeprefix("WORKFLOW_EXECUTION_STATUS_") for name, _ in WorkflowExecutionStatus.items()]

    assert ["UNKNOWN", *theirs[1:]] == list(STATUSES)


def subjects_by_reader(
    findings: list[Finding], operator: Person | None, team: Team | None = None
) -> dict[str, list[str]]:
    """Subjects of the findings that each person is told of, by the person's id."""
    sent = reports(findings, team or load_team(), operator, now=NOW)
    return {person.id: [one["subject"] for one in notice.facts["findings"]] for notice, person in sent}


def test_each_hears_of_what_is_theirs() -> None:
    """The operator of all, an owner of their own, the manager of those they lead and of what is nobody's."""
    findings = [
        Finding(kind="stopped", subject="mikas", owner="mika.sato"),
        Finding(kind="without_owner", subject="nobodys", owner="left"),
        Finding(kind="mail_waits", subject="sender-mail"),
    ]

    assert {
        "mika.sato": ["mikas"],
        "nora.lindqvist": ["mikas", "nobodys", "sender-mail"],
        OPERATOR: ["mikas", "nobodys", "sender-mail"],
    } == subjects_by_reader(findings, OPS)
    assert OPERATOR not in subjects_by_reader(findings, None)
    assert {} == subjects_by_reader([], OPS)


def test_a_night_with_thousands_of_findings_is_still_one_mail_that_can_be_read() -> None:
    many = [Finding(kind="lost", subject=f"onboarding-crm-{number}", owner="mika.sato") for number in range(5000)]

    [(notice, _)] = [(notice, person) for notice, person in reports(many, load_team(), OPS, now=NOW) if person is OPS]

    assert (MOST_LISTED, 5000) == (len(notice.facts["findings"]), notice.facts["found"])


def test_nobody_is_told_to_ask_themselves() -> None:
    """Staff ask the operator; the operator asks the CS manager whose onboardings they are."""
    findings = [Finding(kind="stopped", subject=ID, owner="jonas.weber")]
    asked = {person.id: notice.facts["owner_name"] for notice, person in reports(findings, load_team(), OPS, now=NOW)}

    assert {"jonas.weber": "Platform", "nora.lindqvist": "Platform", OPERATOR: "Nora Lindqvist"} == asked


def test_a_report_waits_for_office_hours_of_staff_but_not_of_the_operator() -> None:
    """A broken workflow at night is the operator's; nobody else is woken."""
    findings = [Finding(kind="stopped", subject=ID, owner="jonas.weber")]
    when = {person.id: notice.not_before for notice, person in reports(findings, load_team(), OPS, now=NOW)}

    assert NOW == when[OPERATOR]
    assert datetime(2027, 3, 2, 8, tzinfo=UTC) == when["jonas.weber"]
