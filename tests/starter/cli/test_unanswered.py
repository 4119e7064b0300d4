"""Does an order that is given again, because no answer came, go under the id that it had?"""

import stat
from pathlib import Path

import pytest

from domain.refusal import Refused
from domain.trouble import NotReachable
from starter.cli import unanswered
from starter.cli.unanswered import Unanswered

ORDER = ("onboarding-file-1", "reach_milestone", {"milestone": "kickoff_held", "by": "jonas.weber"})


def unanswered_id(ids: Unanswered, trouble: Exception) -> str:
    """The id of an order that ended in that trouble."""
    with pytest.raises(type(trouble)), ids.news_id(*ORDER) as news_id:
        raise trouble
    return news_id


def answered_id(ids: Unanswered) -> str:
    with ids.news_id(*ORDER) as news_id:
        pass
    return news_id


def test_an_order_that_got_no_answer_keeps_its_id_until_it_is_answered(tmp_path: Path) -> None:
    """Then the same words are a new order."""
    ids = Unanswered(tmp_path)

    lost = unanswered_id(ids, NotReachable("nobody answered"))

    assert lost == answered_id(ids)
    assert lost != answered_id(ids)
    assert [] == list(tmp_path.iterdir())


def test_a_refusal_is_an_answer(tmp_path: Path) -> None:
    ids = Unanswered(tmp_path)

    assert unanswered_id(ids, Refused("not yet")) != answered_id(ids)


def test_other_words_are_another_order(tmp_path: Path) -> None:
    ids = Unanswered(tmp_path)
    lost = unanswered_id(ids, NotReachable("nobody answered"))

    with ids.news_id("onboarding-file-1", "reach_milestone", {"milestone": "kickoff_held"}) as other:
        assert lost != other


def test_what_is_kept_says_nothing_of_the_news_and_is_its_owners_alone(tmp_path: Path) -> None:
    unanswered_id(Unanswered(tmp_path), NotReachable("nobody answered"))

    [file] = tmp_path.iterdir()
    assert "kickoff" not in file.read_text()
    assert "jonas" not in file.read_text()
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)


def test_after_a_day_it_is_meant_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = Unanswered(tmp_path)
    lost = unanswered_id(ids, NotReachable("nobody answered"))
    monkeypatch.setattr(unanswered, "FORGOTTEN_AFTER", -1)

    assert lost != answered_id(ids)


@pytest.mark.parametrize("content", ["", "[]", '{"a": 1}', "\x00"])
def test_a_file_that_is_spoilt_stops_no_order(tmp_path: Path, content: str) -> None:
    (tmp_path / unanswered.FILE).write_text(content)

    assert answered_id(Unanswered(tmp_path))


def test_without_a_data_folder_it_is_kept_with_the_users_states(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the store is elsewhere, as in production."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "states"))

    unanswered_id(Unanswered.beside(tmp_path / "none"), NotReachable("nobody answered"))

    assert (tmp_path / "states" / "day90" / unanswered.FILE).exists()
