"""How is usage from Segment's clients received? Each event once, at its real time, for its account, without people."""

import base64
import gzip
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from domain.deal import DealClosed
from domain.usage import EPOCH, Sent, UsageEvent, groups_of, happened_at, number_of, read_usage
from store.tables import usage_events, usage_members, usage_traits
from tests.support.onboardings import sample_deal
from tests.support.web import Web, problem, web_on

KEY = "the-write-key"
NOW = datetime.now(UTC)


def basic(key: str = KEY) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}


def track(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A message as analytics-python makes it."""
    made = {
        "type": "track",
        "event": "Report Created",
        "userId": "jo@customer.test",
        "messageId": f"m-{number}",
        "timestamp": NOW.isoformat(),
        "context": {"groupId": "acme", "library": {"name": "analytics-python"}},
        "properties": {"title": "for Jo"},
    }
    return {**made, **changes}


async def send(web: Web, *messages: Any, **more: Any) -> httpx2.Response:
    body = {"batch": list(messages), "sentAt": NOW.isoformat(), **more}
    return await web.client.post("/v1/batch", json=body, headers=basic())


def events(web: Web) -> list[UsageEvent]:
    with web.parts.engine.connect() as connection:
        return [UsageEvent(*row) for row in connection.execute(select(usage_events))]


async def test_an_event_that_comes_twice_counts_once(tmp_path: Path) -> None:
    """In one batch, in another, and by itself: clients repeat what they think was lost."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        answers = [await send(web, track(1), track(1), track(2)), await send(web, track(2), track(3))]
        alone = {name: value for name, value in track(3).items() if name != "type"}
        answers.append(await web.client.post("/v1/track", json=alone, headers=basic()))

        assert [(200, {"success": True})] * 3 == [(answer.status_code, answer.json()) for answer in answers]
        assert 3 == len(events(web))


async def test_events_without_an_id_are_told_apart_by_what_they_say(tmp_path: Path) -> None:
    """Sent again, it is the same event."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        for _ in range(2):
            await send(web, track(messageId=None), track(messageId=None, event="Report Shared"))

        assert ["Report Created", "Report Shared"] == sorted(event.event for event in events(web))


async def test_nothing_of_a_person_is_kept(tmp_path: Path) -> None:
    """An id may be an address; properties and traits may be anything."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        identify = {"type": "identify", "userId": "jo@customer.test", "traits": {"email": "jo@customer.test"}}
        await send(web, identify, track())
        web.parts.engine.dispose()

        stored = b"".join(file.read_bytes() for file in tmp_path.glob("day90.sqlite*"))
        assert b"Report Created" in stored
        assert not [word for word in (b"jo@customer", b"for Jo") if word in stored]


async def test_an_event_belongs_to_the_group_of_its_user(tmp_path: Path) -> None:
    """Whether the group was named before, in the same batch, or later; a group in the event itself comes first."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        await send(web, track(1, context={}))
        await send(web, track(2, context={}), {"type": "group", "userId": "jo@customer.test", "groupId": "Acme.COM"})
        await send(web, track(3, context={}), track(4), track(5, context={}, userId="someone else"))

        by_number = {event.key: event.group_id for event in events(web)}
        assert ["", "acme", "acme.com", "acme.com", "acme.com"] == sorted(by_number.values())


async def test_a_later_word_on_the_group_wins(tmp_path: Path) -> None:
    """And an older one that comes late does not undo it."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        for group, minutes in (("new", 1), ("old", 60)):
            at = (NOW - timedelta(minutes=minutes)).isoformat()
            await send(web, {"type": "group", "userId": "jo@customer.test", "groupId": group, "timestamp": at})
        await send(web, track(context={}))

        assert ["new"] == [event.group_id for event in events(web)]


async def test_who_is_not_known_counts_as_an_event_and_as_no_user(tmp_path: Path) -> None:
    """Otherwise every visitor before the login would be one more user."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        await send(web, track(userId=None, anonymousId="a-1"))

        assert [0] == [event.person for event in events(web)]


def test_the_senders_clock_is_set_right() -> None:
    """Segment's rule: receivedAt - (sentAt - originalTimestamp)."""
    received = datetime(2026, 11, 2, 12, tzinfo=UTC)
    message = {"originalTimestamp": "2026-11-02T09:58:00.000Z"}

    an_hour_slow = happened_at(message, Sent(datetime(2026, 11, 2, 11, tzinfo=UTC), received))

    assert datetime(2026, 11, 2, 10, 58, tzinfo=UTC) == an_hour_slow
    assert received == happened_at({}, Sent(None, received))
    assert datetime(2026, 11, 2, 9, 58, tzinfo=UTC) == happened_at(message, Sent(None, received))
    ahead = {"timestamp": "2026-11-02T12:30:00+00:00"}
    assert received == happened_at(ahead, Sent(None, received))


async def test_batches_are_taken_packed(tmp_path: Path) -> None:
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        body = gzip.compress(json.dumps({"batch": [track()]}).encode())
        answer = await web.client.post("/v1/batch", content=body, headers={**basic(), "content-encoding": "gzip"})

        assert 200 == answer.status_code
        assert 1 == len(events(web))


async def test_what_comes_three_weeks_late_is_kept_at_its_own_day_and_a_clock_ahead_at_ours(tmp_path: Path) -> None:
    """Also ten times: a device that was switched off sends all it has, as often as it likes."""
    began = datetime.now(UTC)
    late, ahead = began - timedelta(days=21), began + timedelta(minutes=30)
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        for _ in range(10):
            await send(web, track(1, timestamp=late.isoformat()), track(2, timestamp=ahead.isoformat()))

        kept_late, kept_ahead = sorted(event.day for event in events(web))
    assert (late - EPOCH).days == kept_late
    assert (began - EPOCH).days <= kept_ahead <= (datetime.now(UTC) - EPOCH).days


async def test_what_we_have_no_use_for_is_accepted(tmp_path: Path) -> None:
    """Clients send such messages, and would report an error otherwise."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        for kind in ("page", "screen", "alias", "identify", "group"):
            body = {"userId": "u-1", "groupId": "acme", "previousId": "u-0"}
            answer = await web.client.post(f"/v1/{kind}", json=body, headers=basic())
            assert {"success": True} == answer.json()

        assert [] == events(web)


LEFT_OUT: list[tuple[Any, str]] = [
    ("words", "message"),
    ({**track(), "type": "delete"}, "type"),
    ({**track(), "type": ["track"]}, "type"),
    (track(event=""), "event"),
    (track(event=7), "event"),
    (track(event="x" * 201), "event"),
    (track(event="a\x00b"), "event"),
    (track(userId=None), "userId"),
    (track(userId=True), "userId"),
    (track(userId={"id": 1}), "userId"),
    (track(context={"groupId": ["acme"]}), "groupId"),
    (track(timestamp="yesterday"), "timestamp"),
    (track(timestamp=17), "timestamp"),
    (track(timestamp="0001-01-01T00:00:00Z", sentAt="9999-01-01T00:00:00Z"), "timestamp"),
    (track(timestamp=(NOW - timedelta(days=200)).isoformat()), "timestamp"),
    (track(timestamp=(NOW + timedelta(days=3)).isoformat()), "timestamp"),
    (track(timestamp=(NOW + timedelta(days=3)).isoformat(), sentAt="yesterday"), "timestamp"),
    (track(properties={"much": "x" * 40_000}), "message"),
    ({"type": "group", "userId": "u-1"}, "groupId"),
]


@pytest.mark.parametrize(("message", "field"), LEFT_OUT)
async def test_a_bad_message_spoils_no_batch(message: Any, field: str, tmp_path: Path) -> None:
    """Clients drop a batch that is refused, so it is taken, and the answer says what was left out."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        answer = await send(web, track(1), message, track(2))

        assert (200, True, 1) == (answer.status_code, answer.json()["success"], answer.json()["left_out"])
        assert [(1, field)] == [(one["message"], one["field"]) for one in answer.json()["first"]]
        assert 2 == len(events(web))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "malformed"),
        (b"\xff", "malformed"),
        (b"[" * 100_000, "malformed"),
        (b"[1]", "invalid"),
        (b'{"batch": {}}', "invalid"),
        (json.dumps({"batch": [{}] * 2_501}).encode(), "too-large"),
        (b" " * 600_000, "too-large"),
    ],
)
async def test_what_is_no_batch_is_refused(body: bytes, kind: str, tmp_path: Path) -> None:
    """With a problem document."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        answer = await web.client.post("/v1/batch", content=body, headers=basic())

        assert f"urn:day90:problem:{kind}" == problem(answer)["type"]
        assert [] == events(web)


@pytest.mark.parametrize(
    ("body", "encoding", "kind"),
    [
        (gzip.compress(b" " * 50_000_000, mtime=0), "gzip", "too-large"),
        (gzip.compress(b"{}", mtime=0)[:-4], "gzip", "malformed"),
        (b"{}", "gzip", "malformed"),
        (b"{}", "br", "wrong-media-type"),
    ],
)
async def test_what_cannot_be_unpacked_is_refused(body: bytes, encoding: str, kind: str, tmp_path: Path) -> None:
    """No more is unpacked than would be accepted."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        answer = await web.client.post("/v1/batch", content=body, headers={**basic(), "content-encoding": encoding})

        assert f"urn:day90:problem:{kind}" == problem(answer)["type"]


