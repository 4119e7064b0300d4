"""Is a playbook as long as one that people write? What is longer is refused before anything else is looked at."""

from collections.abc import Iterator

from pydantic import BaseModel

from domain.playbook import Playbook
from playbooks.complaint import Spot

Finding = tuple[Spot, str]

MOST = 150
"""Entries of one list, and milestones of a playbook: five times what the shipped ones have. Checks compare entries with
each other, so that a file of a megabyte that is nothing but milestones would take hours."""


def too_long(playbook: Playbook) -> list[Finding]:
    """Findings about lists with more entries than any playbook needs."""
    findings = list(_long_lists(playbook, ()))
    if not findings and len(playbook.milestones) > MOST:
        findings.append((("stages",), f"hold {len(playbook.milestones)} milestones: {MOST} are the most"))
    return findings


def _long_lists(part: BaseModel, at: Spot) -> Iterator[Finding]:
    for name, field in type(part).model_fields.items():
        value, spot = getattr(part, name), (*at, field.alias or name)
        if isinstance(value, BaseModel):
            yield from _long_lists(value, spot)
        if not isinstance(value, tuple):
            continue
        if len(value) > MOST:
            yield spot, f"holds {len(value)} entries: {MOST} are the most"
        for index, each in enumerate(value):
            if isinstance(each, BaseModel):
                yield from _long_lists(each, (*spot, index))
