"""By when do we introduce ourselves, and what does an onboarding inherit?"""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from activities.calendars import public_holidays
from domain.deal import Account, DealClosed
from domain.introduction import FoundIssue, FoundNote, IntroductionState, IntroductionTurn, Learnt
from domain.prospect import as_prospect
from domain.record import IntroductionDossier
from domain.rules.admission import read_prospect
from domain.rules.introducing import decide, due_of, with_learnt
from playbooks.library import load_team
from tests.support.onboardings import sample_deal

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
GERMANY = public_holidays(Account(name="A", country="DE", time_zone="Europe/Berlin"), years=range(2026, 2028))
TEAM = load_team()
FOUND = Learnt(
    owner="grace.lee",
    introduced_at=MONDAY,
    introduced_by="grace.lee",
    issues=(FoundIssue(key="issue-1", title="No interface", severity="high", note="Comes in v7.", by="", at=MONDAY),),
    notes=(FoundNote(text="Decides with her brother.", by="grace.lee", at=MONDAY),),
)


@pytest.mark.parametrize(
    ("expected", "due"),
    [
        (None, date(2026, 11, 5)),
        (date(2026, 12, 1), date(2026, 11, 5)),
        (date(2026, 11, 5), date(2026, 11, 4)),
        (date(2026, 11, 2), date(2026, 11, 3)),
        (date(2020, 1, 1), date(2026, 11, 3)),
    ],
)
def test_we_introduce_ourselves_soon_and_before_the_signature(expected: date | None, due: date) -> None:
    """Within three working days, the day before the close at the latest, never within the day it began."""
    assert due == GERMANY.day_of(due_of(expected, GERMANY, MONDAY))


def test_an_introduction_that_was_kept_with_a_close_in_9999_goes_on_as_one_without_an_expected_day() -> None:
    """Doors refuse such a day now; those that are kept must not stand still for ever."""
    fields: dict[str, Any] = {"calendar": GERMANY, "prospect": read_prospect(as_prospect(sample_deal()))}
    dossier = IntroductionDossier.model_construct(**fields)

    def decided(expected: date | None) -> object:
        state = IntroductionState(
            introduction="introduction-file-1", opened=True, begun_at=MONDAY, last_news=MONDAY, expected_close=expected
        )
        return decide(IntroductionTurn(state=state, now=MONDAY), dossier, TEAM).kept

    assert decided(None) == decided(date(9999, 12, 31))


def test_what_was_learnt_stands_in_the_hand_off() -> None:
    """As notes, with who said them; again nothing is added."""
    deal = DealClosed.model_validate(sample_deal(owner=None))

    merged = with_learnt(deal, FOUND, TEAM)

    added = [(note.by, note.text) for note in merged.notes[len(deal.notes) :]]
    assert [
        ("Grace Lee", "Introduced before the signature, on Mon 2 Nov 2026."),
        (None, "Found before the signature (high): No interface\nComes in v7."),
        ("Grace Lee", "Decides with her brother."),
    ] == added
    assert "grace.lee" == merged.owner
    assert merged == with_learnt(merged, FOUND, TEAM)
    assert merged == DealClosed.model_validate(merged.model_dump())


def test_the_deals_own_owner_stays_and_one_who_left_is_nobody() -> None:
    deal = DealClosed.model_validate(sample_deal(owner="jonas.weber"))
    unowned = deal.model_copy(update={"owner": None})

    assert "jonas.weber" == with_learnt(deal, FOUND, TEAM).owner
    assert with_learnt(unowned, FOUND.model_copy(update={"owner": "gone"}), TEAM).owner is None


def test_a_japanese_account_reads_it_in_japanese() -> None:
    """Days are those of the customer's zone."""
    late = FOUND.model_copy(update={"introduced_at": datetime(2026, 11, 2, 23, tzinfo=UTC)})
    deal = DealClosed.model_validate(sample_deal("aozora-japan"))

    merged = with_learnt(deal, late, TEAM)

    assert "ご契約前に2026年11月3日（火）にご挨拶済みです。" in [note.text for note in merged.notes]
    assert "ご契約前に判明した問題点（高）：No interface\nComes in v7." in [note.text for note in merged.notes]


def test_more_than_a_record_holds_is_left_out() -> None:
    """Fifty notes; what the sale said itself goes before."""
    many = FOUND.model_copy(
        update={"notes": tuple(FoundNote(text=f"Note {number}", at=MONDAY) for number in range(60))}
    )
    deal = DealClosed.model_validate(sample_deal())

    merged = with_learnt(deal, many, TEAM)

    assert 50 == len(merged.notes)
    assert deal.notes == merged.notes[: len(deal.notes)]


@pytest.mark.parametrize(
    ("closing", "expected"),
    [
        ("2026-12-18T23:30:00Z", "2026-12-19"),
        ("2026-12-18", "2026-12-18"),
        (datetime(2026, 12, 18, 12, tzinfo=UTC), "2026-12-18"),
        ("soon", None),
        (None, None),
    ],
)
def test_what_a_crm_calls_the_day_of_closing_is_the_expected_one(closing: object, expected: str | None) -> None:
    """In the account's zone; a day that nobody can read is no expectation."""
    deal = sample_deal("aozora-japan", closed_at=closing, as_of="2026-12-20T00:00:00Z", reached=[])

    prospect = as_prospect(deal)

    assert expected == prospect.get("expected_close")
    assert {"closed_at", "as_of", "reached"}.isdisjoint(prospect)
    assert "JP" == read_prospect(prospect).account.country
