"""Is nothing shown that steers a terminal, hides or turns text around, and everything that people write?"""

import json
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.legible import legible, legible_json

ISOLATES = "\u2066\u2067\u2068\u2069"
TURNS = ISOLATES + "\u202a\u202e\u200e\u200f\u061c\u2028\u2029\u0085\x1b\x9b\x7f\u200b\ufeff\u00ad\U000e0041"
JOINERS = "\u200c\u200d"
WRITTEN = "\n می\u0915\u094d🙂👩❤\ufe0f💻🏽"
ANY = st.text(st.characters() | st.sampled_from(TURNS + JOINERS + WRITTEN)) | st.text(
    st.sampled_from(TURNS + JOINERS + '"\\abc')
)


@pytest.mark.parametrize(
    "written",
    [
        "山田　太郎\nYamada\u00a0Taro 1\u202f000",  # the spaces of Japanese and of numbers are meant
        "שלום עליכם",
        "می\u200cخواهم",
        "क्\u200dष ශ්\u200dරී",
        "👩\u200d💻 👩🏽\u200d💻 ❤\ufe0f\u200d🔥 🏳\ufe0f\u200d🌈",
        "葛\U000e0100飾区",
    ],
)
def test_what_people_write_stays(written: str) -> None:
    """Persian, Hindi, Sinhala and emoji are written with joiners; Japanese names with variants of a letter."""
    assert written == legible(written) == legible_json(written)


@pytest.mark.parametrize("hidden", [*TURNS, *JOINERS, "\ud800", "\U000f0000", "\t"])
def test_what_is_not_seen_is_replaced_by_a_sign_that_is(hidden: str) -> None:
    """A joiner between Latin letters or digits makes two names that look the same."""
    assert "admin�1" == legible(f"admin{hidden}1")
    assert f"{hidden}x{hidden}" == json.loads(legible_json(json.dumps(f"{hidden}x{hidden}", ensure_ascii=False)))


@given(ANY)
def test_nothing_hidden_is_left(text: str) -> None:
    """But line breaks, and joiners that stand between two signs."""
    shown = legible(text)

    for at, sign in enumerate(shown):
        if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
            assert sign == "\n" or (sign in JOINERS and 0 < at < len(shown) - 1)
    assert len(text) == len(shown)
    assert shown == legible(shown)


@given(ANY, ANY)
@example("\ud800", "\x7f")
def test_a_document_stays_the_same_to_a_program_and_shows_nothing_hidden(name: str, value: str) -> None:
    document = {name: [value]}

    text = legible_json(json.dumps(document, ensure_ascii=False, indent=2))

    assert document == json.loads(text)
    assert text == legible(text)
