"""Whose page is it? The person behind a link, and how they read."""

from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from domain.text import Language
from portal.dates import distance, in_full
from starter.web.unsubscribing import language_of
from store.links import Link
from store.preferences import zone_of

LANGUAGES: dict[str, Language] = {"en": "en", "ja": "ja"}
LANGUAGE_COOKIE = "day90-language"
A_YEAR = 365 * 86400


class Reader(NamedTuple):
    """Who reads the page, about which customer, and whom they may ask; `owner` is empty where nobody is known."""

    language: Language
    zone: ZoneInfo
    account: str
    person: str
    owner: str

    def day(self, day: date, today: date) -> str:
        """The day in full, with how far away it is."""
        far = distance(day, today, self.language)
        return f"{in_full(day, self.language)}（{far}）" if self.language == "ja" else f"{in_full(day, 'en')}, {far}"


def spoken(request: Request) -> Language:
    """The language that was asked for on this page, or on one before; else the first that the browser names."""
    asked = request.query_params.get("language", "") or request.cookies.get(LANGUAGE_COOKIE, "")
    return LANGUAGES.get(asked) or language_of(request)


def keep_spoken(response: Response, request: Request) -> Response:
    """Have the browser keep the language that was asked for on this page, for what comes after it."""
    asked = request.query_params.get("language", "")
    if asked in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, asked, max_age=A_YEAR, httponly=True, samesite="lax")
    return response


def reader_of(link: Link, request: Request) -> Reader:
    """The reader of a page behind that link, in the language that they have asked for, else in their own."""
    person = link.person
    asked = LANGUAGES.get(request.query_params.get("language", ""))
    own = LANGUAGES.get(person.language) if person else None
    facts = link.notice.facts if link.notice else {}
    owner = str(facts.get("owner_name") or (link.owner.name if link.owner else ""))
    return Reader(
        language=asked or own or language_of(request),
        zone=zone_of(person.time_zone if person else "UTC"),
        account=link.account,
        person=person.name if person else "",
        owner=owner,
    )


def due_day(link: Link, reader: Reader) -> date | None:
    """The day on which that is due which the link is about, as it stands now; None where it has no date.

    The message has named the day of the customer's calendar. Where somebody reads in another zone, that still counts.
    """
    stated = str(link.notice.facts.get("due") or "") if link.notice else ""
    named = date.fromisoformat(stated[:10]) if stated else None
    if link.due is None:
        return named
    here = link.due.astimezone(reader.zone).date()
    return named if named is not None and abs((named - here).days) <= 1 else here


def business_now(link: Link, wall: datetime) -> datetime:
    """The onboarding's own time at that moment of the wall's clock: on a compressed clock that is ahead of it."""
    return max(wall, link.as_of or wall)


def today(link: Link, reader: Reader) -> date:
    """The onboarding's own day, in the reader's zone."""
    return business_now(link, datetime.now(UTC)).astimezone(reader.zone).date()


def due_of(link: Link, reader: Reader) -> str:
    """The day on which it is due in full, with how far away it is; empty where there is none."""
    day = due_day(link, reader)
    return "" if day is None else reader.day(day, today(link, reader))
