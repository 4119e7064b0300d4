"""Which questions do the customer's people ask, and what is said about each? Kept with whoever has to hear of it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, func, insert, literal, or_, select, tuple_, update

from domain.files import Side
from domain.inbox import Incoming
from domain.questions import (
    MOST_OPEN,
    MOST_SAID,
    Asker,
    Exchange,
    Question,
    QuestionFull,
    QuestionLine,
    QuestionState,
    Said,
    Told,
    TooManyOpen,
    UnknownQuestion,
    Words,
)
from domain.record import JournalRow
from domain.refusal import Refused
from domain.rules.conversing import CUT, notice_key
from store.engine import read_connection, wall_clock, write_transaction
from store.entries import journal_row
from store.room_writes import held
from store.room_writes import tell as tell_them
from store.rows import add, insert_into
from store.tables import (
    inbox,
    journal,
    notices,
    onboardings,
    question_reads,
    question_words,
    questions,
    room_sessions,
)

ROOM = "room"
"""The source, in the inbox, of what the customer's people have done where no workflow was asked."""
ANSWER = "question_answered"
OF_QUESTIONS = ("question", ANSWER)
"""Kinds of messages that tell what was said about a question: a reply to one goes on with it."""
IN_THE_ROOM = timedelta(minutes=10)
"""Whoever has looked within that time may be looking now. A session notes a look at most every five minutes."""
ROW_OF = {
    ("customer", "customer"): "question_asked",
    ("customer", "vendor"): ANSWER,
    ("vendor", "customer"): "answer_given",
    ("vendor", "vendor"): "answer_taken_up",
}
"""The kind of the journal's row, by who asked the question and who speaks."""


Tell = Callable[[Question, Asker], Told]
"""Decides who hears of the last word of a question."""


