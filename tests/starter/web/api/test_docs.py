"""Does docs/api.md list every address with its scope, and do its examples run?"""

import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import update

from domain.access import SCOPES
from domain.agenda import ProgrammeStart
from domain.inbox import Incoming, Settled
from domain.playbook import content_hash
from domain.record import Writing
from starter.web.problems import KINDS
from store.engine import write_transaction
from store.tables import onboardings
from store.webhooks import SqlWebhooks
from tests.repository.test_docs import blocks, rows, section
from tests.support import servers
from tests.support.adoption import OFTEN, used
from tests.support.databases import dossier, happened, standing
from tests.support.onboardings import ROOT, sample_deal
from tests.support.parts import LIBRARY
from tests.support.sealing import SEALING
from tests.support.simulation import calendar_of, deal
from tests.support.uploads import PDF
from tests.support.web import Web, web_on, working_web_on
from workflows.programme import id_of

temporal_address = servers.temporal_address

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
SHOWN_ID, SHOWN_OTHER = "pinecrest_2026", "acme_2026"
SHOWN_DAY = "2027-03-01"
SHOWN_VERSION = "f86f220aa55fafb4de4604c60c7b7ef2b87bbe3fc5bfd5b648e14f0eb9f5c0a0"


async def test_every_address_is_told_with_its_scope_and_summary(tmp_path: Path) -> None:
    """And it lists no address that does not exist."""
    async with web_on(tmp_path) as web:
        document = (await web.client.get("/openapi.json")).json()
    real = {
        (f"{method.upper()} {path}", operation["security"][0]["token"][0], operation["summary"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path.startswith("/api/")
    }

    documented = {(address.strip("`"), scope.strip("`"), what) for address, scope, what in addresses()}

    assert real == documented


def test_every_scope_and_every_problem_is_told() -> None:
    """Scopes with what they allow, problems with their status."""
    scopes = {cells[0].strip("`"): cells[1] for cells in rows(section(PAGE, "A token"))}
    problems = {cells[0].strip("`"): int(cells[1]) for cells in rows(section(PAGE, "Problems"))}

    assert dict(SCOPES) == scopes
    assert {kind: KINDS[kind].status for kind in KINDS} == problems


async def test_the_examples_run_from_top_to_bottom(tmp_path: Path, temporal_address: str) -> None:
    """Each example succeeds, and every address has one."""
    rooms = {"pages_url": "https://onboarding.example.com", "room_embed_origins": "https://app.example.com"}
    async with working_web_on(tmp_path, temporal_address, **rooms) as web:
        web.parts.inbox.keep([Incoming(source="deals", kind="deal_closed", key="1")])
        web.parts.inbox.settle({1: Settled(state="refused", outcome="no such owner", field="owner")})
        told_of(web)
        token = web.token()["authorization"].removeprefix("Bearer ")
        id, other = uuid4().hex, uuid4().hex
        calendar = calendar_of(deal("pinecrest-us"))
        later = calendar.working_day_from(calendar.day_of(datetime.now(UTC)) + timedelta(days=90)).isoformat()
        await after_the_hand_off(web, f"onboarding-file-{id}")
        another = LIBRARY.get("tech-touch").model_copy(update={"cadences": ()})
        web.parts.ledger.keep_playbook(another)
        version = content_hash(another)
        called = set()

        for words in curls():
            values = {"$TOKEN": token, "$DAY90": "", "$(uuidgen)": uuid4().hex, SHOWN_DAY: later}
            values |= {SHOWN_ID: id, SHOWN_OTHER: other, SHOWN_VERSION: version}
            deals = {"@deal.json": used_by_two(id)}
            deals["@another.json"] = sample_deal("pinecrest-us", id=other)
            if words[-1].endswith("/adoption"):
                weeks = {"marcus@pinecrest-vet.example": OFTEN, "paula@pinecrest-vet.example": (8,)}
                used(web.parts.engine, f"file-{id}", "Report Created", weeks)
            renewing = words[-1].endswith("/renewals")
            if renewing:
                ends_as(web, f"onboarding-file-{id}", "handed_over")
            answer = await curl(web, [replaced(word, values) for word in words], deals=deals)
            assert answer.status_code in (200, 201), (words, answer.text)
            if renewing:
                ends_as(web, f"onboarding-file-{id}", None)
            called.add((answer.request.method, answer.request.url.path))

    for address, _, _ in addresses():
        method, _, path = address.strip("`").partition(" ")
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))
        assert any(method == one and re.fullmatch(pattern, other) for one, other in called), address


