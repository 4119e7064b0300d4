"""What becomes of a message, and of whom it was for, when a mail comes back? In both databases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import Engine, select

from activities.channels.mail.message import compose
from activities.channels.texts.rendering import Rendering
from activities.inbox.mail import MailIsRead
from activities.ports.inbox import Answers
from activities.questions import Conversations
from domain.answering import Answer
from domain.inbox import InboxRow, Settled
from domain.questions import Question, Words
from domain.record import Receipt, Writing
from domain.refusal import Refused
from domain.team import Member, Team
from store import reads
from store.answers import SqlAnswers
from store.invitations import SqlInvitations
from store.ledger import SqlLedger
from store.outbox import SqlOutbox
from store.questions import SqlQuestions
from store.tables import journal, unsubscribes
from tests.support import databases
from tests.support.databases import LEAD, NOON, OWNER, dossier, notice, standing
from tests.support.fakes import Wakes

database = databases.database
engine = databases.engine

ONE = "onboarding-file-1"
LETTER = "message/1"


@dataclass
class Door:
    """Takes notes; refuses all where the onboarding has ended."""

    ended: bool = False
    notes: list[Mapping[str, Any]] = field(default_factory=list)

    async def start(self, raw: object) -> Any:
        raise AssertionError("no mail starts anything")

    async def tell(self, onboarding: str, kind: str, raw: Mapping[str, Any]) -> Any:
        assert (ONE, "note") == (onboarding, kind), "a mail may do nothing else"
        if self.ended:
            raise Refused("it has ended", field="onboarding")
        self.notes.append(raw)


@dataclass
class Post:
    """An outbox from which messages went, and what handles the mails that come back."""

    engine: Engine
    outbox: SqlOutbox
    door: Door = field(default_factory=Door)
    wakes: Wakes = field(default_factory=Wakes)
    ids: dict[str, tuple[int, str]] = field(default_factory=dict)

    def send(self, key: str, **more: Any) -> str:
        """Put a notice to the project lead into the outbox and send it; its Message-ID."""
        SqlLedger(self.engine).write(Writing(onboarding=ONE, notices=(notice(key, **more),)))
        id = next(row.id for row in reads.notices(self.engine) if row.key == key)
        waiting = self.outbox.take(id)
        assert waiting is not None
        self.outbox.sent(id, Receipt(message_id=waiting.message_id, place="mx", at=NOON))
        return waiting.message_id

    async def receive(self, answer: Answer, key: str = "a" * 64) -> Settled:
        fits: Answers = SqlAnswers(self.engine, self.outbox, clock=lambda: NOON)
        body = answer.model_dump(mode="json", exclude_defaults=True)
        row = InboxRow(id=1, source="mail", kind=answer.kind, key=key, body=body, state="waiting", received_at=NOON)
        handler = MailIsRead(
            door=self.door,
            answers=fits,
            invitations=SqlInvitations(self.engine),
            wake=self.wakes,
            conversations=self.conversations,
        )
        return await handler(row)

    @property
    def conversations(self) -> Conversations:
        ours = Member(handle=OWNER.id, name=OWNER.name, email=OWNER.email, role="csm")
        return Conversations(
            questions=SqlQuestions(self.engine, clock=lambda: NOON),
            dossiers=SqlLedger(self.engine),
            staff=lambda: Team(members=(ours,)),
            now=lambda: NOON,
            by_mail=True,
        )

    def asked(self) -> str:
        """The project lead has asked; the Message-ID of the message that told the owner."""
        words = Words(key="k1", side="customer", by=LEAD.id, text="When?", at=NOON, via="room")
        self.conversations.ask(ONE, words)
        return self.went("question")

    def went(self, kind: str) -> str:
        """The newest message of that kind goes; its Message-ID."""
        id = [row.id for row in reads.notices(self.engine) if row.kind == kind][-1]
        waiting = self.outbox.take(id)
        assert waiting is not None
        self.outbox.sent(id, Receipt(message_id=waiting.message_id, place="mx", at=NOON))
        return waiting.message_id

    @property
    def question(self) -> Question:
        return SqlQuestions(self.engine).one(ONE, 1)

    def state(self, key: str) -> str:
        return next(row.state for row in reads.notices(self.engine) if row.key == key)

    def to_owner(self, kind: str) -> list[Any]:
        return [row for row in reads.notices(self.engine) if row.kind == kind and row.person == OWNER.id]

    @property
    def journal(self) -> list[str]:
        with self.engine.connect() as connection:
            return list(connection.scalars(select(journal.c.kind).order_by(journal.c.seq)))


@pytest.fixture
def post(engine: Engine) -> Post:
    ledger = SqlLedger(engine)
    ledger.admit(dossier(), run="run-1")
    ledger.write(Writing(onboarding=ONE, standing=standing()))
    return Post(engine, SqlOutbox(engine, mail_domain="vendor.test", clock=lambda: NOON))


def bounce(id: str, **more: Any) -> Answer:
    given = {"address": LEAD.email, "reason": "5.1.1 unknown", "final": True, "gone": True, **more}
    return Answer(kind="bounce", refers_to=(id,), sender="mailer-daemon@mx.test", **given)


async def test_an_address_that_is_gone_is_written_to_no_more_and_its_owner_hears_once(post: Post) -> None:
    """What waits is refused without a word for each."""
    id = post.send("reminder/met/1")

    await post.receive(bounce(id))
    await post.receive(bounce(id), key="b" * 64)
    SqlLedger(post.engine).write(Writing(onboarding=ONE, notices=(notice("reminder/met/2"),)))
    waiting = next(row.id for row in reads.notices(post.engine) if row.key == "reminder/met/2")

    assert post.outbox.take(waiting) is None
    assert ("bounced", "refused") == (post.state("reminder/met/1"), post.state("reminder/met/2"))
    assert len(post.to_owner("undeliverable")) == 1
    assert "notice_bounced" in post.journal
    assert post.wakes.calls == ["mail"]


async def test_a_full_mailbox_is_told_and_tried_with_the_next_mail(post: Post) -> None:
    """The message is lost, the address is not."""
    await post.receive(bounce(post.send("reminder/met/1"), gone=False, reason="5.2.2 full"))

    post.send("reminder/met/2")

    assert len(post.to_owner("undeliverable")) == 1


async def test_a_delay_is_noted_and_nobody_is_told(post: Post) -> None:
    """The server goes on trying."""
    await post.receive(bounce(post.send("reminder/met/1"), final=False, gone=False))

    assert post.state("reminder/met/1") == "sent"
    assert post.journal[-1] == "notice_delayed"
    assert post.to_owner("undeliverable") == []


async def test_a_bounce_of_somebody_elses_address_cuts_nobody_off(post: Post) -> None:
    """It was forwarded; or somebody made it up, who has seen the mail."""
    await post.receive(bounce(post.send("reminder/met/1"), address="other@elsewhere.test"))

    post.send("reminder/met/2")


async def test_a_bounce_of_no_message_of_ours_changes_nothing(post: Post) -> None:
    """Spam has our address as its sender, too."""
    post.send("reminder/met/1")

    settled = await post.receive(bounce("<stranger@elsewhere.test>"))

    assert ("kept", "bounce: about no message of ours") == (settled.state, settled.outcome)
    assert post.state("reminder/met/1") == "sent"


async def test_whoever_calls_a_letter_unwanted_gets_none_that_is_not_essential(post: Post) -> None:
    """The next mail that they call spam costs all others the inbox."""
    id = post.send(LETTER, kind="message")

    await post.receive(Answer(kind="complaint", refers_to=(id,), sender="abuse@isp.test"))

    with post.engine.connect() as connection:
        assert connection.scalar(select(unsubscribes.c.unsubscribed_at)) is not None
    assert post.journal[-1] == "complained"


async def test_an_automatic_answer_is_recorded_and_nothing_else(post: Post) -> None:
    """Neither a note nor a mail: the owner would get one for each holiday."""
    id = post.send("reminder/met/1")

    await post.receive(Answer(kind="automatic", refers_to=(id,), sender=LEAD.email))

    assert post.journal[-1] == "answered_automatically"
    assert post.to_owner("answer") == []
    assert post.door.notes == []


def reply(id: str, *, sender: str = LEAD.email, text: str = "Approved.") -> Answer:
    return Answer(kind="reply", refers_to=(id,), sender=sender, subject="Re: dates", text=text)


async def test_a_reply_reaches_its_onboarding_and_its_owner_and_signs_nothing(post: Post) -> None:
    """As a note by whoever wrote it; a person decides what it means."""
    id = post.send("uat/ask", kind="sign_off_request", while_open="met")

    for _ in range(2):
        settled = await post.receive(reply("<unknown@x.test>").model_copy(update={"refers_to": ("<x@y.test>", id)}))

    (told,) = post.to_owner("answer")
    assert ("Approved.", True, LEAD.email) == tuple(told.facts[name] for name in ("text", "known", "address"))
    assert {(note["note"], note["by"], note["news_id"]) for note in post.door.notes} == {
        ("Approved.", LEAD.id, f"mail-{'a' * 32}")
    }
    assert settled.onboarding == ONE


async def test_an_answer_from_a_stranger_is_set_apart_and_said(post: Post) -> None:
    """The mail was forwarded: its owner reads what they wrote, and the onboarding knows nothing of it."""
    settled = await post.receive(reply(post.send("reminder/met/1"), sender="who@elsewhere.test"))

    (told,) = post.to_owner("answer")
    assert told.facts["known"] is False
    assert post.door.notes == []
    assert "by somebody who takes no part" in settled.outcome


async def test_after_the_end_a_reply_still_reaches_the_owner(post: Post) -> None:
    """The onboarding takes no news any more."""
    post.door.ended = True

    await post.receive(reply(post.send("reminder/met/1")))

    assert len(post.to_owner("answer")) == 1


async def test_whoever_answers_is_reached_again(post: Post) -> None:
    """Their address was gone for a week, say, and is back."""
    first, second = post.send("reminder/met/1"), post.send("reminder/met/2")
    await post.receive(bounce(first))

    await post.receive(reply(second))

    post.send("reminder/met/3")


async def test_the_owners_reply_to_a_question_is_the_answer_in_the_room(post: Post) -> None:
    """It goes to who asked, and to nobody else; the same mail read twice answers once."""
    id = post.asked()

    for _ in range(2):
        settled = await post.receive(reply(id, sender=OWNER.email, text="At nine."))

    assert ("answered", ["When?", "At nine."]) == (post.question.state, [one.text for one in post.question.said])
    assert ("mail", OWNER.id, "vendor") == (post.question.last.via, post.question.last.by, post.question.last.side)
    assert [LEAD.id] == [row.person for row in reads.notices(post.engine) if row.kind == "question_answered"]
    assert ([], []) == (post.to_owner("answer"), post.door.notes)
    assert (ONE, "mail") == (settled.onboarding, post.wakes.calls[-1])


async def test_the_customers_reply_to_an_answer_goes_on_with_their_question(post: Post) -> None:
    """And waits for us again."""
    post.asked()
    answered = Words(key="k2", side="vendor", by=OWNER.id, text="At nine.", at=NOON, via="cli")
    post.conversations.say(ONE, 1, answered)

    await post.receive(reply(post.went("question_answered"), text="And on Friday?"))

    assert ("open", "And on Friday?", LEAD.id) == (post.question.state, post.question.last.text, post.question.last.by)
    assert 2 == len(post.to_owner("question"))


async def test_a_reply_in_the_others_name_is_no_answer(post: Post) -> None:
    """Whoever got a message of ours can write any sender: what they write goes to the owner, who looks at it."""
    post.asked()
    post.conversations.say(ONE, 1, Words(key="k2", side="vendor", by=OWNER.id, text="At nine.", at=NOON, via="cli"))

    await post.receive(reply(post.went("question_answered"), sender=OWNER.email, text="It costs nothing."))

    assert ["When?", "At nine."] == [one.text for one in post.question.said]
    assert 1 == len(post.to_owner("answer"))


async def test_a_reply_to_a_full_question_is_kept_for_a_person(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two mail programs that answer each other come to an end, and what was written is in the inbox with the reason."""
    post.asked()
    post.conversations.say(ONE, 1, Words(key="k2", side="vendor", by=OWNER.id, text="At nine.", at=NOON, via="cli"))
    monkeypatch.setattr("store.questions.MOST_SAID", 2)

    settled = await post.receive(reply(post.went("question_answered"), text="I am away."))

    assert ("kept", True, 2) == (settled.state, "ask a new one" in settled.outcome, len(post.question.said))


