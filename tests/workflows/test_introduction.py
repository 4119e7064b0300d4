"""Do customer and CSM meet before the signature, and does everything end cleanly, whichever way the sale goes?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from activities.documents.attaching import Documents
from activities.documents.process import ProcessDocument
from domain.deal import DealClosed, onboarding_id
from domain.refusal import InvalidDeal, Refused
from playbooks.library import Directory
from starter.trouble import InvalidNews, NotFound
from store.tables import texts
from tests.support.fakes import MemoryLedger
from tests.support.history_texts import texts_of
from tests.support.introductions import RunningIntroduction, introductions, sample_prospect
from tests.support.onboardings import QUEUE, sample_deal

OWNER, MANAGER, SELLER = "jonas.weber", "nora.lindqvist", "seller"
MARK = "Serenade"


@pytest.fixture
async def introduction(tmp_path: Path) -> AsyncIterator[RunningIntroduction]:
    async with introductions(tmp_path) as made:
        yield made


async def test_a_late_stage_brings_csm_and_seller_together(introduction: RunningIntroduction) -> None:
    """The CSM is asked to be introduced, the seller gets the document to pass on, and both carry it."""
    id = await introduction.begin()

    assert "introduction-salesforce-006Qy00000Bx7LmIAJ" == id
    assert [("introduction_task", OWNER), ("process_outline", SELLER)] == introduction.told()
    assert {f"process/{id}/en"} == {mail.attachment for mail in introduction.mails()}
    line = introduction.standing()
    assert ("waiting", OWNER, "high-touch") == (line.status, line.owner, line.playbook)
    assert datetime(2032, 11, 4, 16, tzinfo=UTC) == line.due
    assert ["begun"] == introduction.facts()


async def test_what_the_mails_carry_is_the_process_of_that_prospect(introduction: RunningIntroduction) -> None:
    """Made when the mail goes, in the account's language."""
    id = await introduction.begin()
    documents = Documents(
        introduction.store, MemoryLedger(), Directory(), lambda: datetime(2032, 11, 1, tzinfo=UTC), ProcessDocument()
    )

    file = documents(f"process/{id}/ja")

    assert file is not None
    assert "オンボーディングのご案内.pdf" == file.name
    assert file.content.startswith(b"%PDF-")
    assert documents("process/introduction-file-unknown/en") is None
    assert documents(f"invoice/{id}/en") is None
    assert documents(f"process/{id}/xx") is None


async def test_once_introduced_nobody_is_reminded(introduction: RunningIntroduction) -> None:
    """Neither what was planned nor what already waited goes out; said twice it is known already."""
    await introduction.begin()
    waiting = introduction.mails("introduction_task")[0]

    progress = await introduction.tell("introduced", by=OWNER, note="They liked the document.")
    again = await introduction.tell("introduced", by=OWNER)

    assert ("introduced", False, True) == (progress.status, progress.repeated, again.repeated)
    assert introduction.outbox.take(waiting.id) is None
    assert "the introduction is introduced" == introduction.mails("introduction_task")[0].reason
    await introduction.let_pass(days=10)
    assert introduction.mails("introduction_reminder") == []
    assert ["begun", "introduced"] == introduction.facts()


async def test_who_is_late_is_reminded_and_the_manager_hears_of_it_once(introduction: RunningIntroduction) -> None:
    """On the morning of the day, and two working days after it."""
    await introduction.begin()

    await introduction.let_pass(days=3)
    on_the_day = introduction.told()
    await introduction.let_pass(days=20)

    assert ("introduction_reminder", OWNER) == on_the_day[-1]
    reminders = introduction.mails("introduction_reminder")
    assert [OWNER, MANAGER] == [mail.person for mail in reminders]
    assert [0, 2] == [mail.facts["days"] for mail in reminders]
    assert "late" == (await introduction.progress()).status


async def test_what_is_found_goes_back_to_sales(introduction: RunningIntroduction) -> None:
    """To the seller at once, kept, and listed; whoever said it needs no mail."""
    await introduction.begin()

    progress = await introduction.tell(
        "report_issue", title="Their ERP has no interface", severity="high", note="Version 7 has one.", by=OWNER
    )

    assert ["issue-1"] == [issue.key for issue in progress.issues]
    assert ("introduction_issue", SELLER) == introduction.told()[-1]
    assert [SELLER] == [mail.person for mail in introduction.mails("introduction_issue")]
    assert "Jonas Weber" == introduction.mails("introduction_issue")[0].facts["by"]
    assert "Their ERP has no interface" == introduction.standing().learnt.issues[0].title


