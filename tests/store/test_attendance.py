"""What becomes of what calendars answer? Told for who is invited, kept and harmless otherwise. In both databases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import Engine

from activities.channels.mail.answers import read_answer
from activities.channels.texts.rendering import Rendering
from activities.inbox.mail import MailIsRead
from activities.ports.inbox import Answers, Invitations
from activities.questions import Conversations
from domain.inbox import InboxRow, Settled
from domain.notice import Notice, NoticeKind
from domain.record import PROGRAMME_ENDED, AttendanceRow, JournalRow, MeetingRow, Receipt, WaitingNotice, Writing
from domain.refusal import Refused
from domain.text import Language
from store import reads
from store.answers import SqlAnswers
from store.invitations import SqlInvitations
from store.ledger import SqlLedger
from store.meetings import SqlMeetings
from store.outbox import SqlOutbox
from tests.support import databases
from tests.support.calendar_answers import UID, gmail, outlook
from tests.support.databases import LEAD, NOON, OWNER, dossier, notice, standing
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
    wakes: Wakes = field(default_factory=Wakes)
    now: datetime = NOON

    def write(self, **writing: Any) -> None:
        SqlLedger(self.engine).write(Writing(onboarding=ONE, **writing))

    def send_what_waits(self) -> Sequence[WaitingNotice]:
        """Send it, and answer what went."""
        outbox, went = SqlOutbox(self.engine, mail_domain="vendor.test", clock=lambda: self.now), []
        for id in outbox.ready("mail", now=self.now, most=100):
            if (waiting := outbox.take(id, now=self.now)) is not None:
                outbox.sent(id, Receipt(message_id=waiting.message_id, place="test", at=self.now))
                went.append(waiting)
        return went

    async def receive(self, raw: bytes, *, key: str = "a" * 64) -> Settled:
        answers: Answers = SqlAnswers(self.engine, SqlOutbox(self.engine, mail_domain="vendor.test"))
        invitations: Invitations = SqlInvitations(self.engine, clock=lambda: self.now)
        answer = read_answer(raw)
        body = answer.model_dump(mode="json", exclude_defaults=True)
        row = InboxRow(id=1, source="mail", kind=answer.kind, key=key, body=body, state="waiting", received_at=NOON)
        handler = MailIsRead(
            door=self.door,
            answers=answers,
            invitations=invitations,
            wake=self.wakes,
            conversations=cast("Conversations", NotMeant("conversations")),
        )
        return await handler(row)


GONE = MEETING.model_copy(
    update={"status": "cancelled", "sequence": 2, "starts_at": datetime(2027, 1, 12, 13, tzinfo=UTC)}
)
BEFORE_THE_ANSWER = datetime(2027, 1, 7, 12, tzinfo=UTC)
"""The day before the one on which the calendar of LEAD answers, in `calendar_answers`."""
AFTER_THE_ANSWER = datetime(2027, 1, 9, 12, tzinfo=UTC)
REVIEW = GONE.model_copy(update={"meeting": "programme/review", "status": "agreed", "sequence": 0, "title": "Review"})


def called_off() -> Notice:
    return about(GONE, "meeting_cancelled", LEAD.id, method="CANCEL")


def about(meeting: MeetingRow, kind: NoticeKind, to: str, *, method: str) -> Notice:
    calendar = {"uid": meeting.uid, "method": method, "sequence": meeting.sequence}
    facts = {
        **{"title": meeting.title, "starts_at": meeting.starts_at.isoformat(), "calendar": calendar},
        **{"account": "Aozora", "owner_name": OWNER.name, "owner_email": OWNER.email},
    }
    return notice(f"{meeting.meeting}/{kind}/{to}", kind=kind, to=to, about=meeting.meeting, facts=facts)


@pytest.fixture
def programme(engine: Engine) -> Post:
    """An onboarding that was handed over, whose programme has invited to a review."""
    SqlLedger(engine).admit(dossier(), run="run-1")
    post = Post(engine)
    invited = tuple(about(REVIEW, "programme_meeting", id, method="REQUEST") for id in (OWNER.id, LEAD.id))
    post.write(standing=standing(), meetings=(REVIEW,), notices=invited)
    return post


@pytest.fixture
def post(engine: Engine) -> Post:
    SqlLedger(engine).admit(dossier(), run="run-1")
    post = Post(engine)
    post.write(standing=standing(), meetings=(MEETING,))
    return post


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


@pytest.mark.parametrize(("answer", "state"), [("ACCEPTED", "kept"), ("TENTATIVE", "kept"), ("DECLINED", "done")])
async def test_an_answer_to_what_has_fallen_away_changes_nothing(post: Post, answer: str, state: str) -> None:
    """Whoever says no agrees with us; a yes that crossed our message is kept for people."""
    post.write(meetings=(GONE,), notices=(called_off(),))

    settled = await post.receive(gmail(LEAD.email, answer))

    assert (state, ONE) == (settled.state, settled.onboarding)
    assert "fallen away" in settled.outcome
    assert [] == post.door.told
    assert 1 == len(reads.notices(post.engine))


async def test_who_says_yes_to_what_they_were_told_has_fallen_away_is_told_once_more(post: Post) -> None:
    """Their calendar still has it. Once: a program that says yes to everything gets no mail for each."""
    post.write(meetings=(GONE,), notices=(called_off(),))
    post.now = BEFORE_THE_ANSWER
    post.send_what_waits()
    post.now = AFTER_THE_ANSWER

    settled = await post.receive(gmail(LEAD.email))
    again = await post.receive(gmail(LEAD.email))

    gone, once_more = reads.notices(post.engine)
    assert ("done", "kept") == (settled.state, again.state)
    assert "told once more" in settled.outcome
    assert (LEAD.id, "meeting_cancelled", "waiting") == (once_more.person, once_more.kind, once_more.state)
    assert gone.kind == once_more.kind
    assert ["mail"] == post.wakes.calls
    assert [] == post.door.told


async def test_nobody_is_told_of_what_fell_away_after_its_hour(post: Post) -> None:
    post.write(meetings=(GONE,), notices=(called_off(),))
    post.now = BEFORE_THE_ANSWER
    post.send_what_waits()
    post.now = AFTER_THE_ANSWER + timedelta(days=30)

    settled = await post.receive(gmail(LEAD.email))

    assert "kept" == settled.state
    assert 1 == len(reads.notices(post.engine))


# --- a success programme's, for which no onboarding is there any more


async def test_who_declines_a_meeting_of_a_programme_reaches_its_owner(programme: Post) -> None:
    """With their own words. It stands with the meeting and in the journal, and the onboarding is left alone."""
    settled = await programme.receive(outlook(LEAD.email, comment="On holiday"))

    [meeting] = SqlMeetings(programme.engine).of(ONE)
    [fact] = [row for row in reads.journal(programme.engine, ONE) if row.kind == "attendance_told"]
    [told] = [row for row in reads.notices(programme.engine) if row.kind == "answer"]
    assert ("done", ONE) == (settled.state, settled.onboarding)
    assert "declined" == meeting.answer_of(LEAD.id)
    assert (LEAD.id, "mail", "On holiday", "declined") == (fact.by, fact.via, fact.note, fact.data["answer"])
    assert OWNER.id == told.person
    assert ["mail"] == programme.wakes.calls
    assert [] == programme.door.told


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_the_owner_reads_who_does_not_come_to_what(programme: Post, language: Language) -> None:
    """In their own language, with the hour and what to do now."""
    programme.write(people=(OWNER.model_copy(update={"language": language}),))
    await programme.receive(outlook(LEAD.email, comment="On holiday"))

    programme.now += timedelta(minutes=1)
    [read] = [one for one in programme.send_what_waits() if one.notice.kind == "answer"]

    rendered = Rendering().render(read)
    subject = {"en": "does not come to “Review”", "ja": "欠席"}
    names = {"en": ("does not come to Review", "On holiday", LEAD.email), "ja": ("欠席", "Review", "On holiday")}
    assert subject[language] in rendered.subject
    assert all(word in rendered.text for word in names[language])


async def test_who_comes_is_kept_and_troubles_nobody(programme: Post) -> None:
    settled = await programme.receive(gmail(LEAD.email))

    [meeting] = SqlMeetings(programme.engine).of(ONE)
    assert "done" == settled.state
    assert "accepted" == meeting.answer_of(LEAD.id)
    assert ["programme_meeting"] * 2 == [row.kind for row in reads.notices(programme.engine)]
    assert [] == programme.wakes.calls


async def test_who_comes_after_all_is_told_of_as_well(programme: Post) -> None:
    """The owner has looked for another hour meanwhile."""
    await programme.receive(outlook(LEAD.email), key="b" * 64)
    programme.now += timedelta(days=150)
    await programme.receive(gmail(LEAD.email), key="c" * 64)

    assert 2 == [row.kind for row in reads.notices(programme.engine)].count("answer")


async def test_a_mail_that_is_read_twice_tells_nobody_twice(programme: Post) -> None:
    for _ in range(2):
        await programme.receive(outlook(LEAD.email))

    assert 1 == [row.kind for row in reads.notices(programme.engine)].count("answer")


async def test_an_owner_who_declines_is_told_nothing_of_it(programme: Post) -> None:
    await programme.receive(outlook(OWNER.email))

    [meeting] = SqlMeetings(programme.engine).of(ONE)
    assert "declined" == meeting.answer_of(OWNER.id)
    assert "answer" not in [row.kind for row in reads.notices(programme.engine)]


async def test_whoever_the_programme_was_given_to_hears_of_it(programme: Post) -> None:
    """Not the one who was invited when it was theirs."""
    later = OWNER.model_copy(update={"id": "noa", "name": "Noa Later", "email": "noa@vendor.test"})
    given = JournalRow(key="programme/changed/1", at=NOON, kind="programme_changed", about=later.id)
    programme.write(people=(later,), journal=(given,))

    await programme.receive(outlook(LEAD.email))

    assert [later.id] == [row.person for row in reads.notices(programme.engine) if row.kind == "answer"]


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


def called_off_by_its_end(programme: Post) -> None:
    """The programme ends, and its meeting is called off to both who were invited."""
    gone = REVIEW.model_copy(update={"status": "cancelled", "sequence": 1})
    ended = JournalRow(key=PROGRAMME_ENDED, at=programme.now, kind=PROGRAMME_ENDED)
    told = tuple(about(gone, "meeting_cancelled", id, method="CANCEL") for id in (OWNER.id, LEAD.id))
    programme.write(meetings=(gone,), notices=told, journal=(ended,))


def test_an_invitation_that_waits_at_the_end_of_a_programme_never_goes_and_nor_does_what_takes_it_back(
    programme: Post,
) -> None:
    """Nobody is told that a meeting is cancelled of which they have never heard."""
    called_off_by_its_end(programme)

    assert [] == programme.send_what_waits()

    reasons = {row.kind: row.reason for row in reads.notices(programme.engine)}
    assert "the success programme has ended" == reasons["programme_meeting"]
    assert "its reader was never told of the meeting" == reasons["meeting_cancelled"]


def test_who_was_invited_is_told_that_it_fell_away(programme: Post) -> None:
    programme.send_what_waits()
    called_off_by_its_end(programme)

    went = programme.send_what_waits()

    assert {(OWNER.id, "meeting_cancelled"), (LEAD.id, "meeting_cancelled")} == {
        (one.person.id, one.notice.kind) for one in went
    }


async def test_a_yes_to_what_a_programmes_end_called_off_is_told_once_more_that_it_did(programme: Post) -> None:
    programme.now = BEFORE_THE_ANSWER
    programme.send_what_waits()
    called_off_by_its_end(programme)
    programme.send_what_waits()
    programme.now = AFTER_THE_ANSWER

    settled = await programme.receive(gmail(LEAD.email))

    assert "fallen away; they are told once more" in settled.outcome
