"""How are HubSpot's batches received? Signed by its own SDK and as in its documentation, and kept once."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hubspot.utils.signature import Signature  # type: ignore[import-untyped]

from starter.web.intake.hubspot_signature import DECODED, decoded, is_fresh, signed
from tests.support.web import PUBLIC, Web, problem, web_on

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
URL = f"{PUBLIC}/intake/hubspot"
DOCUMENTED = (
    '[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":'
    '"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]'
)
"""The body of HubSpot's example for v1."""


def event(**changes: Any) -> dict[str, Any]:
    """A change of a deal's stage as HubSpot sends it."""
    return {
        "eventId": 3_816_279_340,
        "subscriptionId": 138_841,
        "portalId": 62_515,
        "appId": 54_321,
        "occurredAt": 1_793_872_800_000,
        "subscriptionType": "deal.propertyChange",
        "attemptNumber": 0,
        "objectId": 4711,
        "propertyName": "dealstage",
        "propertyValue": "closedwon",
        "changeSource": "CRM_UI",
        "sourceId": "userId:9999",
        **changes,
    }


def generic(**changes: Any) -> dict[str, Any]:
    """A change of a deal's stage as a generic subscription reports it."""
    return event(**{"subscriptionType": "object.propertyChange", "objectTypeId": "0-3", **changes})


