"""What do people read, in which language, and by whose template?"""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast

import pytest

from activities.channels.texts import rendering
from activities.channels.texts.rendering import TEMPLATES, Rendering
from activities.channels.texts.samples import ALL, FACTS, KINDS, ONBOARDING, UI, facts_of, sample, to_staff
from domain.notice import NoticeKind
from domain.text import LANGUAGES, Language
from domain.trouble import ChannelRefuses

# Without a company's own templates.
OURS = Rendering()

# What an unrendered template or a missing value leaves behind.
LEFT_OVER = re.compile(r"\*\*|\{\{|\{%|\]\(|^#|^>|\|\s|None|\bnan\b|[\ue000\ue001]|&[a-z#]+;|<[a-z/]", re.MULTILINE)


class Page(HTMLParser):
    """The words and links of an HTML part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._hidden = False
        self.feed(html)

    @property
    def links(self) -> list[str]:
        return [attributes["href"] or "" for tag, attributes in self.tags if tag == "a"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._hidden = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False
        self.words += "\n" if tag in {"p", "tr", "li", "h1", "h2", "h3"} else " "

    def handle_data(self, data: str) -> None:
        self.words += "" if self._hidden else data.replace("\u00a0", " ")


def without_address(text: str) -> str:
    return re.sub(r"\S+@\S+|https?://\S+", "", text)


@pytest.mark.parametrize(("kind", "language"), ALL)
@pytest.mark.parametrize("role", [sample, to_staff])
def test_every_kind_is_written_in_every_language(kind: NoticeKind, language: Language, role: Any) -> None:
    """For customers and for staff: a subject, a text and a page, and no markup left in any of them."""
    waiting = role(kind, language)

    rendered = OURS.render(waiting)

    page = Page(rendered.html)
    assert rendered.subject
    assert rendered.subject == " ".join(rendered.subject.split())
    assert LEFT_OVER.findall(rendered.subject) == []
    assert LEFT_OVER.findall(rendered.text) == []
    assert LEFT_OVER.findall(page.words.replace("\u200c", "")) == []
    assert f'<html lang="{language}">' in rendered.html
    assert waiting.person.name in rendered.text
    assert waiting.person.name in page.words
    assert ("次のステップ" if language == "ja" else "Next step") in rendered.text


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_every_mail_says_whom_to_ask(kind: NoticeKind, language: Language) -> None:
    """The owner's name and address, as text and to click on; the owner is sent to their manager."""
    waiting = sample(kind, language)
    facts = {**facts_of(kind, language), "receiver": "Somebody Else"}
    other = waiting.model_copy(update={"notice": waiting.notice.model_copy(update={"facts": facts})})

    rendered = OURS.render(other)

    assert facts["owner_name"] in rendered.text
    assert facts["owner_email"] in rendered.text
    assert f"mailto:{facts['owner_email']}" in Page(rendered.html).links
    to_owner = OURS.render(to_staff(kind, language))
    assert ("上長" if language == "ja" else "your manager") in to_owner.text


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_japanese_mails_are_japanese_and_english_ones_english(kind: NoticeKind, language: Language) -> None:
    """No sentence of the other language slips through a template."""
    rendered = OURS.render(sample(kind, language))

    japanese = re.search("[\u3040-\u30ff\u4e00-\u9fff]", rendered.subject + rendered.text)
    assert (japanese is not None) == (language == "ja")
    if language == "ja":
        assert "Next" not in rendered.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_staff_see_temporal_and_the_command_line(language: Language) -> None:
    """A customer has no use for either."""
    to_customer = OURS.render(sample("escalation", language, ui=UI))
    to_us = OURS.render(to_staff("escalation", language))

    assert UI not in to_customer.text + to_customer.html
    assert "day90" not in to_customer.text
    assert UI in to_us.text
    assert UI in Page(to_us.html).links
    assert f"day90 done {ONBOARDING} uat_signed_off" in to_us.text
    assert to_us.subject.startswith(("Nordlicht Logistik GmbH: ", "【株式会社あおぞら商事】"))


@pytest.mark.parametrize(
    ("days", "english", "japanese"),
    [
        (-3, "is due on Thursday, 7 January 2027.", "期日は、2027年1月7日"),
        (-1, "is due on Thursday, 7 January 2027.", "期日は、2027年1月7日"),
        (0, "is due today.", "本日が期日です"),
        (2, "2 working days ago.", "2営業日が過ぎました"),
    ],
)
def test_a_reminder_says_how_far_off_the_day_is(days: int, english: str, japanese: str) -> None:
    """A reminder may come before, on and after the day."""
    assert english in OURS.render(sample("reminder", "en", days=days)).text
    assert japanese in OURS.render(sample("reminder", "ja", days=days)).text


def test_days_and_times_read_as_the_reader_writes_them() -> None:
    """A bare date stays that day; an instant is told in the reader's zone, which may make it another day."""
    instant = "2027-02-15T22:30:00-08:00"

    english = OURS.render(sample("issue_raised", "en", respond_by=instant)).text
    japanese = OURS.render(sample("issue_raised", "ja", respond_by=instant)).text
    utc = OURS.render(to_staff("issue_raised", "en", respond_by=instant)).text

    assert "Tuesday, 16 February 2027, 07:30 (Central European Time)" in english
    assert "2027年2月16日（火）15:30（日本時間）" in japanese
    assert "Tuesday, 16 February 2027, 06:30 (UTC)" in utc
    assert "Thursday, 7 January 2027" in OURS.render(sample("reminder", "en")).text
    assert "2027年1月7日（木）" in OURS.render(sample("reminder", "ja")).text