async def test_a_stranger_answers_nothing(post: Post) -> None:
    """A colleague to whom the owner has forwarded it takes no part: the owner reads what they wrote."""
    await post.receive(reply(post.asked(), sender="somebody@vendor.test", text="I think at nine."))

    assert "open" == post.question.state
    assert 1 == len(post.to_owner("answer"))


def test_mails_about_a_question_are_one_conversation(post: Post) -> None:
    """Below the onboarding's, and an answer below the mail that asked."""
    by_mail = Words(key="k3", side="customer", by=LEAD.id, text="Well?", at=NOON, via="mail", mail_id="<theirs@x.test>")
    ours = Words(key="k2", side="vendor", by=OWNER.id, text="At nine.", at=NOON, via="cli")

    post.conversations.ask(ONE, Words(key="k1", side="customer", by=LEAD.id, text="When?", at=NOON, via="room"))
    mails = [mail_of(post, "question")]
    for words in (by_mail, ours):
        exchange = post.conversations.say(ONE, 1, words)
        mails.append(mail_of(post, "question" if exchange.question.state == "open" else "question_answered"))

    threads = [mail["References"].split() for mail in mails]
    assert (1, 1) == (len({thread[0] for thread in threads}), len({thread[1] for thread in threads}))
    assert ("<theirs@x.test>", "<theirs@x.test>") == (mails[-1]["In-Reply-To"], threads[-1][-1])


def mail_of(post: Post, kind: str) -> EmailMessage:
    """The newest message of that kind as a mail."""
    waiting = post.outbox.take([row.id for row in reads.notices(post.engine) if row.kind == kind][-1])
    assert waiting is not None
    content = compose(waiting, Rendering(), sender="a@vendor.test", now=NOON).content
    return message_from_bytes(content, policy=policy.default)
