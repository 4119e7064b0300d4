"""How does the API treat its callers? Tokens, scopes, rates, keys, cursors, ETags, and a problem for each mistake."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.access import SCOPES
from domain.inbox import Incoming, Settled
from domain.record import Writing
from starter.web.api import callers
from starter.web.api.cursors import cursor_of
from starter.web.api.rates import WRONG_A_MINUTE
from store.ledger import SqlLedger
from store.tokens import SqlTokens
from store.webhooks import SqlWebhooks
from tests.support.databases import deal, dossier, happened, notice, standing
from tests.support.onboardings import sample_deal
from tests.support.sealing import SEALING
from tests.support.web import Web, problem, web_on

ONE = "onboarding-file-1"
HERE = f"/api/v1/onboardings/{ONE}"


def keep(web: Web, number: str = "1", **more: Any) -> None:
    """Write an onboarding into the store, without Temporal."""
    of_it = dossier(deal(number))
    web.parts.ledger.admit(of_it, run="run")
    rows = tuple(happened(f"row-{row}") for row in range(3))
    mails = tuple(notice(f"notice-{row}", of=of_it.onboarding) for row in range(3))
    written = {"journal": rows, "notices": mails, "standing": standing(), **more}
    web.parts.ledger.write(Writing(onboarding=of_it.onboarding, **written))


# ------------------------------------------------------------------------------------------------ who is calling


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", "Basic abc", "Bearer d90_" + "a" * 43, "Bearer d90_ö"])
async def test_without_a_good_token_nothing_is_told(given: str, tmp_path: Path) -> None:
    """And the answer says how to authenticate."""
    async with web_on(tmp_path) as web:
        answer = await web.client.get("/api/v1/onboardings", headers={b"authorization": given.encode("latin-1")})

        assert "urn:day90:problem:unauthenticated" == problem(answer)["type"]
        assert answer.headers["www-authenticate"].startswith('Bearer realm="day90"')


async def test_a_missing_scope_is_named(tmp_path: Path) -> None:
    """So that whoever gave the token can give the right one."""
    async with web_on(tmp_path) as web:
        answer = await web.client.get("/api/v1/onboardings", headers=web.token("inbox:read"))

        assert 403 == answer.status_code
        assert "onboardings:read" in problem(answer)["detail"]
        assert 'scope="onboardings:read"' in answer.headers["www-authenticate"]


async def test_every_operation_needs_a_token_with_its_scope(tmp_path: Path) -> None:
    """Every operation of the OpenAPI document, each with the scope that stands there."""
    async with web_on(tmp_path) as web:
        document = (await web.client.get("/openapi.json")).json()
        operations = [
            (method, path, operation["security"][0]["token"][0])
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if path.startswith("/api/")
        ]
        tokens = {scope: web.token(*(other for other in SCOPES if other != scope)) for scope in SCOPES}

        for method, path, scope in operations:
            names = {"key": "x", "of": "team", "metric": "nps", "goal": "nps", "delivery": 1, "webhook": 1, "number": 1}
            address = path.format(onboarding=ONE, **names)
            assert 401 == (await web.client.request(method, address)).status_code
            answer = problem(await web.client.request(method, address, headers=tokens[scope]))
            assert (403, f"this token does not have the scope {scope}") == (answer["status"], answer["detail"])

        assert len(operations) > 30


async def test_a_revoked_token_is_good_for_seconds_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only as long as the process remembers it."""
    monkeypatch.setattr(callers, "REMEMBERED", 0.0)
    async with web_on(tmp_path) as web:
        headers = web.token("onboardings:read")
        assert 200 == (await web.client.get("/api/v1/onboardings", headers=headers)).status_code
        SqlTokens(web.parts.engine).revoke(1)

        answer = problem(await web.client.get("/api/v1/onboardings", headers=headers))

        assert (401, "this token was revoked") == (answer["status"], answer["detail"])