async def test_one_message_alone_is_refused_with_the_field(tmp_path: Path) -> None:
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        answer = await web.client.post("/v1/track", json={"userId": "u-1"}, headers=basic())
        too_large = await web.client.post("/v1/track", content=b" " * 33_000, headers=basic())

        assert (422, "event") == (answer.status_code, problem(answer)["field"])
        assert 413 == problem(too_large)["status"]


@pytest.mark.parametrize(
    "header",
    [{}, {"authorization": "Basic"}, {"authorization": "Basic ***"}, {"authorization": "Bearer x"}, basic("x")],
)
async def test_a_wrong_key_is_refused(header: Mapping[str, str], tmp_path: Path) -> None:
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        answer = await web.client.post("/v1/batch", json={"batch": [track()]}, headers=dict(header))

        assert 401 == problem(answer)["status"]
        assert answer.headers["www-authenticate"].startswith("Basic")
        assert [] == events(web)


def with_key(key: str, *messages: Any, each: bool = False) -> dict[str, Any]:
    """A batch with its write key in the body, or in each of its messages."""
    own = {"writeKey": key}
    return {"batch": [{**message, **own} for message in messages]} if each else {"batch": list(messages), **own}


async def test_a_key_in_the_body_is_a_key(tmp_path: Path) -> None:
    """Clients for Java, telephones and browsers send no header."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        told: list[tuple[str, dict[str, Any]]] = [
            ("batch", with_key(KEY, track(1))),
            ("batch", with_key(KEY, track(2), track(3), each=True)),
            ("track", {**track(4), "writeKey": KEY}),
        ]
        for path, body in told:
            assert 200 == (await web.client.post(f"/v1/{path}", json=body)).status_code

        assert 4 == len(events(web))


@pytest.mark.parametrize(
    "body",
    [
        with_key("another", track()),
        with_key("another", track(), each=True),
        {"batch": [{**track(1), "writeKey": KEY}, {**track(2), "writeKey": "another"}]},
        {"batch": [{**track(1), "writeKey": KEY}], "writeKey": "another"},
        {"batch": [track()], "writeKey": {"key": KEY}},
        {"batch": {"writeKey": KEY}},
        [{"writeKey": KEY}],
    ],
)
async def test_a_wrong_key_in_the_body_is_refused(body: Any, tmp_path: Path) -> None:
    """Of several each has to be ours."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        answer = await web.client.post("/v1/batch", json=body)

        assert 401 == problem(answer)["status"]
        assert [] == events(web)