def test_hours_of_service_read_as_whole_numbers() -> None:
    """Hours come as 1.0 and 0.5."""
    levels = [{"severity": "critical", "respond": 1.0, "resolve": 0.5, "hours": "clock"}]

    text = OURS.render(sample("went_live", levels=levels)).text

    assert "within: 1 hour ·" in text
    assert "within: 0.5 hours ·" in text


def test_a_seller_is_written_to_as_a_colleague() -> None:
    """Not as one of the customer's people, though no member of the staff that sees Temporal."""
    waiting = sample("hand_off_gaps", "ja", staff=False, receiver="佐藤 亮", ui="")

    text = OURS.render(waiting).text

    assert text.startswith("佐藤 亮 さん\n\nお疲れさまです。")
    assert "day90" not in text


def test_a_zone_or_language_that_we_do_not_have_still_gets_a_mail() -> None:
    """The mail is in English, with times in UTC."""
    waiting = sample("issue_raised")
    person = waiting.person.model_copy(update={"language": "fr", "time_zone": "Mars/Olympus"})

    text = OURS.render(waiting.model_copy(update={"person": person})).text

    assert "(UTC)" in text
    assert "Next step" in text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_template_prints_a_fact_that_its_kind_does_not_carry(kind: NoticeKind, language: Language) -> None:
    """Without its own facts it is refused, by name, instead of going out with holes; empty ones are fine."""
    waiting = sample(kind, language)
    bare = {name: fact for name, fact in waiting.notice.facts.items() if name not in FACTS[language][kind]}
    notice = waiting.notice.model_copy(update={"facts": bare})

    with pytest.raises(
        ChannelRefuses, match=rf"the template {language}/\w+.md, line \d+, cannot be rendered: '.*' is undefined"
    ):
        OURS.render(waiting.model_copy(update={"notice": notice}))


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_empty_lists_and_texts_leave_no_empty_frames(kind: NoticeKind, language: Language) -> None:
    """A deal may tell us next to nothing."""
    dates = ("kickoff_due", "go_live_due", "review_due", "hypercare_until", "respond_by", "resolve_by", "until")
    unsaid = ("problem", "present_state", "note", "reason", "champion", "roi_method", "crm_url", "sow_url")
    sparse: dict[str, Any] = {name: [] for name, fact in FACTS[language][kind].items() if isinstance(fact, list)}

    rendered = OURS.render(sample(kind, language, **(dict.fromkeys(unsaid + dates, "") | sparse)))

    assert LEFT_OVER.findall(rendered.text) == []
    assert "\n\n\n" not in rendered.text


def test_both_languages_have_every_template_and_no_other() -> None:
    """One per kind, and the four that frame each mail."""
    wanted = {f"{kind}.md" for kind in KINDS} | {"opening.md", "actions.md", "closing.md", "signature.md", "footer.md"}

    for language in LANGUAGES:
        assert wanted == {file.name for file in (TEMPLATES / language).iterdir()}


def test_a_companys_own_template_wins(tmp_path: Path) -> None:
    """One file, a part of every mail, or the layout; the rest stays ours."""
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "reminder.md").write_text("Hey: {{ title }}\n\nOur **own** words.", encoding="utf-8")
    (tmp_path / "en" / "footer.md").write_text("Example Ltd., Example Street 1", encoding="utf-8")
    rendering = Rendering(tmp_path)

    reminder, escalation = rendering.render(sample("reminder")), rendering.render(sample("escalation"))
    (tmp_path / "layout.html").write_text("<title>{{ subject }}</title>{{ body }}<hr>", encoding="utf-8")
    plain = Rendering(tmp_path).render(sample("reminder"))

    assert reminder.subject == "Hey: UAT signed off"
    assert "Our own words." in reminder.text
    assert "Example Street 1" in reminder.text
    assert "is late" in escalation.subject
    assert "Example Street 1" in escalation.html
    assert "<p>Our <strong>own</strong> words.</p>" in plain.html


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("Hey {{ nobody }}\n\nText", "en/reminder.md, line 1, cannot be rendered: 'nobody' is undefined"),
        ("Hey {% if %}\n\nText", "en/reminder.md, line 1, cannot be rendered: "),
        ("Hey {{ title | day }}\n\nText", "en/reminder.md, line 1, cannot be rendered: ValueError"),
        ('Hey\n\n{% include "en/none.md" %}', "en/none.md cannot be rendered: "),
        ("\udcff", "en/reminder.md cannot be rendered: UnicodeDecodeError"),
    ],
)
def test_a_broken_template_is_refused_by_name(tmp_path: Path, template: str, complaint: str) -> None:
    """The onboarding's owner hears which file it is; what the notice says stays out of the error."""
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "reminder.md").write_bytes(template.encode("utf-8", "surrogateescape"))

    with pytest.raises(ChannelRefuses, match=re.escape(f"the template {complaint}")) as refusal:
        Rendering(tmp_path).render(sample("reminder"))

    assert "UAT" not in str(refusal.value)


@pytest.mark.parametrize(
    "reaching",
    [
        "{{ title.__class__.__mro__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ wording.zone.__class__.from_file }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
    ],
)
def test_a_companys_template_reaches_nothing_of_python(tmp_path: Path, reaching: str) -> None:
    """Whoever may write the mails' words may not run programs; the complaint names file and line."""
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "reminder.md").write_text(f"Hey\n\nOur words\n{reaching}", encoding="utf-8")

    with pytest.raises(ChannelRefuses, match=r"^the template en/reminder\.md, line 4, is refused: "):
        Rendering(tmp_path).render(sample("reminder"))


