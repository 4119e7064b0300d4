"""Does the desk say what the library shares at which stage, and which customers have opened it? On a port."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from domain.library import AboutPage
from domain.room.deeds import Deed
from store.checklists import SqlChecklists
from store.opens import SqlOpens
from tests.support.desk import DeskSite, desk_on

PAGE = "---\ntitle: {title}\nlanguage: {language}\nformat: {format}\n{more}---\n\n{body}\n"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[DeskSite]:
    folder = tmp_path / "library"
    folder.mkdir()

    def page(name: str, title: str, *, language: str = "en", body: str = "Text.", more: str = "") -> None:
        kind = "checklist" if "steps" in more else "guide"
        text = PAGE.format(title=title, language=language, format=kind, more=more, body=body)
        (folder / f"{name}.{language}.md").write_text(text, encoding="utf-8")

    page("launching", "'<b>Launching</b>'", more="stages: [launch]\nproducts: [Stock view]\n")
    page("try", "{en: Try it, ja: 試用}", more="steps: {enter: Enter an order, find: Find it}\n", body="<i>Try</i>")
    page(
        "try",
        "{en: Try it, ja: 試用}",
        language="ja",
        more="steps: {enter: 入力, find: 検索}\n",
        body="お試しを。",
    )
    page("lost", "Lost", more="stages: [no_such_stage]\n")
    page("broken", "Broken", more="stage: [launch]\n")
    async with desk_on(tmp_path, library=folder) as site:
        yield site


@pytest.fixture
async def viewer(site: DeskSite) -> AsyncIterator[httpx2.AsyncClient]:
    async with site.signed_in("viewer") as browser:
        yield browser


def pages(text: str) -> list[str]:
    return re.findall(r'href="/desk/library/([^"]+)"', text)


async def test_each_page_says_for_whom_it_is_in_which_languages_and_who_has_opened_it(
    site: DeskSite, viewer: httpx2.AsyncClient
) -> None:
    """Two people of one customer are one customer. What is wrong with a file is said with its line."""
    one, other = site.opened(id="1"), site.opened(id="2")
    opens = SqlOpens(site.engine)
    for onboarding, person in ((one, "project_lead"), (one, "technical_lead"), (other, "project_lead")):
        opens.note(onboarding.id, person, "try", language="en")

    listed = (await viewer.get("/desk/library")).text

    assert {"launching", "try", "lost"} == set(pages(listed))
    assert "&lt;b&gt;Launching" in listed
    assert ["2 customers", "3 people"] == re.findall(r"(?:2 customers|3 people)", listed)
    assert 2 == listed.count("nobody yet")
    assert 2 == listed.count("not in Japanese")
    assert re.search(r"<code>broken\.en\.md</code></th><td[^>]*>5</td>", listed)


async def test_what_a_playbook_shares_is_read_stage_by_stage(viewer: httpx2.AsyncClient) -> None:
    """With what is handed over in each, and at the end what is for every stage."""
    page = (await viewer.get("/desk/library?playbook=high-touch")).text
    launch, after = page.split("<h2>Go-live and launch</h2>")[1].split("<section>", maxsplit=1)
    always = page.split("<h2>In every stage</h2>")[1].split("</section>")[0]

    assert ["launching"] == pages(launch)
    assert "Handed over in this stage: " in launch
    assert ["try"] == pages(always)
    assert "lost" not in pages(page)
    assert "launching" not in pages(after)


async def test_a_page_is_read_in_each_language_with_how_far_each_customer_is(
    site: DeskSite, viewer: httpx2.AsyncClient
) -> None:
    """A step that has gone from the checklist counts no more; nothing in the text runs."""
    onboarding = site.opened()
    SqlOpens(site.engine).note(onboarding.id, "project_lead", "try", language="en")
    steps, now = SqlChecklists(site.engine), datetime.now(UTC)
    for step in ("enter", "gone"):
        steps.done(onboarding.id, "try", step, Deed(step, "customer", "project_lead", now, "room"), text=step)

    page = (await viewer.get("/desk/library/try")).text

    assert f'href="/desk/onboardings/{onboarding.id}"' in page
    assert "1 of 2 steps" in page
    assert "&lt;i&gt;Try" in page
    assert "お試しを。" in page
    assert "Enter an order" in page
    assert 404 == (await viewer.get("/desk/library/none")).status_code


async def test_a_page_of_a_stage_that_no_playbook_has_says_so(viewer: httpx2.AsyncClient) -> None:
    """Nobody is ever shown it under what they need now."""
    assert "no playbook has a stage no_such_stage" in (await viewer.get("/desk/library/lost")).text
    assert "Go-live and launch" in (await viewer.get("/desk/library/launching")).text


async def test_the_library_is_read_in_japanese(viewer: httpx2.AsyncClient) -> None:
    page = (await viewer.get("/desk/library?language=ja")).text

    assert "試用" in page
    assert "日本語なし" in page


def test_every_format_of_a_page_has_its_word() -> None:
    from typing import get_args

    from portal.rendering import ALL_WORDS

    formats = get_args(AboutPage.model_fields["format"].annotation)
    for words in ALL_WORDS.values():
        assert {f"format_{one}" for one in formats} <= words.keys()
