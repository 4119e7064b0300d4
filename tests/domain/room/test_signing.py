"""How does a sign-off stand after what the journal says about it?"""

from datetime import UTC, datetime
from typing import Any

from domain.record import JournalRow
from domain.room.signing import Numbered, decisions, playbook_at, sign_off, signed_ever

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

    assert (1, None) == (sign_off("uat", asked).asked, sign_off("uat", asked).refused)
    assert 0 == sign_off("other", asked).asked
    assert 0 == sign_off("uat", rows("sign_off_asked", "milestone_reached:a")).asked
    assert 0 == sign_off("uat", rows("sign_off_asked", "milestone_waived:a")).asked


def test_a_refusal_begins_another_round() -> None:
    """Those who had signed sign again; what was refused is known to be asked for again."""
    refused = rows("sign_off_asked", "sign_off_given:a", "sign_off_rejected:b", reasons=["late"])
    again = sign_off("uat", [*refused, Numbered(4, refused[0].row)])

    assert (0, ()) == (sign_off("uat", refused).asked, sign_off("uat", refused).signed)
    assert (4, 2, ()) == (again.asked, again.round, again.signed)
    assert again.refused is not None
    assert ("late",) == again.refused.reasons
    signed = sign_off("uat", [*refused, Numbered(4, refused[0].row), Numbered(5, refused[1].row)])
    assert signed.refused == again.refused, "who signs next reads what was missing, too"


def test_whose_yes_it_takes() -> None:
    """Of each who has not given it; else of any one, or of those alone who said no."""
    asked, refused = rows("sign_off_asked", "sign_off_given:a"), rows("sign_off_asked", "sign_off_rejected:b")

    assert ("b",) == sign_off("uat", asked).takes(["a", "b"], all_of_them=True)
    assert ("a", "b") == sign_off("uat", rows("sign_off_asked")).takes(["a", "b"], all_of_them=False)
    assert ("b",) == sign_off("uat", refused).takes(["a", "b"], all_of_them=False)


def test_who_takes_over_stands_for_who_has_gone() -> None:
    """What was signed stays signed; a no of somebody who left without a successor stands no more."""
    signed, refused = rows("sign_off_asked", "sign_off_given:a"), rows("sign_off_asked", "sign_off_rejected:a")
    [replaced] = rows("contact_replaced", about="a", to="c")
    [left] = rows("contact_left", about="a")

    assert ("c",) == sign_off("uat", [*signed, replaced]).signed
    assert ("c",) == sign_off("uat", [*refused, replaced]).refused_by
    [no_change] = rows("contact_change_refused", about="a")
    undone = no_change.row.model_copy(update={"key": f"{replaced.row.key}/refused"})
    assert ("a",) == sign_off("uat", [*signed, replaced, Numbered(9, undone)]).signed, "it could not be made"
    assert (("a",), ()) == (sign_off("uat", [*signed, left]).signed, sign_off("uat", [*refused, left]).refused_by)


def test_a_decision_is_read_by_the_playbook_of_its_time() -> None:
    """That before the next change; today's where none came after."""
    [changed] = rows("playbook_changed", about="high-touch", **{"from": "old", "to": "new"})
    history = [Numbered(5, changed.row)]

    assert ["old", "new"] == [playbook_at(history, seq, "new") for seq in (4, 6)]


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
    """A milestone that nobody signs is reached without one."""
    each = rows("sign_off_asked", "sign_off_given:a", "milestone_reached:b")

    assert ["b", "a"] == [decided.by for _, decided in decisions([sign_off("uat", each)])]
    assert {"uat"} == signed_ever([*each, *rows("milestone_reached:c", about="live")])
