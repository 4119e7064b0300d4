"""Which messages does the customer's room send? One that lets somebody in; files to our contact."""

from datetime import datetime

from domain.files import StoredFile
from domain.naming import honoured
from domain.notice import MAIL, Notice, Person
from domain.rules.composing import Letterhead, compose
from domain.team import Team


def entry_notice(
    onboarding: str,
    account: str,
    person: Person,
    owner: Person | None,
    team: Team,
    *,
    minutes: int,
    key: str,
    at: datetime,
) -> Notice:
    """The message with a link and a code, which is good for so many minutes. It goes by mail: what it opens was asked
    for with the mail address."""
    letterhead = Letterhead.signed_by(owner, team, person.language, account=account, at=at, onboarding=onboarding)
    by_mail = person.model_copy(update={"channel": MAIL})
    return compose(
        "room_entry",
        by_mail,
        letterhead,
        {"minutes": minutes},
        key=key,
        not_before=at,
        staff=False,
        onboarding=onboarding,
    )


def file_notice(
    onboarding: str,
    account: str,
    who: Person,
    owner: Person,
    team: Team,
    *,
    file: StoredFile,
    deliverable: str,
    text: str,
    at: datetime,
) -> Notice:
    """A file that somebody has given in the room, to the owner. `deliverable` is its title, empty for none."""
    letterhead = Letterhead.signed_by(owner, team, owner.language, account=account, at=at, onboarding=onboarding)
    facts = {
        "who": honoured(who.name or who.id, who, owner.language, among_us=True),
        "name": file.name,
        "version": file.version,
        "deliverable": deliverable,
        "text": text,
    }
    key = f"file_given/{file.id}"
    return compose("file_given", owner, letterhead, facts, key=key, not_before=at, staff=True, onboarding=onboarding)
