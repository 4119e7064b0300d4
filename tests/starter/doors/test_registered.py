"""Does whoever reports an issue, or asks for a change of the scope, hear the id under which it goes on?"""

from typing import Any

import pytest
from sqlalchemy import Engine

from domain.agenda import Progress
from domain.news import short
from domain.record import Writing
from starter.doors.registered import registered
from store.ledger import SqlLedger
from tests.support import databases
from tests.support.databases import dossier, happened, standing

engine, database = databases.engine, databases.database


def answer(**more: Any) -> Progress:
    return Progress.model_validate({"onboarding": "onboarding-file-1", "status": "on_track", "day": 3, **more})


@pytest.mark.parametrize(
    ("kind", "news", "progress", "expected"),
    [
        ("raise_issue", {}, answer(opened="issue-2"), {"issue": "issue-2"}),
        ("raise_issue", {"issue": "T-7"}, answer(), {"issue": "T-7"}),
        ("request_scope_change", {}, answer(opened="change-1"), {"request": "change-1"}),
        ("request_scope_change", {}, answer(), {}),
        ("resolve_issue", {"issue": "T-7"}, answer(), {}),
    ],
)
async def test_the_answer_of_the_onboarding_names_it(
    engine: Engine, kind: str, news: dict[str, Any], progress: Progress, expected: dict[str, str]
) -> None:
    assert expected == await registered(engine, kind, {"title": "A", "news_id": "n", **news}, progress)


async def test_news_that_is_sent_again_later_is_looked_up_in_the_journal(engine: Engine) -> None:
    ledger, key = SqlLedger(engine), f"fact/scope_change_requested/change-3/{short('n')}"
    row = happened(key, kind="scope_change_requested", about="change-3")
    ledger.admit(dossier(), run="run")
    ledger.write(Writing(onboarding="onboarding-file-1", journal=(row,), standing=standing()))

    said = await registered(engine, "request_scope_change", {"title": "A", "news_id": "n"}, answer(repeated=True))

    assert {"request": "change-3"} == said