async def test_an_expired_token_opens_nothing(tmp_path: Path) -> None:
    """The caller learns that the token has expired."""
    async with web_on(tmp_path) as web:
        headers = web.token("onboardings:read", expires_at=datetime.now(UTC) - timedelta(seconds=1))

        answer = problem(await web.client.get("/api/v1/onboardings", headers=headers))

        assert (401, "this token has expired") == (answer["status"], answer["detail"])


async def test_last_use_is_kept(tmp_path: Path) -> None:
    """So that a token that nobody uses can be revoked without fear."""
    async with web_on(tmp_path) as web:
        await web.client.get("/api/v1/onboardings", headers=web.token())

        assert SqlTokens(web.parts.engine).all()[0].last_used_at is not None


async def test_a_remembered_token_costs_no_query(tmp_path: Path) -> None:
    """While it is remembered, the database is asked only for the answer."""
    asked = []

    class Counting(SqlTokens):
        def by_hash(self, hashed: str) -> Any:
            asked.append(hashed)
            return super().by_hash(hashed)

    async with web_on(tmp_path) as web:
        headers = web.token()
        web.app.api.state.gate.callers.tokens = Counting(web.parts.engine)
        for _ in range(20):
            await web.client.get("/api/v1/playbooks", headers=headers)

        assert 1 == len(asked)


# ------------------------------------------------------------------------------------------------ how often


async def test_a_token_may_call_so_often_and_is_told_how_often_yet(tmp_path: Path) -> None:
    """429 says when to come again; another token is not slowed down by it."""
    async with web_on(tmp_path, api_rate=2) as web:
        headers = web.token()
        answers = [await web.client.get("/api/v1/onboardings", headers=headers) for _ in range(3)]
        other = await web.client.get("/api/v1/onboardings", headers=web.token())

        assert [200, 200, 429, 200] == [answer.status_code for answer in (*answers, other)]
        assert ['"token";q=2;w=60'] * 3 == [answer.headers["ratelimit-policy"] for answer in answers]
        assert ["r=1", "r=0", "r=0"] == [answer.headers["ratelimit"].split(";")[1] for answer in answers]
        assert 1 <= int(answers[2].headers["retry-after"]) <= 60


async def test_who_guesses_is_slowed_down_and_a_neighbour_is_not(tmp_path: Path) -> None:
    """Behind one proxy everybody has one address; a process that has just begun knows nobody's token yet."""
    async with web_on(tmp_path) as web:
        good = web.token()
        wrong = {"authorization": "Bearer d90_" + "a" * 43}
        answers = [await web.client.get("/api/v1/onboardings", headers=wrong) for _ in range(WRONG_A_MINUTE + 1)]
        neighbour = await web.client.get("/api/v1/onboardings", headers=good)

        assert [401] * WRONG_A_MINUTE + [429] == [answer.status_code for answer in answers]
        assert answers[-1].headers["retry-after"]
        assert 200 == neighbour.status_code


# ------------------------------------------------------------------------------------------------ mistakes


