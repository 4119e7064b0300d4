"""Is it as the documents say? Examples are read, links followed, and the Temporal CLI's commands run as they stand."""

import asyncio
import itertools
import json
import re
import shlex
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import Client

from domain.agenda import Outcome, Progress
from domain.deal import DealClosed
from domain.finding import EXPLAINED
from domain.news import KINDS, News, read_news
from domain.text import in_language
from playbooks.library import Library
from runtime.connection import connect
from runtime.settings import PREFIX, Settings
from starter.cli.app import app
from tests.playbooks.test_content import IDS, PARTS_OF_STAGES, carried
from tests.support import servers
from tests.support.onboardings import sample_deal
from tests.support.parts import parts
from wiring.worker import day90_worker
from workflows import options
from workflows.onboarding import SIGNALS
from workflows.visibility import ALL_KEYS

ROOT = Path(__file__).resolve().parents[2]
INDEX = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
TEMPORAL = (ROOT / "docs" / "temporal.md").read_text(encoding="utf-8")
MESSAGES = (ROOT / "docs" / "signals-and-updates.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SOURCES = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]

SHOWN_ID, SHOWN_DEAL = "onboarding-file-pinecrest_2026", "examples/pinecrest-us.json"
SEEN_WITHIN = 10.0
"""Seconds until the server's search knows what a workflow has told it; usually one."""

temporal_address = servers.temporal_address


# ------------------------------------------------------------------------------------------------ reading Markdown


def section(page: str, title: str) -> str:
    """What stands under that heading, up to the next of its level or above."""
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^#{{1,2}} |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, f"no heading {title!r}"
    return found[2]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def examples(text: str) -> list[Any]:
    return [json.loads(block) for block in blocks(text, "json")]


def named_examples(title: str) -> dict[str, tuple[str, Any]]:
    """Of every `### name` in that section: its text, and its one example."""
    parts = re.split(r"^### `(\w+)`\n", section(MESSAGES, title), flags=re.MULTILINE)[1:]
    found = dict(zip(parts[::2], parts[1::2], strict=True))
    return {name: (text, one) for name, text in found.items() for one in examples(text)}


def rows(text: str) -> list[list[str]]:
    """The cells of every table row, without the headings."""
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line] for line in lines]


def commands(text: str, program: str) -> list[list[str]]:
    """The words of every command line of that program in the shell examples."""
    lines = [line for block in blocks(text, "sh") for line in block.replace("\\\n", " ").splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith(f"{program} ")]


# What stands behind a pipe is another program's.
OUR_COMMANDS = [
    tuple(itertools.takewhile(lambda word: word != "|", words))
    for page in PAGES
    for words in commands(page.read_text(encoding="utf-8"), "./day90")
]


# ------------------------------------------------------------------------------------------------ messages


