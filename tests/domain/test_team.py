"""Who works here, and who gets the next customer?"""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from domain.deal import Account
from domain.team import Member, Team, TouchModel, assign

ON = datetime(2026, 11, 2, 9, tzinfo=UTC)


def member(handle: str, **more: Any) -> Member:
    given = {"handle": handle, "name": handle, "email": f"{handle}@vendor.example", "role": "csm", **more}
    return Member.model_validate(given)


def account(language: str = "en", zone: str = "Europe/Berlin") -> Account:
    return Account.model_validate({"name": "A", "country": "DE", "time_zone": zone, "language": language})


def next_csm(*members: Member, touch: TouchModel = "high", load: dict[str, int] | None = None, **of: str) -> str:
    team = Team(members=members)
    return assign(team, "csm", touch=touch, account=account(**of), on=ON, load=load or {}).handle


def test_the_least_loaded_against_their_capacity_gets_the_customer() -> None:
    small, large = member("small", capacity=2), member("large", capacity=20)

    assert next_csm(small, large, load={"small": 1, "large": 5}) == "large"
    assert next_csm(small, large, load={"small": 1, "large": 11}) == "small"


def test_language_goes_before_load() -> None:
    speaks = member("speaks", languages=["ja"], capacity=1)

    assert next_csm(member("idle"), speaks, load={"speaks": 9}, language="ja") == "speaks"


def test_a_language_that_nobody_speaks_is_a_wish() -> None:
    assert next_csm(member("only"), language="ja") == "only"


def test_those_who_serve_the_tier_go_first() -> None:
    low, high = member("low", tiers=["low"]), member("high", tiers=["high"])

    assert next_csm(low, high, touch="high", load={"high": 9}) == "high"
    assert next_csm(low, high, touch="low") == "low"


def test_language_weighs_more_than_tier() -> None:
    speaks, serves = member("speaks", languages=["ja"], tiers=["low"]), member("serves", tiers=["high"])

    assert next_csm(speaks, serves, touch="high", language="ja") == "speaks"


def test_among_equals_the_nearest_day_decides() -> None:
    tokyo, paris = member("a.tokyo", time_zone="Asia/Tokyo"), member("b.paris", time_zone="Europe/Paris")

    assert next_csm(tokyo, paris, zone="Europe/Berlin") == "b.paris"
    assert next_csm(tokyo, paris, zone="Australia/Sydney") == "a.tokyo"


def test_among_equals_in_all_the_handle_decides_so_that_a_retry_decides_the_same() -> None:
    assert next_csm(member("b"), member("a")) == "a"


def test_a_capacity_of_none_does_not_break_the_choice() -> None:
    assert next_csm(member("none", capacity=0), member("some"), load={"none": 1}) == "some"


def test_a_role_that_nobody_has_falls_to_a_csm() -> None:
    team = Team(members=(member("only"),))

    assert assign(team, "training_lead", touch="high", account=account(), on=ON, load={}).handle == "only"


def test_a_member_without_a_named_manager_reports_to_the_head_of_customer_success() -> None:
    head = member("head", role="cs_manager")
    team = Team(members=(member("csm"), head))

    assert team.manager_of("csm") == head
    assert team.manager_of("head") is None


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ([member("a"), member("a")], "two members share the handle 'a'"),
        ([member("a", slack="U024BE7LH"), member("b", slack="U024BE7LH")], "a: slack: another member has the id"),
        ([member("a", manager="ghost")], "a: the manager 'ghost' is not a member"),
        ([member("a", deputy="ghost")], "a: the deputy 'ghost' is not a member"),
        ([member("a", role="executive")], "nobody has the role csm"),
        ([], "at least 1 item"),
    ],
)
def test_a_directory_that_does_not_hang_together_is_refused(members: list[Member], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Team(members=tuple(members))


def test_who_is_written_to_by_slack_has_an_id_there() -> None:
    """Without one every message of theirs would go by mail, and nobody would have meant that."""
    with pytest.raises(ValidationError, match="csm: slack: should be their member id in Slack, like U024BE7LH"):
        member("csm", channel="slack")

    assert Team(members=(member("csm", channel="slack", slack="U024BE7LH"),)).by_slack("U024BE7LH") is not None
