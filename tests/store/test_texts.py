"""Is what people write stored once, read back by its references alone, and deleted when nobody took it?"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from activities.ports import Texts
from domain.texts import reference
from store.texts import SqlTexts
from tests.support import databases
from tests.support.fakes import MemoryTexts

empty_database, database, engine = databases.empty_database, databases.database, databases.engine
ONE, OTHER = "onboarding-file-1", "onboarding-file-2"


@pytest.fixture(params=["memory", *databases.KINDS])
def texts(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Texts]:
    if request.param == "memory":
        yield MemoryTexts()
        return
    with databases.store_of(request.param, tmp_path) as engine:
        yield SqlTexts(engine)


def test_a_text_is_read_back_by_its_reference(texts: Texts) -> None:
    token = texts.keep(ONE, "news", {"note": "Hallo \u0000", "reasons.0": "日本語"}, call="a")

    read = texts.read(ONE, {reference(token, "reasons.0"), reference(token, "nothing"), "text:none"})

    assert "日本語" == read[reference(token, "reasons.0")]
    assert reference(token, "nothing") not in read


def test_the_same_news_stores_its_texts_once(texts: Texts) -> None:
    """Other words under the same id are another text: the first may have been refused."""
    first = texts.keep(ONE, "news", {"note": "a"}, call="a")
    again = texts.keep(ONE, "news", {"note": "a"}, call="b")
    others = {
        texts.keep(ONE, "news", {"note": "b"}, call="c"),
        texts.keep(ONE, "other news", {"note": "a"}, call="d"),
        texts.keep(OTHER, "news", {"note": "a"}, call="e"),
    }

    assert first == again
    assert 4 == len({first, *others})


def test_another_workflow_cannot_refer_to_it(texts: Texts) -> None:
    token = texts.keep(ONE, "news", {"note": "a"}, call="a")

    assert {} == texts.read(OTHER, {reference(token, "note")})
    assert {} == texts.read(ONE, ())


def test_what_was_refused_is_deleted_unless_somebody_brought_it_again(texts: Texts) -> None:
    """Two calls brought the same news: the first was refused, the second is still waiting for its answer."""
    token = texts.keep(ONE, "news", {"note": "a"}, call="first")
    texts.keep(ONE, "news", {"note": "a"}, call="second")

    texts.drop(ONE, token, call="first")
    assert {reference(token, "note"): "a"} == texts.read(ONE, {reference(token, "note")})
    texts.drop(ONE, token, call="second")
    assert {} == texts.read(ONE, {reference(token, "note")})


def test_tokens_are_not_alike(engine: Engine) -> None:
    """They are drawn by chance: whoever sees one cannot guess another."""
    texts = SqlTexts(engine)

    tokens = [texts.keep(ONE, f"news {number}", {"note": "a"}, call="a") for number in range(20)]

    assert 20 == len(set(tokens))
    assert {24} == {len(token) for token in tokens}
