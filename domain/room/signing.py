"""How does a sign-off stand? Asked, given or refused, round by round, from the rows of the journal about it."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from domain.record import JournalRow

KINDS = (
    "sign_off_asked",
    "sign_off_given",
    "sign_off_rejected",
    "milestone_reached",
    "milestone_reopened",
    "milestone_waived",
)
"""The rows of the journal that are read."""
DECIDES = ("sign_off_given", "sign_off_rejected", "milestone_reached")

Decision = Literal["approved", "rejected"]


class Numbered(NamedTuple):
    """A row of the journal with its number."""

    seq: int
    row: JournalRow


class Decided(NamedTuple):
    """What somebody has decided about a sign-off. `seq` is the number of the journal's row, `missing` who is left."""

    seq: int
    decision: Decision
    by: str
    at: datetime
    via: str
    proved: bool
    note: str
    reasons: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class SignOff(NamedTuple):
    """A sign-off as it stands.

    `asked` is the number of the row by which it was asked for last, 0 while it is not; `why` is why it was asked for
    again, `said` what was written about that; `decided` is everything that was decided so far, in order; `signed` is
    who has signed in the round that is open.
    """

    milestone: str
    asked: int = 0
    why: str = ""
    said: str = ""
    decided: tuple[Decided, ...] = ()
    signed: tuple[str, ...] = ()

    @property
    def again(self) -> bool:
        """Whether it is asked for after a refusal."""
        return bool(self.asked) and bool(self.decided) and self.decided[-1].decision == "rejected"

    def version(self, *shown: str) -> str:
        """What stands for that which a signer is shown: another one as soon as any of it changes."""
        text = "\n".join((self.milestone, str(self.asked), *self.signed, *shown))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def sign_off(milestone: str, rows: Iterable[Numbered]) -> SignOff:
    """How the sign-off of that milestone stands after those rows, which are in the order of writing."""
    state = SignOff(milestone)
    for seq, row in rows:
        if row.about != milestone:
            continue
        match row.kind:
            case "sign_off_asked":
                why = str(row.data.get("why", ""))
                state = state._replace(asked=seq, why=why, said=row.note or "", signed=())
            case "sign_off_given":
                state = state._replace(
                    signed=(*state.signed, row.by or ""), decided=(*state.decided, _decided(seq, row))
                )
            case "sign_off_rejected":
                state = state._replace(asked=0, signed=(), decided=(*state.decided, _decided(seq, row)))
            case "milestone_reached":
                state = state._replace(asked=0, decided=(*state.decided, _decided(seq, row)))
            case "milestone_reopened" | "milestone_waived":
                state = state._replace(asked=0, signed=())
    return state


def decisions(rows: Sequence[Numbered], signed: Iterable[str]) -> list[tuple[str, Decided]]:
    """Every decision about the milestones in `signed`, which take a sign-off, with its milestone; the newest first."""
    wanted = set(signed)
    return [
        (row.about, _decided(seq, row)) for seq, row in reversed(rows) if row.kind in DECIDES and row.about in wanted
    ]


def _decided(seq: int, row: JournalRow) -> Decided:
    return Decided(
        seq,
        "rejected" if row.kind == "sign_off_rejected" else "approved",
        row.by or "",
        row.at,
        row.via,
        row.proved,
        row.note or "",
        tuple(str(reason) for reason in row.data.get("reasons", ())),
        tuple(row.data.get("reopened", ())),
        tuple(row.data.get("missing", ())),
    )
