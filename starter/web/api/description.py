"""What does the OpenAPI document say that FastAPI cannot know? Problems, tokens, tags, samples and our address."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from domain.access import MARK, SCOPES
from starter.web.api.gate import SCHEME
from starter.web.problems import ProblemDocument

TAGS = {
    "onboardings": "start onboardings, and see how they stand",
    "metrics": "what customers bought it for, and what it has come to",
    "adoption": "who uses the product, and whom to thank or to help",
    "renewals": "who renewed or left after the hand-off",
    "news": "report what happened; the business may refuse it, and says why",
    "questions": "what customers ask, what is answered, and how fast",
    "files": "documents of an onboarding with their versions",
    "room": "what customers say in their room: goals they agree to, colleagues they name, trainings they rate",
    "audit": "who approved what, in a form that can be verified",
    "playbooks": "the plans that onboardings follow",
    "inbox": "what other systems delivered",
    "webhooks": "what other systems were sent, and sending it again",
    "health": "whether the process can work",
}


SAMPLES: Mapping[str, Any] = json.loads(Path(__file__).with_name("samples.json").read_text(encoding="utf-8"))
"""Real answers by operation, with lists cut short; all news shares one."""


def describe(app: FastAPI, *, address: str) -> None:
    """Have our OpenAPI document answered at /openapi.json; it is built at the first request."""
    app.openapi = _described(app, address)  # type: ignore[method-assign]  # FastAPI's own way to change it


def _described(app: FastAPI, address: str) -> Callable[[], dict[str, Any]]:
    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, address)
        return app.openapi_schema

    return openapi


def _document(app: FastAPI, address: str) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary=app.summary,
        routes=app.routes,
        servers=[{"url": address}],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    parts = document.setdefault("components", {})
    parts.setdefault("schemas", {})["ProblemDocument"] = ProblemDocument.model_json_schema()
    scopes = "; ".join(f"`{scope}`: {allows}" for scope, allows in SCOPES.items())
    parts["securitySchemes"] = {
        SCHEME: {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": f"{MARK}…",
            "description": f"A token of `day90 token create`. Its scopes: {scopes}.",
        }
    }
    for path in document["paths"].values():
        for operation in path.values():
            _show(operation)
    used = {tag for path in document["paths"].values() for operation in path.values() for tag in operation["tags"]}
    document["tags"] = [{"name": name, "description": text} for name, text in TAGS.items() if name in used]
    return document


def _show(operation: dict[str, Any]) -> None:
    """Add the sample of its answer to an operation that has one."""
    own, shared = SAMPLES.get(operation["operationId"]), SAMPLES["news"] if "news" in operation["tags"] else None
    sample = own or shared
    for status, answer in operation["responses"].items():
        if sample is not None and status in ("200", "201"):
            answer["content"]["application/json"]["example"] = sample