def test_a_fact_that_is_none_is_refused_like_a_missing_one() -> None:
    """People would read "None"."""
    with pytest.raises(ChannelRefuses, match=re.escape("en/reminder.md, line 2, cannot be rendered: ValueError")):
        OURS.render(sample("reminder", title=None))


def test_a_macro_of_a_company_prints_what_it_was_given(tmp_path: Path) -> None:
    """Its output is not escaped a second time, and what was put in is escaped once."""
    (tmp_path / "en").mkdir()
    template = "{% macro bold(what) %}**{{ what }}**{% endmacro %}Hi\n\n{{ bold(title) }} is due."
    (tmp_path / "en" / "reminder.md").write_text(template, encoding="utf-8")

    rendered = Rendering(tmp_path).render(sample("reminder", title="A & **B**"))

    assert "A & **B** is due." in rendered.text
    assert "A &amp; **B**</strong> is due." in rendered.html


def test_a_long_title_does_not_make_an_endless_subject() -> None:
    """It is cut with an ellipsis; the mail itself has all of it."""
    rendered = OURS.render(sample("milestone_reached", title="x" * 200))

    assert 160 == len(rendered.subject)
    assert rendered.subject.endswith("…")
    assert "x" * 200 in rendered.text


def test_a_person_is_not_sent_to_find_out_from_themselves() -> None:
    """Whoever does it is asked directly; others are told whom to speak to."""
    for language in LANGUAGES:
        for one in (sample("escalation", language), to_staff("escalation", language)):
            name = one.person.name
            facts = {**one.notice.facts, "responsible": f"Somebody Else, {name}"}
            own = one.model_copy(update={"notice": one.notice.model_copy(update={"facts": facts})})

            next_step = OURS.render(own).text.partition("Next step" if language == "en" else "次のステップ")[2]

            assert "Somebody Else" not in next_step
            assert OURS.render(one).text != OURS.render(own).text
    assert "find out with Jürgen Weiß" in OURS.render(to_staff("escalation")).text


@pytest.mark.parametrize(("language", "words"), [("en", "help is needed"), ("ja", "お力添え")])
def test_whoever_does_it_is_not_asked_to_help_somebody(language: Language, words: str) -> None:
    """The subject of an escalation calls for others; the one who is late reads what is late."""
    waiting = to_staff("escalation", language)
    told = []
    for yours in (True, False):
        notice = waiting.notice.model_copy(update={"facts": {**waiting.notice.facts, "yours": yours}})
        told.append(OURS.render(waiting.model_copy(update={"notice": notice})).subject)

    assert [False, True] == [words in subject for subject in told]


@pytest.mark.parametrize(("language", "words"), [("en", "find out with Mara Olsen"), ("ja", "森 健二さんに確認し")])
def test_only_the_owner_settles_what_is_overdue_with_the_customer(language: Language, words: str) -> None:
    """Their manager clears the way, and reads who does each of them."""
    listed = [{"title": "UAT", "due": "2027-01-08", "days": 2, "who": "Jane Doe"}]
    to_owner = to_staff("overdue_summary", language, overdue=listed)
    facts = {**to_owner.notice.facts, "receiver": "Nora Lindqvist"}
    to_manager = to_owner.model_copy(update={"notice": to_owner.notice.model_copy(update={"facts": facts})})

    assert words not in OURS.render(to_owner).text
    assert words in OURS.render(to_manager).text
    assert "Jane Doe" in OURS.render(to_manager).text


@pytest.mark.parametrize("kind", ["escalation", "overdue_summary", "status_report", "taken_up"])
def test_nothing_is_late_by_no_days(kind: NoticeKind) -> None:
    """Due on Friday, looked at on Saturday."""
    late = [{"title": "UAT signed off", "due": "2027-01-08", "days": 0}]

    english = OURS.render(sample(kind, "en", days=0, late=late, overdue=late)).text
    japanese = OURS.render(sample(kind, "ja", days=0, late=late, overdue=late)).text

    assert "less than a working day" in english
    assert "1営業日未満" in japanese
    assert not re.search(r"\b0 (working )?days", english)
    assert "0営業日" not in japanese


def test_a_pause_of_less_than_a_day_is_not_counted() -> None:
    assert "Welcome back. The onboarding goes on" in OURS.render(sample("resumed", paused_days=0)).text
    assert "0日間" not in OURS.render(sample("resumed", "ja", paused_days=0)).text


def test_a_change_of_plan_says_what_changed() -> None:
    """Dates of milestones, the last day for the hand-off, or both; a mail that waited through an update has no day."""
    both = OURS.render(sample("replanned")).text
    only_the_end = OURS.render(sample("replanned", moved=[])).text
    waited = sample("replanned")
    del waited.notice.facts["hand_off_by"]

    assert "We have moved the following dates." in both
    assert "Monday, 12 April 2027" in both
    assert "The dates of the milestones stay as they are." in only_the_end
    assert "hand-off" not in OURS.render(waited).text


TO_PLAN_IN: dict[str, Any] = {
    "decision": "approve",
    "effort_days": 4,
    "milestone": "gone_live",
    "milestone_title": "Go-live",
    "to": "2027-02-18",
    "moved": [{"title": "Go-live", "was": "2027-02-12", "now": "2027-02-18"}],
}
"""What the owner is told of a change that was approved."""


