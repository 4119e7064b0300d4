"""Is a customer found by any part of its name, by two letters of Japanese, and not by what is in every name?"""

import pytest

from domain.pieces import needed, pieces


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("株式会社アオゾラ精工", "精工"),
        ("株式会社アオゾラ精工", "オゾラ"),
        ("株式会社アオゾラ精工", "ｱｵｿﾞﾗ"),
        ("Lindenau Möbelwerke GmbH", "möbel"),
        ("Lindenau Möbelwerke GmbH", "denau GMBH"),
        ("s.vogel@lindenau.example", "s.vogel@lind"),
        ("Pike & Farrow", "pi far"),
        ("0065g00000XyZ", "65g00"),
    ],
)
def test_a_part_of_a_text_asks_for_pieces_that_the_text_has(text: str, query: str) -> None:
    assert needed(query)
    assert needed(query) <= pieces(text)


@pytest.mark.parametrize(
    ("text", "query"), [("株式会社アオゾラ精工", "精機"), ("Lindenau", "lindau"), ("Aozora", "zo")]
)
def test_another_text_lacks_one_of_them(text: str, query: str) -> None:
    """Two letters of the alphabet are found where a word begins with them: within words nearly every name has them."""
    assert not needed(query) <= pieces(text)


def test_signs_alone_ask_for_nothing() -> None:
    assert frozenset() == needed("- % _ '")
