"""What became of each message to one person? One receipt a message, from the plan to what came back, in sentences."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Field

from domain.notice import MAIL, NOT_ESSENTIAL, Notice
from domain.record import JournalRow
from domain.rules.hearing import SUPPRESSED, breaks_quiet, loud_from, unwanted
from domain.rules.parts_in import Called
from domain.wire import Instant, Wire
from domain.wording import day_in_words, moment_in_words
from store.receipts import Message, Reached

ReceiptState = Literal[
    "planned", "held", "waiting", "sent", "bounced", "refused", "withdrawn", "kept_back", "handed_over"
]
CHOICES: Mapping[str, str] = {
    "everything": "everything",
    "no_letters": "everything but tips and invitations to webinars",
    "weekly": "what concerns them, and the report",
    "essential": "only what concerns them",
}
"""What somebody may choose to hear, as sentences have it."""
A_MOMENT = 60.0
"""Seconds within which what may go goes while a sender works: a notice that waits for longer waits for something."""
COLLAPSED = "collapsed into "
"""How the reason of a notice begins in whose place a newer one goes."""


class MessageReceipt(Wire):
    """What became of one message to one person. No address, no name and no text stands in it, but in `sentence`."""

    notice: int | None = Field(description="its number among the notices; null while it is only planned")
    occasion: str = Field(description="the rule and the occurrence that it comes of")
    kind: str
    about: str
    person: str
    channel: str
    state: ReceiptState = Field(
        description="kept_back: it would come, and does not reach this person; handed_over: it went on to who took over"
    )
    at: Instant = Field(description="when it went, may go, was to go, or is planned for")
    reason: str | None = Field(description="why it does not go, or not yet")
    sentence: str
    since: tuple[str, ...] = Field((), description="what happened to it besides, a sentence each, in order of time")


class Wording(NamedTuple):
    """How people, milestones and moments are called in sentences to one reader; `zone` is that of `person`."""

    person: str
    called: Called
    zone: str
    titles: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.called(self.person)

    def message(self, kind: str, about: str) -> str:
        """A message by its kind and what it is about: `"reminder" about "UAT signed off"`."""
        subject = "" if about in ("", kind) else f' about "{self.titles.get(about, about)}"'
        return f'"{kind.replace("_", " ")}"{subject}'

    def moment(self, at: datetime) -> str:
        return moment_in_words(at, self.zone)


class Course(NamedTuple):
    """What is known besides of messages that have not gone: since when which kinds do not reach them, and of drafts."""

    reached: Reached
    now: datetime
    entries: Sequence[JournalRow] = ()
    drafts: Mapping[str, datetime] = {}
    """When each draft goes by itself, by its key."""
    holders: Mapping[str, Sequence[str]] = {}
    """Who has to read each draft."""


def of_message(message: Message, words: Wording, course: Course) -> MessageReceipt:
    """The receipt of a message that was written."""
    entries = [entry for entry in course.entries if _is_about(entry, message)]
    state, at, reason, sentence = _told(message, words, course, entries)
    return MessageReceipt(
        notice=message.id,
        occasion=message.key.removesuffix(f"/{message.kind}/{message.person}"),
        kind=message.kind,
        about=message.about,
        person=message.person,
        channel=message.channel,
        state=state,
        at=at,
        reason=reason,
        sentence=sentence,
        since=tuple(text for entry in entries if (text := _happened(entry, words))),
    )


def of_plan(notice: Notice, words: Wording, course: Course) -> MessageReceipt:
    """The receipt of a message that comes if nobody reports anything before."""
    what, reason = words.message(notice.kind, notice.about), _kept_back(notice.kind, notice.channel, course, words)
    at = _loud_from(notice.kind, notice.facts, notice.not_before, course) or notice.not_before
    day = day_in_words(at.astimezone(ZoneInfo(words.zone)).date())
    sentence = f"{words.name} gets {what} on {day}, unless something is reported before."
    if reason:
        sentence = f"{words.name} does not get {what}, which would come on {day}: {reason}."
    return MessageReceipt(
        notice=None,
        occasion=notice.key.removesuffix(f"/{notice.kind}/{notice.to}"),
        kind=notice.kind,
        about=notice.about,
        person=notice.to,
        channel=notice.channel,
        state="kept_back" if reason else "planned",
        at=at,
        reason=reason,
        sentence=sentence,
    )


Told = tuple[ReceiptState, datetime, str | None, str]


def _told(message: Message, words: Wording, course: Course, entries: Sequence[JournalRow]) -> Told:
    what, name = words.message(message.kind, message.about), words.name
    if message.person != words.person:
        other = words.called(message.person)
        sentence = f"{what} was for {name} and went on to {other}, who took over."
        return "handed_over", message.sent_at or message.not_before, None, sentence
    stand_in = f", in place of {of}" if (of := message.facts.get("in_place_of")) else ""
    match message.state:
        case "sent":
            at = message.sent_at or message.not_before
            return "sent", at, None, f"{name} got {what} on {words.moment(at)}{_by(message.channel)}{stand_in}."
        case "bounced":
            at = message.sent_at or message.not_before
            sentence = f"{what} went to {name} on {words.moment(at)} and came back: {message.reason}."
            return "bounced", at, message.reason, sentence
        case "withdrawn":
            at, reason = message.not_before, _why_not(message, words)
            return "withdrawn", at, reason, f"{name} did not get {what}: {reason}."
        case "refused":
            at = next((entry.at for entry in entries if entry.kind == "notice_refused"), message.not_before)
            return "refused", at, message.reason, f"{name} did not get {what}: {message.reason}."
        case "held":
            return _held(message, words, course)
        case "joined":
            sentence = f"{name} gets {what} at any moment, in one message with others."
            return "waiting", message.not_before, None, sentence
        case "waiting":
            return _waiting(message, words, course)


def _held(message: Message, words: Wording, course: Course) -> Told:
    draft = message.draft or ""
    readers = " or ".join(words.called(id) for id in course.holders.get(draft, ())) or "one of ours"
    goes_at = course.drafts.get(draft)
    by_itself = f" It goes by itself on {words.moment(goes_at)}." if goes_at else ""
    reason = f"it is a draft that {readers} may read, word, send or stop first"
    sentence = f"{words.message(message.kind, message.about)} to {words.name} waits: {reason}.{by_itself}"
    return "held", goes_at or message.not_before, reason, sentence


def _waiting(message: Message, words: Wording, course: Course) -> Told:
    what, name = words.message(message.kind, message.about), words.name
    if reason := _kept_back(message.kind, message.channel, course, words):
        return "kept_back", message.not_before, reason, f"{name} does not get {what}: {reason}."
    rests = message.rests_until
    if rests is not None and rests > course.now and (reason := message.reason):
        return "waiting", rests, reason, f"{name} gets {what} from {words.moment(rests)} on: {reason}."
    if until := _loud_from(message.kind, message.facts, max(message.not_before, course.now), course):
        reason = "it waits for the end of their quiet hours"
        return "waiting", until, reason, f"{name} gets {what} from {words.moment(until)} on: {reason}."
    if message.not_before > course.now:
        reason = "they wanted it later" if "/again/" in message.key else "it waits for their working hours"
        sentence = f"{name} gets {what} from {words.moment(message.not_before)} on: {reason}."
        return "waiting", message.not_before, reason, sentence
    late = (course.now - max(message.not_before, message.created_at)).total_seconds() > A_MOMENT
    if not late and not message.reason:
        return "waiting", message.not_before, None, f"{name} gets {what} at any moment{_by(message.channel)}."
    reason = message.reason or f"the sender of {message.channel} has not taken it yet"
    sentence = f"{name} has not got {what} yet, which may go since {words.moment(message.not_before)}: {reason}."
    return "waiting", message.not_before, reason, sentence


def _kept_back(kind: str, channel: str, course: Course, words: Wording) -> str | None:
    """Why a message of that kind by that channel does not reach them whenever its turn comes; None where it does."""
    if kind in NOT_ESSENTIAL and (since := course.reached.unsubscribed):
        return f"they unsubscribed from letters like it on {words.moment(since)}"
    if channel == MAIL and (since := course.reached.unreachable):
        return f"no mail reaches their address since {words.moment(since)}"
    chosen = course.reached.preferences
    if chosen is not None and unwanted(chosen, kind) is not None:
        return f"they chose to hear {CHOICES[chosen.hears]}"
    return None


def _loud_from(kind: str, facts: Mapping[str, Any], at: datetime, course: Course) -> datetime | None:
    """When their quiet hours are over, where a message of that kind would come into them."""
    chosen = course.reached.preferences
    if chosen is None or breaks_quiet(kind, facts):
        return None
    return loud_from(chosen, course.reached.zone, at)


def _why_not(message: Message, words: Wording) -> str:
    """Why a notice was withdrawn; the outbox has it in a few words."""
    reason = message.reason or "it became pointless"
    if reason == "unsubscribed":
        return "they had unsubscribed from letters like it"
    if reason.startswith(SUPPRESSED):
        choice = reason.removeprefix(f"{SUPPRESSED}the reader hears ").replace(" ", "_")
        return f"they had chosen to hear {CHOICES.get(choice, choice)}"
    if reason.startswith(COLLAPSED):
        return "a newer message about the same went in its place"
    key, _, rest = reason.partition(" ")
    return f'"{words.titles[key]}" {rest} before it went' if key in words.titles and rest.startswith("was ") else reason


def _is_about(entry: JournalRow, message: Message) -> bool:
    if entry.kind.startswith("draft_"):
        return bool(message.draft) and entry.about == message.draft
    return entry.data.get("notice") == message.key


def _happened(entry: JournalRow, words: Wording) -> str | None:
    """What an entry of the journal says of a message beside its state."""
    on, by = words.moment(entry.at), words.called(entry.by) if entry.by else ""
    match entry.kind:
        case "notice_delayed":
            return f"On {on} a mail server on its way had not delivered it yet: {entry.data.get('reason', '')}."
        case "notice_redirected":
            return f"On {on} it was turned over to {entry.data.get('to', MAIL)}: {entry.data.get('reason', '')}."
        case "notice_snoozed":
            until = datetime.fromisoformat(entry.data["until"])
            return f"On {on} {by or words.name} wanted it again from {words.moment(until)} on."
        case "answered":
            return f"On {on} {by or 'somebody who takes no part'} answered it."
        case "answered_automatically":
            return f"On {on} a program answered it, as for somebody who is away."
        case "complained":
            return f"On {on} {by or words.name} called it unwanted: letters like it stop."
        case "draft_edited" if entry.data.get("reader") in (None, words.person):
            return f"On {on} {by} changed its words."
        case "draft_sent":
            return f"On {on} {by} let it go." if by else f"On {on} it went by itself: nobody had sent or stopped it."
        case "draft_stopped" if by:
            return f"On {on} {by} stopped it."
    return None


def _by(channel: str) -> str:
    return ", by mail" if channel == MAIL else f", in {channel.capitalize()}"