@pytest.mark.parametrize(
    ("language", "ours", "theirs"),
    [
        ("en", "The plan does not contain it yet", "stay as they are until you hear from us"),
        ("ja", "計画にはまだ反映されておらず", "それまでは現在の日程のまま"),
    ],
)
def test_an_approved_change_says_what_is_true_to_both_sides(language: Language, ours: str, theirs: str) -> None:
    owner = " ".join(OURS.render(to_staff("scope_change_decided", language, **TO_PLAN_IN)).text.split())
    lead = " ".join(OURS.render(sample("scope_change_decided", language, decision="approve")).text.split())

    assert ours in owner
    assert theirs not in owner
    assert f"day90 replan {ONBOARDING} gone_live --to 2027-02-18 --reason CR-2 --dry-run" in owner
    assert theirs in lead
    assert ours not in lead
    assert "day90" not in lead.replace("day90.test", "")


@pytest.mark.parametrize(
    ("language", "words"), [("en", "estimate it, and plan it in"), ("ja", "見積もったうえで、計画に反映してください")]
)
def test_an_approved_change_of_unknown_effort_asks_for_it(language: Language, words: str) -> None:
    unknown = {**TO_PLAN_IN, "effort_days": "", "to": "", "moved": []}
    text = " ".join(OURS.render(to_staff("scope_change_decided", language, **unknown)).text.split())

    assert words in text
    assert "--to DATE" in text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "The kickoff was 14 working days later than we had first planned"),
        ("ja", "キックオフの実施が当初の予定より14営業日遅れたため"),
    ],
)
def test_a_plan_after_a_late_kickoff_says_why_its_dates_are_new(language: Language, words: str) -> None:
    late, in_time = (
        " ".join(OURS.render(sample("plan", language, late_by=days, again=0)).text.split()) for days in (14, 0)
    )

    assert words in late
    assert words not in in_time


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "was held 14 working days later than planned"), ("ja", "予定より14営業日遅れました")],
)
def test_our_side_hears_that_a_late_kickoff_has_moved_the_plan(language: Language, words: str) -> None:
    text = OURS.render(to_staff("replanned", language, late_kickoff=14, reason="", hand_off_by="")).text

    assert words in " ".join(text.split())
    assert not re.search("Why|理由", text)


@pytest.mark.parametrize(
    ("language", "yours", "a_colleagues", "quoted"),
    [
        ("en", "has answered your question", "has gone on with the question of Ana Ruiz", "Ana Ruiz had asked"),
        ("ja", "ご質問への回答", "Ana Ruiz様のご質問への追記", "Ana Ruiz様のご質問"),
    ],
)
def test_a_mail_about_a_question_says_whose_it_is(
    language: Language, yours: str, a_colleagues: str, quoted: str
) -> None:
    """And whether one of ours answers it, or somebody of the customer's goes on with it."""
    asker = "Ana Ruiz" if language == "en" else "Ana Ruiz様"
    own = OURS.render(sample("question_answered", language, asker="", title=""))
    on = OURS.render(sample("question_answered", language, asker=asker, goes_on=True, title=""))

    assert (True, True) == (yours in own.subject, a_colleagues in on.subject)
    assert (True, False) == (quoted in on.text, "You had asked" in on.text)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", [sample, to_staff])
def test_japanese_days_stand_in_wide_brackets_and_none_within_others(kind: NoticeKind, role: Any) -> None:
    """A subject has the day behind a colon, since a bracket within a bracket is hard to read there."""
    rendered = OURS.render(role(kind, "ja"))

    assert re.findall(r"日\([月火水木金土日]", rendered.subject + rendered.text) == []
    assert re.findall("（[^）]*（", rendered.subject) == []


def test_the_customers_name_keeps_to_a_line_of_a_heading() -> None:
    """Otherwise a line ends in the middle of what a mail is about: 【name】隔週の · 打ち合わせ."""
    ours = OURS.render(to_staff("reminder", "ja", account="株式会社（A】社", title="計画")).html
    theirs = OURS.render(sample("reminder", "ja", account="株式会社A", title="計画")).html

    assert re.search(r'<h1[^>]*><span class="about"[^>]*>【[^<]*】</span><span class="about"', ours)
    assert 'class="about"' not in theirs


def test_a_japanese_name_and_a_day_stay_on_one_line_of_the_page() -> None:
    """As plain text they have the space of every other text, which is found by who searches."""
    waiting = sample("milestone_reached", "ja", by="伊藤 健様", at="2027-01-07")

    rendered = OURS.render(waiting)

    assert "伊藤\u00a0健様" in rendered.html
    assert "伊藤 健様" in rendered.text
    assert re.search('<span class="whole"[^>]*>2027年1月7日（木）</span>', rendered.html)
    assert "issue\u00a0" not in OURS.render(sample("issue_raised", "ja", title="issue 1")).html


def test_our_side_is_not_asked_whether_what_was_declined_is_in_its_way() -> None:
    assert "対応は不要です。" in OURS.render(to_staff("scope_change_decided", "ja", decision="reject")).text
    assert "業務に支障がある場合は" in OURS.render(sample("scope_change_decided", "ja", decision="reject")).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_reports_have_their_tables_in_line(language: Language) -> None:
    """Titles and days stand in columns of one width; those of many columns may break on a phone."""
    page = Page(OURS.render(sample("status_report", language)).html)
    tables = [(attributes["class"] or "").split() for tag, attributes in page.tags if tag == "table"]

    assert ["rows", "of-two"] in tables
    assert ["rows"] in tables
    assert ["rows", "of-many"] in tables


