"""Which fields are free text, and does a reference stand for exactly one of them?"""

from typing import Any, get_args

import pytest
from pydantic import BaseModel, StringConstraints

from domain.agenda import Fact, IssueState, State
from domain.introduction import NEWS, FoundIssue, FoundNote, Learnt
from domain.news import KINDS, NewsId, read_news
from domain.text import grouped, plain
from domain.texts import free_text, in_full, reference, references_in, texts_in, with_each_text
from domain.wire import Reference, Slug
from tests.support.databases import NOON

TOLD: dict[str, type[BaseModel]] = {**KINDS, **NEWS}
OURS = {"ignored"}
"""Names of unknown fields, which no door lets through."""
TOKEN = "0123456789abcdef01234567"


def holds_strings(annotation: Any) -> bool:
    """Whether a value of that type may be any string, of which nobody says that it is an id."""
    if annotation in (Slug, Reference, NewsId):
        return False
    constraints = [part for part in getattr(annotation, "__metadata__", ()) if isinstance(part, StringConstraints)]
    if any(one.pattern for one in constraints):
        return False
    return annotation is str or any(holds_strings(part) for part in get_args(annotation))


@pytest.mark.parametrize("kind", TOLD)
def test_every_field_that_takes_any_text_is_marked_as_free_text(kind: str) -> None:
    """A new field without the mark would put what people write into histories for ever."""
    model = TOLD[kind]
    strings = {
        name
        for name, field in model.model_fields.items()
        if name not in OURS
        and not any(getattr(part, "pattern", None) for part in field.metadata)
        and name not in ("news_id", "via")
        and holds_strings(field.annotation)
    }

    assert strings == set(free_text(model))


def test_what_people_write_is_found_by_its_place() -> None:
    raw = {"milestone": "a", "decision": "reject", "reasons": ["One", "Two"], "note": "", "evidence": None}
    news = read_news("sign_off", raw)

    assert {"reasons.0": "One", "reasons.1": "Two"} == texts_in(news)


def test_a_reference_stands_where_the_text_stood() -> None:
    """The news is as valid with it: the shortest bound of a free text is longer."""
    raw = {"milestone": "a", "decision": "reject", "reasons": ["One", "Two"], "evidence": "https://a.test"}
    news = read_news("sign_off", raw)

    changed = with_each_text(news, lambda place, _: reference(TOKEN, place))

    assert changed.model_dump() == read_news("sign_off", changed.model_dump(exclude={"ignored"})).model_dump()
    assert {"evidence", "reasons.0", "reasons.1"} == {one.partition("/")[2] for one in references_in(changed)}
    texts = {reference(TOKEN, place): text for place, text in texts_in(news).items()}
    assert news.model_dump() == in_full(changed, texts).model_dump()


def test_a_state_refers_to_titles_and_to_what_is_pending() -> None:
    state = State(onboarding="o", issues=[IssueState(key="i", severity="high", since=NOON, title="Down")])
    state.scope_requests = {"change-1": "More"}
    state.pending = [Fact(seq=1, key="k", kind="paused", at=NOON, data={"reason": reference(TOKEN, "reason")})]

    changed = with_each_text(state, lambda place, _: reference(TOKEN, place))

    assert {"Down", "More"} == set(texts_in(state).values())
    assert 3 == len(references_in(changed))
    assert "their move" == in_full(changed, {reference(TOKEN, "reason"): "their move"}).pending[0].data["reason"]


def test_what_was_learnt_before_the_close_refers_to_its_texts() -> None:
    learnt = Learnt(
        owner="a", issues=(FoundIssue(key="i", title="T", note="N", at=NOON),), notes=(FoundNote(text="X", at=NOON),)
    )

    assert {"issues.0.title": "T", "issues.0.note": "N", "notes.0.text": "X"} == texts_in(learnt)


def test_a_text_that_only_looks_like_a_reference_stays() -> None:
    """Nothing is stored under it."""
    assert "text:me" == in_full("text:me", {reference(TOKEN, "note"): "secret"})
    assert set() == references_in(["text:me", "see " + reference(TOKEN, "note")])


@pytest.mark.parametrize(
    ("number", "written"),
    [(4.0, "4"), (0.3, "0.3"), (1_250_000, "1250000"), (123_456.5, "123456.5"), (-0.0000001, "0"), (100.0, "100")],
)
def test_a_number_is_written_out_as_people_write_it(number: float, written: str) -> None:
    assert written == plain(number)


def test_thousands_are_set_off_where_people_read_large_numbers() -> None:
    assert "1,250,000.5" == grouped(1_250_000.5)
    assert ["999,999,999,999,999", "1e+15", "-1e+308"] == [grouped(one) for one in (1e15 - 1, 1e15, -1e308)]