MISTAKES: list[tuple[str, bytes, dict[str, str], int, str]] = [
    ("/onboardings", b"", {}, 400, "no JSON"),
    ("/onboardings", b"{", {}, 400, "no JSON"),
    ("/onboardings", b"\xff", {}, 400, "UTF-8"),
    ("/onboardings", b'{"id": NaN}', {}, 400, "no JSON"),
    ("/onboardings", b"[" * 100_000, {}, 400, "no JSON"),
    ("/onboardings", b"{}", {"content-type": "text/plain"}, 415, "application/json"),
    ("/onboardings", b" " * 2_000_000, {}, 413, "1048576"),
    ("/onboardings", b"[]", {}, 422, ""),
    ("/onboardings", json.dumps({**sample_deal(), "colour": 1}).encode(), {}, 422, "no field that we know"),
    ("/onboardings", json.dumps({**sample_deal(), "champion": "x"}).encode(), {}, 422, "not the id of a stakeholder"),
    ("/onboardings?dry=1", b"{}", {}, 422, "no parameter that we know"),
    (f"/onboardings/{ONE}/news/pause", b"{}", {}, 422, "is missing"),
    (f"/onboardings/{ONE}/news/pause", b'{"reason": "x", "via": "y"}', {}, 422, "no field that we know"),
    (f"/onboardings/{ONE}/news/pause", b'{"reason": "x", "at": "noon"}', {}, 422, "no moment like"),
    (f"/onboardings/{ONE}/news/pause", b'{"reason": "x"}', {"idempotency-key": "ö" * 3}, 422, "visible ASCII"),
    (f"/onboardings/{ONE}/news/pause", b'{"reason": "x"}', {"idempotency-key": "x" * 300}, 422, "visible ASCII"),
    (f"/onboardings/{ONE}/news/pause", b'{"reason": "x"}', {"if-match": '"other"'}, 412, "not in that state"),
    ("/onboardings/onboarding-file-none/news/pause", b'{"reason": "x"}', {}, 404, "no onboarding"),
    ("/onboardings/receiver/news/resume", b"{}", {}, 404, "no onboarding"),
    (f"/onboardings/{ONE}/news/celebrate", b"{}", {}, 404, "no such address"),
    (f"/onboardings/{ONE}/news/pause", b'{"reason": "x"}', {}, 503, "Temporal does not answer"),
    ("/inbox/99/retry", b"", {}, 404, "no delivery 99"),
    ("/inbox/abc/retry", b"", {}, 422, ""),
]


@pytest.mark.parametrize(
    "mistake", MISTAKES, ids=[f"{path} {status} {number}" for number, (path, _, _, status, _) in enumerate(MISTAKES)]
)
async def test_a_mistake_is_told_as_a_problem(
    mistake: tuple[str, bytes, dict[str, str], int, str], tmp_path: Path
) -> None:
    """With the field, where one is wrong."""
    path, body, headers, status, words = mistake
    async with web_on(tmp_path) as web:
        keep(web)
        given = {"content-type": "application/json", **web.token(), **headers}
        raw = {name.encode(): value.encode("latin-1") for name, value in given.items()}

        answer = problem(await web.client.post(f"/api/v1{path}", content=body, headers=raw))

        assert status == answer["status"], answer
        assert words in answer["detail"]
        assert answer.get("field") or status != 422


BAD_CURSORS = ["x", "!!!!", "W10", "ö", "bnVsbA", cursor_of("journal", 1), cursor_of("onboardings", 1), " ", "é=="]


@pytest.mark.parametrize("cursor", BAD_CURSORS)
async def test_a_broken_cursor_is_told(cursor: str, tmp_path: Path) -> None:
    """A cursor of another list is refused as well."""
    async with web_on(tmp_path) as web:
        answer = await web.client.get("/api/v1/onboardings", params={"cursor": cursor}, headers=web.token())

        assert (422, "query.cursor") == (problem(answer)["status"], problem(answer)["field"])


# ------------------------------------------------------------------------------------------------ pages and states


LISTS = {"/onboardings": 3, f"/onboardings/{ONE}/journal": 3, f"/onboardings/{ONE}/notices": 3, "/inbox": 3}


@pytest.mark.parametrize(("path", "number"), LISTS.items())
async def test_a_list_is_read_page_by_page(path: str, number: int, tmp_path: Path) -> None:
    """Each line comes once, and the last page has no `next`."""
    async with web_on(tmp_path) as web:
        for onboarding in "123":
            keep(web, onboarding)
        web.parts.inbox.keep([Incoming(source="deals", kind="deal_closed", key=key) for key in "123"])
        headers, lines, cursor = web.token(), [], None
        for _ in range(number):
            page = await web.client.get(
                f"/api/v1{path}", params={"limit": 1} | ({"cursor": cursor} if cursor else {}), headers=headers
            )
            lines += page.json()["items"]
            cursor = page.json()["next"]

        assert (number, None) == (len({json.dumps(line) for line in lines}), cursor)


