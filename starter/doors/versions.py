"""Which version of a playbook is meant by a hash, and may this onboarding go by it? Asked before anything is told."""

from typing import Protocol

from activities.ports import Library
from domain.agenda import State
from domain.playbook import Playbook, content_hash
from domain.refusal import Refused
from domain.rules.changing import why_not
from starter.trouble import InvalidNews

SHORTEST = 8
"""Digits by which a version may be named: enough for more versions than anybody writes."""


class Versions(Protocol):
    """What is asked of the ledger."""

    def playbook(self, hashed: str) -> Playbook | None: ...

    def playbooks_like(self, beginning: str) -> tuple[str, ...]: ...


def version(hashed: str, versions: Versions, library: Library) -> tuple[str, Playbook]:
    """The kept version whose hash begins like that, or the one in the library.

    Answers with its whole hash. Raises InvalidNews.
    """
    if len(hashed) < SHORTEST:
        raise InvalidNews(f"is no hash of a version: give at least {SHORTEST} of its digits", field="to")
    there = {content_hash(one): one for one in library.usable()}
    found = {*versions.playbooks_like(hashed), *(one for one in there if one.startswith(hashed))}
    if len(found) > 1:
        raise InvalidNews(f"{hashed} begins the hashes of {len(found)} versions: give more of it", field="to")
    for whole in found:
        return whole, versions.playbook(whole) or there[whole]
    raise InvalidNews(
        f"{hashed} is the hash of no playbook that is kept or lies in the library: `day90 playbook plan KEY` shows it",
        field="to",
    )


def refuse_unfit(state: State, before: Playbook, to: Playbook) -> None:
    """Raises Refused where that onboarding cannot go by that version."""
    if reason := why_not(state, before, to):
        raise Refused(reason, field="to")
