"""Is every update complete? A new one is a class in domain/news.py; this names what else it needs and does not have."""

import ast
import random
import re
from functools import cache
from pathlib import Path

import pytest
from temporalio import workflow

from domain.agenda.receiving import RULES
from domain.introduction import NEWS, Said
from domain.news import KINDS, MilestoneReached, News, remarks, sentence
from domain.reported import TOLD
from domain.rules.retelling import UPDATES
from domain.texts import free_text
from starter.web.api.news import examples
from tests.repository.test_docs import MESSAGES, ROOT, named_examples, rows, section
from tests.support.simulation import opened
from tests.support.strategies import any_news
from workflows.onboarding import SIGNALS, Onboarding
from workflows.updates import with_updates

HISTORIES = (ROOT / "docs" / "histories.md").read_text(encoding="utf-8")
API_PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
MADE_FROM_KINDS = workflow._Definition.must_from_class(Onboarding).updates
THROWS = 3_000
"""Rolls of the dice after which every kind of random news has come: the rarest comes in one of some thirty."""


def missing(news: type[News]) -> list[str]:
    """What that update lacks, each by the place where it belongs; empty when the update is complete."""
    name, retold = news.update, {update for update, _ in UPDATES.values()}
    there = {
        "a sentence: the first line of its docstring": _says_what_it_is(news),
        "a handler: domain/agenda/receiving.py, RULES": news in RULES,
        "how a lost one is told again: domain/rules/retelling.py, UPDATES": name in retold,
        "an example for the API: starter/web/api/news.py, examples": name in examples(),
        "a command: starter/cli": name in sent_by_commands(),
        "its line: docs/signals-and-updates.md, Updates": name in _names_in(rows(section(MESSAGES, "Updates"))),
        "its section with an example: docs/signals-and-updates.md": name in named_examples("Updates"),
        "its address: docs/api.md, Every address": any(address.endswith(f"/news/{name}") for address in _addresses()),
        "its call: docs/api.md, News": f'/news/{name}"' in API_PAGE,
        "random news of its kind: tests/support/strategies.py, any_news": name in thrown(),
    }
    return [what for what, is_there in there.items() if not is_there]


def _says_what_it_is(news: type[News]) -> bool:
    first = (news.__doc__ or "").partition("\n")[0]
    return first.endswith(".") and news.__doc__ != News.__doc__


def _names_in(table: list[list[str]]) -> set[str]:
    return {cells[0].strip("`") for cells in table}


def _addresses() -> set[str]:
    return _names_in(rows(section(API_PAGE, "Every address")))


@cache
def sent_by_commands() -> frozenset[str]:
    """The updates that the commands send: the third argument of `tell(where, onboarding, "…", …)`."""
    calls = (
        node
        for file in sorted(Path(ROOT / "starter/cli").glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tell"
    )
    named = (call.args[2] for call in calls if len(call.args) > 2)
    return frozenset(str(one.value) for one in named if isinstance(one, ast.Constant))


@cache
def thrown() -> frozenset[str]:
    dice, state = random.Random(1), opened().state
    return frozenset(any_news(state, dice)[0] for _ in range(THROWS))


@pytest.mark.parametrize("news", KINDS.values(), ids=list(KINDS))
def test_an_update_lacks_nothing(news: type[News]) -> None:
    assert [] == missing(news)


def test_a_new_update_is_told_by_name_what_it_lacks() -> None:
    """A class alone is not enough, and nobody has to search for the rest."""

    class HatAwarded(News):
        update = "award_hat"

        hat: str

    assert [
        "a sentence: the first line of its docstring",
        "a handler: domain/agenda/receiving.py, RULES",
        "how a lost one is told again: domain/rules/retelling.py, UPDATES",
        "an example for the API: starter/web/api/news.py, examples",
        "a command: starter/cli",
        "its line: docs/signals-and-updates.md, Updates",
        "its section with an example: docs/signals-and-updates.md",
        "its address: docs/api.md, Every address",
        "its call: docs/api.md, News",
        "random news of its kind: tests/support/strategies.py, any_news",
    ] == missing(HatAwarded)


def test_what_a_new_update_has_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class HatReturned(News):
        """The hat is back."""

        update = "return_hat"

    new: type[News] = HatReturned
    monkeypatch.setitem(RULES, new, RULES[MilestoneReached])

    lacks = missing(new)

    assert not [what for what in lacks if what.startswith(("a sentence", "a handler"))]
    assert "a command: starter/cli" in lacks


def test_a_class_without_a_name_is_no_update() -> None:
    class Nameless(News):
        """Nobody has given it a name."""

    with pytest.raises(AttributeError, match="update"):
        missing(Nameless)


def test_no_two_updates_have_the_same_name() -> None:
    """The later one would take the place of the other without a word."""
    shipped = [news for news in News.__subclasses__() if news.__module__ == News.__module__]

    assert shipped == list(KINDS.values())


def test_the_workflow_has_an_update_for_each_with_its_sentence() -> None:
    """Made from the list. Names, arguments and answers are what programs in other languages call."""
    assert set(KINDS) == set(MADE_FROM_KINDS)
    for name, update in MADE_FROM_KINDS.items():
        assert name is not None
        assert sentence(name) == update.description
        assert "Progress" == getattr(update.ret_type, "__name__", "")
        assert update.validator is not None


def test_an_update_that_would_hide_a_part_of_the_workflow_is_refused() -> None:
    """A query of that name would be gone without a word."""
    with pytest.raises(TypeError, match="the update plan would hide what Onboarding has"):
        with_updates({"plan": "Plan something."}, answer=object)(Onboarding)


def test_signals_and_reports_are_what_the_classes_say() -> None:
    """These names travel: they are spelled out here, so that none changes unnoticed."""
    assert {
        "milestone_reached": "reach_milestone",
        "issue_raised": "raise_issue",
        "issue_resolved": "resolve_issue",
    } == SIGNALS
    assert {
        "milestone.reached": "reach_milestone",
        "milestone.reopened": "reopen_milestone",
        "issue.raised": "raise_issue",
        "issue.acknowledged": "acknowledge_issue",
        "issue.resolved": "resolve_issue",
        "note.written": "note",
    } == TOLD


def test_remarks_are_what_follows_the_sentence() -> None:
    told = sentence("reassign"), sentence("sign_off"), remarks("sign_off")
    signing = "Somebody who may sign a milestone off approves or rejects it."
    reasons = "Name the signer in `by`; a rejection gives its reasons."
    assert ("Give the onboarding to another owner.", signing, reasons) == told
    assert "" == remarks("record_win")


def test_the_page_lists_every_free_text() -> None:
    """By the marks on the types: what our doors keep out of histories, and which fields show a reference there."""
    shared = {"every update": free_text(News), "every update of an introduction": free_text(Said)}
    own = {kind: set(free_text(news)) - set(free_text(News)) for kind, news in KINDS.items()}
    own |= {kind: set(free_text(said)) - set(free_text(Said)) for kind, said in NEWS.items()}
    listed = {cells[0].strip("`"): set(re.findall(r"`(\w+)`", cells[1])) for cells in _table(HISTORIES)}

    assert {name: set(fields) for name, fields in (*shared.items(), *own.items()) if fields} == listed


def _table(page: str) -> list[list[str]]:
    lines = section(page, "What our doors send").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")][2:]