async def test_a_lost_deal_ends_it_and_the_csm_hears_of_it_once(introduction: RunningIntroduction) -> None:
    """What waited is withdrawn; the same fact again changes nothing."""
    await introduction.begin()

    await introduction.door.lost("salesforce", "006Qy00000Bx7LmIAJ")
    await introduction.settled()
    await introduction.door.lost("salesforce", "006Qy00000Bx7LmIAJ")
    outcome = await introduction.handle.result()

    assert "lost" == outcome["ending"]
    assert [("introduction_ended", OWNER)] == introduction.told()
    assert {"the introduction has ended"} == {mail.reason for mail in introduction.mails() if mail.state == "withdrawn"}
    assert "lost" == introduction.standing().ending
    with pytest.raises(Refused, match=r"has ended \(lost\)"):
        await introduction.tell("note", note="too late")


async def test_a_won_deal_takes_along_what_was_learnt(introduction: RunningIntroduction) -> None:
    """The last word before the close is in it, too; asked again, the answer is the same, and no mail goes."""
    await introduction.begin()
    await introduction.tell("introduced", by=OWNER)
    await introduction.tell("report_issue", title="No interface", by=OWNER)
    await introduction.door.tell(introduction.id, "note", {"note": "Decides with her brother.", "by": OWNER})

    learnt = await introduction.door.won("salesforce", "006Qy00000Bx7LmIAJ")
    await introduction.settled()
    again = await introduction.door.won("salesforce", "006Qy00000Bx7LmIAJ")

    assert learnt is not None
    assert learnt == again
    assert OWNER == learnt.owner == learnt.introduced_by
    assert ["No interface"] == [issue.title for issue in learnt.issues]
    assert ["Decides with her brother."] == [note.text for note in learnt.notes]
    assert "introduction_ended" not in {mail.kind for mail in introduction.mails()}
    assert "won" == (await introduction.handle.result())["ending"]
    assert await introduction.door.won("salesforce", "unknown") is None


async def test_silence_is_asked_about_once_and_then_ends_it(introduction: RunningIntroduction) -> None:
    """Sixty days after the expected close the seller is asked; two weeks later it is over, and the CSM told."""
    await introduction.begin()
    await introduction.tell("introduced", by=OWNER)

    await introduction.let_pass(days=29 + 63)
    asked = introduction.told()[-1]
    await introduction.let_pass(days=15)

    assert ("introduction_silence", SELLER) == asked
    assert ("introduction_ended", OWNER) == introduction.told()[-1]
    assert "silent" == introduction.standing().ending
    assert 1 == len(introduction.mails("introduction_silence"))


async def test_a_word_puts_the_question_off(introduction: RunningIntroduction) -> None:
    """Whoever says something has answered; sixty days later it is asked anew."""
    await introduction.begin()
    await introduction.let_pass(days=29 + 63)

    await introduction.tell("note", note="They wait for their budget.", by=OWNER)
    await introduction.let_pass(days=30)

    assert introduction.standing().ending is None
    assert (await introduction.progress()).next == "ask"
    await introduction.let_pass(days=40)
    assert 2 == len(introduction.mails("introduction_silence"))


async def test_a_close_that_comes_nearer_brings_the_day_nearer(introduction: RunningIntroduction) -> None:
    """The same prospect again, with another day: the running introduction hears of it, and nothing begins twice."""
    await introduction.begin()

    await introduction.door.begin(sample_prospect(expected_close="2032-11-04"))
    await introduction.door.begin(sample_prospect(expected_close="2032-11-04"))
    await introduction.settled()

    assert datetime(2032, 11, 3, 16, tzinfo=UTC) == introduction.standing().due
    assert ["begun", "close_expected"] == introduction.facts()
    assert 1 == len(introduction.mails("introduction_task"))


async def test_a_sale_that_comes_again_is_another_round(introduction: RunningIntroduction) -> None:
    """With the same CSM, who still knows what was found; nobody is introduced twice."""
    await introduction.begin()
    await introduction.tell("report_issue", title="No interface", by=OWNER)
    await introduction.door.lost("salesforce", "006Qy00000Bx7LmIAJ")
    await introduction.handle.result()

    await introduction.begin()

    line = introduction.standing()
    assert (OWNER, None, "waiting") == (line.owner, line.ending, line.status)
    assert ["No interface"] == [issue.title for issue in line.learnt.issues]
    assert 2 == len(introduction.mails("introduction_task"))
    assert 2 == introduction.facts().count("begun")