async def after_the_hand_off(web: Web, onboarding: str) -> None:
    """Start its success programme; months lie between the first example and a hand-off."""
    client = (await web.parts.door()).client
    start = ProgrammeStart(onboarding=onboarding, since=datetime.now(UTC), owner="grace.lee")
    await client.start_workflow(
        "SuccessProgramme", start, id=id_of(onboarding), task_queue=web.parts.settings.task_queue
    )


def used_by_two(id: str) -> dict[str, Any]:
    """The deal of the examples, where single people are looked at, with another user."""
    sold = sample_deal("pinecrest-us", id=id, custom={"usage_by_person": True})
    paula = {"name": "Paula Ray", "email": "paula@pinecrest-vet.example", "role": "power_user"}
    return {**sold, "stakeholders": [*sold["stakeholders"], paula]}


def ends_as(web: Web, onboarding: str, ending: str | None) -> None:
    """Let the store have it as ended; months lie between the first example and a renewal."""
    with write_transaction(web.parts.engine) as connection:
        of_it = update(onboardings).where(onboardings.c.onboarding == onboarding)
        connection.execute(of_it.values(ending=ending))


def told_of(web: Web) -> None:
    """Add a webhook with one delivery that waits for it. It is disabled, since nothing listens at its address."""
    webhooks = SqlWebhooks(web.parts.engine, sealing=SEALING)
    webhooks.add("https://hooks.example.test/day90", types=(), secret="whsec_c2VjcmV0")
    web.parts.ledger.admit(dossier(), run="run")
    web.parts.ledger.write(Writing(onboarding="onboarding-file-1", journal=(happened(),), standing=standing()))
    webhooks.ready(1, now=datetime.now(UTC), most=1)
    webhooks.disable(1, reason="nothing listens")


def addresses() -> list[list[str]]:
    return [cells for cells in rows(section(PAGE, "Every address")) if len(cells) == 3]


def curls() -> list[list[str]]:
    lines = [line for block in blocks(PAGE, "sh") for line in block.replace("\\\n", " ").splitlines()]
    return [shlex.split(line) for line in lines if line.startswith("curl ")]


def replaced(word: str, values: dict[str, str]) -> str:
    for shown, real in values.items():
        word = word.replace(shown, real)
    return word


async def curl(web: Web, words: list[str], *, deals: dict[str, dict[str, Any]]) -> Any:
    """The answer of the app to the request that curl would send for those words."""
    method, headers, body, address = "", {}, None, ""
    form: list[str] = []
    rest = iter(words[1:])
    for word in rest:
        match word:
            case "-sf":
                continue
            case "-X":
                method = next(rest)
            case "-H":
                name, _, value = next(rest).partition(": ")
                headers[name] = value
            case "-d":
                body = next(rest)
            case "-F":
                form.append(next(rest))
            case _:
                address = word
    given: dict[str, Any] = {"json": deals[body]} if body in deals else {"content": body} if body else {}
    if form:
        fields = dict(part.split("=", 1) for part in form)
        file = fields.pop("file").removeprefix("@")
        given = {"data": fields, "files": {"file": (file, PDF)}}
    return await web.client.request(method or ("POST" if given else "GET"), address, headers=headers, **given)
