"""Do commands say where the desk is, and let people in, while only the store is there?"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from starter.cli.running import run
from store.engine import migrate, open_store
from store.staff import SqlStaff

PAGES = "https://onboarding.example.test"
Day90 = Callable[..., str]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    url = f"sqlite:///{tmp_path / 'day90.sqlite'}"
    migrate(url)
    return open_store(url)


@pytest.fixture
def day90(tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Day90:
    monkeypatch.setenv("DAY90_PAGES_URL", PAGES)
    assert engine.dialect.name == "sqlite"

    def call(*words: str, code: int = 0) -> str:
        left = run([*words, "--data", str(tmp_path)])
        printed = capsys.readouterr()
        assert code == left, printed.err
        return printed.out + printed.err

    return call


def test_the_desk_is_told_of_with_a_link_until_it_has_an_administrator(day90: Day90, engine: Engine) -> None:
    """Whoever has the command line may let themselves in, and nobody needs a default password."""
    staff = SqlStaff(engine)
    shown = json.loads(day90("desk", "--json"))
    made = staff.be_first(
        shown["first_administrator"].rpartition("/")[2], "hash", address="a@vendor.test", name="A", handle="a"
    )

    assert (f"{PAGES}/desk/", True) == (shown["desk"], made is not None)
    assert {"desk": f"{PAGES}/desk/", "first_administrator": None} == json.loads(day90("desk", "--json"))


def test_an_account_is_added_by_what_the_directory_says_and_gets_a_link(day90: Day90, engine: Engine) -> None:
    """Another link can be made for whoever has forgotten their password; the one before is good no more."""
    staff = SqlStaff(engine)
    first = json.loads(day90("staff", "add", "jonas.weber@vendor.example", "--json"))["link"].rpartition("/")[2]
    listed = json.loads(day90("staff", "list", "--json"))
    second = json.loads(day90("staff", "link", "jonas.weber@vendor.example", "--json"))["link"].rpartition("/")[2]

    assert [("jonas.weber", "csm", False)] == [(one["handle"], one["role"], one["has_password"]) for one in listed]
    link = staff.link_of(second)
    assert link is not None
    assert link.staff is not None
    assert (None, "Jonas Weber") == (staff.link_of(first), link.staff.name)
    assert "invited" in day90("staff", "list")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["add", "jo@elsewhere.test"], 2),
        (["add", "jo", "--role", "csm", "--name", "Jo"], 2),
        (["add", "jo@elsewhere.test", "--role", "king", "--name", "Jo"], 2),
        (["link", "nobody@vendor.test"], 4),
    ],
)
def test_a_mistake_about_accounts_has_its_exit_code(day90: Day90, words: list[str], code: int) -> None:
    day90("staff", *words, code=code)