class SqlQuestions:
    """The questions of customers, in SQL. May be shared by threads. `clock` tells wall time."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock

    def ask(self, onboarding: str, words: Words, *, about: str, tell: Tell) -> Exchange:
        """Begin a question. The same words by their key begin none again. Raises UnknownOnboarding, TooManyOpen."""
        with write_transaction(self._engine) as connection:
            owner = held(connection, onboarding)
            if (known := _known(connection, onboarding, words.key)) is not None:
                return Exchange(_read(connection, onboarding, known), new=False)
            _refuse_too_many(connection, onboarding)
            number = self._begin(connection, onboarding, by=words.by, about=about)
            return self._add(connection, onboarding, number, words, owner=owner, tell=tell)

    def answer_us(self, onboarding: str, asks: str, asked: str, words: Words, *, tell: Tell) -> Exchange:
        """Answer what we asked, by its key `asks` and in the words `asked`; once it was answered, go on with it.

        Raises UnknownOnboarding, QuestionFull, and UnknownQuestion where it was not answered and is asked no more
        (`asked` is empty).
        """
        with write_transaction(self._engine) as connection:
            owner = held(connection, onboarding)
            if (known := _known(connection, onboarding, words.key)) is not None:
                return Exchange(_read(connection, onboarding, known), new=False)
            of_it = (questions.c.onboarding == onboarding) & (questions.c.asks == asks)
            number = connection.scalar(select(questions.c.number).where(of_it))
            if number is None and not asked:
                raise UnknownQuestion(f"nothing by the key {asks} is asked in {onboarding}")
            if number is None:
                number = self._begin(connection, onboarding, by=owner, side="vendor", asks=asks)
                # What the playbook asks, nobody has said: it has no row of the journal.
                ours = words._replace(
                    key=f"asked/{asks}", side="vendor", by=owner, text=asked, via="playbook", proved=False, file=None
                )
                self._insert(connection, onboarding, number, ours)
            return self._add(connection, onboarding, number, words, owner=owner, tell=tell)

    def say(self, onboarding: str, number: int, words: Words, *, tell: Tell, seen: int | None = None) -> Exchange:
        """Add to a question what either side says. Again by the same key it changes nothing.

        `seen` is the number of the last of its words that the speaker has read; None asks nothing.
        Raises UnknownOnboarding, UnknownQuestion, QuestionFull, and Refused where something was said after `seen`.
        """
        with write_transaction(self._engine) as connection:
            owner = held(connection, onboarding)
            if (known := _known(connection, onboarding, words.key)) is not None:
                return Exchange(_read(connection, onboarding, known), new=False)
            _refuse_unread(_read(connection, onboarding, number), seen)
            return self._add(connection, onboarding, number, words, owner=owner, tell=tell)

    def close(
        self, onboarding: str, number: int, *, by: str, via: str, at: datetime, seen: int | None = None
    ) -> Question:
        """Expect nothing more of anybody. Closing it again changes nothing; whoever says something opens it again.

        `seen` as for `say`. Raises UnknownOnboarding, UnknownQuestion, and Refused where something was said after it.
        """
        with write_transaction(self._engine) as connection:
            held(connection, onboarding)
            question = _read(connection, onboarding, number)
            if question.state != "closed":
                _refuse_unread(question, seen)
                _change(connection, onboarding, number, state="closed", waits_since=None)
                entry = JournalRow(
                    key=f"question_closed/{number}/{question.last.id}",
                    at=at,
                    kind="question_closed",
                    about=str(number),
                    by=by,
                    via=via,
                )
                add(connection, journal, [journal_row(onboarding, entry, now=self._clock())])
            return _read(connection, onboarding, number)

    def of(self, onboarding: str) -> Sequence[Question]:
        """The questions of an onboarding with all that was said, those first of which something was said last."""
        with read_connection(self._engine) as connection:
            rows = connection.execute(select(questions).where(questions.c.onboarding == onboarding)).all()
            of_it = select(question_words).where(question_words.c.onboarding == onboarding)
            words = connection.execute(of_it.order_by(question_words.c.id)).all()
        said = defaultdict[int, list[Row[Any]]](list)
        for word in words:
            said[word.question].append(word)
        each = [_question(row, said[row.number]) for row in rows]
        return sorted(each, key=lambda question: question.last.id, reverse=True)

    def one(self, onboarding: str, number: int) -> Question:
        """That question with all that was said. Raises UnknownQuestion."""
        with read_connection(self._engine) as connection:
            return _read(connection, onboarding, number)

    def page(
        self,
        *,
        state: QuestionState | None = None,
        owner: str | None = None,
        onboarding: str | None = None,
        after: tuple[datetime, str, int] | None = None,
        limit: int = 50,
    ) -> Sequence[QuestionLine]:
        """Questions of all customers; of open ones those first that wait longest, else the newest first.

        `after` is the place of the last line that was read: its moment, onboarding and number.
        """
        which: list[ColumnElement[bool]] = []
        if state is not None:
            which.append(questions.c.state == state)
        if owner is not None:
            which.append(onboardings.c.owner == owner)
        if onboarding is not None:
            which.append(questions.c.onboarding == onboarding)
        if state == "open":
            which.append(questions.c.waits_since.is_not(None))
        by = questions.c.waits_since if state == "open" else questions.c.asked_at
        columns = (by, questions.c.onboarding, questions.c.number)
        if after is not None:
            read = tuple_(*(literal(value, column.type) for value, column in zip(after, columns, strict=True)))
            which.append(tuple_(*columns) > read if state == "open" else tuple_(*columns) < read)
        order = [column if state == "open" else column.desc() for column in columns]
        last = (
            select(question_words.c.text)
            .where(question_words.c.onboarding == questions.c.onboarding)
            .where(question_words.c.question == questions.c.number)
            .order_by(question_words.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        wanted = (
            select(questions, onboardings.c.account, onboardings.c.owner, last.label("text"))
            .join(onboardings, onboardings.c.onboarding == questions.c.onboarding)
            .where(*which)
            .order_by(*order)
            .limit(limit)
        )
        with read_connection(self._engine) as connection:
            rows = connection.execute(wanted).mappings()
            return [QuestionLine.model_validate({**row, "text": row["text"] or ""}) for row in rows]

    def asked_since(self, since: datetime, *, owner: str | None = None) -> Sequence[QuestionLine]:
        """The customers' questions that were asked since that moment or that wait now, the oldest first. Wall time."""
        which = [
            questions.c.side == "customer",
            or_(questions.c.asked_at >= since, questions.c.waits_since.is_not(None)),
        ]
        if owner is not None:
            which.append(onboardings.c.owner == owner)
        wanted = (
            select(questions, onboardings.c.account, onboardings.c.owner)
            .join(onboardings, onboardings.c.onboarding == questions.c.onboarding)
            .where(*which)
            .order_by(questions.c.asked_at)
        )
        with read_connection(self._engine) as connection:
            rows = connection.execute(wanted).mappings()
            return [QuestionLine.model_validate({**row, "text": ""}) for row in rows]

    def seen(self, onboarding: str, number: int, person: str, *, word: int) -> None:
        """Note that somebody has read a question up to that word, in the room."""
        now = self._clock()
        row = {"onboarding": onboarding, "question": number, "person": person, "word": word, "seen_at": now}
        with write_transaction(self._engine) as connection:
            noting = insert_into(connection, question_reads).values(row)
            again = {"word": noting.excluded.word, "seen_at": noting.excluded.seen_at}
            where = question_reads.c.word < noting.excluded.word
            keys = ["onboarding", "question", "person"]
            connection.execute(noting.on_conflict_do_update(index_elements=keys, set_=again, where=where))

    def read_by(self, onboarding: str, persons: Collection[str]) -> dict[int, int]:
        """Up to which word one of those ids has read each question, by its number."""
        theirs = (question_reads.c.onboarding == onboarding) & question_reads.c.person.in_(list(persons))
        upto = select(question_reads.c.question, func.max(question_reads.c.word).label("word"))
        with read_connection(self._engine) as connection:
            rows = connection.execute(upto.where(theirs).group_by(question_reads.c.question)).all()
        return {row.question: row.word for row in rows}

    def erase(self, onboarding: str, word: int, *, by: str, via: str, at: datetime) -> None:
        """Erase the text of what somebody has said, here and in the messages that told of it.

        Who said it when stays, in the journal too. Raises UnknownQuestion.
        """
        of_it = (question_words.c.onboarding == onboarding) & (question_words.c.id == word)
        with write_transaction(self._engine) as connection:
            row = connection.execute(select(question_words).where(of_it)).one_or_none()
            if row is None:
                raise UnknownQuestion(f"nothing by the number {word} was said in {onboarding}")
            now = self._clock()
            connection.execute(update(question_words).where(of_it).values(text="", erased_at=now))
            _erase_from_messages(connection, onboarding, row)
            brought = (inbox.c.source == "mail") & inbox.c.key.startswith(row.key.removeprefix("mail-"))
            if row.key.startswith("mail-"):
                connection.execute(update(inbox).where(brought).values(body=None))
            entry = JournalRow(
                key=f"question_erased/{word}", at=at, kind="question_erased", about=str(row.question), by=by, via=via
            )
            add(connection, journal, [journal_row(onboarding, entry, now=now)])

    def _begin(
        self,
        connection: Connection,
        onboarding: str,
        *,
        by: str,
        about: str = "",
        side: Side = "customer",
        asks: str = "",
    ) -> int:
        """A new question without a word yet; its number."""
        of_it = questions.c.onboarding == onboarding
        number = int(connection.scalar(select(func.max(questions.c.number)).where(of_it)) or 0) + 1
        begun = {
            "onboarding": onboarding,
            "number": number,
            "side": side,
            "asks": asks,
            "about": about,
            "state": "asked" if side == "vendor" else "open",
            "by": by,
            "asked_at": self._clock(),
        }
        connection.execute(insert(questions).values(begun))
        return number

    def _insert(self, connection: Connection, onboarding: str, number: int, words: Words) -> int:
        """The number of those words, once they are kept."""
        row = {**words._asdict(), "onboarding": onboarding, "question": number, "recorded_at": self._clock()}
        return int(connection.execute(insert(question_words).values(row).returning(question_words.c.id)).scalar_one())

    def _add(
        self, connection: Connection, onboarding: str, number: int, words: Words, *, owner: str, tell: Tell
    ) -> Exchange:
        now = self._clock()
        if words.side == "customer":
            _refuse_when_full(connection, onboarding, number)
        id = self._insert(connection, onboarding, number, words)
        of_it = (questions.c.onboarding == onboarding) & (questions.c.number == number)
        before = connection.execute(select(questions).where(of_it)).one()
        _change(connection, onboarding, number, **_after(before, words, now=now))
        if words.side == "customer":
            add(connection, inbox, [_sign_of_life(onboarding, number, words, now=now)])
        # What was said stands in the table alone: the journal has by whom, and which words they were.
        kind = ROW_OF[before.side, words.side]
        entry = JournalRow(
            key=f"{kind}/{words.key}",
            at=words.at,
            kind=kind,
            about=str(number),
            by=words.by,
            via=words.via,
            proved=words.proved,
            data={"word": id, **({"file": words.file} if words.file else {})},
        )
        add(connection, journal, [journal_row(onboarding, entry, now=now)])
        question = _read(connection, onboarding, number)
        told = tell(question, Asker(owner, _in_the_room(connection, onboarding, now=now)))
        tell_them(connection, onboarding, told, clock=self._clock)
        return Exchange(question, new=True, channels=tuple({notice.channel for notice in told.notices}))


