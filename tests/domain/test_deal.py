"""Which deal files start an onboarding, and which field is at fault when one does not?"""

import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.deal import DealClosed, completeness, missing_from_hand_off, onboarding_id
from domain.refusal import InvalidDeal, what_is_wrong
from domain.rules.admission import read_deal
from tests.support.simulation import EXAMPLES, deal

LEAD = {"name": "Lee", "email": "lee@customer.example", "role": "project_lead"}


def small(**changes: Any) -> dict[str, Any]:
    """The least that a deal file holds."""
    account = {"name": "Small", "country": "DE", "time_zone": "Europe/Berlin"}
    raw = {"source": "file", "id": "1", "closed_at": "2026-11-02T10:00:00+01:00"}
    return {**raw, "account": account, "stakeholders": [LEAD], **changes}


def complaint(**changes: Any) -> tuple[str, str]:
    """Field and reason with which a deal file is refused."""
    with pytest.raises(ValidationError) as refused:
        DealClosed.model_validate(small(**changes))
    return what_is_wrong(refused.value)


def test_the_other_wrong_fields_are_named_too() -> None:
    """Whoever mends a deal file should not have to find one after another."""
    one = complaint(closed_at="soon")
    three = complaint(seats="many", owner=7, closed_at="soon")
    many = complaint(stakeholders=[{**LEAD, "email": "none", "side": str(number)} for number in range(8)])

    assert ("closed_at", "is no moment like 2026-09-01T10:00:00+09:00") == one
    assert three[1].endswith(" (also wrong: owner, closed_at)")
    assert many[1].endswith("stakeholders.5.email, 6 more)")


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.json")), ids=lambda file: file.stem)
def test_every_sample_deal_is_valid(file: Any) -> None:
    assert DealClosed.model_validate(json.loads(file.read_text("utf-8"))).stakeholders


def test_stakeholders_are_named_by_their_role_and_numbered_from_the_second_on() -> None:
    named = DealClosed.model_validate(small(stakeholders=[LEAD, LEAD, {**LEAD, "id": "lee"}]))

    assert [person.id for person in named.stakeholders] == ["project_lead", "project_lead-2", "lee"]


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"colour": "blue"}, "colour", "no field that we know"),
        ({"closed_at": None}, "closed_at", "is no moment like 2026-09-01T10:00:00+09:00"),
        ({"closed_at": "2026-11-02T10:00:00"}, "closed_at", "needs an offset, like 2026-09-01T10:00:00+09:00"),
        ({"closed_at": "0001-01-01T00:00:00+14:00"}, "", "closed_at: 0001-01-01 is too long ago"),
        ({"stakeholders": []}, "stakeholders", "needs at least 1"),
        ({"stakeholders": "Lee"}, "stakeholders", "valid tuple"),
        ({"stakeholders": [{**LEAD, "role": "boss"}]}, "stakeholders.0.role", "executive_sponsor"),
        ({"stakeholders": [{**LEAD, "email": "lee"}]}, "stakeholders.0.email", "does not have the form"),
        ({"stakeholders": [{**LEAD, "name": "Lee\nBcc: all"}]}, "stakeholders.0.name", "line break"),
        ({"stakeholders": [{**LEAD, "id": "x"}, {**LEAD, "id": "x"}]}, "", "two people share the id 'x'"),
        (
            {"account": {"name": "A", "country": "Germany", "time_zone": "Europe/Berlin"}},
            "account.country",
            "the form ^[A-Z]",
        ),
        ({"account": {"name": "A", "country": "DE", "time_zone": "Berlin"}}, "account.time_zone", "no time zone"),
        ({"account": {"name": "A", "country": "DE", "time_zone": "localtime"}}, "account.time_zone", "no time zone"),
        ({"account": {"name": "A", "country": "DE", "time_zone": "../UTC"}}, "account.time_zone", "no time zone"),
        (
            {"account": {"name": "A", "country": "DE", "time_zone": "/etc/localtime"}},
            "account.time_zone",
            "no time zone",
        ),
        ({"champion": "nobody"}, "", "champion: 'nobody' is not the id of a stakeholder"),
        ({"go_live_by": "2026-11-02"}, "", "go_live_by: 2026-11-02 is not after the close"),
        ({"go_live_by": "9999-12-31"}, "", "go_live_by: 9999-12-31 is more than two years after the close"),
        ({"as_of": "2026-11-01T10:00:00+01:00"}, "", "lies before the close"),
        ({"problem": "x" * 1_000_000}, "problem", "is longer than 10000 characters"),
        ({"yearly_value": -1}, "yearly_value", "greater than or equal to 0"),
        ({"id": "../../etc"}, "id", "does not have the form"),
        ({"busy_seasons": [{"first": "2026-12-24", "last": "2026-12-01", "why": "x"}]}, "busy_seasons.0", "before"),
        ({"closures": [{"first": "2026-12-24", "last": "2026-12-01", "why": "x"}]}, "closures.0", "before"),
        ({"closures": [{"first": "2026-12-01", "last": "2027-01-01", "why": "x"}]}, "closures.0", "busy_seasons"),
        ({"busy_seasons": [{"first": "2026-01-01", "last": "2026-12-31", "why": "x"}]}, "busy_seasons.0", "92 days"),
    ],
)
def test_a_bad_deal_is_refused_by_its_field(changes: dict[str, Any], field: str, reason: str) -> None:
    refusal = complaint(**changes)

    assert refusal[0] == field
    assert reason in refusal[1]


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    """What was typed may be personal, and the reason goes into logs and histories."""
    field, reason = complaint(stakeholders=[{**LEAD, "email": "secret-address"}])

    assert "secret-address" not in field + reason