def test_every_update_has_an_example() -> None:
    assert list(KINDS) == list(named_examples("Updates"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_an_update_is_understood(kind: str) -> None:
    _, example = named_examples("Updates")[kind]

    assert () == read_news(kind, example).ignored


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_of_updates_tells_what_each_needs_and_may_have(kind: str) -> None:
    table = {cells[0].strip("`"): cells for cells in rows(section(MESSAGES, "Updates"))}
    fields = KINDS[kind].model_fields
    # A note is of every piece of news, and needed where it is all of it.
    own = {name: field for name, field in fields.items() if name in KINDS[kind].__annotations__}
    needs, may_have = (set(re.findall(r"`(\w+)`", cell)) for cell in table[kind][1:3])

    assert set(own) == needs | may_have
    assert {name for name, field in own.items() if field.is_required()} <= needs


def test_what_all_news_may_carry_is_told() -> None:
    told = {cells[0].strip("`") for cells in rows(section(MESSAGES, "News"))}

    assert set(News.model_fields) - {"ignored"} == told


def test_every_signal_has_an_example_that_is_understood() -> None:
    shown = named_examples("Signals")

    assert list(SIGNALS) == list(shown)
    for signal, (_, example) in shown.items():
        assert () == read_news(SIGNALS[signal], example).ignored


def test_the_least_deal_is_one_and_every_field_is_told() -> None:
    start = section(MESSAGES, "Start")
    told = {name for cells in rows(start) for name in re.findall(r"`(\w+)`", cells[0])}

    DealClosed.model_validate(examples(start)[0])

    assert set(DealClosed.model_fields) == told


def test_sample_answers_have_the_fields_of_the_answers() -> None:
    [answer] = examples(section(MESSAGES, "Answer"))
    [result] = examples(section(MESSAGES, "Result"))

    assert list(Progress.model_fields) == list(answer)
    assert answer == Progress.model_validate(answer).model_dump(mode="json")
    assert set(Outcome.model_fields) == set(result)


# ------------------------------------------------------------------------------------------------ tables and links


def test_every_setting_has_its_row() -> None:
    told = {cells[0].strip("`") for cells in rows(section(SETTINGS, "Environment variables"))}

    assert {PREFIX + name.upper() for name in Settings.model_fields} == told


def test_every_search_attribute_has_its_row_with_its_type() -> None:
    shown = {cells[0].strip("`"): cells[1] for cells in rows(section(TEMPORAL, "Search attributes"))}

    assert {key.name: key.indexed_value_type.name.replace("_", "") for key in ALL_KEYS} == {
        name: kind.upper() for name, kind in shown.items()
    }


def test_every_timeout_is_among_the_defaults() -> None:
    defaults = (ROOT / "docs" / "defaults.md").read_text(encoding="utf-8")
    shown = {cells[0].strip("`") for cells in rows(defaults)}

    assert {name for name in vars(options) if name.isupper()} <= shown


def test_every_finding_of_the_sweep_has_its_section_with_all_that_an_alarm_needs() -> None:
    """What fired, why a person is needed, what to do; so has every other alarm."""
    alarms = [part.partition("\n") for part in re.split(r"^### ", OPERATIONS, flags=re.MULTILINE)[1:]]
    titles = [title for title, _, _ in alarms]

    for title, _, text in alarms:
        assert ["Fired", "Why a person", "Do"] == re.findall(r"^\*\*(.+):\*\*", text, re.MULTILINE), title
    for kind, explained in EXPLAINED.items():
        assert f"`{kind}`: {in_language(explained.what, 'en')}" in titles


@pytest.mark.parametrize("words", dict.fromkeys(re.findall(r"`\./day90 ([^`]+)`", OPERATIONS)))
def test_the_commands_of_the_alarms_are_understood(words: str) -> None:
    """With `ONBOARDING` and the like as they stand."""
    app.parse_args(shlex.split(words), exit_on_error=False, print_error=False)


def test_the_sources_list_every_id_and_handle() -> None:
    shown = set(re.findall(r"`([A-Z]+[0-9]?[-.]?[\w.-]*)`", SOURCES))

    assert {id for ids in IDS.values() for id in ids} <= shown


def test_the_sources_say_playbook_of_exactly_what_it_carries() -> None:
    """The parts of the stages stand in a table of their own."""
    in_stages = {id for id in IDS["stages"] if id.partition(".")[0] in PARTS_OF_STAGES}
    said = {cells[0].strip("`") for cells in rows(SOURCES) if cells[-1].startswith("playbook:")}

    assert carried(Library().get("high-touch")) - in_stages == said


def test_relative_links_lead_somewhere() -> None:
    found = [(str(page.relative_to(ROOT)), link, leads_somewhere(page, link)) for page in PAGES for link in links(page)]

    assert len(found) > 20
    assert [] == [(page, link) for page, link, leads in found if not leads]


def test_the_index_leads_to_every_page() -> None:
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"}

    assert pages <= set(re.findall(r"\]\(([^)\s]+)\)", INDEX))


def links(page: Path) -> Iterator[str]:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in link:
            yield link


def leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    if not target.exists():
        return False
    headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE) if anchor else []
    return not anchor or anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


# ------------------------------------------------------------------------------------------------ commands


@pytest.mark.parametrize("words", dict.fromkeys(OUR_COMMANDS), ids=" ".join)
def test_our_own_commands_are_understood(words: tuple[str, ...]) -> None:
    """Their words on every page, not what they do. `test` is the launcher's."""
    if words[0] != "test":
        app.parse_args(words, exit_on_error=False, print_error=False)


@pytest.fixture
async def task_queue(client: Client) -> AsyncIterator[str]:
    """A queue on which the real worker works."""
    queue = f"docs-{uuid4().hex}"
    async with day90_worker(client, parts(), task_queue=queue):
        yield queue


@pytest.fixture
async def client(temporal_address: str) -> Client:
    return await connect(address=temporal_address)


async def test_the_commands_of_the_temporal_cli_work_as_they_stand(
    temporal_address: str, task_queue: str, tmp_path: Path
) -> None:
    """With a deal, a queue and an address of the test's own, and what the searches look for put in."""
    deal = sample_deal("pinecrest-us", id=uuid4().hex)
    onboarding = f"onboarding-file-{deal['id']}"
    file = tmp_path / "deal.json"
    file.write_text(json.dumps(deal), encoding="utf-8")
    ours = {SHOWN_ID: onboarding, SHOWN_DEAL: str(file), "day90": task_queue}
    shown = commands(TEMPORAL, "temporal")
    ran: list[str] = []

    for words in shown:
        told = await temporal([ours.get(word, word) for word in words], address=temporal_address)
        ran.append(" ".join(words[1:3]) if words[1] == "update" else words[1])
        if words[1] == "start":
            again = [ours.get(word, word) for word in words]
            assert "already" in (await temporal(again, address=temporal_address, fails=True))["error"]
            await opened(onboarding, address=temporal_address)
        if words[1] == "update":
            assert told["result"]["onboarding"] == onboarding
        if words[1] == "query":
            assert told["queryResult"]
        if words[1] in ("list", "count"):
            await finds(words, onboarding, address=temporal_address)

    assert {"start", "signal", "update execute", "query", "list", "count"} == set(ran)
    progress = await ask(onboarding, "progress", address=temporal_address)
    assert {"kickoff_held", "plan_agreed", "access_provisioned"}.isdisjoint(progress["waiting_for"])


async def temporal(words: list[str], *, address: str, fails: bool = False) -> Any:
    """What the Temporal CLI answers, as JSON."""
    program = str(Path(sys.executable).parent / "temporal")
    process = await asyncio.create_subprocess_exec(
        program, *words, "--address", address, "--output", "json",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, wrong = await process.communicate()
    assert fails == bool(process.returncode), f"temporal {shlex.join(words)}: {wrong.decode()}"
    return {"error": wrong.decode()} if fails else json.loads(told or "null")


async def ask(onboarding: str, query: str, *, address: str) -> Any:
    words = ["workflow", "query", "--workflow-id", onboarding, "--name", query]
    return (await temporal(words, address=address))["queryResult"][0]


async def opened(onboarding: str, *, address: str) -> None:
    while (await ask(onboarding, "progress", address=address))["status"] == "opening":
        await asyncio.sleep(0.1)


async def finds(words: list[str], onboarding: str, *, address: str) -> None:
    """The same search, for what is so of ours, finds it."""
    progress = await ask(onboarding, "progress", address=address)
    status, wait, owner = progress["status"], progress["waiting_for"][0], progress["owner"]
    real = {"OnboardingStatus": status, "WaitingFor": wait, "Owner": owner}
    query = words[words.index("--query") + 1]
    for name, value in real.items():
        query = re.sub(rf"{name} = '\w[^']*'", f"{name} = '{value}'", query)
    query = re.sub(r"GoLiveDue < '[^']*'", "GoLiveDue < '2100-01-01T00:00:00Z'", query)
    wanted = ["workflow", "count" if words[1] == "count" else "list", "--query", query]
    until = asyncio.get_running_loop().time() + SEEN_WITHIN
    while True:
        told = await temporal(wanted, address=address)
        if words[1] == "count" and int(told["count"]) > 0:
            return
        if words[1] == "list" and onboarding in {found["execution"]["workflowId"] for found in told}:
            return
        assert asyncio.get_running_loop().time() < until, f"not found: {query}"
        await asyncio.sleep(0.2)


def test_each_decision_has_a_number_of_its_own() -> None:
    paths = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    numbers = [int(path.name[:4]) for path in paths]
    titles = [path.read_text(encoding="utf-8").split(".")[0] for path in paths]
    assert len(set(numbers)) == len(numbers)
    assert titles == [f"# {number}" for number in numbers]
