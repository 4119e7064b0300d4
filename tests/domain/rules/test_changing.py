"""To which version does an onboarding go back?"""

from datetime import UTC, datetime
from itertools import pairwise

from domain.record import JournalRow
from domain.rules.changing import version_before

AT = datetime(2027, 1, 11, 9, tzinfo=UTC)


def went(*versions: str) -> list[JournalRow]:
    """The journal of an onboarding that went by those versions, one after the other."""
    rows = [JournalRow(key="opened", at=AT, kind="opened")]
    for number, (before, to) in enumerate(pairwise(versions)):
        key, data = f"playbook_changed/{number}", {"from": before, "to": to}
        rows.append(JournalRow(key=key, at=AT, kind="playbook_changed", about="high-touch", data=data))
    return rows


def test_back_is_to_the_version_before_the_last_change() -> None:
    assert "a" == version_before(went("a", "b"))
    assert "b" == version_before(went("a", "b", "c"))


def test_a_change_that_was_taken_back_is_not_taken_back_again() -> None:
    assert None is version_before(went("a", "b", "a"))
    assert "a" == version_before(went("a", "b", "c", "b"))


def test_who_was_never_changed_has_no_version_before() -> None:
    assert None is version_before(went("a"))
