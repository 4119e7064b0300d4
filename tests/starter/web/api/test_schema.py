"""Does the API do what its OpenAPI document says? Asked by a program that nobody here wrote, on a real server."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from jsonschema import Draft202012Validator

from domain.access import SCOPES
from domain.inbox import Incoming
from domain.news import KINDS
from starter.web.api import rates
from starter.web.api.news import SET_BY_US, body_of
from tests.support import servers
from tests.support.onboardings import ROOT, sample_deal
from tests.support.web import served_web_on, web_on

temporal_address = servers.temporal_address

A_FEW = "4"
"""Examples for each operation, beside some 3,000 cases that it makes of the document itself."""
SEED = "20261125"
"""The same cases every time: nobody trusts a suite that finds something else every day. Others were tried by hand."""


@pytest.mark.timeout(900)  # two minutes, and five with five busy processes for each processor
def test_schemathesis_finds_nothing(temporal_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every check it has, over the whole document; what it has to be told stands in schemathesis.toml and its hooks.

    With one worker: Python 3.11 parses no two programs at once, which hypothesis does in its threads.
    """
    # It tries a wrong token at each address, of which there are more than a guesser has tries in a minute.
    monkeypatch.setattr(rates, "WRONG_A_MINUTE", 1_000_000)
    with served_web_on(tmp_path, temporal_address, api_rate=1_000_000, public_url=None) as (address, web):
        headers = web.token()
        deal = sample_deal("pinecrest-us", id=f"schema{os.getpid()}")
        started = httpx2.post(f"{address}/api/v1/onboardings", json=deal, headers=headers, timeout=60)
        assert 201 == started.status_code, started.text
        web.parts.inbox.keep([Incoming(source="nobody", kind="a test", key="1", body={"of": "ours"})])
        command = [
            str(Path(sys.executable).parent / "schemathesis"),
            "--config-file",
            str(ROOT / "tests/support/schemathesis.toml"),
        ]
        command += ["run", f"{address}/openapi.json", "--url", address, "--checks", "all", "--continue-on-failure"]
        command += ["--phases", "examples,coverage,fuzzing", "--max-examples", A_FEW, "--seed", SEED, "--workers", "1"]
        command += [
            "--request-timeout",
            "60",
            "-H",
            f"Authorization: {headers['authorization']}",
            "--no-shrink",
            "--no-color",
        ]
        told = {**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.support.schemathesis_hooks"}
        told |= {"ONBOARDING": started.json()["onboarding"]}
        done = subprocess.run(
            command, cwd=tmp_path, env=told, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )

    assert 0 == done.returncode, done.stdout[-6000:] + done.stderr[-2000:]
    tested = re.search(r"Tested: +(\d+)", done.stdout)
    assert tested is not None
    assert int(tested[1]) >= 34


@pytest.fixture(scope="module")
async def document(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The OpenAPI document. Nobody changes it, and to make it takes a second."""
    async with web_on(tmp_path_factory.mktemp("document")) as web:
        return (await web.client.get("/openapi.json")).json()


def operations(document: Any) -> dict[str, Any]:
    """Those of the API by their ids."""
    return {
        operation["operationId"]: operation
        for path, methods in document["paths"].items()
        for operation in methods.values()
        if path.startswith("/api/")
    }


def test_the_document_is_openapi_3_1(document: Any) -> None:
    """By a validator of others."""
    assert schemathesis.openapi.from_dict(document).validate() is None

    assert "3.1.0" == document["openapi"]


def test_every_default_and_every_example_is_what_its_own_schema_says(document: Any) -> None:
    """A client that is made from the document sends defaults, and checks what it sends."""

    def schemas(part: Any) -> Iterator[Any]:
        if isinstance(part, dict):
            yield part
            for inner in part.values():
                yield from schemas(inner)
        elif isinstance(part, list):
            for inner in part:
                yield from schemas(inner)

    components = document["components"]
    for schema in schemas(document):
        if not schema.keys() & {"type", "$ref", "anyOf"}:
            continue
        defaults = [schema["default"]] if "default" in schema else []
        examples = schema["examples"] if isinstance(schema.get("examples"), list) else []
        judge = Draft202012Validator({**schema, "components": components})
        for value in [*defaults, *examples]:
            assert [] == [error.message for error in judge.iter_errors(value)], schema


def test_every_operation_is_described(document: Any) -> None:
    """With a summary, a tag that is explained, its scope, an answer with a schema and an example, and every problem."""
    tags = {tag["name"] for tag in document["tags"]}

    for name, operation in operations(document).items():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)
        assert operation["summary"]
        assert tags.issuperset(operation["tags"])
        assert operation["security"][0]["token"][0] in SCOPES
        for status, answer in operation["responses"].items():
            if status == "304":
                continue
            [(media, content)] = answer["content"].items()
            if int(status) < 400:
                assert "example" in content or name in {"get_playbook", "get_schema", "get_dossier"}, (name, status)
            else:
                assert "application/problem+json" == media
                assert "#/components/schemas/ProblemDocument" == content["schema"]["$ref"]
        assert {"401", "403", "422", "429", "500", "503"} <= operation["responses"].keys()


def test_every_example_fits_its_schema(document: Any) -> None:
    """Those of requests and those of answers."""
    seen = 0
    for operation in operations(document).values():
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        shown = [(body["schema"], example) for example in body.get("schema", {}).get("examples", ())]
        for answer in operation["responses"].values():
            for content in answer.get("content", {}).values():
                shown += [(content["schema"], content["example"])] if "example" in content else []
                shown += [(content["schema"], one["value"]) for one in content.get("examples", {}).values()]
        for schema, example in shown:
            Draft202012Validator({**schema, "components": document["components"]}).validate(example)
            seen += 1

    assert seen > 300


def test_news_has_an_address_for_each_kind_with_its_fields(document: Any) -> None:
    """All but those that we set ourselves."""
    for kind, model in KINDS.items():
        assert kind in operations(document)
        assert set(model.model_fields) - set(SET_BY_US) == set(body_of(kind).model_fields)
