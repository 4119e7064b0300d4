"""What can somebody do with a name? Nothing: it is shown as it is, and does nothing."""

from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.channels.mail.files import MailFiles
from activities.channels.mail.message import compose
from activities.channels.texts.samples import ALL, PEOPLE, facts_of, sample
from domain.notice import NoticeKind
from domain.record import WaitingNotice
from domain.text import Language
from tests.activities.channels.test_mail_texts import OURS, Page

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "[click](http://evil.test)",
    "![x](http://evil.test/pixel.png)",
    "<http://evil.test>",
    '"><a href="http://evil.test">x</a>',
    "*a* _b_ **c** `d` ~~e~~ # f",
    "a | b | c",
    "&lt;b&gt; &amp; &#60;",
    "{{ owner_email }} {% if %}",
    "\\*x\\* \\",
    "    four spaces",
    "1. one",
    "> quote",
    "---",
    "</title></style></body>",
    "\ue0007363726970740a\ue001",
    "javascript:alert(1)",
    "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁷󠁬󠁳󠁿",
    "שלום עולם",
    "محمد",
]
NOT_OURS = {"script", "img", "iframe", "object", "form", "link", "base", "svg"}


def spoilt(facts: Any, word: str) -> Any:
    """The facts with a hostile text in place of every free one; dates, links and words of closed sets stay."""
    if isinstance(facts, dict):
        return {name: fact if name in FIXED else spoilt(fact, word) for name, fact in facts.items()}
    if isinstance(facts, list):
        return [spoilt(fact, word) for fact in facts]
    return word if isinstance(facts, str) and facts else facts


FIXED = {
    *(
        "owner_email",
        "email",
        "ui",
        "crm_url",
        "sow_url",
        "severity",
        "status",
        "hours",
        "ending",
        "kind",
        "what",
        "of_kind",
    ),
    *("decision", "due", "at", "on", "was", "now", "until", "since", "day", "kickoff_due", "go_live_due"),
    *("review_due", "hypercare_until", "respond_by", "resolve_by", "planned_end", "hand_off_from", "hand_off_by"),
    *("expected_close", "seller_email", "agreed_on", "agreed", "ends_at", "starts_at", "occasion"),
}


def hostile(kind: NoticeKind, language: Language, word: str) -> WaitingNotice:
    waiting = sample(kind, language)
    notice = waiting.notice.model_copy(update={"facts": spoilt(facts_of(kind, language), word)})
    return waiting.model_copy(update={"notice": notice, "person": PEOPLE[language].model_copy(update={"name": word})})


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_a_hostile_name_is_shown_and_does_nothing(kind: NoticeKind, language: Language) -> None:
    """In the page no tag, link or picture comes of it; in text and subject it reads as it was given."""
    ours = set(Page(OURS.render(sample(kind, language)).html).links)
    for word in HOSTILE:
        rendered = OURS.render(hostile(kind, language, word))

        page = Page(rendered.html)
        shown = " ".join(word.replace("\ue000", "").replace("\ue001", "").split())
        assert NOT_OURS.isdisjoint(tag for tag, _ in page.tags), word
        assert all(not name.startswith("on") for _, attributes in page.tags for name in attributes), word
        assert set(page.links) == ours, word
        assert shown in page.words, word
        assert shown in rendered.text, word


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("kind", ["reminder", "plan"])
def test_a_hostile_name_leaves_the_tables_whole(kind: NoticeKind, language: Language) -> None:
    """Every row keeps its cells."""
    usual = [tag for tag, _ in Page(OURS.render(sample(kind, language)).html).tags]
    for word in HOSTILE:
        tags = [tag for tag, _ in Page(OURS.render(hostile(kind, language, word)).html).tags]

        assert usual == tags, word