def has_seen(connection: Connection, onboarding: str, person: str, *, question: int, word: int) -> bool:
    """Whether somebody has read a question up to that word in the room."""
    theirs = (
        (question_reads.c.onboarding == onboarding)
        & (question_reads.c.question == question)
        & (question_reads.c.person == person)
        & (question_reads.c.word >= word)
    )
    return connection.scalar(select(question_reads.c.word).where(theirs)) is not None


def _refuse_unread(question: Question, seen: int | None) -> None:
    """Who answers or closes a question has read all of it: else a newer word would wait for nobody."""
    if seen is not None and question.last.id > seen:
        raise Refused("something was said since you read it", field="seen")


def _refuse_too_many(connection: Connection, onboarding: str) -> None:
    theirs = (questions.c.onboarding == onboarding) & (questions.c.side == "customer") & (questions.c.state == "open")
    if (connection.scalar(select(func.count()).where(theirs)) or 0) >= MOST_OPEN:
        raise TooManyOpen(f"{MOST_OPEN} questions of this customer wait for an answer: answer or close one first")


def _refuse_when_full(connection: Connection, onboarding: str, number: int) -> None:
    of_it = (question_words.c.onboarding == onboarding) & (question_words.c.question == number)
    if (connection.scalar(select(func.count()).where(of_it)) or 0) >= MOST_SAID:
        raise QuestionFull(f"question {number} has {MOST_SAID} entries: the customer should ask a new one")


