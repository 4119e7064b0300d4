"""What becomes of messages that wait for somebody who has gone? They follow to who took over, or are withdrawn."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from domain.notice import NoticeKind
from domain.record import HandedOver
from store.digests import unseal
from store.links import revoke_links
from store.tables import notices

ASKED_ANEW: tuple[NoticeKind, ...] = ("sign_off_request", "plan", "contact_welcome")
"""What whoever takes over is asked in a message of their own."""


def hand_over(connection: Connection, onboarding: str, orders: Sequence[HandedOver], *, now: datetime) -> None:
    """Let what waits in the outbox follow the people, and what they could do by links end. Again it changes nothing."""
    for order in orders:
        theirs = (notices.c.onboarding == onboarding) & (notices.c.person == order.person)
        if order.to != order.person:
            revoke_links(connection, onboarding, order.person, now=now)
        if order.to != order.person or order.rewritten:
            unseal(connection, theirs, reason=f"{order.person} reads it no more")
        for row in connection.execute(select(notices).where(theirs, notices.c.state == "waiting")).all():
            if order.to is None:
                _withdraw(connection, row, f"{order.person} takes part no more")
            elif order.to != order.person and _pointless(connection, row, order):
                _withdraw(connection, row, f"{order.to} took over from {order.person} and is written to anew")
            else:
                facts = {**row.facts, "receiver": order.name}
                values = {"person": order.to, "channel": order.channel, "facts": facts}
                connection.execute(update(notices).where(notices.c.id == row.id).values(values))


def _pointless(connection: Connection, row: Row[Any], order: HandedOver) -> bool:
    """Whether who takes over need not read that: it is asked anew, in another language, or they have it already."""
    if order.rewritten or row.kind in ASKED_ANEW:
        return True
    twin = f"{row.key.removesuffix(f'/{row.person}')}/{order.to}"
    of_it = (notices.c.onboarding == row.onboarding) & (notices.c.key == twin)
    return connection.scalar(select(notices.c.id).where(of_it)) is not None


def _withdraw(connection: Connection, row: Row[Any], reason: str) -> None:
    connection.execute(update(notices).where(notices.c.id == row.id).values(state="withdrawn", reason=reason))