@pytest.mark.parametrize(("language", "how_long"), [("en", "How long"), ("ja", "所要時間")])
def test_a_farewell_names_a_duration_where_there_is_one(language: Language, how_long: str) -> None:
    """A programme of letters has none; where a meeting has none, a dash says so."""
    letter = {"title": "Letter", "rhythm": "monthly", "minutes": ""}
    meeting = {"title": "Check-in", "rhythm": "monthly", "minutes": 30}

    assert how_long not in of_facts("hand_off", language, cadences=[letter])
    assert "–" not in of_facts("hand_off", language, cadences=[letter])
    assert how_long in of_facts("hand_off", language, cadences=[letter, meeting])
    assert "–" in of_facts("hand_off", language, cadences=[letter, meeting])


@pytest.mark.parametrize(("language", "words"), [("en", "5 later"), ("ja", "5営業日遅れ")])
def test_a_status_says_how_far_the_plan_is_from_what_was_agreed(language: Language, words: str) -> None:
    assert words in OURS.render(sample("status_report", language)).text
    assert words not in OURS.render(sample("status_report", language, agreed_on="", slipped=[])).text


def test_the_decision_about_the_hand_off_names_both_ways() -> None:
    for language, date in (("en", "DATE"), ("ja", "日付")):
        text = OURS.render(sample("hand_off_decision", cast("Language", language))).text

        assert f"day90 replan {ONBOARDING} --hand-off-by {date}" in text
        assert f"day90 end {ONBOARDING} handed_over_with_exceptions" in text


@pytest.mark.parametrize("kind", ["ended", "reassigned"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_that_is_not_given_leaves_no_trace(kind: NoticeKind, language: Language) -> None:
    text = OURS.render(sample(kind, language, reason="")).text

    assert not re.search("Why|[Rr]eason|理由", text)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Holidays differ within your country"), ("ja", "地域によって休日が異なり")]
)
def test_a_plan_says_whether_its_days_off_are_guessed(language: Language, words: str) -> None:
    known, guessed = (OURS.render(sample("plan", language, days_guessed=guess)).text for guess in (False, True))

    assert words not in known
    assert words in " ".join(guessed.split())


@pytest.mark.parametrize(
    ("language", "asked", "ours"), [("en", "Reply with what", "nothing is asked of you"), ("ja", "支障が", "弊社にて")]
)
def test_a_customer_is_asked_about_what_is_theirs_alone(language: Language, asked: str, ours: str) -> None:
    """What is late on our side nobody of theirs can say anything about; what is theirs comes first."""
    late_of_ours = {"title": "Hypercare", "due": "2027-01-04", "days": 3, "ours": True}
    late_of_theirs = {"title": "UAT", "due": "2027-01-05", "days": 2}

    one = OURS.render(sample("status_report", language, late=[late_of_ours])).text
    both = OURS.render(sample("status_report", language, late=[late_of_ours, late_of_theirs])).text

    assert (False, True) == (asked in one, ours in one)
    assert (True, False) == (asked in both, ours in both)
    assert "UAT" in both[both.index("Next step" if language == "en" else "次のステップ") :]


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_that_differ_in_values_alone_are_laid_out_once_and_keep_theirs_apart(language: Language) -> None:
    """What was made of the first one serves the second, whose reader finds nothing of the first one's."""
    one, other = (
        sample("reminder", language, title=title, receiver=who) for title, who in (("<A> & b", "Ann"), ("C", "Bob"))
    )
    first, laid_out = OURS.render(one), rendering.laid_out.cache_info().misses
    second, again = OURS.render(other), OURS.render(one)

    assert laid_out == rendering.laid_out.cache_info().misses
    assert first == again
    shown = Page(second.html).words + second.text + second.subject
    assert ("Bob" in shown, "Ann" in shown, "<A>" in shown) == (True, False, False)
    assert "<A> & b" in Page(first.html).words


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "I look after you and your colleagues while you begin"), ("ja", "突然のご連絡失礼いたします。")],
)
def test_a_first_letter_says_who_writes(language: Language, words: str) -> None:
    """Once: later ones begin with what they are about."""
    waiting = sample("webinar", language)

    first, later = (OURS.render(waiting.model_copy(update={"first": first})).text for first in (True, False))

    assert words in first
    assert words not in later


def test_an_address_in_a_japanese_sentence_ends_where_it_ends() -> None:
    """Programs that make links of addresses would take the words behind it along."""
    waiting = sample("plan", "ja")

    text = OURS.render(waiting.model_copy(update={"links": {"room": "https://rooms.vendor.example/r"}})).text

    assert "https://rooms.vendor.example/r でご覧いただけます" in text


@pytest.mark.parametrize(
    ("language", "done", "next_step"),
    [
        ("en", "Everything in the plan is done.", "you hear from us when the onboarding is complete"),
        ("ja", "計画の項目はすべて完了しました。", "オンボーディングの完了は、改めてご案内いたします"),
    ],
)
def test_a_report_on_a_plan_that_is_done_says_what_comes(language: Language, done: str, next_step: str) -> None:
    text = of_facts("status_report", language, open_stages=[], next=[], late=[])

    assert done in text
    assert next_step in text


