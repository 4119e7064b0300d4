"""Is everybody looked at who is to be, page by page, and does one that fails keep nobody else from it?"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from activities import evaluation
from activities.evaluation import Evaluated, Looks
from domain.measure.customer import Customer
from domain.measure.evaluation import Due, Evaluation, evaluate
from tests.support import databases

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


class Five:
    """Five customers who are to be looked at; of `gone` nothing is known any more."""

    def __init__(self, gone: Collection[str] = ()) -> None:
        self.gone, self.kept = gone, list[str]()

    def fresh(self, *, now: datetime, most: int, after: str = "") -> Sequence[Due]:
        return [Due(onboarding=one, news=1) for one in "abcde" if one > after][:most]

    def all(self, wanted: Collection[str], *, now: datetime) -> Mapping[str, Customer]:
        book = databases.playbook()
        return {
            one: Customer(onboarding=one, playbook=book, hashed="", now=now, closed_at=now)
            for one in wanted
            if one not in self.gone
        }

    def keep(self, looked: Iterable[tuple[Due, Customer, Evaluation]]) -> None:
        self.kept += [due.onboarding for due, _, _ in looked]


def looks(of: Five) -> Looks:
    return Looks(customers=of, evaluations=of, now=lambda: NOW, at_once=2)


def test_everybody_is_looked_at_page_by_page() -> None:
    store = Five()

    assert Evaluated(looked_at=5) == looks(store).all()
    assert list("abcde") == store.kept


def test_one_that_fails_keeps_nobody_else_from_being_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is counted, and stays to be looked at."""
    whole = evaluate

    def breaks(customer: Customer, **more: Any) -> Evaluation:
        if customer.onboarding == "b":
            raise ValueError("a figure that nobody foresaw")
        return whole(customer, **more)

    monkeypatch.setattr(evaluation, "evaluate", breaks)
    store = Five(gone="d")

    assert Evaluated(looked_at=3, failed=2) == looks(store).all()
    assert list("ace") == store.kept


class UnreadableB(Five):
    """Whoever asks for the customer b, among others or alone, gets nothing."""

    def all(self, wanted: Collection[str], *, now: datetime) -> Mapping[str, Customer]:
        if "b" in wanted:
            raise ValueError("rows that nobody foresaw")
        return super().all(wanted, now=now)


def test_one_that_cannot_be_read_keeps_nobody_else_from_being_looked_at() -> None:
    """Neither those of the same page nor those after it."""
    store = UnreadableB()

    assert Evaluated(looked_at=4, failed=1) == looks(store).all()
    assert list("acde") == store.kept
