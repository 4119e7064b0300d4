"""Does the API give an address to somebody's room to whoever may ask for it, and to a page that may show it alone?"""

from pathlib import Path
from typing import Any

import pytest

from store.embedded_rooms import SqlEmbeddedRooms
from tests.starter.web.api.test_answers import HERE, keep
from tests.support.web import Web, problem, web_on

PRODUCT = "https://app.vendor.example"
PAGES = "https://onboarding.example.test"
WANTED = {"person": "project_lead", "embed_origin": PRODUCT}


async def ask(web: Web, key: str = "", **changes: Any) -> Any:
    headers = web.token("room:embed") | ({"idempotency-key": key} if key else {})
    return await web.client.post(f"{HERE}/room-sessions", json=WANTED | changes, headers=headers)


async def test_an_address_opens_one_persons_room_in_one_product(tmp_path: Path) -> None:
    """By id or mail address; it is in nobody's cache, and the same key gives another one: what opens a room is kept
    nowhere."""
    async with web_on(tmp_path, pages_url=PAGES, room_embed_origins=PRODUCT) as web:
        keep(web)
        first, again = await ask(web, "one-key"), await ask(web, "one-key")
        by_mail = await ask(web, person="LEE@customer.test", proved=True, page="/plan")
        ticket = by_mail.json()["url"].removeprefix(f"{PAGES}/in/embedded/")
        opened = SqlEmbeddedRooms(web.parts.engine).exchange(ticket, origins=[PRODUCT], agent="x")

    assert [201, 201, 201] == [answer.status_code for answer in (first, again, by_mail)]
    assert "no-store" == first.headers["cache-control"]
    assert first.json()["url"] != again.json()["url"]
    assert ("project_lead", 43) == (by_mail.json()["person"], len(ticket))
    assert opened is not None
    assert (PRODUCT, "/plan", True) == (opened.origin, opened.page, bool(opened.handle))


@pytest.mark.parametrize(
    ("changes", "status", "field", "says"),
    [
        ({"embed_origin": "https://evil.example"}, 422, "embed_origin", "should be one of those in DAY90_ROOM_EMBED"),
        ({"embed_origin": f"{PRODUCT}/"}, 422, "embed_origin", "should be one of those in DAY90_ROOM_EMBED_ORIGINS"),
        ({"person": "owner"}, 422, "person", "should be a contact of this onboarding: one of project_lead"),
        ({"person": ""}, 422, "person", "is empty"),
        ({"page": "//evil.example"}, 422, "page", "does not have the form"),
        ({"page": "https://evil.example"}, 422, "page", "does not have the form"),
        ({"page": "/plan\r\nSet-Cookie: a=b"}, 422, "page", "does not have the form"),
        ({"proved": "yes"}, 422, "proved", "boolean"),
        ({"onward": "/"}, 422, "onward", "is no field that we know"),
    ],
)
async def test_what_is_wrong_is_named(tmp_path: Path, changes: Any, status: int, field: str, says: str) -> None:
    async with web_on(tmp_path, pages_url=PAGES, room_embed_origins=PRODUCT) as web:
        keep(web)
        told = problem(await ask(web, **changes))

    assert (status, field) == (told["status"], told["field"])
    assert says in told["detail"]


@pytest.mark.parametrize(
    ("settings", "missing"),
    [({"pages_url": PAGES}, "DAY90_ROOM_EMBED_ORIGINS"), ({"room_embed_origins": PRODUCT}, "DAY90_PAGES_URL")],
)
async def test_without_its_settings_no_room_is_embedded(tmp_path: Path, settings: dict[str, Any], missing: str) -> None:
    async with web_on(tmp_path, **settings) as web:
        keep(web)
        told = problem(await ask(web))

    assert (409, f"rooms are not embedded here: {missing} is not set") == (told["status"], told["detail"])