async def test_nothing_begins_for_a_deal_that_has_closed_or_needs_none(introduction: RunningIntroduction) -> None:
    """A late delivery of an early stage, and a CSM's own word."""
    await introduction.begin()
    await introduction.tell("end_introduction", ending="withdrawn", by=OWNER, note="We know each other.")
    await introduction.handle.result()
    runs = introduction.facts().count("begun")
    deal = DealClosed.model_validate(sample_deal(id="closed"))
    introduction.deals.kept[onboarding_id("salesforce", "closed")] = deal

    await introduction.door.begin(sample_prospect())
    await introduction.door.begin(sample_prospect(id="closed"))
    await introduction.settled()

    assert runs == introduction.facts().count("begun")
    assert introduction.store.standing("introduction-salesforce-closed") is None
    # Whoever ended it needs no mail about it.
    assert introduction.mails("introduction_ended") == []


async def test_a_prospect_needs_little(introduction: RunningIntroduction) -> None:
    """No people, no seller, no day: days count from the start alone, and the CSM is asked what the seller would be."""
    account = {"name": "Aoyama KK", "country": "JP", "time_zone": "Asia/Tokyo", "language": "ja"}
    introduction.id = await introduction.door.begin({"source": "hubspot", "id": "7", "account": account})
    await introduction.settled()
    await introduction.let_pass(days=95)

    assert "mika.sato" == introduction.standing().owner
    kinds = [kind for kind, _ in introduction.told()]
    assert ["introduction_task", "introduction_reminder", "introduction_reminder", "introduction_silence"] == kinds
    assert "mika.sato" == introduction.mails("introduction_silence")[0].person
    assert f"process/{introduction.id}/ja" == introduction.mails("introduction_task")[0].attachment


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"nickname": "Lindi"}, "nickname"),
        ({"closed_at": "2026-11-02T10:00:00+01:00"}, "closed_at"),
        ({"playbook": "no-such"}, "playbook"),
        ({"owner": "nobody"}, "owner"),
        ({"expected_close": "soon"}, "expected_close"),
        ({"account": {"name": "A", "country": "XX", "time_zone": "UTC"}}, "account.country"),
        ({"expected_close": "1999-11-29"}, "expected_close"),
    ],
)
async def test_a_wrong_prospect_is_refused_by_its_field(
    introduction: RunningIntroduction, changes: dict[str, Any], field: str
) -> None:
    """At the door, before anything is kept."""
    with pytest.raises(InvalidDeal) as refusal:
        await introduction.door.begin(sample_prospect(**changes))

    assert field == refusal.value.field
    assert introduction.store.standing("introduction-salesforce-006Qy00000Bx7LmIAJ") is None


async def test_news_that_makes_no_sense_is_refused_by_its_field(introduction: RunningIntroduction) -> None:
    await introduction.begin()

    with pytest.raises(InvalidNews, match="title: is missing"):
        await introduction.tell("report_issue", by=OWNER)
    with pytest.raises(InvalidNews, match="colour: is no field"):
        await introduction.tell("note", note="x", colour="red")
    with pytest.raises(InvalidNews, match="by: "):
        await introduction.tell("introduced", by="nobody@vendor.example")
    with pytest.raises(NotFound):
        await introduction.door.tell("introduction-file-none", "introduced", {})
    assert ["begun"] == introduction.facts()


async def test_a_foreign_client_may_start_one_with_a_whole_prospect(introduction: RunningIntroduction) -> None:
    """A wrong one fails at once, naming the field; a fact that comes early is heard once it is open."""
    client, id = introduction.world.env.client, "introduction-salesforce-006Qy00000Bx7LmIAJ"

    with pytest.raises(WorkflowFailureError) as failed:
        await client.execute_workflow("Introduction", sample_prospect(owner="nobody"), id=id, task_queue=QUEUE)
    assert "failed" == (await client.get_workflow_handle(id).query("progress"))["status"]
    handle = await client.start_workflow(
        "Introduction",
        sample_prospect(),
        id=id,
        task_queue=QUEUE,
        start_signal="sale_decided",
        start_signal_args=[{"ending": "lost"}],
    )

    assert isinstance(failed.value.cause, ApplicationError)
    assert "InvalidDeal" == failed.value.cause.type
    assert "lost" == (await handle.result())["ending"]
    introduction.id = handle.id
    assert ["begun", "ended"] == introduction.facts()
    assert [("introduction_ended", OWNER)] == introduction.told()