def _after(before: Row[Any], words: Words, *, now: datetime) -> dict[str, Any]:
    """What a question has otherwise once those words are said. Of what we asked nobody waits for an answer of ours."""
    if before.side == "vendor":
        return {"state": "answered" if words.side == "customer" else "asked"}
    if words.side == "customer":
        return {"state": "open", "waits_since": before.waits_since or now}
    return {"state": "answered", "waits_since": None, "first_answer_at": before.first_answer_at or now}


def _erase_from_messages(connection: Connection, onboarding: str, row: Row[Any]) -> None:
    """Take what was said out of the messages that told of it, and of those that quote it."""
    about = (notices.c.onboarding == onboarding) & (notices.c.about == str(row.question))
    of_it = select(notices.c.id, notices.c.key, notices.c.facts).where(about, notices.c.kind.in_(OF_QUESTIONS))
    for notice in connection.execute(of_it).all():
        facts, told = dict(notice.facts), notice.key.startswith(f"{notice_key(row.key)}/")
        quoted = str(facts.get("asked") or "").removesuffix(CUT)
        if quoted and row.text.startswith(quoted):
            facts["asked"] = ""
        if told:
            facts["text"] = ""
        if facts != notice.facts:
            values = {"facts": facts, "text": None, "subject": None}
            connection.execute(update(notices).where(notices.c.id == notice.id).values(values))


def _sign_of_life(onboarding: str, number: int, words: Words, *, now: datetime) -> dict[str, Any]:
    """The delivery by which the onboarding hears that somebody has spoken: with Temporal away it waits in the inbox."""
    told = Incoming(
        source=ROOM,
        kind="question",
        key=f"{onboarding}/{words.key}",
        subject=onboarding,
        body={"by": words.by, "question": number},
    )
    return {**told.model_dump(), "state": "waiting", "outcome": "", "field": "", "onboarding": "", "received_at": now}


def _known(connection: Connection, onboarding: str, key: str) -> int | None:
    """The number of the question in which those words were said already."""
    of_them = (question_words.c.onboarding == onboarding) & (question_words.c.key == key)
    number: int | None = connection.scalar(select(question_words.c.question).where(of_them))
    return number


def _read(connection: Connection, onboarding: str, number: int) -> Question:
    of_it = (questions.c.onboarding == onboarding) & (questions.c.number == number)
    row = connection.execute(select(questions).where(of_it)).one_or_none()
    if row is None:
        raise UnknownQuestion(f"{onboarding} has no question {number}")
    words = (question_words.c.onboarding == onboarding) & (question_words.c.question == number)
    said = connection.execute(select(question_words).where(words).order_by(question_words.c.id)).all()
    return _question(row, said)


def _question(row: Row[Any], said: Sequence[Row[Any]]) -> Question:
    each = tuple(Said.model_validate({**one._mapping, "erased": one.erased_at is not None}) for one in said)
    return Question.model_validate({**row._mapping, "said": each})


def _change(connection: Connection, onboarding: str, number: int, **values: Any) -> None:
    of_it = (questions.c.onboarding == onboarding) & (questions.c.number == number)
    connection.execute(update(questions).where(of_it).values(values))


def _in_the_room(connection: Connection, onboarding: str, *, now: datetime) -> frozenset[str]:
    """The customer's people who have looked into their room of late."""
    looking = (room_sessions.c.onboarding == onboarding) & room_sessions.c.ended_at.is_(None)
    of_late = looking & (room_sessions.c.seen_at > now - IN_THE_ROOM)
    return frozenset(connection.scalars(select(room_sessions.c.person).where(of_late)))