async def test_a_wrong_key_in_the_header_is_not_made_good_by_the_body(tmp_path: Path) -> None:
    """What the header says is looked at first, and then nothing of the body is read."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        answer = await web.client.post("/v1/batch", json=with_key(KEY, track()), headers=basic("x"))

        assert 401 == problem(answer)["status"]


@pytest.mark.parametrize("body", [b" " * 600_000, gzip.compress(b" " * 50_000_000, mtime=0)])
async def test_a_body_is_bounded_before_its_key_is_looked_for(body: bytes, tmp_path: Path) -> None:
    packed = {"content-encoding": "gzip"} if body[:1] != b" " else {}
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        assert 413 == problem(await web.client.post("/v1/batch", content=body, headers=packed))["status"]


async def test_short_paths_are_the_long_ones(tmp_path: Path) -> None:
    """As text, chunked and packed, which is how the clients of browsers and telephones send."""

    async def chunks(body: bytes) -> AsyncIterator[bytes]:
        yield body[:40]
        yield body[40:]

    async with web_on(tmp_path, segment_write_key=KEY) as web:
        packed = gzip.compress(json.dumps(with_key(KEY, track(1), track(2))).encode())
        headers = {"content-type": "text/plain", "content-encoding": "gzip"}
        answers = [await web.client.post("/v1/b", content=chunks(packed), headers=headers)]
        text = json.dumps({**track(3), "writeKey": KEY})
        answers += [await web.client.post("/v1/t", content=text, headers={"content-type": "text/plain"})]
        for letter in "igpsa":
            body = {"userId": "u-1", "groupId": "acme"}
            answers += [await web.client.post(f"/v1/{letter}", json=body, headers=basic())]
        answers += [await web.client.post("/v1/import", json={"batch": [track(4)]}, headers=basic())]

        assert {200} == {answer.status_code for answer in answers}
        assert 4 == len(events(web))


async def test_what_stands_on_the_batch_counts_for_each_message(tmp_path: Path) -> None:
    """Beneath what a message says itself, and within its context too; its id is no id of theirs."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        at = (NOW - timedelta(hours=3)).isoformat()
        bare = {"event": "Report Created", "messageId": None}
        answer = await send(
            web,
            {**bare, "messageId": "m-1"},
            {**bare, "messageId": "m-2", "context": {"library": {"name": "x"}}, "userId": None},
            {
                **bare,
                "messageId": "m-3",
                "context": {"groupId": "other"},
                "userId": "u-2",
                "timestamp": NOW.isoformat(),
            },
            type="track",
            userId="u-1",
            context={"groupId": "acme"},
            timestamp=at,
            messageId="the batch",
        )

        assert {"success": True} == answer.json()
        by_group = {(event.group_id, event.person, event.at) for event in events(web)}
        early = [(group, person) for group, person, moment in by_group if moment < NOW.timestamp() * 1000 - 3_600_000]
        assert [("acme", number_of("u-1"))] == early
        assert {("acme", number_of("u-1")), ("other", number_of("u-2"))} == {one[:2] for one in by_group}
        assert 3 == len(events(web))


