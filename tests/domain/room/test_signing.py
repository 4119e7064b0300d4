"""How does a sign-off stand after what the journal says about it?"""

from datetime import UTC, datetime
from typing import Any

from domain.record import JournalRow
from domain.room.signing import Numbered, decisions, sign_off

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def rows(*kinds: str, about: str = "uat", **data: Any) -> list[Numbered]:
    """Rows of these kinds in order, numbered from 1; who decides is the first letter after a colon."""
    made = []
    for number, kind in enumerate(kinds, start=1):
        name, _, by = kind.partition(":")
        row = JournalRow(key=f"{name}/{number}", at=NOON, kind=name, about=about, by=by or None, data=data)
        made.append(Numbered(number, row))
    return made


def test_it_is_asked_for_until_it_is_decided() -> None:
    """And only by what is about it."""
    asked = rows("sign_off_asked")

    assert (1, False) == (sign_off("uat", asked).asked, sign_off("uat", asked).again)
    assert 0 == sign_off("other", asked).asked
    assert 0 == sign_off("uat", rows("sign_off_asked", "milestone_reached:a")).asked
    assert 0 == sign_off("uat", rows("sign_off_asked", "milestone_waived:a")).asked


def test_a_refusal_begins_another_round() -> None:
    """Those who had signed sign again; what was refused is known to be asked for again."""
    refused = rows("sign_off_asked", "sign_off_given:a", "sign_off_rejected:b", reasons=["late"])
    again = sign_off("uat", [*refused, Numbered(4, refused[0].row)])

    assert (0, ()) == (sign_off("uat", refused).asked, sign_off("uat", refused).signed)
    assert (4, True, ()) == (again.asked, again.again, again.signed)
    assert ("late",) == again.decided[-1].reasons


def test_what_is_shown_has_another_name_once_anything_of_it_changes() -> None:
    """The round, who has signed in it, and whatever else the page shows."""
    first = sign_off("uat", rows("sign_off_asked"))
    names = {
        first.version("book", "1"),
        first.version("book", "2"),
        first.version("other", "1"),
        sign_off("uat", rows("sign_off_asked", "sign_off_given:a")).version("book", "1"),
        sign_off("uat", rows("note", "sign_off_asked")).version("book", "1"),
    }

    assert 5 == len(names)
    assert first.version("book", "1") == sign_off("uat", rows("sign_off_asked")).version("book", "1")


def test_decisions_are_those_of_sign_offs_the_newest_first() -> None:
    """A milestone that nobody signs is reached without a decision."""
    each = [*rows("sign_off_given:a", "milestone_reached:b"), *rows("milestone_reached:c", about="live")]

    assert ["b", "a"] == [decided.by for _, decided in decisions(each, ["uat"])]