@pytest.mark.parametrize(
    "name",
    [
        "Eve\r\nBcc: everybody@evil.test",
        "Eve\nSubject: Pay now",
        "Eve\r\n\r\n<script>",
        "Eve\x00\x0b\x85\u2028Bcc: x@evil.test",
        "Eve <evil@evil.test>, Bob",
        'Eve" <evil@evil.test>',
        "Größe, Eve; Group: evil@evil.test;",
    ],
)
def test_no_name_smuggles_a_header_or_a_receiver_in(name: str, tmp_path: Path) -> None:
    """One receiver, the headers that we set, and nothing else."""
    waiting = hostile("reminder", "en", name)
    usual = compose(sample("reminder"), OURS, sender="Us <us@vendor.test>", now=waiting.notice.not_before).content

    place = MailFiles(folder=tmp_path, sender="Us <us@vendor.test>", rendering=OURS).deliver(waiting).place

    mail = message_from_bytes(Path(place).read_bytes(), policy=policy.default)
    assert message_from_bytes(usual).keys() == mail.keys()
    assert ["juergen.weiss@nordlicht.test"] == [address.addr_spec for address in mail["To"].addresses]
    assert ["mara@vendor.test"] == [address.addr_spec for address in mail["Reply-To"].addresses]
    assert "\n" not in mail["Subject"]


def test_a_name_of_several_lines_is_one_line_in_the_text() -> None:
    """A name cannot pretend to be a paragraph of ours."""
    text = OURS.render(sample("reminder", receiver="Eve\n\nNext step: pay\r\nat once\u2028now")).text

    assert "Hello Eve Next step: pay at once now,\n" in text


def test_peoples_own_paragraphs_keep_their_lines() -> None:
    """A note of the sale may have several; in the page nothing in them is markup."""
    notes = [{"by": "", "text": "First <b>line</b>\n\n\n\n# second\r\n- third"}]

    rendered = OURS.render(sample("assigned", notes=notes))

    assert "- First <b>line</b>\n\n  # second\n  - third" in rendered.text
    assert "First &lt;b&gt;line&lt;/b&gt;<br><br># second<br>- third" in rendered.html


def test_a_name_cannot_turn_the_line_around() -> None:
    """Overrides go; right-to-left names are kept apart from what stands beside them, in subject, text and page."""
    overridden = OURS.render(sample("reminder", title="UAT \u202eyadot eud\u202c \u2067x"))
    hebrew = OURS.render(sample("reminder", title="שלום"))

    for part in (overridden.subject, overridden.text, overridden.html):
        assert "UAT yadot eud x" in part
    assert "\u2068שלום\u2069" in hebrew.text
    assert "\u2068שלום\u2069" in hebrew.html


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "http://", "//evil.test", 'https://ok.test/\n"><script>']
)
def test_only_addresses_of_the_web_become_links(address: str) -> None:
    """The CRM's link comes from outside."""
    rendered = OURS.render(sample("assigned", crm_url=address))

    assert not [link for link in Page(rendered.html).links if not link.startswith(("mailto:", "http://localhost"))]
    assert "The deal in the CRM" in rendered.text


def test_a_megabyte_of_notes_is_a_long_mail_and_no_trouble() -> None:
    """The mail holds all of the notes, and is made within seconds."""
    notes = [{"by": "Tom", "text": "*[<" * 3_300}] * 100

    rendered = OURS.render(sample("assigned", notes=notes))

    assert rendered.text.count("*[<") == 330_000


@settings(max_examples=150, deadline=None)
@given(word=st.text(min_size=1, max_size=60))
def test_whatever_a_name_is_made_of_the_mail_can_be_sent_and_read(word: str) -> None:
    """A name may hold any character, even lone surrogates."""
    waiting = hostile("reminder", "ja", f"x{word}")

    content = compose(waiting, OURS, sender="Us <us@vendor.test>", now=waiting.notice.not_before).content

    read = message_from_bytes(content, policy=policy.default)
    assert ["misaki.takahashi@aozora.test"] == [address.addr_spec for address in read["To"].addresses]
    assert read.defects == []