UNREADABLE: list[tuple[dict[str, Any], str]] = [
    ({"sentAt": "never"}, "sentAt"),
    ({"sentAt": 1793872800000}, "sentAt"),
    ({"context": "words"}, "context"),
    ({"context": {"groupId": ["acme"]}}, "context.groupId"),
    ({"userId": {"id": 1}}, "userId"),
    ({"timestamp": "yesterday"}, "timestamp"),
    ({"type": "batch"}, "type"),
    ({"event": 7}, "event"),
]


@pytest.mark.parametrize(("envelope", "field"), UNREADABLE)
async def test_a_broken_envelope_costs_no_message(envelope: dict[str, Any], field: str, tmp_path: Path) -> None:
    """What cannot be read is as if it had not been said, and the answer says so."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        answer = await send(web, track(1), track(2), **envelope)

        assert [field] == [one["field"] for one in answer.json()["ignored"]]
        assert "left_out" not in answer.json()
        assert 2 == len(events(web))


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (track(sentAt="never"), ["sentAt"]),
        (track(originalTimestamp="when it was"), ["originalTimestamp"]),
        (track(sentAt="9999-01-01T00:00:00Z"), []),
        (track(sentAt="0001-01-01T00:00:00Z"), []),
    ],
)
async def test_a_broken_moment_of_sending_costs_no_message(
    message: dict[str, Any], fields: list[str], tmp_path: Path
) -> None:
    """Alone or in a batch; the event is dated by its own moment, or by ours."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        batch = (await send(web, message)).json()
        alone = (await web.client.post("/v1/track", json={**message, "messageId": "alone"}, headers=basic())).json()

        for answer in (batch, alone):
            assert fields == [one["field"] for one in answer.get("ignored", [])]
        assert 2 == len(events(web))
        now = datetime.now(UTC).timestamp() * 1000
        assert all(min(abs(event.at - now), abs(event.at - NOW.timestamp() * 1000)) < 600_000 for event in events(web))


async def test_each_key_is_good_and_none_opens_nothing(tmp_path: Path) -> None:
    async with web_on(tmp_path, segment_write_key=f"a-new-key {KEY}") as web:
        for key in ("a-new-key", KEY):
            answer = await web.client.post("/v1/batch", json={"batch": []}, headers=basic(key))
            assert 200 == answer.status_code
    async with web_on(tmp_path) as web:
        for path in ("batch", "track", "identify", "group", "page", "screen", "alias", "import", *"btigpsa"):
            assert 404 == (await web.client.post(f"/v1/{path}", json={}, headers=basic(""))).status_code