async def test_a_list_is_filtered(tmp_path: Path) -> None:
    """By every filter that the command line has."""
    async with web_on(tmp_path) as web:
        keep(web)
        keep(web, "2", standing=standing(status="behind", owner="grace", late=("met",)))
        headers = web.token()

        async def ids(**filters: Any) -> list[str]:
            answer = await web.client.get("/api/v1/onboardings", params=filters, headers=headers)
            return [line["onboarding"][-1] for line in answer.json()["items"]]

        assert ["1", "2"] == await ids(open=True, stage="begin")
        assert ["2"] == await ids(status="behind")
        assert ["1"] == await ids(owner="mika")
        assert ["2"] == await ids(late=True)
        assert [] == await ids(stage="elsewhere")


async def test_what_has_not_changed_is_not_sent_again(tmp_path: Path) -> None:
    """The ETag tells, which changes with the state."""
    async with web_on(tmp_path) as web:
        keep(web)
        headers = web.token()
        first = await web.client.get(HERE, headers=headers)
        etag = first.headers["etag"]
        same = await web.client.get(HERE, headers={**headers, "if-none-match": f'"other", W/{etag}'})
        SqlLedger(web.parts.engine).write(Writing(onboarding=ONE, standing=standing(status="behind")))
        changed = await web.client.get(HERE, headers={**headers, "if-none-match": etag})

        assert (304, b"", etag) == (same.status_code, same.content, same.headers["etag"])
        assert (200, "behind") == (changed.status_code, changed.json()["status"])


async def test_the_past_is_told_while_temporal_is_away(tmp_path: Path) -> None:
    """What only the workflow knows is answered with 503."""
    async with web_on(tmp_path) as web:
        keep(web)
        headers = web.token()
        why = await web.client.get(f"{HERE}/why/row-1", headers=headers)
        agenda = await web.client.get(f"{HERE}/agenda", headers=headers)

        assert ["row-1"] == [row["key"] for row in why.json()["happened"]]
        assert 503 == problem(agenda)["status"]
        assert agenda.headers["retry-after"]


async def test_a_delivery_that_was_refused_is_tried_again(tmp_path: Path) -> None:
    """It waits again; trying it a second time changes nothing."""
    async with web_on(tmp_path) as web:
        web.parts.inbox.keep([Incoming(source="deals", kind="deal_closed", key="1", body={"name": "Ada"})])
        web.parts.inbox.settle({1: Settled(state="refused", outcome="no such owner", field="owner")})
        headers = web.token()
        listed = await web.client.get("/api/v1/inbox", params={"state": "refused"}, headers=headers)
        shown = await web.client.get("/api/v1/inbox/1", headers=headers)
        again = [await web.client.post("/api/v1/inbox/1/retry", headers=headers) for _ in range(2)]

        assert "body" not in listed.json()["items"][0]
        assert {"name": "Ada"} == shown.json()["body"]
        assert [(200, "waiting")] * 2 == [(answer.status_code, answer.json()["state"]) for answer in again]