@pytest.mark.parametrize(("language", "words"), [("en", "The hand-off still waits for this"), ("ja", "残っている条件")])
def test_a_report_to_us_on_a_plan_that_is_done_says_what_the_hand_off_waits_for(language: Language, words: str) -> None:
    facts: dict[str, Any] = {"open_stages": [], "next": [], "late": [], "unmet": ["Outcomes"]}

    to_us = OURS.render(to_staff("status_report", language, **facts)).text
    assert words in to_us
    assert "Outcomes" in to_us
    assert words not in of_facts("status_report", language, **facts)
    assert words not in OURS.render(to_staff("status_report", language, **{**facts, "unmet": []})).text


@pytest.mark.parametrize(
    ("language", "part", "in_writing", "words"),
    [
        ("en", "leads", False, "the agenda of our kickoff meeting follows"),
        ("en", "comes", False, "I agree the time of the kickoff meeting with Jane Doe."),
        ("en", "hears", False, "none for you today."),
        ("en", "leads", True, "our kickoff questions come to you in a mail of their own"),
        ("en", "hears", True, "Our kickoff questions go to Jane Doe"),
        ("ja", "leads", False, "キックオフの議題を、追ってお送りします"),
        ("ja", "comes", False, "Jane Doeとご相談して決定いたします。ご都合の悪い日"),
        ("ja", "hears", False, "本日お願いすることはございません"),
        ("ja", "leads", True, "キックオフのご質問を、別途メールでお送りします"),
        ("ja", "hears", True, "キックオフのご質問は、Jane Doeへ"),
    ],
)
def test_the_introduction_asks_each_reader_for_what_is_theirs(
    language: Language, part: str, in_writing: bool, words: str
) -> None:
    text = of_facts("introduction", language, kickoff_part=part, leads="Jane Doe", in_writing=in_writing)

    assert words in text


@pytest.mark.parametrize(
    ("language", "meets_at", "words"),
    [
        ("en", "Quarterly business review", "Next we meet for the “Quarterly business review”: we will suggest a day."),
        ("en", "", "You can write to us at any time."),
        ("ja", "四半期ビジネスレビュー", "初回の「四半期ビジネスレビュー」の日程は、改めてご相談いたします。"),
        ("ja", "", "ご連絡はいつでもお受けいたします。"),
    ],
)
def test_the_farewell_promises_each_reader_what_will_come(language: Language, meets_at: str, words: str) -> None:
    assert words in of_facts("hand_off", language, meets_at=meets_at)


@pytest.mark.parametrize(
    ("language", "led_by", "words"),
    [
        ("en", "", "agree another hour with"),
        ("en", "Inès Moreau", "none for you: Inès Moreau leads it"),
        ("ja", "", "別の日時を調整する"),
        ("ja", "小野 陽斗", "進行担当の小野 陽斗さん"),
    ],
)
def test_who_leads_a_meeting_finds_another_hour_for_it(language: Language, led_by: str, words: str) -> None:
    told = {"attendance": "declined", "title": "Check-in", "starts_at": "2027-01-12T13:00:00+00:00", "led_by": led_by}

    assert words in of_facts("answer", language, **told)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "on the day that we told you"), ("ja", "開催を取りやめることになりました")]
)
def test_a_day_without_an_hour_is_called_off_in_words(language: Language, words: str) -> None:
    assert words in of_facts("meeting_cancelled", language, starts_at="", on="2027-01-12")


@pytest.mark.parametrize(
    ("starts_at", "named"), [("", "予定していた日程"), ("2027-01-12T13:00:00+00:00", "予定していた日時")]
)
def test_a_japanese_meeting_that_has_only_a_day_is_called_off_for_that_day(starts_at: str, named: str) -> None:
    assert named in of_facts("meeting_cancelled", "ja", starts_at=starts_at, on="2027-01-12")


@pytest.mark.parametrize(
    ("language", "asked", "told"), [("en", "welcome to join", "coming up"), ("ja", "任意", "返信をお願い")]
)
def test_only_customers_are_invited_to_a_webinar_for_customers(language: Language, asked: str, told: str) -> None:
    """Whoever of ours gets it reads that the customer is, and what they have to do themselves."""
    to_customer, to_us = OURS.render(sample("webinar", language)).text, OURS.render(to_staff("webinar", language)).text

    assert (asked in to_customer, told in to_customer) == (True, False)
    assert (asked in to_us, told in to_us) == (False, True)


@pytest.mark.parametrize(("language", "heading"), [("en", "Wins"), ("ja", "成果")])
@pytest.mark.parametrize("kind", ["meeting", "invitation"])
def test_wins_stand_under_a_heading_of_their_own(kind: NoticeKind, language: Language, heading: str) -> None:
    """They stood in the list of the milestones that were reached."""
    standing = {
        "day": 62,
        "status": "behind",
        "reached": 9,
        "milestones": 18,
        "late": 0,
        "go_live": "",
        "lately": [{"title": "Data migrated", "at": "2026-12-18"}],
        "wins": [{"title": "Faster", "result": ""}],
    }

    words = Page(OURS.render(sample(kind, language, standing=standing, agenda="")).html).words
    without = Page(OURS.render(sample(kind, language, standing=standing | {"wins": []}, agenda="")).html).words

    assert words.index("Data migrated") < words.index(heading) < words.index("Faster")
    assert heading not in without


