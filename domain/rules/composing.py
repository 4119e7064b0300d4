"""How is a notice made? Here alone a message to one person gets its letterhead, key and channel."""

from datetime import datetime
from typing import Any, NamedTuple

from domain.answering import EntryAnswered
from domain.naming import honoured, role_title
from domain.notice import FOR_CALENDARS, MAIL, Notice, NoticeKind, Person
from domain.team import Team


class Letterhead(NamedTuple):
    """What every message says besides its own facts.

    `account` is the customer's name; `owner_name` and `owner_email` are of whom to ask, who signs with role and phone
    what goes to a customer; `away_until` is the last day on which they are away, and `stand_in` who is asked meanwhile.
    `onboarding` is the id that the message names, empty where it names none; `ui` the
    onboarding's address in the Temporal UI, for staff alone.
    """

    account: str
    owner_name: str = ""
    owner_email: str = ""
    onboarding: str = ""
    ui: str = ""
    owner_role: str = ""
    owner_phone: str = ""
    away_until: str = ""
    stand_in: str = ""
    stand_in_email: str = ""

    @classmethod
    def signed_by(
        cls,
        owner: Person | None,
        team: Team,
        language: str,
        *,
        account: str,
        at: datetime,
        onboarding: str = "",
        ui: str = "",
    ) -> "Letterhead":
        """The letterhead of messages that name `owner` as the person to ask, for readers of that language.

        `at` is when they are read, in business time: whoever is away then is not the one to ask.
        """
        if owner is None:
            return cls(account, onboarding=onboarding, ui=ui)
        member = team.member(owner.id)
        last = member.away_until(at) if member else None
        stand_in = team.stand_in_for(owner.id, at) if last else None
        return cls(
            account,
            member.named(language) if member else owner.name,
            owner.email,
            onboarding,
            ui,
            owner_role=role_title(owner.role, language),
            owner_phone=(member.phone or "") if member else "",
            away_until=str(last) if last else "",
            stand_in=stand_in.named(language) if stand_in else "",
            stand_in_email=stand_in.email if stand_in else "",
        )


def compose(
    kind: NoticeKind,
    to: Person,
    letterhead: Letterhead,
    facts: dict[str, Any],
    *,
    key: str,
    not_before: datetime,
    staff: bool,
    **particulars: Any,
) -> Notice:
    """A notice of that kind to one person, over the channel that reaches them.

    `key` is unique within the onboarding, or among the notices of the house. `staff` says that the receiver is one of
    ours. `particulars` are the notice's other fields: `onboarding`, `about`, `while_open`, `collapses`, `attachment`,
    `draft`.
    """
    head = {
        "account": letterhead.account,
        "receiver": to.name,
        "owner_name": letterhead.owner_name,
        "owner_email": letterhead.owner_email,
        "owner_role": letterhead.owner_role,
        "owner_phone": letterhead.owner_phone,
        "onboarding": letterhead.onboarding,
        "staff": staff,
        "ui": letterhead.ui if staff else "",
    }
    if letterhead.away_until:
        head |= {name: getattr(letterhead, name) for name in ("away_until", "stand_in", "stand_in_email")}
    return Notice(
        key=key,
        kind=kind,
        to=to.id,
        facts={**head, **facts},
        not_before=not_before,
        channel=MAIL if kind in FOR_CALENDARS or facts.get("calendar") else to.channel,
        **{"onboarding": "", **particulars},
    )


def undeliverable(
    notice: Notice, receiver: Person, owner: Person, *, reason: str, key: str, at: datetime, **more: str
) -> Notice:
    """The notice to the owner about a message that will never arrive; `receiver` is whom it was for.

    The letterhead is that of the lost message; `more` are facts that the owner reads besides.
    """
    kept = ("account", "owner_name", "owner_email", "onboarding", "owner_role", "owner_phone")
    of_lost = {name: notice.facts.get(name, "") for name in kept}
    to = honoured(receiver.name or receiver.id, receiver, owner.language, among_us=True)
    return compose(
        "undeliverable",
        owner,
        Letterhead(**of_lost),
        {**more, **_of_what(notice), "to": to, "kind": notice.kind, "reason": reason},
        key=key,
        not_before=at,
        staff=True,
        onboarding=notice.onboarding,
        about=notice.about,
    )


def attendance_answered(
    notice: Notice, who: Person, owner: Person, entry: EntryAnswered, *, key: str, at: datetime
) -> Notice:
    """The notice to a programme's owner with what somebody has answered to the invitation in `notice`."""
    told = answered(notice, who, owner, sender=who.email, subject="", text=entry.comment, key=key, at=at)
    titled = {name: notice.facts[name] for name in ("title", "starts_at")}
    return told.model_copy(update={"facts": {**told.facts, "attendance": entry.answer, **titled}})


def answered(
    notice: Notice,
    who: Person | None,
    owner: Person,
    *,
    sender: str,
    subject: str,
    text: str,
    key: str,
    at: datetime,
) -> Notice:
    """The notice to the owner with what somebody has answered; `who` is None for somebody who takes no part."""
    kept = ("account", "owner_name", "owner_email", "onboarding", "owner_role", "owner_phone")
    named = honoured(who.name or who.id, who, owner.language, among_us=True) if who else sender
    return compose(
        "answer",
        owner,
        Letterhead(**{name: notice.facts.get(name, "") for name in kept}),
        {
            **_of_what(notice),
            "who": named,
            "known": who is not None,
            "address": sender,
            "kind": notice.kind,
            "about": subject,
            "text": text,
        },
        key=key,
        not_before=at,
        staff=True,
        onboarding=notice.onboarding,
        about=notice.about,
    )


def _of_what(notice: Notice) -> dict[str, Any]:
    """That it comes of a success programme, where the message did that it is about."""
    return {"programme": True} if notice.facts.get("programme") else {}
