"""Does a click unsubscribe its reader, and a look nobody? The page behind a letter's link, and what is posted to it."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from domain.record import Writing
from store import reads
from store.ledger import SqlLedger
from store.outbox import SqlOutbox
from store.unsubscribes import SqlUnsubscribes
from tests.support.databases import LEAD, dossier, notice, standing
from tests.support.web import Web, problem, web_on

ONE = "onboarding-file-1"
FORM = {"content-type": "application/x-www-form-urlencoded"}
ONE_CLICK = b"List-Unsubscribe=One-Click"
MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
    {"content-type": "multipart/form-data; boundary=x"},
)
NOBODYS = "/unsubscribe/" + "A" * 43


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    async with web_on(tmp_path) as web:
        yield web


@pytest.fixture
def link(web: Web) -> str:
    """The path of a letter's link."""
    engine = web.parts.engine
    ledger = SqlLedger(engine)
    ledger.admit(dossier(), run="run-1")
    ledger.write(Writing(onboarding=ONE, standing=standing(), notices=(notice(kind="message"),)))
    waiting = SqlOutbox(engine, mail_domain="vendor.test").take(reads.notices(engine)[0].id)
    assert waiting is not None
    return f"/unsubscribe/{waiting.unsubscribe}"


def unsubscribed(engine: Engine) -> list[str | None]:
    """Who has unsubscribed, by the journal."""
    return [row.by for row in reads.journal(engine, ONE) if row.kind == "unsubscribed"]


@pytest.mark.parametrize(
    ("body", "headers"), [(ONE_CLICK, FORM), (b"", {}), (b"", FORM), MULTIPART], ids=["form", "bare", "empty", "parts"]
)
async def test_one_click_unsubscribes_and_again_is_the_same(
    web: Web, link: str, body: bytes, headers: dict[str, str]
) -> None:
    """As mail providers send it, without cookies or a page before it; and their second try."""
    answers = [await web.client.post(link, content=body, headers=headers) for _ in range(2)]

    assert [200, 200] == [answer.status_code for answer in answers]
    assert "text/plain; charset=utf-8" == answers[0].headers["content-type"]
    assert answers[0].text == answers[1].text
    assert [LEAD.id] == unsubscribed(web.parts.engine)


async def test_whoever_only_looks_is_asked_and_changes_nothing(web: Web, link: str) -> None:
    """Programs that check mails for dangers follow every link."""
    page = await web.client.get(link)
    head = await web.client.head(link)

    assert [200, 200] == [page.status_code, head.status_code]
    assert [] == unsubscribed(web.parts.engine)
    assert re.search(r'<form method="post"><button name="List-Unsubscribe" value="One-Click">', page.text)


async def test_the_page_runs_nothing_names_nobody_and_is_kept_nowhere(web: Web, link: str) -> None:
    """It is the same for every reader, and its link does not travel on."""
    page = await web.client.get(link)

    policy = page.headers["content-security-policy"]
    assert {"default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"} <= set(policy.split("; "))
    assert "unsafe" not in policy
    assert ("no-store", "no-referrer", "nosniff", "noindex") == tuple(
        page.headers[name] for name in ("cache-control", "referrer-policy", "x-content-type-options", "x-robots-tag")
    )
    assert not re.search(r"<script|<style|<link|\son\w+=|https?:", page.text)
    assert not [name for name in (LEAD.name, LEAD.email, ONE, link) if name in page.text]


@pytest.mark.parametrize(
    ("accepted", "language", "words"),
    [
        ("ja,en-US;q=0.7,en;q=0.3", "ja", "配信を停止する"),
        ("ja-JP", "ja", "配信を停止する"),
        ("de-DE,en;q=0.5,ja;q=0.2", "en", "Unsubscribe"),
        ("fr", "en", "Unsubscribe"),
        ("", "en", "Unsubscribe"),
    ],
)
async def test_it_is_in_the_readers_language(web: Web, link: str, accepted: str, language: str, words: str) -> None:
    """English where it is none of ours."""
    page = await web.client.get(link, headers={"accept-language": accepted})

    assert f'<html lang="{language}">' in page.text
    assert f">{words}</button>" in page.text


@pytest.mark.parametrize("path", [NOBODYS, "/unsubscribe/x", "/unsubscribe/%00", "/unsubscribe/%F0%9F%90%A6"])
async def test_a_link_that_is_nobodys_is_not_found(web: Web, link: str, path: str) -> None:
    """Looks and clicks alike, in the shape of those that are somebody's."""
    look, click = await web.client.get(path), await web.client.post(path, content=ONE_CLICK, headers=FORM)
    good = await web.client.get(link)

    assert [404, 404] == [look.status_code, click.status_code]
    assert "<form" not in look.text
    assert good.headers.keys() == look.headers.keys()
    assert good.headers["content-security-policy"] == click.headers["content-security-policy"]
    assert [] == unsubscribed(web.parts.engine)


async def test_anything_else_is_refused(web: Web, link: str) -> None:
    """Other words, a large body, another method."""
    other = await web.client.post(link, content=b"List-Unsubscribe=Later", headers=FORM)
    large = await web.client.post(link, content=ONE_CLICK + b"&x=" + b"x" * 5000, headers=FORM)
    put = await web.client.put(link, content=ONE_CLICK)

    assert (422, "List-Unsubscribe") == (other.status_code, problem(other)["field"])
    assert 413 == large.status_code
    assert (405, {"GET", "HEAD", "POST"}) == (put.status_code, set(put.headers["allow"].split(", ")))
    assert [] == unsubscribed(web.parts.engine)


async def test_a_database_that_is_away_is_told_and_no_log_has_the_link(
    web: Web, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads logs must not be able to unsubscribe others."""

    def away(_: SqlUnsubscribes, __: str) -> bool:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(SqlUnsubscribes, "unsubscribe", away)
    with capture_logs() as lines:
        answer = await web.client.post(link, content=ONE_CLICK, headers=FORM)

    assert (503, "5") == (answer.status_code, answer.headers["retry-after"])
    assert ["/unsubscribe/{token}"] == [line["path"] for line in lines if line["event"] == "request_not_served"]
    assert link.rpartition("/")[2] not in str(lines)