@pytest.mark.parametrize(("language", "words"), [("en", "not yet"), ("ja", "未確認")])
def test_of_a_risk_that_nobody_has_looked_at_it_says_so(language: Language, words: str) -> None:
    risk = facts_of("risk_review", language)["risks"][0]

    assert words in of_facts("risk_review", language, risks=[{**risk, "at": ""}])
    assert words not in of_facts("risk_review", language, risks=[risk])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_for_a_role_that_nobody_has_names_that_role(language: Language) -> None:
    assert "--name NAME --email ADDRESS --role project_lead" in OURS.render(to_staff("contact_changed", language)).text


@pytest.mark.parametrize(
    ("language", "what", "subject", "words"),
    [
        ("en", "left", "Jonas Brandt leaves on Monday, 11 January 2027", "Until then they hear from us as before"),
        (
            "en",
            "replaced",
            "Ana takes over from Jonas Brandt on Monday, 11 January 2027",
            "Until then all goes to Jonas",
        ),
        ("en", "added", "Jonas Brandt is to take part on Monday, 11 January 2027", "is written to on that day"),
        ("ja", "left", "お客様の担当者が外れます（高橋 直子様、", "それまでは、これまでどおりお知らせが届きます"),
        ("ja", "replaced", "お客様の担当者変更（高橋 直子様からAnaへ、", "それまでのご連絡は高橋 直子様に届きます"),
        ("ja", "added", "お客様の担当者追加（高橋 直子様、", "ご案内は当日にお送りします"),
    ],
)
def test_of_a_change_ahead_the_owner_reads_the_day_and_what_holds_until_then(
    language: Language, what: str, subject: str, words: str
) -> None:
    ahead: dict[str, Any] = {
        "what": what,
        "since": "2027-01-11",
        "now": "Ana" if what == "replaced" else "",
        "empty": [],
    }

    mail = OURS.render(to_staff("contact_changed", language, **ahead))

    assert subject in mail.subject
    assert words in " ".join(mail.text.split())
    assert "takes part no more" not in mail.text


@pytest.mark.parametrize(
    ("language", "past", "words", "not_so"),
    [
        (
            "en",
            False,
            "“Success plan” waits for your sign-off, which is due on Wednesday, 10 February 2027.",
            "its way",
        ),
        ("en", True, "“Success plan” waits for your sign-off, which was due on Wednesday,", "what holds it up"),
        ("ja", False, "「サクセスプラン」のご承認をお待ちしております。期日は、2027年2月10日（水）です。", "支障"),
        ("ja", True, "「サクセスプラン」のご承認をお待ちしております。期日は、2027年2月10日（水）でした。", "支障"),
    ],
)
def test_a_report_asks_for_the_sign_off_that_waits_for_its_reader(
    language: Language, past: bool, words: str, not_so: str
) -> None:
    """Not whether something stands in the way: it is they who have to decide."""
    title = "サクセスプラン" if language == "ja" else "Success plan"
    late = [{"title": title, "due": "2027-02-10", "days": 3}] if past else []
    to_sign = {"title": title, "due": "2027-02-10", "past": past}

    text = of_facts("status_report", language, late=late, to_sign=to_sign).replace("\u2060", "")

    assert words in text
    assert not_so not in text
    assert not_so in of_facts("status_report", language, late=late, to_sign=None)


@pytest.mark.parametrize(
    ("language", "name", "role", "words"),
    [
        (
            "en",
            "Anna Weiß",
            "Technical lead",
            "As of Monday, 9 November 2026, Anna Weiß (Technical lead) no longer takes part. When this was written"
            " nobody had taken over, so what was for them came to you.",
        ),
        (
            "ja",
            "中村 翔様",
            "技術責任者",
            "2026年11月9日（月）付で中村 翔様（技術責任者）がご担当を離れられ、"
            "作成時点では後任の方が決まっていなかったため、中村 翔様宛のご連絡もお送りしています。",
        ),
    ],
)
@pytest.mark.parametrize("kind", ["reminder", "digest"])
def test_who_stands_in_for_somebody_who_left_reads_why_they_get_it(
    kind: NoticeKind, language: Language, name: str, role: str, words: str
) -> None:
    """In the small print, of every message: it asks for what another had promised."""
    predecessors = [{"name": name, "role": role, "since": "2026-11-09"}]

    assert words in of_facts(kind, language, predecessors=predecessors).replace("\u2060", "")
    assert words not in of_facts(kind, language)


@pytest.mark.parametrize(
    ("language", "words", "once"),
    [
        (
            "en",
            "As of Monday, 9 November 2026, Anna (Sponsor) no longer takes part."
            " As of Friday, 13 November 2026, Ben (Champion) no longer takes part."
            " When this was written nobody had taken over, so what was for them came to you.",
            "When this was written",
        ),
        (
            "ja",
            "2026年11月9日（月）付でAnna（Sponsor）が、2026年11月13日（金）付でBen（Champion）がご担当を離れられ、"
            "作成時点では後任の方が決まっていなかったため、Anna、Ben宛のご連絡もお送りしています。",
            "作成時点では",
        ),
    ],
)
def test_who_stands_in_for_two_reads_once_why_they_get_it(language: Language, words: str, once: str) -> None:
    """That nobody had taken over stood there for each of them."""
    first = {"name": "Anna", "role": "Sponsor", "since": "2026-11-09"}
    second = {"name": "Ben", "role": "Champion", "since": "2026-11-13"}

    mail = of_facts("reminder", language, predecessors=[first, second]).replace("\u2060", "")

    assert words in " ".join(mail.split())
    assert 1 == mail.count(once)


