"""Can mails be sorted by onboarding, and a letter that is not essential be unsubscribed from? By their headers."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from activities.channels.mail.lists import leaving, list_id
from activities.channels.mail.message import compose
from activities.channels.texts.rendering import Rendering
from activities.channels.texts.samples import ALL, KINDS, NOT_BEFORE, ONBOARDING, UNSUBSCRIBE, sample
from domain.notice import NOT_ESSENTIAL, NoticeKind
from domain.record import WaitingNotice
from domain.rules.hearing import INFORMING
from domain.rules.offering import PURPOSES
from domain.text import Language

RENDERING = Rendering()
PUBLIC = "https://day90.example.com"
ONE_CLICK = "List-Unsubscribe=One-Click"
ATOMS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)+"
"""RFC 2919, 2: a list is named by atoms between dots."""


def mail(waiting: WaitingNotice, *, public_url: str = PUBLIC, sender: str = "CS <cs@vendor.test>") -> EmailMessage:
    """The notice as it comes out of a mail server."""
    composed = compose(waiting, RENDERING, sender=sender, now=NOT_BEFORE, public_url=public_url).content
    return message_from_bytes(composed, policy=policy.default)


def addresses(message: EmailMessage) -> list[str]:
    """The addresses at which one unsubscribes, as they stand between their brackets."""
    return re.findall(r"<([^<>]*)>", str(message["List-Unsubscribe"]))


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_every_mail_names_its_onboarding(kind: NoticeKind, language: Language) -> None:
    """Mail programs sort by it."""
    waiting = sample(kind, language)

    assert mail(waiting)["List-Id"] == f"<{ONBOARDING}.onboardings.day90.test>"


@pytest.mark.parametrize(
    "about",
    ["onboarding-file-a.b..c.", "onboarding-jira-KEY:12#3", "onboarding-file-<x>\r\nBcc: x@y", "日本", "x" * 500, ""],
)
def test_any_id_makes_a_valid_list_id(about: str) -> None:
    """On one line, of atoms, and not longer than 255 characters; another one for another id."""
    value = list_id(about, "mail.vendor.test")

    assert re.fullmatch(f"<{ATOMS}>", value)
    assert len(value) <= 255
    assert value != list_id(about + "x", "mail.vendor.test")


@pytest.mark.parametrize("kind", sorted(NOT_ESSENTIAL))
def test_a_letter_that_is_not_essential_is_left_by_one_click_or_by_mail(kind: NoticeKind) -> None:
    """Both ways carry the reader's own token."""
    letter = mail(sample(kind))

    click, write = addresses(letter)
    assert click == f"{PUBLIC}/unsubscribe/{UNSUBSCRIBE}"
    assert urlsplit(write)[:3] == ("mailto", "", "cs@vendor.test")
    assert parse_qs(urlsplit(write).query) == {"subject": [f"unsubscribe {UNSUBSCRIBE}"]}
    assert letter["List-Unsubscribe-Post"] == ONE_CLICK


@pytest.mark.parametrize("public_url", ["", "http://day90.example.com"])
@pytest.mark.parametrize("kind", sorted(NOT_ESSENTIAL))
def test_without_an_address_that_is_encrypted_it_is_left_by_mail_alone(kind: NoticeKind, public_url: str) -> None:
    """A click without https is none (RFC 8058, 3.1), and a promise of one without an address would be broken."""
    letter = mail(sample(kind), public_url=public_url)

    [write] = addresses(letter)
    assert write.startswith("mailto:cs@vendor.test?")
    assert letter["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in NOT_ESSENTIAL])
def test_what_the_onboarding_needs_cannot_be_unsubscribed_from(kind: NoticeKind) -> None:
    """A request for a sign-off is no letter to many."""
    message = mail(sample(kind))

    assert message["List-Unsubscribe"] is None
    assert message["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize("kind", sorted(INFORMING - NOT_ESSENTIAL))
def test_what_only_tells_how_it_goes_is_left_on_the_page_of_preferences(kind: NoticeKind) -> None:
    """By one click where that has https, and by hand in any case."""
    links = {"preferences": f"{PUBLIC}/link/abc"}

    message = mail(sample(kind).model_copy(update={"links": links}))
    plain = mail(sample(kind).model_copy(update={"links": {"preferences": "http://127.0.0.1/link/abc"}}))

    assert [f"{PUBLIC}/link/abc"] == addresses(message)
    assert message["List-Unsubscribe-Post"] == ONE_CLICK
    assert plain["List-Unsubscribe"] is None
    assert f"{PUBLIC}/link/abc" in str(message.get_body(("plain",)))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_reminder_carries_its_links(language: Language) -> None:
    """In the text and in the page, each in words."""
    links = {purpose: f"{PUBLIC}/link/{purpose}" for purpose in PURPOSES}
    # Those of invitations go with them alone, and a feed with no message.
    links = {purpose: link for purpose, link in links.items() if purpose not in ("slot", "attendance", "feed")}

    message = mail(sample("reminder", language).model_copy(update={"links": links}))

    text, page = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert page is not None
    assert all(link in text.get_content() and f'href="{link}"' in page.get_content() for link in links.values())


def test_an_address_with_unusual_signs_stays_one_address() -> None:
    """Whatever stands before the @ of the sender, or in the host of the public address."""
    headers = leaving(UNSUBSCRIBE, address="cs+100%?a=b@vendor.test", public_url="https://größe.example/a b>c")

    click, write = re.findall(r"<([^<>]*)>", headers["List-Unsubscribe"])
    assert headers["List-Unsubscribe"].isascii()
    assert " " not in click
    assert unquote(urlsplit(write).path) == "cs+100%?a=b@vendor.test"
