"""Do the customers of the demo end as its stories promise, with the health of the sources' two? Without a server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from domain.measure.evaluation import Evaluation, evaluate
from starter.cli.demo.story import SECOND_STORY, STORY, read_story
from store.customers import SqlCustomers
from store.engine import open_store
from tests.support.databases import sqlite_store
from tests.support.demo_story import PlayedStory


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_store(sqlite_store(tmp_path))
    yield engine
    engine.dispose()


def seen(engine: Engine, played: PlayedStory) -> Evaluation:
    return evaluate(SqlCustomers(engine).one(played.id, now=played.now))


@pytest.mark.parametrize("path", [STORY, SECOND_STORY], ids=["thrives", "struggles"])
def test_it_ends_with_the_health_that_it_promises(engine: Engine, path: Path) -> None:
    """As the sources have it: 92 for A, 41 for B, give or take one."""
    story = read_story(path)
    played = PlayedStory(engine, story)

    played.play()

    ended = seen(engine, played)
    assert ended.score is not None
    assert ended.score.score is not None
    assert abs(ended.score.score - story.health) <= 1
    assert played.state.ending == story.ending