def test_names_may_be_in_any_script() -> None:
    for name in ("株式会社アオゾラ", "שלום בע״מ", "Ünïcode 🚀 GmbH", "<b>Bold</b> & Söhne"):
        account = {"name": name, "country": "DE", "time_zone": "Europe/Berlin"}
        assert DealClosed.model_validate(small(account=account)).account.name == name


def test_a_complete_hand_off_record_asks_for_nothing() -> None:
    complete = deal("aozora-japan")

    assert missing_from_hand_off(complete) == ()
    assert completeness(complete) == 1


def test_a_thin_hand_off_record_says_what_is_missing() -> None:
    thin = DealClosed.model_validate(small())

    assert completeness(thin) == pytest.approx(1 / 16, abs=0.001)
    assert "who the executive sponsor is" in missing_from_hand_off(thin)
    assert "who the project lead is" not in missing_from_hand_off(thin)


def test_what_could_not_be_kept_is_asked_for_and_counts_for_no_part() -> None:
    """The field that it came for is complete or not by itself."""
    left_out = [{"field": "problem", "reason": "was cut: it has 12,000 characters, and 10,000 are kept"}]
    full = deal("aozora-japan")
    cut = DealClosed.model_validate({**full.model_dump(mode="json"), "left_out": left_out})

    assert 1 == completeness(cut) == completeness(full)
    [asked] = missing_from_hand_off(cut)
    assert "problem" in asked


def test_a_deal_file_has_one_bound_at_every_door() -> None:
    """The largest field is named; the command line reads files of any size."""
    assert read_deal(small(custom={"text": "a" * 900_000})).custom
    with pytest.raises(InvalidDeal, match="makes the deal file larger than 1,048,576 bytes") as refused:
        read_deal(small(custom={"text": "é" * 600_000}))
    assert "custom" == refused.value.field


def test_a_deal_names_its_onboarding() -> None:
    assert onboarding_id("hubspot", "42") == "onboarding-hubspot-42"


def test_a_deal_may_be_taken_up_later_than_it_was_closed() -> None:
    later = deal(as_of="2026-12-01T10:00:00+01:00")

    assert later.as_of is not None
    assert later.as_of - later.closed_at == timedelta(days=29)


@pytest.mark.parametrize("zone", ["EST", "MST", "HST"])
def test_an_offset_without_summer_time_is_no_zone_of_anybody(zone: str) -> None:
    for field, changes in (
        ("account.time_zone", {"account": {"name": "A", "country": "US", "time_zone": zone}}),
        ("stakeholders.0.time_zone", {"stakeholders": [{**LEAD, "time_zone": zone}]}),
    ):
        with pytest.raises(InvalidDeal) as refused:
            read_deal(small(**changes))

        assert field == refused.value.field