async def test_playbooks_and_their_schemas_are_shown(tmp_path: Path) -> None:
    """Broken playbooks are listed as unusable."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "broken.yaml").write_text("key: broken\n")
    async with web_on(tmp_path, playbooks=own) as web:
        headers = web.token()
        listed = (await web.client.get("/api/v1/playbooks", headers=headers)).json()["items"]
        one = await web.client.get("/api/v1/playbooks/high-touch", headers=headers)
        broken = await web.client.get("/api/v1/playbooks/broken", headers=headers)
        schema = await web.client.get("/api/v1/schemas/playbook", headers=headers)

        assert {"broken": False, "high-touch": True}.items() <= {one["key"]: one["usable"] for one in listed}.items()
        assert "high-touch" == one.json()["key"]
        assert "urn:day90:problem:unusable-playbook" == problem(broken)["type"]
        assert "application/schema+json" == schema.headers["content-type"]


async def test_webhooks_are_looked_at_stopped_and_told_again_without_their_secrets(tmp_path: Path) -> None:
    """Even while Temporal is away: the store keeps what was ordered."""
    async with web_on(tmp_path) as web:
        webhooks = SqlWebhooks(web.parts.engine, sealing=SEALING)
        webhooks.add("https://hooks.example.test/day90", types=(), secret="whsec_c2VjcmV0")
        keep(web)
        webhooks.ready(1, now=datetime.now(UTC), most=10)
        headers = web.token("webhooks:read", "webhooks:write")
        call, there = web.client, "/api/v1/webhooks/1"
        [listed] = (await call.get("/api/v1/webhooks", headers=headers)).json()["items"]
        stopped = await call.post(f"{there}/disable", json={"reason": "Moving"}, headers=headers)
        again = await call.post(f"{there}/enable", headers=headers)
        page = await call.get(f"{there}/deliveries", params={"limit": 2}, headers=headers)
        rest = await call.get(f"{there}/deliveries", params={"cursor": page.json()["next"]}, headers=headers)
        webhooks.give_up(1)
        resent = await call.post("/api/v1/webhook-deliveries/1/resend", headers=headers)

        assert (True, 3) == (listed["told"], listed["waiting"])
        assert (False, "Moving") == (stopped.json()["told"], stopped.json()["disabled_reason"])
        assert (True, None) == (again.json()["told"], again.json()["disabled_reason"])
        assert 3 == len({line["id"] for line in page.json()["items"] + rest.json()["items"]})
        assert "waiting" == resent.json()["state"]
        assert "c2VjcmV0" not in json.dumps([listed, stopped.json(), again.json(), page.json()])
        assert 404 == problem(await call.get("/api/v1/webhooks/9", headers=headers))["status"]


async def test_names_take_a_scope_of_their_own(tmp_path: Path) -> None:
    """Whoever verifies what was approved need not know by whom."""
    async with web_on(tmp_path) as web:
        keep(web)
        audits = web.token("audit:read")
        without = await web.client.get(f"{HERE}/dossier", headers=audits)
        refused = await web.client.get(f"{HERE}/dossier?names=true", headers=audits)
        named = await web.client.get(f"{HERE}/dossier?names=true", headers=web.token("audit:read", "people:read"))

        assert None is without.json()["names"]
        assert "people:read" in problem(refused)["detail"]
        assert "Aozora" == named.json()["names"]["account"]
        assert without.json()["head"] == named.json()["head"]


# ------------------------------------------------------------------------------------------------ keys


async def retry(web: Web, delivery: int, key: str, headers: dict[str, str]) -> Any:
    return await web.client.post(f"/api/v1/inbox/{delivery}/retry", headers={**headers, "idempotency-key": key})


async def test_a_write_with_a_key_is_done_once(tmp_path: Path) -> None:
    """A repetition gets the first answer and is marked as such; another request must not use the key."""
    async with web_on(tmp_path) as web:
        web.parts.inbox.keep([Incoming(source="deals", kind="deal_closed", key=key) for key in "12"])
        headers = web.token()
        first = await retry(web, 1, "k", headers)
        web.parts.inbox.settle({1: Settled(state="refused", outcome="no such owner")})
        again = await retry(web, 1, '"k"', headers)
        other = await retry(web, 2, "k", headers)
        others = await retry(web, 2, "k", web.token())
        row = web.parts.inbox.get(1)

        assert (200, first.content, "true") == (again.status_code, again.content, again.headers["idempotency-replayed"])
        assert row is not None
        assert "refused" == row.state
        assert "urn:day90:problem:key-reused" == problem(other)["type"]
        assert 200 == others.status_code


async def test_a_key_whose_request_is_being_worked_on_is_asked_to_wait(tmp_path: Path) -> None:
    """The second request does nothing while the first is under way."""
    async with web_on(tmp_path) as web:
        web.parts.inbox.keep([Incoming(source="deals", kind="deal_closed", key="1")])
        headers, working, go_on = web.token(), asyncio.Event(), asyncio.Event()
        get = web.parts.inbox.get

        def slow(id: int) -> Any:
            loop.call_soon_threadsafe(working.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)
            return get(id)

        loop = asyncio.get_running_loop()
        web.parts.inbox.get = slow  # type: ignore[method-assign]  # this one call hangs
        first = asyncio.create_task(retry(web, 1, "k", headers))
        await working.wait()
        second = await retry(web, 1, "k", headers)
        go_on.set()

        assert ("urn:day90:problem:in-progress", 409) == (problem(second)["type"], second.status_code)
        assert "1" == second.headers["retry-after"]
        assert 200 == (await first).status_code


async def test_what_could_not_be_reached_leaves_the_key_free(tmp_path: Path) -> None:
    """The same request can be tried again, and is not answered with our outage for a day."""
    async with web_on(tmp_path) as web:
        keep(web)
        headers = {**web.token(), "idempotency-key": "k"}
        answers = [await web.client.post(f"{HERE}/news/resume", json={}, headers=headers) for _ in range(2)]
        mended = await web.client.post(f"{HERE}/news/pause", json={"reason": "x"}, headers=headers)

        assert [503, 503] == [answer.status_code for answer in answers]
        assert 503 == mended.status_code


# ------------------------------------------------------------------------------------------------ envelope


async def test_every_answer_has_a_request_id_and_careful_headers(tmp_path: Path) -> None:
    """The caller's own request id is used if it may stand in a log."""
    async with web_on(tmp_path) as web:
        keep(web)
        given = {**web.token(), "x-request-id": "abc-1"}
        answers = [await web.client.get(path, headers=given) for path in (HERE, "/api/v1/nowhere", "/openapi.json")]
        made_up = await web.client.get("/api/v1/onboardings", headers={"x-request-id": "a b\n"})

        for answer in answers:
            assert "abc-1" == answer.headers["x-request-id"]
            assert "nosniff" == answer.headers["x-content-type-options"]
            assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "private, no-cache" == answers[0].headers["cache-control"]
        assert "no-store" == answers[1].headers["cache-control"]
        assert 32 == len(made_up.headers["x-request-id"])


