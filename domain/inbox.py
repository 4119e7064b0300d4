"""What do other systems deliver to us? One delivery as it comes in, as it waits in the inbox, and what became of it."""

from typing import Any, Literal

from domain.wire import Instant, Wire

InboxState = Literal["waiting", "done", "kept", "refused"]
"""`done`: what had to follow has followed; `kept`: for a process that comes later; `refused`: a person must look."""


class Incoming(Wire):
    """One delivery, verified and read, and not kept yet.

    `key` is what tells it from every other delivery of that source: a second one with the same key is the same one.
    `subject` is what it is about, a deal's id or an onboarding's; what has one subject is worked through in order.
    """

    source: str
    kind: str
    key: str
    subject: str = ""
    body: Any = None


class InboxRow(Incoming):
    """A delivery as it is kept. `outcome` says in words what became of it; while it waits, what it waits for.

    `field` is the part of it that a refusal is about; `onboarding` the one that it started or told something; `tries`
    how often it failed by an error that nobody foresaw; `not_before` is the moment that it waits for, if for one.
    """

    id: int
    state: InboxState
    outcome: str = ""
    field: str = ""
    onboarding: str = ""
    received_at: Instant
    settled_at: Instant | None = None
    tries: int = 0
    not_before: Instant | None = None


class Settled(Wire):
    """What became of a delivery. One that goes on `waiting` is tried again by itself, `not_before` that moment."""

    state: InboxState = "done"
    outcome: str
    field: str = ""
    onboarding: str = ""
    not_before: Instant | None = None


MOST_TRIES = 20
"""Tries of a delivery that fails by an error that nobody foresaw. They last half an hour, long enough for what passes
by itself; a fault of ours does not pass, and somebody must hear of it the morning after."""


def given_up(kind: str, tries: int) -> Settled:
    """What becomes of a delivery after so many such errors. Of the error only its `kind`: its text may name people."""
    times = f"failed {tries} times by an error that day90 did not foresee ({kind})"
    return Settled(state="refused", outcome=f"{times}: report it, and try the delivery again once that is mended")