def test_a_group_is_that_of_a_deal_by_three_names() -> None:
    """The deal's own id, the account's domain, and what the deal file says."""
    raw = sample_deal(custom={"usage_group": ["Workspace-7", 12]})
    deal = DealClosed.model_validate({**raw, "account": {**raw["account"], "domain": "Lindenau.EXAMPLE"}})

    assert {f"{deal.source}-{deal.id}", "lindenau.example", "Workspace-7", "12"} == groups_of(deal)


def test_a_user_is_a_number() -> None:
    """The same one each time; not nobody's."""
    assert number_of("u-1") == number_of("u-1") != number_of("u-2")
    assert 0 < number_of("u-1") < 2**63
    read = read_usage(track(userId=12.0), Sent(None, NOW), oldest=NOW - timedelta(days=1))
    assert isinstance(read, UsageEvent)


async def test_when_the_database_is_away_the_client_is_asked_to_come_again(tmp_path: Path) -> None:
    """5xx, which clients try again; after a 4xx they would drop the batch."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        web.parts.engine.dispose()
        (tmp_path / "day90.sqlite").unlink()
        (tmp_path / "day90.sqlite").mkdir()
        answer = await send(web, track())

        assert 503 == problem(answer)["status"]
        assert answer.headers["retry-after"]


def identify(user: str = "jo@customer.test", **traits: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": user, "traits": traits, "context": {"groupId": "acme"}}


def traits_of(web: Web) -> dict[tuple[int, str], str]:
    """The words that are kept, by user and trait."""
    with web.parts.engine.connect() as connection:
        rows = connection.execute(select(usage_traits)).all()
    return {(row.person, row.trait): row.word for row in rows}


async def test_of_a_users_traits_only_team_and_role_are_kept(tmp_path: Path) -> None:
    """In one line, whoever typed them; a number is a team's name, too. An identify call still joins the account."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        await send(web, identify(team="  Field \t Service ", role="dispatcher", email="jo@customer.test"))
        alone = {name: value for name, value in identify("li", team=7).items() if name != "type"}
        await web.client.post("/v1/identify", json=alone, headers=basic())

        jo, li = number_of("jo@customer.test"), number_of("li")
        assert {(jo, "team"): "Field Service", (jo, "role"): "dispatcher", (li, "team"): "7"} == traits_of(web)
        with web.parts.engine.connect() as connection:
            assert {jo, li} == set(connection.scalars(select(usage_members.c.person)))


@pytest.mark.parametrize(
    ("team", "reason"),
    [
        ("x" * 81, "is longer than 80 characters"),
        ("a\x07b", "holds a character that cannot be seen"),
        ("a\u202eb", "holds a character that cannot be seen"),
        ("\x00", "holds a character that cannot be seen"),
        (["Law"], "should be a text or a number"),
        (True, "should be a text or a number"),
    ],
)
async def test_a_team_that_cannot_be_read_costs_nothing_else(team: Any, reason: str, tmp_path: Path) -> None:
    """The answer names it, of a batch and of a call that comes alone."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        message = identify(team=team, role="dispatcher")
        batch = (await send(web, message)).json()
        alone = {name: value for name, value in message.items() if name != "type"}
        one = (await web.client.post("/v1/identify", json=alone, headers=basic())).json()

        assert [{"message": 0, "field": "traits.team", "reason": reason}] == batch["ignored"]
        assert [{"field": "traits.team", "reason": reason}] == one["ignored"]
        assert {(number_of("jo@customer.test"), "role"): "dispatcher"} == traits_of(web)


async def test_traits_of_an_account_are_nobodys(tmp_path: Path) -> None:
    """What a `group` call says is of the customer; null takes back what was said of a user."""
    async with web_on(tmp_path, segment_write_key=KEY) as web:
        group = {"type": "group", "userId": "jo@customer.test", "groupId": "acme", "traits": {"team": "All"}}
        await send(web, group, track())
        assert {} == traits_of(web)

        await send(web, identify(team="Law"))
        await send(web, identify(team=None))

        assert {(number_of("jo@customer.test"), "team"): ""} == traits_of(web)
