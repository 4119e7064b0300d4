"""What does docs/events.md say? Written from the models: `python -m tests.support.event_page`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from domain.events import KINDS, PREFIX, TEST, Entry, event_id, event_of, json_schema

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, SCHEMA = DOCS / "events.md", DOCS / "events.schema.json"
SAMPLE = Entry(
    onboarding="onboarding-hubspot-77120",
    seq=4711,
    key="fact/milestone_reached/kickoff_held/0e1f9a3c5b7d",
    kind="milestone_reached",
    about="kickoff_held",
    at=datetime(2026, 11, 9, 15, 0, tzinfo=UTC),
    recorded_at=datetime(2026, 11, 9, 15, 2, 11, tzinfo=UTC),
)
INTRODUCTION = """# Events

What day90 tells other systems: one event for every entry of an onboarding's journal. How they are delivered, signed
and verified is in [webhooks](webhooks.md). This page is written from `domain/events.py`
(`python -m tests.support.event_page`), and a test holds that no entry of the journal is missing.

An event is thin: it says that something happened and to what, by ids, and never what was written or by whom. Read the
rest from the API at `data.url`, with a token of your own. So nothing private travels, and an event that comes late or
twice misleads nobody.
"""


def page() -> str:
    schema = json_schema()
    sample = event_of(SAMPLE, public_address="https://day90.example.com").model_dump(mode="json")
    parts = [
        INTRODUCTION,
        "## An event\n",
        f"```json\n{json.dumps(sample, indent=2)}\n```\n",
        f"Its `webhook-id` is `{event_id(SAMPLE.onboarding, SAMPLE.key)}`: the same for this entry at\n"
        "every try, after a resend, and for every target.\n",
        "| field | type | meaning |",
        "| --- | --- | --- |",
        *_fields(schema["properties"], ""),
        *_fields(schema["$defs"]["EventData"]["properties"], "data."),
        "",
        "The JSON Schema is [events.schema.json](events.schema.json), as `day90 webhook events --schema` prints it.\n"
        "Fields are only ever added.\n",
        "## Types\n",
        f"The type is `{PREFIX}` and the kind of the entry. A later version may have more: ignore what you do not\n"
        "know.\n",
        "| type | what happened | `about` names |",
        "| --- | --- | --- |",
        *(f"| `{PREFIX}{kind}` | {told.what} | {told.about or '–'} |" for kind, told in KINDS.items()),
        "",
        f"Besides, `{TEST}` is what `day90 webhook test` sends: an event of the same shape, of no onboarding.\n",
    ]
    return "\n".join(parts)


def _fields(fields: dict[str, Any], prefix: str) -> list[str]:
    return [
        f"| `{prefix}{name}` | {_type(field)} | {field['description']} |"
        for name, field in fields.items()
        if "$ref" not in field
    ]


def _type(field: dict[str, Any]) -> str:
    return "moment, ISO 8601" if field.get("format") == "date-time" else str(field["type"])


def schema_text() -> str:
    return json.dumps(json_schema(), indent=2) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    SCHEMA.write_text(schema_text(), "utf-8")