async def test_a_fact_that_cannot_be_taken_is_recorded_and_harmless(introduction: RunningIntroduction) -> None:
    await introduction.begin()

    await introduction.handle.signal("sale_decided", {"ending": "put_off"})
    await introduction.handle.signal("close_moved", "tomorrow")
    await introduction.settled()
    await introduction.handle.signal("close_moved", {"on": "9999-12-31"})
    await introduction.settled()

    refused = [row for row in introduction.store.journal(introduction.id) if row.kind == "news_refused"]
    assert ["ending", "expect_close", "on"] == [row.data["field"] for row in refused]
    assert introduction.standing().ending is None


async def test_a_close_that_lies_too_far_is_refused_by_its_field_whoever_tells_it(
    introduction: RunningIntroduction,
) -> None:
    """The Temporal CLI goes by no door."""
    await introduction.begin()

    with pytest.raises(WorkflowUpdateFailedError) as failure:
        await introduction.handle.execute_update("expect_close", {"on": "9999-12-31"})

    assert "Refused: on: lies outside the years 2000 to 2100" == str(failure.value.cause)


async def test_cancelled_in_temporal_it_is_wound_down(introduction: RunningIntroduction) -> None:
    """The store says so, and what waited does not go."""
    await introduction.begin()

    await introduction.handle.cancel()
    with pytest.raises(WorkflowFailureError):
        await introduction.handle.result()

    assert "withdrawn" == introduction.standing().ending
    assert [("introduction_ended", OWNER)] == introduction.told()


async def test_it_moves_to_a_new_run_and_forgets_nothing(introduction: RunningIntroduction) -> None:
    """Long talks make long histories; a run ends at a quiet moment and the next one carries on."""
    await introduction.begin()
    first = (await introduction.handle.describe()).run_id

    for number in range(18):
        await introduction.tell("note", note=f"Note {number}", by=OWNER, news_id=f"n-{number}")
    await introduction.let_pass(hours=1)
    again = await introduction.tell("note", note="Note 0", by=OWNER, news_id="n-0")

    assert first != (await introduction.handle.describe()).run_id
    assert again.repeated
    assert 18 == len((await introduction.progress()).notes)


async def test_an_undeliverable_mail_to_the_seller_is_told_to_the_csm(introduction: RunningIntroduction) -> None:
    """They have to find another way to each other; what cannot reach the CSM is told to nobody."""
    await introduction.begin()
    to_owner, to_seller = introduction.mails()

    told = introduction.outbox.refused(to_seller.id, reason="550 no such user", at=datetime.now(UTC))
    nobody = introduction.outbox.refused(to_owner.id, reason="550 no such user", at=datetime.now(UTC))

    assert (OWNER, None) == (told, nobody)
    assert ("undeliverable", OWNER) == introduction.told()[-1]
    later = datetime.now(UTC) + timedelta(days=3000)
    ready = introduction.outbox.ready("mail", now=later, most=10)
    assert introduction.outbox.take(ready[-1]) is not None


async def test_what_people_write_is_in_no_history_and_comes_back_in_full(introduction: RunningIntroduction) -> None:
    """The answers, the store, the mails and the deal that is won have the very words; a second round too, whose first
    state comes from the store."""
    await introduction.begin()
    await introduction.tell("introduced", by=OWNER, note=f"{MARK} met")
    await introduction.tell("report_issue", title=f"{MARK} title", severity="high", note=f"{MARK} why", by=MANAGER)
    answer = await introduction.tell("note", note=f"{MARK} note", by=OWNER)
    await introduction.door.lost("salesforce", "006Qy00000Bx7LmIAJ")
    await introduction.handle.result()
    first = (await introduction.handle.fetch_history()).to_json()
    await introduction.begin()
    await introduction.settled()
    second = (await introduction.handle.fetch_history()).to_json()

    for progress in (answer, await introduction.progress(), introduction.standing().learnt):
        assert [(f"{MARK} title", f"{MARK} why")] == [(issue.title, issue.note) for issue in progress.issues]
        assert [f"{MARK} note"] == [note.text for note in progress.notes]
    assert f"{MARK} met" in [row.note for row in introduction.store.journal(introduction.id)]
    assert {f"{MARK} title"} == {mail.facts["title"] for mail in introduction.mails("introduction_issue")}
    assert first != second
    assert [False, False] == [MARK in texts_of(history) for history in (first, second)]


async def test_a_note_that_is_refused_is_not_kept(introduction: RunningIntroduction) -> None:
    await introduction.begin()
    await introduction.door.lost("salesforce", "006Qy00000Bx7LmIAJ")
    await introduction.handle.result()

    with pytest.raises(Refused):
        await introduction.door.tell(introduction.id, "note", {"note": MARK})

    with introduction.engine.connect() as connection:
        assert [] == connection.execute(select(texts)).all()