@pytest.mark.parametrize(
    ("language", "words", "without_deputy"),
    [
        (
            "en",
            "What begins with “For Grace Lee” comes to you because they are away until and including"
            " Friday, 20 November 2026.",
            "Friday, 20 November 2026, and have no deputy.",
        ),
        (
            "ja",
            "「Grace Leeさんの代行」とある件は、Grace Leeさんが2026年11月20日（金）まで不在のため、お送りしています。",
            "2026年11月20日（金）まで不在で、代行者が決まっていないため、お送りしています。",
        ),
    ],
)
def test_the_list_of_who_stands_in_says_once_why_some_of_it_is_another_ones(
    language: Language, words: str, without_deputy: str
) -> None:
    """The subject of each part says whose it is; a message of its own says why in its first line, a list did not."""

    def listed(parts: int, **away: Any) -> str:
        waiting = to_staff("digest", language)
        stood_in = [one.model_copy(update={"facts": {**one.facts, **away}}) for one in waiting.parts[:parts]]
        given = waiting.model_copy(update={"parts": (*stood_in, *waiting.parts[parts:])})
        return OURS.render(given).text.replace("\u2060", "")

    away = {"in_place_of": "Grace Lee", "in_place_until": "2026-11-20", "no_deputy": False}

    assert 1 == listed(2, **away).count(words)
    assert without_deputy in listed(1, **{**away, "no_deputy": True})
    assert words.partition("2026")[0] not in listed(0)


@pytest.mark.parametrize(
    ("language", "programme", "onboarding"),
    [("en", "success programme", "onboarding"), ("ja", "サクセスプログラム", "オンボーディング")],
)
def test_after_the_hand_off_no_mail_says_that_an_onboarding_goes_on(
    language: Language, programme: str, onboarding: str
) -> None:
    """Neither to the customer nor to our own people: the small print says what their part is now."""
    kinds: tuple[NoticeKind, ...] = ("programme_meeting", "programme_message")
    for kind in kinds:
        for role in (sample, to_staff):
            text = OURS.render(role(kind, language)).text.replace(ONBOARDING, "")
            assert (True, False) == (programme in text, onboarding in text)


@pytest.mark.parametrize(
    ("language", "to_us", "to_them"),
    [
        ("en", "what they would like to reach", "what you would like to reach"),
        ("ja", "伺ってください", "お聞かせください"),
    ],
)
def test_an_occasion_of_the_programme_says_to_each_side_what_is_theirs(
    language: Language, to_us: str, to_them: str
) -> None:
    ours = OURS.render(to_staff("programme_meeting", language)).text
    theirs = OURS.render(sample("programme_meeting", language)).text

    assert (True, False) == (to_us in ours, to_them in ours)
    assert (False, True) == (to_us in theirs, to_them in theirs)


@pytest.mark.parametrize(
    ("language", "words", "nobody_said"),
    [
        ("en", "We have put this issue on record", "was reported at your company"),
        ("ja", "弊社にて記録いたしました", "貴社の方より"),
    ],
)
def test_of_an_issue_that_we_raised_nobody_at_the_customers_reads_that_they_did(
    language: Language, words: str, nobody_said: str
) -> None:
    ours = of_facts("issue_raised", language, yours=False, ours=True)
    theirs = of_facts("issue_raised", language, yours=False, ours=False)

    assert (True, False) == (words in ours, nobody_said in ours)
    assert (False, True) == (words in theirs, nobody_said in theirs)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["kickoff_agenda", "correction_opened"])
def test_steps_and_points_are_a_numbered_list(kind: NoticeKind, language: Language) -> None:
    """A number that is printed beside each is a line like any other: on a phone the next begins below it."""
    rendered = OURS.render(sample(kind, language))

    assert ("1. ", "2. ") == tuple(re.findall(r"^[12]\. ", rendered.text, re.MULTILINE))
    assert "<ol" in rendered.html


@pytest.mark.parametrize(("language", "words"), [("en", "It takes 45 minutes."), ("ja", "所要時間は45分です。")])
def test_who_chooses_an_hour_for_the_kickoff_reads_how_long_it_takes(language: Language, words: str) -> None:
    assert words in of_facts("kickoff_agenda", language, slot_minutes=45)
    assert words not in of_facts("kickoff_agenda", language)


@pytest.mark.parametrize(("language", "words"), [("en", "No longer held"), ("ja", "開催を取りやめる会議")])
def test_a_farewell_says_which_meetings_are_not_held_where_there_are_any(language: Language, words: str) -> None:
    announced = [{"title": "Check", "on": "2027-02-15"}]

    assert words in of_facts("hand_off", language, not_held=announced)
    assert words not in of_facts("hand_off", language)


def test_a_japanese_day_stays_on_one_line_of_a_heading() -> None:
    """Else its bracket may stand alone at the beginning of the next line: 12月4日 / （金）までに."""
    rendered = OURS.render(sample("kickoff_agenda", "ja"))

    heading = re.search("<h1.*?</h1>", rendered.html, re.DOTALL)
    assert heading is not None
    assert "12月\u20604日\u2060（金）" in heading[0]
    assert "日（金）" in rendered.subject


def of_facts(kind: NoticeKind, language: Language, **facts: Any) -> str:
    """The text of a sample with some of its facts changed."""
    waiting = sample(kind, language)
    notice = waiting.notice.model_copy(update={"facts": {**waiting.notice.facts, **facts}})
    return OURS.render(waiting.model_copy(update={"notice": notice})).text
