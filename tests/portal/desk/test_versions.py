"""Does the desk say which versions of a playbook there are, who goes by which, and what differs? On a port."""

import re
from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel

from domain.playbook import Playbook, content_hash
from domain.rehearsal.comparing import NOBODY_LIVES_BY
from portal.desk.operating.differing import label_of, shown
from portal.desk.operating.field_words import KINDS
from tests.support.desk import DeskSite
from tests.support.simulation import playbook_of


def changed(**fields: object) -> Playbook:
    """The playbook with another day of its kickoff, or whatever is given for it."""
    raw = playbook_of("high-touch").model_dump(mode="json", by_alias=True)
    kickoff = next(one for stage in raw["stages"] for one in stage["milestones"] if one["key"] == "kickoff_held")
    kickoff.update(fields or {"day": 4})
    return Playbook.model_validate(raw)


async def test_each_version_says_who_goes_by_it_and_leads_to_them(site: DeskSite) -> None:
    """An onboarding that has ended goes by none. A version that is only kept has begun nothing."""
    mine = site.opened(id="1")
    site.parts.ledger.keep_playbook(changed())
    async with site.signed_in("viewer") as browser:
        page = (await browser.get("/desk/playbooks/high-touch/versions")).text
        [path] = re.findall(r'href="(/desk/onboardings\?[^"]+)"', page)
        listed = (await browser.get(path.replace("&amp;", "&"))).text
        others = (await browser.get(f"/desk/onboardings?version={content_hash(changed())}")).text

    assert content_hash(changed())[:12] in page
    assert "1 onboarding" in page
    assert "none yet" in page
    assert [True, False] == [f'id="{mine.id}"' in one for one in (listed, others)]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ("Kickoff meeting held", "Day", "5", "4")), ("ja", ("キックオフミーティングの実施", "日数", "5", "4"))],
)
async def test_what_differs_is_said_in_the_readers_language(
    site: DeskSite, language: str, said: tuple[str, ...]
) -> None:
    was, now = playbook_of("high-touch"), changed()
    for playbook in (was, now):
        site.parts.ledger.keep_playbook(playbook)
    address = f"/desk/playbooks/high-touch/versions?was={content_hash(was)}&now={content_hash(now)}"
    async with site.signed_in("viewer") as browser:
        page = (await browser.get(f"{address}&language={language}")).text
        nowhere = await browser.get("/desk/playbooks/none-such/versions")

    table = page.split('class="list folds even diff"')[1]
    assert all(words in table for words in said)
    assert 404 == nowhere.status_code


async def test_a_hash_that_is_none_of_it_is_not_compared(site: DeskSite) -> None:
    """Another playbook's version neither: the last two of this one are, instead."""
    site.parts.ledger.keep_playbook(changed())
    async with site.signed_in("viewer") as browser:
        answer = await browser.get("/desk/playbooks/high-touch/versions?was=../../x&now=%3Cb%3E")

    assert (200, False) == (answer.status_code, "<b>" in answer.text)


def test_a_text_that_differs_in_the_other_language_alone_says_in_which() -> None:
    kickoff = playbook_of("high-touch").milestone("kickoff_held")
    assert kickoff is not None
    assert isinstance(kickoff.done_when, dict)
    new = changed(done_when={**kickoff.done_when, "ja": "終わったとき。"})

    [kind] = shown(playbook_of("high-touch"), new, "en")
    [row] = kind.parts[0].rows

    assert ("ja", "終わったとき。") == (row.language, row.now)


def test_of_a_list_only_what_differs_is_shown() -> None:
    raw = playbook_of("high-touch").model_dump(mode="json", by_alias=True)
    gone = raw["stages"][0]["success_signs"].pop()

    [kind] = shown(playbook_of("high-touch"), Playbook.model_validate(raw), "en")
    [row] = kind.parts[0].rows

    assert (gone["text"]["en"], "–") == (row.was, row.now)


def models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation)
    for part in get_args(annotation):
        yield from models(part)


def test_every_field_of_a_playbook_has_a_name_in_both_languages() -> None:
    """A field that comes gets one here, or the page of its first difference would not open."""
    fields = {(model.__name__, name) for model in models(Playbook) for name in model.model_fields}
    lacking = []
    for model, name in sorted(fields):
        if name in NOBODY_LIVES_BY:
            continue
        try:
            label_of("", name)
        except KeyError:
            if name not in KINDS:
                lacking.append(f"{model}.{name}")

    assert [] == lacking


def test_playbooks_that_have_nothing_in_common_are_compared_too() -> None:
    """Every part of both is shown, each with a name."""
    for language in ("en", "ja"):
        kinds = shown(playbook_of("high-touch"), playbook_of("tech-touch"), language)

        assert all(part.title for kind in kinds for part in kind.parts if part.fate != "changed")