async def test_what_nobody_foresaw_is_answered_as_a_problem_with_its_request_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever runs day90 finds the error in the log by that id; the caller is told nothing of it."""

    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("a secret")

    async with web_on(tmp_path) as web:
        monkeypatch.setattr(web.parts.inbox, "get", broken)
        answer = await web.client.get("/api/v1/inbox/1", headers={**web.token(), "x-request-id": "abc-2"})

        assert "urn:day90:problem:unexpected" == problem(answer)["type"]
        assert "a secret" not in answer.text
        assert "abc-2" == answer.headers["x-request-id"]


async def test_every_method_gets_an_answer(tmp_path: Path) -> None:
    """HEAD is GET without a body; OPTIONS and 405 name all methods of an address."""
    async with web_on(tmp_path) as web:
        keep(web)
        headers = web.token()
        get, head = [await web.client.request(method, HERE, headers=headers) for method in ("GET", "HEAD")]
        options = await web.client.options("/api/v1/onboardings")
        put = await web.client.put("/api/v1/onboardings", headers=headers)
        nowhere = await web.client.options("/api/v1/nowhere")

        assert (200, b"") == (head.status_code, head.content)
        assert (get.headers["etag"], get.headers["content-length"]) == (
            head.headers["etag"],
            head.headers["content-length"],
        )
        assert (204, "GET, HEAD, POST, OPTIONS") == (options.status_code, options.headers["allow"])
        assert (405, "GET, HEAD, POST, OPTIONS") == (problem(put)["status"], put.headers["allow"])
        assert 404 == problem(nowhere)["status"]
