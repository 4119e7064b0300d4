"""Does the library say what is wrong with a page, find the right one, and keep the others where one is broken?"""

import os
from pathlib import Path

import pytest

from domain.library import is_on
from domain.searching import Finder, Searched
from playbooks.library_pages import SHIPPED, LibraryPages, load

GOOD = """---
title: {en: Moving orders, ja: 受注の移行}
language: en
format: guide
---

## Columns

An order has a number.
"""


def page(folder: Path, text: str = GOOD, name: str = "orders.en.md") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_pages_are_sound_and_in_both_languages() -> None:
    shelf = load(SHIPPED, ())

    assert () == shelf.complaints
    assert {(key, language) for key in shelf.keys for language in ("en", "ja")} == {
        (one.key, one.about.language) for one in shelf.pages
    }


def test_nobody_reads_a_sample_about_what_they_have_not_bought() -> None:
    """Without a library of its own a company would hand our sample to its customers as its own words."""
    assert not [page.key for page in load(SHIPPED, ()).pages if not page.about.products]


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        (GOOD.replace("format: guide", "format: song"), "a.en.md", ":4: format"),
        (GOOD.replace("language: en", "language: ja"), "a.en.md", ":3: language: should be en"),
        (GOOD.replace("format: guide", "format: guide\nrole: all"), "a.en.md", ":5: role"),
        (GOOD.replace("format: guide", "roles: [king]\nformat: guide"), "a.en.md", ":4: roles"),
        (GOOD.replace("title: {en: Moving orders, ja: 受注の移行}\n", ""), "a.en.md", "title: is missing"),
        (GOOD.replace("---\n\n", "\n"), "a.en.md", "should begin with ---"),
        ("# Orders", "a.en.md", "should begin with ---"),
        (GOOD.partition("\n\n## ")[0] + "\n", "a.en.md", "has no text"),
        (GOOD, "Orders.en.md", "should be named"),
        (GOOD, "../a.md", "should be named"),
        (GOOD.replace("An order", "[[which number?]] An order"), "a.en.md", "leaves open: which number?"),
        (GOOD.replace("## Columns", "# Columns"), "a.en.md", "warning: the whole file: should have headings from ##"),
        (
            GOOD.replace("An order", "![x](https://x.test/a.png)"),
            "a.en.md",
            "warning: the whole file: has a picture",
        ),
        (
            GOOD.replace("format: guide", "format: video\nvideo: https://evil.test/a"),
            "a.en.md",
            ":5: warning: video: is not",
        ),
        (
            GOOD.replace("format: guide", "format: guide\nsteps:\n  enter: Enter an order"),
            "a.en.md",
            ":5: steps: should be in a page whose format is checklist",
        ),
    ],
)
def test_what_is_wrong_with_a_page_is_said_with_its_line(tmp_path: Path, text: str, name: str, says: str) -> None:
    (tmp_path / "library").mkdir()
    page(tmp_path / "library", text, Path(name).name)

    [complaint] = load(tmp_path / "library", ("videos.example.com",)).complaints

    assert says in str(complaint)


def test_both_languages_of_a_checklist_have_the_same_steps(tmp_path: Path) -> None:
    """What is done is kept by the key of the step: a reader of the other language would have it open for ever."""
    listed = GOOD.replace("format: guide", "format: checklist\nsteps:\n  enter: Enter an order")
    page(tmp_path, listed)
    page(tmp_path, listed.replace("language: en", "language: ja").replace("enter:", "find:"), "orders.ja.md")

    [complaint] = load(tmp_path).complaints

    assert ":5: steps: should have the same keys in both languages; enter, find stands in one alone" in str(complaint)


def test_a_broken_page_leaves_the_others_and_a_mended_one_comes_back(tmp_path: Path) -> None:
    """Without a new start of the process."""
    page(tmp_path)
    other = page(tmp_path, "broken", "other.en.md")
    pages = LibraryPages(tmp_path)
    assert ("orders",) == pages.shelf().keys

    page(tmp_path, GOOD, "other.en.md")
    os.utime(other, ns=(1, 1))

    assert ("orders", "other") == pages.shelf().keys
    assert pages.shelf() is pages.shelf()


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://videos.example.com/a", True),
        ("https://VIDEOS.example.com/a?t=1", True),
        ("http://videos.example.com/a", False),
        ("https://videos.example.com.evil.test/a", False),
        ("https://videos.example.com@evil.test/a", False),
        ("https://evil.test/videos.example.com", False),
        ("https://videos.example.com:8443/a", False),
        ("https://sub.videos.example.com/a", False),
        ("javascript:alert(1)//videos.example.com", False),
        ("//videos.example.com/a", False),
        ("https://evil.test\\@videos.example.com/a", False),
        ("https://videos.example.com/\n", False),
        ("https://[videos.example.com", False),
        ("", False),
    ],
)
def test_a_video_is_on_a_host_of_ours_or_is_not_shown(address: str, shown: bool) -> None:
    assert shown == is_on(address, ("videos.example.com",))


FINDER = Finder(
    [
        Searched(
            "orders", "Move your orders 受注データの移行", "Every order has a number. 受注番号を入力してください。"
        ),
        Searched(
            "test", "Acceptance test 受入テスト", "Two people test with their own orders. 実際の受注でお試しください。"
        ),
        Searched("rights", "Who may do what 権限", "An administrator gives rights. 管理者が権限を付与します。"),
    ]
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("order", ["orders", "test"]),
        ("ORDERS", ["orders", "test"]),
        ("administratr", ["rights"]),
        ("acceptance orders", ["test", "orders"]),
        ("受注", ["orders", "test"]),
        ("権限", ["rights"]),
        ("権", ["rights"]),
        ("ﾃｽﾄ", ["test"]),
        ("受注番号", ["orders"]),
        ("border", []),
        ("", []),
        ("%_'\"*", []),
    ],
)
def test_both_languages_are_searched_two_characters_are_enough(query: str, found: list[str]) -> None:
    """With slips of a letter and other endings; the title counts more than the text."""
    assert found == list(FINDER.search(query))


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What do you need for the acceptance?", ["test"]),
        ("Which administrator gives us our rights?", ["rights"]),
        ("受注データの形式を教えてください。", ["orders"]),
        ("Can our drivers keep their old telephones?", []),
        ("運転手は現在の携帯電話を使い続けられますか。", []),
        ("Where will they have what there was?", []),
    ],
)
def test_a_question_is_answered_by_what_it_is_about_alone(question: str, found: list[str]) -> None:
    """Not by the words that every question has."""
    assert found == list(FINDER.suggest(question))
