"""How do pressed buttons come from Slack? To `/intake/slack`: signed, and answered within three seconds."""

import re
from collections.abc import Sequence
from urllib.parse import parse_qs

from pydantic import Field, ValidationError
from starlette.responses import Response

from domain.inbox import Incoming
from domain.notice import DONE, SLACK, SNOOZE
from domain.refusal import what_is_wrong
from domain.wire import Wire
from runtime.settings import Settings, each_secret
from starter.web.calls import Call
from starter.web.intake.roads import Road
from starter.web.problems import Problem
from starter.web.reading import read_json

SOURCE = SLACK
LARGEST = 256 * 1024
"""Bytes: Slack sends the pressed message along, of up to fifty blocks."""
KINDS = {DONE: "done", SNOOZE: "snooze"}
"""Our kind of each button that is kept; a button that only opens a page leaves no row."""


class _User(Wire):
    id: str = Field(pattern=r"^[A-Z0-9]{2,30}$")


class _Pressed(Wire):
    action_id: str = Field(max_length=255)
    value: str = Field("", max_length=2000)
    action_ts: str = Field(pattern=r"^[0-9.]{1,30}$")


class Interaction(Wire):
    """What Slack tells of pressed buttons, as far as we need it."""

    type: str
    user: _User
    actions: tuple[_Pressed, ...] = Field((), max_length=25)
    response_url: str = Field("", max_length=500)


def slack_road(settings: Settings) -> Road:
    """The road for Slack; closed without the app's signing secret."""
    secrets = each_secret(settings.slack_signing_secret)

    def take(call: Call) -> Sequence[Incoming]:
        verify(call, secrets)
        return _read(call.body)

    return Road(path="/intake/slack", take=take if secrets else None, answer=taken, largest=LARGEST)


def taken(_: Call) -> Response:
    """200 with nothing in it: Slack shows any other answer to whoever pressed as a failure."""
    return Response(status_code=200)


def verify(call: Call, secrets: Sequence[str]) -> None:
    """Raise Problem unless Slack signed the call with one of the secrets, within five minutes."""
    # Importing the SDK takes time: only where Slack is used.
    from slack_sdk.signature import Clock, SignatureVerifier

    class Now(Clock):
        def now(self) -> float:
            return call.now.timestamp()

    stamp, given = call.headers.get("x-slack-request-timestamp", ""), call.headers.get("x-slack-signature", "")
    if not given or not stamp:
        raise Problem("unauthenticated", "X-Slack-Signature and X-Slack-Request-Timestamp are needed")
    # The library stumbles over what is no number, and over signatures that are not in ASCII.
    if not re.fullmatch(r"[0-9]{1,12}", stamp) or not given.isascii():
        raise Problem("unauthenticated", "the signature is not Slack's")
    for secret in secrets:
        try:
            if SignatureVerifier(secret, Now()).is_valid(call.body, stamp, given):
                return
        except ValueError:
            # The body is not UTF-8.
            break
    raise Problem("unauthenticated", "the signature is not Slack's, or is more than five minutes old")


def _read(body: bytes) -> Sequence[Incoming]:
    form = parse_qs(body.decode("utf-8"), max_num_fields=20)
    if "payload" not in form:
        # Slack looks now and then whether the address is there (`ssl_check`).
        return ()
    try:
        told = Interaction.model_validate(read_json(form["payload"][0].encode("utf-8")))
    except ValidationError as error:
        field, reason = what_is_wrong(error)
        raise Problem("invalid", reason, field=f"payload.{field}") from None
    return [_incoming(told, pressed) for pressed in told.actions if pressed.action_id in KINDS]


def _incoming(told: Interaction, pressed: _Pressed) -> Incoming:
    return Incoming(
        source=SOURCE,
        kind=KINDS[pressed.action_id],
        key=f"{told.user.id}/{pressed.action_id}/{pressed.value[:100]}/{pressed.action_ts}",
        subject=f"notice-{pressed.value[:100]}",
        body={"user": told.user.id, "notice": pressed.value[:100], "response_url": told.response_url},
    )