def headers(body: str, *, after: float = 0.0, url: str = URL, secret: str = SECRET) -> dict[str, str]:
    """The headers of a body that HubSpot's SDK signs by v3, that many seconds from now."""
    stamp = str(int((time.time() + after) * 1000))
    signature = Signature.get_signature(secret, body, "v3", http_uri=url, http_method="POST", timestamp=stamp)
    return {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": stamp}


async def send(web: Web, events: Any, **how: Any) -> httpx2.Response:
    body = events if isinstance(events, str) else json.dumps(events)
    return await web.client.post("/intake/hubspot", content=body.encode(), headers=headers(body, **how))


# ------------------------------------------------------------------------------------------------ signatures


def test_signatures_are_those_of_the_documentation() -> None:
    """The three examples in its documentation."""
    post = b'{"example_field":"example_value"}'
    uri = "https://www.example.com/webhook_uri"

    assert "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de" == signed(
        "v1", SECRET, method="POST", url=uri, body=DOCUMENTED.encode()
    )
    assert "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e" == signed(
        "v2", SECRET, method="GET", url=uri, body=b""
    )
    assert "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900" == signed(
        "v2", SECRET, method="POST", url=uri, body=post
    )


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
def test_signatures_are_those_of_hubspots_sdk(version: Any) -> None:
    """Also a body with letters beyond ASCII."""
    body = json.dumps([event(propertyValue="契約済み")], ensure_ascii=False)
    theirs = Signature.get_signature(
        SECRET, body, version, http_uri=f"{URL}?a=b&c", http_method="POST", timestamp="1793872800000"
    )

    assert theirs == signed(
        version, SECRET, method="POST", url=f"{URL}?a=b&c", body=body.encode(), timestamp="1793872800000"
    )


@pytest.mark.parametrize(("code", "character"), DECODED.items())
def test_what_the_documentation_lists_is_decoded(code: str, character: str) -> None:
    assert f"https://a.test/x{character}y" == decoded(f"https://a.test/x%{code}y")
    assert f"https://a.test/x{character}y" == decoded(f"https://a.test/x%{code.lower()}y")


def test_nothing_else_is_decoded_and_nothing_twice() -> None:
    unchanged = "https://a.test/%20%26%3D%25%23%5B%C3%BC?q=%2B"

    assert unchanged == decoded(unchanged)
    assert "%253A:" == decoded("%253A%3A")


@pytest.mark.parametrize(
    ("offset", "fresh"), [(0, True), (-299, True), (299, True), (-301, False), (301, False), (-86_400, False)]
)
def test_a_timestamp_is_held_against_our_clock_both_ways(offset: int, fresh: bool) -> None:
    now = datetime(2026, 11, 5, 10, tzinfo=UTC)
    stamp = str(int((now + timedelta(seconds=offset)).timestamp() * 1000))

    assert fresh == is_fresh(stamp, now=now)


@pytest.mark.parametrize("stamp", ["", "soon", "-1", "1e12", "１７９３", "9" * 40, " 1793872800000"])
def test_what_is_no_timestamp_is_never_fresh(stamp: str) -> None:
    assert not is_fresh(stamp, now=datetime.now(UTC))


# ------------------------------------------------------------------------------------------------ the road


async def test_a_batch_signed_by_the_sdk_is_kept_before_it_is_answered(tmp_path: Path) -> None:
    """Of each event only its subject is kept."""
    async with web_on(tmp_path, hubspot_secret=SECRET) as web:
        answer = await send(web, [event(), event(objectId=4712), generic(objectId=4713)])

        assert 202 == answer.status_code
        assert ["hubspot-4711", "hubspot-4712", "hubspot-4713"] == [row.subject for row in web.kept]
        assert {"stage_changed"} == {row.kind for row in web.kept}
        assert "sourceId" not in web.kept[0].body


async def test_a_hundred_events_come_at_once(tmp_path: Path) -> None:
    async with web_on(tmp_path, hubspot_secret=SECRET) as web:
        assert 202 == (await send(web, [event(objectId=number) for number in range(1, 101)])).status_code
        assert 100 == len(web.kept)


async def test_a_change_counts_once(tmp_path: Path) -> None:
    """HubSpot promises no unique eventId: a change is recognised by object, property, value and moment."""
    async with web_on(tmp_path, hubspot_secret=SECRET) as web:
        await send(web, [event(), event(eventId=1, attemptNumber=3), generic(subscriptionId=7)])
        await send(web, [event()])
        assert 1 == len(web.kept)

        await send(web, [event(occurredAt=1_793_872_800_001), event(propertyValue="closedlost")])
        assert 3 == len(web.kept)


async def test_what_is_not_about_a_deals_stage_leaves_no_row(tmp_path: Path) -> None:
    """It is acknowledged all the same; otherwise HubSpot would send it for a day."""
    others = [
        event(propertyName="amount"),
        json.loads(DOCUMENTED)[0],
        generic(objectTypeId="0-1"),
        {"subscriptionType": "deal.associationChange", "fromObjectId": 1},
        {"subscriptionType": "conversation.newMessage", "objectId": "a-thread"},
        {"something": "else"},
    ]
    async with web_on(tmp_path, hubspot_secret=SECRET) as web:
        assert 202 == (await send(web, others)).status_code
        assert 202 == (await send(web, [])).status_code
        assert [] == web.kept


async def test_what_happens_to_a_deal_is_kept(tmp_path: Path) -> None:
    """Creation, deletion, restoring and merging."""
    plain = {"objectId": 4711, "occurredAt": 1, "portalId": 62515}
    merge = {"primaryObjectId": 4711, "mergedObjectIds": [4712], "newObjectId": 5000, "numberOfPropertiesMoved": 3}
    events = [{"subscriptionType": f"deal.{what}", **plain} for what in ("creation", "deletion", "restore")]
    events += [{"subscriptionType": "object.merge", "objectTypeId": "0-3", **plain, **merge}]
    async with web_on(tmp_path, hubspot_secret=SECRET) as web:
        await send(web, events)

        kinds = ["deal_created", "deal_deleted", "deal_restored", "deal_merged", "deal_merged"]
        assert kinds == [row.kind for row in web.kept]
        assert [("hubspot-4711", 5000), ("hubspot-4712", 5000)] == [
            (row.subject, row.body["mergedInto"]) for row in web.kept[3:]
        ]


async def test_an_address_with_encoded_characters_is_signed_decoded(tmp_path: Path) -> None:
    """HubSpot decodes some before it signs; its SDK does not, so it signs the decoded address here."""
    async with web_on(tmp_path, hubspot_secret=SECRET) as web:
        body = json.dumps([event()])
        signed_headers = headers(body, url=f"{URL}?from=hub:spot@eu/1&keep=%20")
        answer = await web.client.post(
            "/intake/hubspot?from=hub%3Aspot%40eu%2F1&keep=%20", content=body, headers=signed_headers
        )

        assert 202 == answer.status_code


@pytest.mark.parametrize(
    "how",
    [
        {"secret": "another"},
        {"url": "http://127.0.0.1:8090/intake/hubspot"},
        {"after": -1_700_000_000.0},
        {"after": -400.0},
        {"after": 2_000.0},
    ],
)
async def test_a_call_that_hubspot_did_not_sign_so_is_refused(how: dict[str, Any], tmp_path: Path) -> None:
    """Another secret, another address, too old, in the future; and nothing of the request is kept."""
    async with web_on(tmp_path, hubspot_secret=SECRET) as web:
        answer = await send(web, [event()], **how)

        assert "urn:day90:problem:unauthenticated" == problem(answer)["type"]
        assert SECRET not in answer.text
        assert [] == web.kept


async def test_a_body_that_was_changed_on_the_way_is_refused(tmp_path: Path) -> None:
    async with web_on(tmp_path, hubspot_secret=SECRET) as web:
        signed_headers = headers(json.dumps([event()]))
        answer = await web.client.post("/intake/hubspot", json=[event(objectId=1)], headers=signed_headers)

        assert 401 == problem(answer)["status"]


@pytest.mark.parametrize("missing", ["x-hubspot-signature-v3", "x-hubspot-request-timestamp"])
async def test_a_missing_header_is_named(missing: str, tmp_path: Path) -> None:
    async with web_on(tmp_path, hubspot_secret=SECRET) as web:
        body = json.dumps([event()])
        signed_headers = {name: value for name, value in headers(body).items() if name != missing}
        answer = await web.client.post("/intake/hubspot", content=body, headers=signed_headers)

        assert missing in problem(answer)["detail"]


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_an_older_signature_is_taken_where_the_setting_says_so(version: str, tmp_path: Path) -> None:
    """And it is refused where the setting says otherwise."""
    body = json.dumps([event()])
    signed_headers = {
        "x-hubspot-signature": Signature.get_signature(SECRET, body, version, http_uri=URL, http_method="POST")
    }
    signed_headers["x-hubspot-signature-version"] = version
    async with web_on(tmp_path / "old", hubspot_secret=SECRET, hubspot_signature=version) as web:
        assert 202 == (await web.client.post("/intake/hubspot", content=body, headers=signed_headers)).status_code
    async with web_on(tmp_path / "new", hubspot_secret=SECRET) as web:
        assert 401 == (await web.client.post("/intake/hubspot", content=body, headers=signed_headers)).status_code


async def test_while_the_secret_is_replaced_both_are_good(tmp_path: Path) -> None:
    async with web_on(tmp_path, hubspot_secret=f"another {SECRET}") as web:
        assert 202 == (await send(web, [event()])).status_code
        assert 202 == (await send(web, [event(objectId=1)], secret="another")).status_code


async def test_without_a_secret_the_road_is_closed(tmp_path: Path) -> None:
    async with web_on(tmp_path) as web:
        assert 404 == problem(await send(web, [event()]))["status"]


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("", "malformed", "no JSON"),
        ("{", "malformed", "no JSON"),
        ('{"objectId": 1}', "invalid", "array of events"),
        ("[1]", "invalid", "JSON object"),
        (json.dumps([event(), event(objectId="x")]), "invalid", "[1].objectId"),
        (json.dumps([event(objectId=-1)]), "invalid", "[0].objectId"),
        (json.dumps([event(occurredAt=None)]), "invalid", "[0].occurredAt"),
        (json.dumps([event(propertyValue="x" * 10_000)]), "invalid", "[0].propertyValue"),
        ("[" * 10_000, "malformed", "no JSON"),
        (" " * 2_000_000, "too-large", "1048576"),
    ],
)
async def test_bad_input_is_refused_with_a_reason(body: str, kind: str, words: str, tmp_path: Path) -> None:
    async with web_on(tmp_path, hubspot_secret=SECRET) as web:
        answer = await send(web, body)

        assert f"urn:day90:problem:{kind}" == problem(answer)["type"]
        assert words in problem(answer)["detail"] + problem(answer).get("field", "")
        assert [] == web.kept
