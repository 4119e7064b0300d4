"""Which dates do doors take? Those that can be counted on from; the others are refused by their field."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.foreign import day
from domain.prospect import Prospect, as_prospect
from domain.refusal import InvalidDeal, Refused
from domain.reported import read_report
from domain.rules.admission import read_deal, read_prospect
from domain.usage import Sent, read_usage
from starter.cli import times
from starter.trouble import InvalidNews
from tests.support.onboardings import sample_deal

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
NEVER = "9999-12-31T23:59:59-12:00"
EARLIEST = "0001-01-01T00:00:00+14:00"


def signed(timestamp: str, type: str = "tickets.counted", **data: Any) -> dict[str, Any]:
    return {"type": type, "timestamp": timestamp, "data": {"onboarding": "onboarding-file-1", **data}}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"closed_at": NEVER}, "closed_at"),
        ({"as_of": NEVER}, "as_of"),
        ({"near_term": [{"what": "x", "on": "9999-12-31"}]}, "near_term.0.on"),
        ({"busy_seasons": [{"first": "0001-01-01", "last": "0001-01-02", "why": "x"}]}, "busy_seasons.0.first"),
        ({"notes": [{"text": "x", "at": EARLIEST}]}, "notes.0.at"),
        ({"reached": [{"milestone": "kickoff_held", "at": EARLIEST}]}, "reached.0.at"),
    ],
)
def test_a_deal_with_a_far_date_is_refused_by_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidDeal) as refusal:
        read_deal(sample_deal(**changes))

    assert field == refusal.value.field


def test_a_prospect_that_is_never_expected_to_close_is_refused_at_the_door_and_still_read_from_the_store() -> None:
    """Also where the CRM's moment has no day in the customer's zone."""
    for never in (NEVER, "9999-12-31T00:00:00Z"):
        raw = as_prospect(sample_deal(closed_at=never))
        with pytest.raises(InvalidDeal) as refusal:
            read_prospect(raw)

        assert "expected_close" == refusal.value.field
        assert 9999 == getattr(Prospect.model_validate(raw).expected_close, "year", 0)


@pytest.mark.parametrize(
    ("report", "field"),
    [
        (signed(NEVER, open=1), "timestamp"),
        (signed(EARLIEST, open=1), "timestamp"),
        (signed(NEVER, "issue.raised", title="t"), "timestamp"),
    ],
)
def test_signed_news_of_a_far_moment_is_refused(report: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_report(report)

    assert field == refusal.value.field


def test_usage_of_a_far_moment_is_refused_and_a_clock_that_began_in_1970_is_corrected() -> None:
    call = {"type": "identify", "userId": "u", "context": {"groupId": "g"}}
    with pytest.raises(Refused) as refusal:
        read_usage({**call, "timestamp": EARLIEST}, Sent(None, NOW), oldest=NOW)
    assert "timestamp" == refusal.value.field

    reset = {"timestamp": "1970-01-01T00:00:00Z", "sentAt": "1970-01-01T00:00:01Z"}
    assert read_usage({**call, **reset}, Sent(None, NOW), oldest=NOW)


def test_a_foreign_moment_at_the_end_of_the_calendar_is_no_date() -> None:
    with pytest.raises(ValueError, match="is no date"):
        day(NEVER)


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01", NEVER, EARLIEST])
def test_an_option_with_a_far_date_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(InvalidNews, match=r"at: lies outside the years 2000 to 2100"):
        times.moment(text, zone="Asia/Tokyo", now=NOW, closed_at=NOW)
    with pytest.raises(InvalidNews, match=r"to: "):
        times.day(text, field="to")
