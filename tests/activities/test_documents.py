"""Do prospects get a document that can be read, in their language, with what people wrote shown as they wrote it?"""

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from activities.calendars import public_holidays
from activities.documents import typesetting
from activities.documents.attaching import Documents
from activities.documents.process import ProcessDocument
from activities.documents.typesetting import CannotBeSet, Typesetter
from activities.documents.words import PROCESS
from domain.outline import Contact, Outline
from domain.record import IntroductionDossier
from domain.rules.admission import calendar_ahead, read_prospect
from domain.rules.outlining import outline_for
from domain.text import LANGUAGES, Language
from domain.trouble import UnknownOnboarding
from playbooks.library import Directory, Library
from starter.cli.running import run
from tests.support.databases import dossier
from tests.support.fakes import MemoryLedger
from tests.support.onboardings import sample_deal

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOSTILE = '*b* _i_ #read("/etc/passwd") $x$ <a> @b `c` \\ // {close} ]#image("x")'
ANNA = Contact(name="Anna Beck", role="Customer success manager", email="anna.beck@vendor.example")


def outlined(key: str = "high-touch", language: Language = "en", **changes: object) -> Outline:
    """The outline of a sample deal, as if it were still a prospect."""
    raw = sample_deal("aozora-japan" if language == "ja" else "lindenau-germany")
    for name in ("closed_at", "as_of", "reached", "go_live_by"):
        raw.pop(name, None)
    prospect = read_prospect({**raw, "expected_close": "2026-11-30", **changes})
    calendar = calendar_ahead(prospect, public_holidays, now=NOW)
    book = Library(None).get(key)
    return outline_for(prospect, book, calendar, language=language, now=NOW, contacts=[ANNA])


class NoProspects:
    """Nobody is introduced."""

    def dossier(self, introduction: str) -> IntroductionDossier:
        raise UnknownOnboarding(introduction)


def text_of(pdf: bytes) -> str:
    """All words of a PDF, without the spaces and line breaks between them."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def without_spaces(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", Library(None).keys())
def test_every_playbook_is_a_document_in_every_language(key: str, language: Language) -> None:
    """Every stage and milestone of the outline, its day, who does it, and the people to write to."""
    outline = outlined(key, language)

    text = text_of(ProcessDocument().pdf(outline, at=NOW))

    for stage in outline.stages:
        assert without_spaces(stage.title) in text
        for milestone in stage.milestones:
            assert without_spaces(milestone.title) in text
            assert without_spaces(milestone.on) in text
    for effort in outline.theirs:
        assert without_spaces(effort.hours) in text
    assert without_spaces(PROCESS[language]["title"]) in text
    assert ANNA.email in text
    assert "�" not in text


def test_what_people_wrote_is_never_markup() -> None:
    """People's texts are given as data, and are in the document as they were written."""
    account = {"name": HOSTILE, "country": "DE", "time_zone": "Europe/Berlin"}
    outline = outlined(account=account).model_copy(update={"contacts": (Contact(name=HOSTILE, role="*r*"),)})

    text = text_of(ProcessDocument().pdf(outline, at=NOW))

    assert text.count(without_spaces(HOSTILE)) >= 2
    assert "root:" not in text
    assert "*r*" in text


def test_a_name_turns_no_line_of_a_document_around() -> None:
    """Nor does a joiner make two names that look the same."""
    account = {"name": "Al\u200dpha\u2067", "country": "DE", "time_zone": "Europe/Berlin"}

    text = text_of(ProcessDocument().pdf(outlined(account=account), at=NOW))

    assert "Alpha" not in text
    assert not {"\u200d", "\u2067"} & set(text)


def test_dates_keep_clear_of_holidays_and_count_from_the_expected_close() -> None:
    """The same rules draft the outline and the plan."""
    outline = outlined()
    by_title = {milestone.title: milestone for stage in outline.stages for milestone in stage.milestones}

    assert outline.close == "Mon 30 Nov 2026"
    assert "Mon 7 Dec 2026" == by_title["Kickoff meeting held"].on
    assert 7 == by_title["Kickoff meeting held"].day
    assert by_title["Go-live"].key_date


