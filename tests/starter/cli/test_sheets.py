"""Are tables and sentences readable in a terminal of any width, with every word and every id in one piece?"""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from starter.cli.answers import draw_facts, plain, table
from starter.cli.sheets import Terminal

ID = "onboarding-salesforce-006Qy00000Bx7LmIAJ"


def printed(what: object, *, width: int = 80) -> list[str]:
    out = io.StringIO()
    Terminal(file=out, width=width, highlight=False).print(what)
    return out.getvalue().splitlines()


def test_cells_are_wrapped_between_words() -> None:
    rows = [("task-1", "Fri 4 Dec 2026", "Send the list of carriers with their contact addresses")]

    assert [
        "Tasks",
        "task    due             title",
        "task-1  Fri 4 Dec 2026  Send the list of",
        "                        carriers with",
        "                        their contact",
        "                        addresses",
    ] == printed(table("Tasks", ("task", "due", "title"), rows, whole=("due",)), width=40)


def test_what_does_not_fit_beside_the_rest_moves_below_it() -> None:
    """Rather than breaking an id that another command is to take."""
    rows = [(ID, "documentation_handed_over", "Three words more")]

    assert [
        "T",
        "onboarding",
        ID,
        "  key: documentation_handed_over",
        "  more: Three words more",
    ] == printed(table("T", ("onboarding", "key", "more"), rows), width=60)


def test_an_id_that_is_wider_than_the_terminal_is_neither_cut_nor_broken() -> None:
    assert ["all of it: day90 show", ID] == printed(plain(f"all of it: day90 show {ID}"), width=30)
    assert ["T", "id", ID] == printed(table("T", ("id",), [(ID,)]), width=30)


def test_japanese_is_parted_anywhere_for_it_has_no_blanks() -> None:
    assert ["株式会社", "アオゾラ", "精工"] == printed(plain("株式会社アオゾラ精工"), width=8)
    assert ["現状: 2工場", "14ライン"] == printed(plain("現状: 2工場14ライン"), width=11)
    assert ["計画を", "作る。"] == printed(plain("計画を作る。"), width=7)


def test_facts_hang_under_their_names() -> None:
    out = io.StringIO()
    pairs = [("state", "refused"), ("nothing", None), ("reason", "the server said no and no again")]
    draw_facts(Terminal(file=out, width=30), pairs, width=10)

    assert [
        "state     refused",
        "reason    the server said no",
        "          and no again",
    ] == out.getvalue().splitlines()


WORDS = st.lists(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=50), max_size=6)


@pytest.mark.parametrize("width", [20, 80])
@given(rows=st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=4))
def test_no_word_is_ever_broken(width: int, rows: list[tuple[list[str], ...]]) -> None:
    """And no line is wider than the terminal, but for a word that is."""
    lines = printed(table("", ("a", "b", "c"), [tuple(map(" ".join, row)) for row in rows]), width=width)

    words = {word for row in rows for cell in row for word in cell}
    assert words <= {word for line in lines for word in line.split()}
    assert all(cell_len(line) <= width or any(len(word) > width - 5 for word in line.split()) for line in lines)
