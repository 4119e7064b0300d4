"""What becomes of what calendars answer? Told for who is invited, kept and harmless otherwise. In both databases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import Engine

from activities.channels.mail.answers import read_answer
from activities.inbox.mail import MailIsRead
from activities.ports.inbox import Answers, Invitations
from activities.questions import Conversations
from domain.inbox import InboxRow, Settled
from domain.record import AttendanceRow, MeetingRow, Writing
from domain.refusal import Refused
from store import reads
from store.answers import SqlAnswers
from store.ledger import SqlLedger
from store.meetings import SqlMeetings
from store.outbox import SqlOutbox
from tests.support import databases
from tests.support.calendar_answers import UID, gmail, outlook
from tests.support.databases import LEAD, NOON, OWNER, dossier, standing
from tests.support.fakes import Wakes
from tests.support.parts import NotMeant

database = databases.database
engine = databases.engine
ONE = "onboarding-file-1"
MEETING = MeetingRow(
    uid=UID,
    meeting="executive_check_in",
    occasion="2027-01-12",
    title="Check-in",
    starts_at=NOON,
    minutes=30,
    sequence=1,
    status="agreed",
    people=(LEAD.id, OWNER.id),
)


@dataclass
class Door:
    """Notes what is told, and refuses the first time with `refuses`."""

    refuses: Refused | None = None
    told: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    async def start(self, raw: object) -> Any:
        raise AssertionError("no mail starts anything")

    async def tell(self, onboarding: str, kind: str, raw: Mapping[str, Any]) -> Any:
        assert ONE == onboarding
        refusal, self.refuses = self.refuses, None
        if refusal is not None:
            raise refusal
        self.told.append((kind, raw))


@dataclass
class Post:
    engine: Engine
    door: Door = field(default_factory=Door)

    def write(self, **writing: Any) -> None:
        SqlLedger(self.engine).write(Writing(onboarding=ONE, **writing))

    async def receive(self, raw: bytes) -> Settled:
        answers: Answers = SqlAnswers(self.engine, SqlOutbox(self.engine, mail_domain="vendor.test"))
        invitations: Invitations = SqlMeetings(self.engine)
        answer = read_answer(raw)
        body = answer.model_dump(mode="json", exclude_defaults=True)
        row = InboxRow(
            id=1, source="mail", kind=answer.kind, key="a" * 64, body=body, state="waiting", received_at=NOON
        )
        handler = MailIsRead(
            door=self.door,
            answers=answers,
            invitations=invitations,
            wake=Wakes(),
            conversations=cast("Conversations", NotMeant("conversations")),
        )
        return await handler(row)


@pytest.fixture
def post(engine: Engine) -> Post:
    ledger = SqlLedger(engine)
    ledger.admit(dossier(), run="run-1")
    ledger.write(Writing(onboarding=ONE, standing=standing(), meetings=(MEETING,)))
    return Post(engine)


async def test_a_calendars_answer_is_told_for_whoever_is_invited(post: Post) -> None:
    """With the version that they answered, and as of when they did."""
    settled = await post.receive(gmail(LEAD.email, sequence=1))

    [(kind, news)] = post.door.told
    assert "tell_attendance" == kind
    assert {
        "meeting": "executive_check_in",
        "occasion": "2027-01-12",
        "answer": "accepted",
        "sequence": 1,
        "by": LEAD.id,
        "news_id": f"mail-{'a' * 32}",
        "at": "2027-01-08T10:15:00Z",
    } == {**news, "at": news["at"].replace("+00:00", "Z")}
    assert ("done", ONE) == (settled.state, settled.onboarding)


async def test_a_wrong_clock_of_theirs_loses_no_answer(post: Post) -> None:
    post.door.refuses = Refused("lies in the future", field="at")

    await post.receive(outlook(LEAD.email, comment="On holiday"))

    [(_, news)] = post.door.told
    assert ("declined", "On holiday") == (news["answer"], news["note"])
    assert "at" not in news


async def test_a_strangers_answer_is_kept_and_changes_nothing(post: Post) -> None:
    """An invitation that was passed on."""
    settled = await post.receive(gmail("stranger@elsewhere.test"))

    assert ("kept", ONE) == (settled.state, settled.onboarding)
    assert "not invited" in settled.outcome
    assert [] == post.door.told


async def test_an_answer_to_what_has_fallen_away_is_kept_and_changes_nothing(post: Post) -> None:
    post.write(meetings=(MEETING.model_copy(update={"status": "cancelled", "sequence": 2}),))

    settled = await post.receive(gmail(LEAD.email))

    assert "kept" == settled.state
    assert "fallen away" in settled.outcome
    assert [] == post.door.told


async def test_an_answer_to_nothing_of_ours_is_kept(post: Post) -> None:
    """Whoever makes up a name for a meeting learns nothing of any."""
    settled = await post.receive(gmail(LEAD.email, uid="f" * 32))

    assert ("kept", "") == (settled.state, settled.onboarding)
    assert [] == post.door.told


async def test_what_the_onboarding_refuses_is_kept_with_its_reason(post: Post) -> None:
    """It has begun, or ended, since."""
    post.door.refuses = Refused("this onboarding has ended (churned)")

    settled = await post.receive(gmail(LEAD.email))

    assert "kept" == settled.state
    assert "has ended" in settled.outcome


def test_the_newest_answer_to_the_newest_version_counts(post: Post) -> None:
    """Mails overtake each other; an answer to an earlier hour is none to this one."""
    said = AttendanceRow(
        meeting="executive_check_in", occasion="2027-01-12", person=LEAD.id, answer="accepted", sequence=1, at=NOON
    )
    post.write(attendance=(said,))
    post.write(attendance=(said.model_copy(update={"answer": "declined", "sequence": 0}),))
    post.write(attendance=(said.model_copy(update={"answer": "declined", "at": NOON - timedelta(hours=1)}),))
    [before] = SqlMeetings(post.engine).of(ONE)

    post.write(meetings=(MEETING.model_copy(update={"sequence": 2}),))

    [after] = SqlMeetings(post.engine).of(ONE)
    assert ("accepted", "") == (before.answer_of(LEAD.id), after.answer_of(LEAD.id))
    assert [] == [row.kind for row in reads.notices(post.engine)]
