"""How do pressed buttons come from Slack? Signed by Slack's own library, kept once, and answered at once."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from slack_sdk.signature import SignatureVerifier

from domain.notice import DONE, SNOOZE
from tests.support.web import Web, problem, web_on

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


def pressed(action: str = DONE, value: str = "17") -> str:
    """`block_actions` as Slack documents it, in a form."""
    return urlencode(
        {
            "payload": json.dumps(
                {
                    "type": "block_actions",
                    "user": {"id": "U024BE7LH", "username": "mika", "name": "mika", "team_id": "T0CAG"},
                    "api_app_id": "A0CA5",
                    "token": "Shh_its_a_seekrit",
                    "container": {"type": "message", "message_ts": "1799308800.000001", "channel_id": "D024BE7LH"},
                    "trigger_id": "12466734323.1395872398",
                    "team": {"id": "T0CAG", "domain": "acme"},
                    "channel": {"id": "D024BE7LH", "name": "directmessage"},
                    "message": {"type": "message", "text": "Their secret plan", "ts": "1799308800.000001"},
                    "response_url": "https://hooks.slack.com/actions/T0CAG/1/secret",
                    "actions": [
                        {
                            "type": "button",
                            "block_id": "=qXel",
                            "action_id": action,
                            "value": value,
                            "action_ts": "1799308900.426801",
                        }
                    ],
                }
            )
        }
    )


async def post(
    web: Web, body: str, *, secret: str = SECRET, at: float | None = None, changed: Mapping[str, bytes] | None = None
) -> Any:
    stamp = str(int(time.time() if at is None else at))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body) or ""
    given: dict[str, Any] = {
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": signature,
        "content-type": "application/x-www-form-urlencoded",
        **(changed or {}),
    }
    return await web.client.post("/intake/slack", content=body, headers=given)


async def test_a_pressed_button_is_kept_once_and_answered_with_nothing(tmp_path: Path) -> None:
    """Slack sends again what is not answered within three seconds, and shows any words of an answer as a failure."""
    async with web_on(tmp_path, slack_signing_secret=SECRET) as web:
        answers = [await post(web, pressed()) for _ in range(2)]
        (row,) = web.kept

    assert {(200, b"")} == {(answer.status_code, answer.content) for answer in answers}
    assert ("slack", "done") == (row.source, row.kind)
    assert row.body == {
        "user": "U024BE7LH",
        "notice": "17",
        "response_url": "https://hooks.slack.com/actions/T0CAG/1/secret",
    }


async def test_a_rotated_secret_is_good_beside_the_new_one(tmp_path: Path) -> None:
    """While it is being replaced, either is."""
    async with web_on(tmp_path, slack_signing_secret=f"anewsecret {SECRET}") as web:
        answer = await post(web, pressed(SNOOZE))

    assert answer.status_code == 200


@pytest.mark.parametrize("shift", [-400, 400])
async def test_what_was_signed_more_than_five_minutes_ago_or_ahead_is_refused(tmp_path: Path, shift: int) -> None:
    """Somebody may have kept it."""
    async with web_on(tmp_path, slack_signing_secret=SECRET) as web:
        answer = await post(web, pressed(), at=time.time() + shift)

        assert "five minutes" in problem(answer)["detail"]
        assert answer.status_code == 401
        assert web.kept == []


@pytest.mark.parametrize(
    "headers",
    [
        {"x-slack-signature": "v0=0000"},
        {"x-slack-signature": ""},
        {"x-slack-request-timestamp": "yesterday"},
        {"x-slack-request-timestamp": "-1"},
        {"x-slack-signature": "v0=\xe4"},
    ],
)
async def test_what_slack_did_not_sign_is_refused(tmp_path: Path, headers: dict[str, str]) -> None:
    """Nonsense too, over which its library stumbles."""
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    async with web_on(tmp_path, slack_signing_secret=SECRET) as web:
        answer = await post(web, pressed(), changed=raw)

        assert answer.status_code == 401
        assert web.kept == []


async def test_without_a_secret_the_road_is_closed(tmp_path: Path) -> None:
    """As every road is."""
    async with web_on(tmp_path) as web:
        assert (await post(web, pressed())).status_code == 404


@pytest.mark.parametrize("body", ["ssl_check=1&token=x", pressed("day90_open")])
async def test_what_asks_for_nothing_leaves_no_row(tmp_path: Path, body: str) -> None:
    """Slack looks whether the address is there, and tells of buttons that only open a page."""
    async with web_on(tmp_path, slack_signing_secret=SECRET) as web:
        answer: httpx2.Response = await post(web, body)

        assert answer.status_code == 200
        assert web.kept == []


async def test_a_signed_body_that_cannot_be_read_names_the_field(tmp_path: Path) -> None:
    """Slack changes its shapes now and then: the log says what was missing."""
    async with web_on(tmp_path, slack_signing_secret=SECRET) as web:
        answer = await post(web, urlencode({"payload": json.dumps({"type": "block_actions", "user": {}})}))

    assert problem(answer)["field"] == "payload.user.id"
