"""Would a company send this? Who speaks, to whom, and with which name below."""

import re
from typing import Any

import pytest

from activities.channels.texts.rendering import Rendering
from activities.channels.texts.samples import FOR_STAFF, KINDS, sample, to_staff
from domain.notice import NoticeKind
from domain.text import Language

HOUSE = Rendering(companies={"en": "Example, Inc.", "ja": "株式会社サンプル"})
LINE = f"\n{'-' * 24}\n"
TO_CUSTOMERS = [kind for kind in KINDS if kind not in FOR_STAFF]


@pytest.mark.parametrize("kind", TO_CUSTOMERS)
def test_a_japanese_mail_begins_with_who_writes_and_ends_with_their_signature(kind: NoticeKind) -> None:
    """A mail in which nobody says who they are is the most visible break of form."""
    text = HOUSE.render(sample(kind, "ja")).text

    opening, signature = text.split("\n\n")[1], text.rpartition(LINE)[2]
    assert opening.endswith("お世話になっております。\n株式会社サンプルの森 健二でございます。")
    assert ["株式会社サンプル", "カスタマーサクセスマネージャー（CSM）　森 健二"] == signature.strip().splitlines()[:2]
    assert "電話：+81 3 5550 0101\nメール：kenji@vendor.test\n" in signature


@pytest.mark.parametrize("kind", TO_CUSTOMERS)
def test_an_english_mail_is_signed(kind: NoticeKind) -> None:
    signature = HOUSE.render(sample(kind, "en")).text.rpartition(LINE)[2]

    assert signature.lstrip().startswith(
        "Mara Olsen\nCustomer success manager, Example, Inc.\n+49 30 5550101\nmara@vendor.test\n"
    )


def test_without_a_companys_name_it_is_that_of_the_sender() -> None:
    text = Rendering().render(sample("reminder", "ja"), sender="Example CS").text

    assert "Example CSの森 健二でございます。" in text
    assert "\nExample CS\n" in text


@pytest.mark.parametrize(("language", "company"), [("en", "Example, Inc."), ("ja", "株式会社サンプル")])
def test_the_head_of_a_page_names_the_company_as_its_reader_has_it(language: Language, company: str) -> None:
    html = HOUSE.render(sample("reminder", language), sender="Example CS").html

    assert re.search(f'<td class="sender"[^>]*>{company}</td>', html)
    assert "Example CS" not in html


def test_whoever_was_no_part_of_the_sale_is_thanked_for_the_contract_and_hears_of_no_seller() -> None:
    """They never met who sold, and are not told that somebody else takes over."""
    met, new = (HOUSE.render(sample("introduction", "ja", stranger=stranger)).text for stranger in (False, True))

    assert "担当しておりましたが" in met
    assert "担当しておりましたが" not in new
    assert "今後は私が窓口となり" in new


def test_a_notice_from_before_there_were_signatures_still_goes() -> None:
    """Those that wait while workers are replaced have no role and no phone."""
    waiting = sample("reminder", "ja")
    del waiting.notice.facts["owner_role"], waiting.notice.facts["owner_phone"]

    assert "森 健二\nメール：kenji@vendor.test" in Rendering().render(waiting).text


def test_whoever_was_no_part_of_the_sale_is_met_with_an_apology() -> None:
    met, new = (HOUSE.render(sample("introduction", "ja", stranger=stranger)).text for stranger in (False, True))

    assert "突然のご連絡失礼いたします。" not in met
    assert "突然のご連絡失礼いたします。" in new


def test_our_own_people_get_no_signature() -> None:
    text = HOUSE.render(to_staff("reminder", "ja")).text

    assert "でございます" not in text
    assert "電話" not in text


@pytest.mark.parametrize("kind", TO_CUSTOMERS)
def test_a_customer_is_never_named_without_honour(kind: NoticeKind) -> None:
    """To its face a company is 貴社; its name stands above the mail alone."""
    assert 1 == HOUSE.render(sample(kind, "ja")).text.count("株式会社あおぞら商事")


@pytest.mark.parametrize("kind", sorted(FOR_STAFF))
def test_among_us_a_customer_has_its_honour_too(kind: NoticeKind) -> None:
    text = HOUSE.render(sample(kind, "ja")).text

    assert text.count("株式会社あおぞら商事") == text.count("株式会社あおぞら商事様")


@pytest.mark.parametrize(
    ("language", "to_the_new", "to_the_old"),
    [
        (
            "en",
            "From today this onboarding is yours, in place of Grace Lee.",
            "looks after this onboarding in your place.",
        ),
        ("ja", "Grace Leeさんに代わってこのオンボーディングをご担当いただきます。", "本日より、このオンボーディングは"),
    ],
)
def test_nobody_is_told_of_themselves(language: Language, to_the_new: str, to_the_old: str) -> None:
    """Not: Hi Grace, from today Grace looks after this onboarding."""
    own = to_staff("reassigned", language).person.name
    new = HOUSE.render(to_staff("reassigned", language, before="Grace Lee", now=own)).text
    old = HOUSE.render(to_staff("reassigned", language, before=own, now="Grace Lee")).text

    assert to_the_new in new
    assert to_the_old in old