@pytest.mark.parametrize("expected", [None, "2026-10-30"])
def test_without_a_day_to_count_from_there_are_days_and_no_dates(expected: str | None) -> None:
    """A date of the CRM that has passed is nobody's expectation."""
    outline = outlined(expected_close=expected)

    text = text_of(ProcessDocument().pdf(outline, at=NOW))

    assert "" == outline.close
    assert "2026" not in text
    assert "Day7" in text


def test_what_we_do_among_ourselves_is_left_out() -> None:
    """The review of the hand-off concerns no customer, nor what the playbook hopes of a stage."""
    outline = outlined()
    titles = [milestone.title for stage in outline.stages for milestone in stage.milestones]

    assert "Kickoff meeting held" in titles
    assert "Sales hand-off reviewed" not in titles
    assert "momentum" not in text_of(ProcessDocument().pdf(outline, at=NOW))


def test_only_our_own_fonts_are_used() -> None:
    """The same on every machine, and Japanese on one that has no Japanese font."""
    reader = PdfReader(io.BytesIO(ProcessDocument().pdf(outlined(language="ja"), at=NOW)))
    fonts = {str(font["/BaseFont"]) for page in reader.pages for font in _fonts(page)}

    assert fonts
    assert [font for font in fonts if "NotoSansJP" not in font and "NotoSerifJP" not in font] == []


def test_the_same_outline_is_the_same_file() -> None:
    """A mail that is tried again carries the same attachment."""
    outline = outlined()

    first = ProcessDocument().pdf(outline, at=NOW)
    typesetting.made_once.cache_clear()

    assert first == ProcessDocument().pdf(outline, at=NOW)


def test_who_gets_a_document_within_the_same_hour_gets_the_same_which_is_made_once() -> None:
    typesetting.made_once.cache_clear()
    moments = (NOW.replace(minute=1), NOW.replace(minute=59, second=3), NOW + timedelta(hours=1))
    ledger, times = MemoryLedger(), iter(moments)
    ledger.admit(dossier(), run="run-1")
    documents = Documents(NoProspects(), ledger, Directory(), lambda: next(times), ProcessDocument())

    made = [documents(f"process/{dossier().onboarding}/en") for _ in moments]

    assert made[0] == made[1] != made[2]
    assert typesetting.made_once.cache_info().misses == 2


def test_a_template_that_is_broken_says_so(tmp_path: Path) -> None:
    """The error has the template's name and the compiler's words, without the text that was to be set."""
    template = tmp_path / "process.typ"
    template.write_text("#nothing", encoding="utf-8")

    with pytest.raises(CannotBeSet, match=r"^process.typ: unknown variable: nothing$"):
        ProcessDocument(Typesetter(template)).pdf(outlined(), at=NOW)


def test_the_words_are_there_in_both_languages() -> None:
    assert PROCESS["en"].keys() == PROCESS["ja"].keys()


def test_the_command_line_writes_the_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The document is for a prospect by name, with dates when a day of signature is given."""
    out = tmp_path / "process.pdf"
    close = date.today().replace(year=date.today().year + 1, month=6, day=3)  # noqa: DTZ011  # the machine's own today
    words = ["playbook", "pdf", "high-touch", "--out", str(out), "--language", "ja"]

    code = run([*words, "--for", "株式会社あおぞら商事", "--close", str(close), "--country", "JP"])

    assert 0 == code
    assert str(out) in capsys.readouterr().out
    text = text_of(out.read_bytes())
    assert "株式会社あおぞら商事様" in text
    assert f"{close.year}年6月" in text
    assert 2 == run([*words[:3], "--out", str(tmp_path / "none" / "process.pdf")])


def _fonts(page: object) -> list[dict[str, object]]:
    fonts = page["/Resources"]["/Font"]  # type: ignore[index]  # a PDF's own dictionaries
    return [fonts[name].get_object() for name in fonts]