@pytest.mark.parametrize(
    ("language", "ours", "theirs"),
    [
        ("en", "this success programme is yours, in place of Grace Lee.", "looks after you in place of Grace Lee."),
        ("ja", "Grace Leeさんに代わってこのサクセスプログラムをご担当いただきます。", "Grace Leeに代わり"),
    ],
)
def test_after_the_hand_off_there_is_no_onboarding_to_take_over(language: Language, ours: str, theirs: str) -> None:
    own = to_staff("reassigned", language).person.name
    new = HOUSE.render(to_staff("reassigned", language, before="Grace Lee", now=own, programme=True)).text
    customer = HOUSE.render(sample("reassigned", language, before="Grace Lee", now=own, programme=True)).text

    assert ours in new
    assert theirs in customer
    assert "your onboarding" not in customer.partition("--")[0]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("in_writing", [True, False])
def test_a_kickoff_that_is_late_names_no_day_to_the_customer(language: Language, in_writing: bool) -> None:
    late = HOUSE.render(sample("kickoff_agenda", language, due="2026-11-09", late=True, in_writing=in_writing))

    assert not [day for day in ("9 November", "11月9日") if day in f"{late.subject} {late.text}"]


@pytest.mark.parametrize(
    ("language", "own", "usual"),
    [("en", "Project start", "Kickoff meeting"), ("ja", "開始会", "キックオフミーティング")],
)
@pytest.mark.parametrize("late", [True, False])
def test_the_agenda_of_the_kickoff_calls_it_as_the_playbook_does(
    language: Language, own: str, usual: str, late: bool
) -> None:
    """To both sides. One that was written before it had the name of the meeting has the usual one."""
    waiting = sample("kickoff_agenda", language, title=own, late=late)
    facts = {name: fact for name, fact in waiting.notice.facts.items() if name != "title"}
    nameless = waiting.model_copy(update={"notice": waiting.notice.model_copy(update={"facts": facts})})

    for mail in (HOUSE.render(waiting), HOUSE.render(to_staff("kickoff_agenda", language, title=own, late=late))):
        assert own in mail.subject
        assert 2 <= f"{mail.subject} {mail.text}".count(own)
        assert usual.lower() not in f"{mail.subject} {mail.text}".lower()
    assert usual in HOUSE.render(nameless).subject


@pytest.mark.parametrize(
    ("kind", "facts", "subject"),
    [
        ("invitation", {}, "Invitation: Plan agreed on "),
        ("invitation", {"changed": True}, "New time: Plan agreed on "),
        (
            "answer",
            {"attendance": "declined", "starts_at": "2027-01-12T13:00:00+00:00"},
            "does not come to “Plan agreed”",
        ),
    ],
)
def test_a_meeting_that_is_called_by_a_state_does_not_read_as_news(
    kind: NoticeKind, facts: dict[str, Any], subject: str
) -> None:
    """Where a playbook names no meeting, its milestone does: "Plan agreed on Tuesday" said that it is agreed."""
    assert subject in HOUSE.render(sample(kind, title="Plan agreed", **facts)).subject


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("milestone_reached", "The milestone Kickoff meeting held was reached on "),
        ("milestone_reopened", "The milestone Kickoff meeting held counted as done and is open again."),
        ("escalation", "The milestone Kickoff meeting held was due on "),
        ("reminder", "the milestone Kickoff meeting held is due on Thursday, 7 January 2027."),
        ("pause_proposal", "The milestone Kickoff meeting held has been waiting for "),
    ],
)
def test_a_milestones_title_stands_in_a_sentence_as_a_title(kind: NoticeKind, sentence: str) -> None:
    """Not: Kickoff meeting held was reached. Titles are written as states."""
    assert sentence in HOUSE.render(sample(kind, "en", title="Kickoff meeting held")).text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_mail_promises_what_nobody_sends(kind: NoticeKind, language: Language) -> None:
    """Recordings, Slack, and lists from which people are taken."""
    text = HOUSE.render(sample(kind, language)).text.lower()

    assert not [
        word for word in ("slack", "record it for", "recording", "recorded for", "off the list") if word in text
    ]
    assert not [word for word in ("録画", "配信を停止") if word in text]


@pytest.mark.parametrize(
    ("language", "begins", "why"),
    [
        ("en", "For Mika Sato: ", "You get this in place of Mika Sato, who is away until and including"),
        ("ja", "【Mika Satoさんの代行】", "Mika Satoさんが2026年12月18日（金）まで不在のため、代わりに"),
    ],
)
def test_a_copy_for_who_stands_in_says_so_in_its_subject(language: Language, begins: str, why: str) -> None:
    """It may call an onboarding "yours" that is not."""
    away = {"in_place_of": "Mika Sato", "in_place_until": "2026-12-18", "no_deputy": False}

    rendered = HOUSE.render(to_staff("assigned", language, **away))

    assert rendered.subject.startswith(begins)
    assert why in rendered.text.replace("\u2060", "")
