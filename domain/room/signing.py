"""How does a sign-off stand? Asked, given or refused, round by round, from the rows of the journal about it."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from domain.record import JournalRow
from domain.rules.contacts import LEAVES, ON_ITS_DAY, REFUSED

KINDS = (
    "sign_off_asked",
    "sign_off_given",
    "sign_off_rejected",
    "milestone_reached",
    "milestone_reopened",
    "milestone_waived",
    "contact_replaced",
    "contact_left",
    ON_ITS_DAY,
    REFUSED,
    "playbook_changed",
)
"""The rows of the journal that are read."""
DECIDES = ("sign_off_given", "sign_off_rejected", "milestone_reached")
OF_SIGN_OFFS_ALONE = ("sign_off_given", "sign_off_rejected")

Decision = Literal["approved", "rejected"]


class Numbered(NamedTuple):
    """A row of the journal with its number."""

    seq: int
    row: JournalRow


class Decided(NamedTuple):
    """What somebody has decided about a sign-off.

    `seq` is the number of the journal's row, `round` which time it was asked for, `missing` who was left to sign.
    """

    seq: int
    round: int
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

    `asked` is the number of the row by which it was asked for last, 0 while it is not, and `round` which time that was;
    `why` is why it was asked for again, `said` what was written about that; `decided` is everything that was decided so
    far, in order; `signed` is who has signed in the round that is open, `refused_by` whose no stands; `refused` is the
    no that led to this round.
    """

    milestone: str
    asked: int = 0
    round: int = 0
    why: str = ""
    said: str = ""
    decided: tuple[Decided, ...] = ()
    signed: tuple[str, ...] = ()
    refused_by: tuple[str, ...] = ()
    refused: Decided | None = None

    def takes(self, signers: Sequence[str], *, all_of_them: bool) -> tuple[str, ...]:
        """Whose yes it still takes: of each who has not given it, of those who said no, or of any one signer."""
        if all_of_them:
            return tuple(id for id in signers if id not in self.signed)
        return self.refused_by or tuple(signers)

    @property
    def signers(self) -> tuple[str, ...]:
        """Who has said yes in the last round that was decided, in order; nobody where it was refused last."""
        if not self.decided or self.decided[-1].decision == "rejected":
            return ()
        last = self.decided[-1].round
        return tuple(dict.fromkeys(one.by for one in self.decided if one.round == last and one.by))

    def version(self, *shown: str) -> str:
        """What stands for that which a signer is shown: another one as soon as any of it changes."""
        text = "\n".join((self.milestone, str(self.asked), *self.signed, *shown))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def sign_off(milestone: str, rows: Iterable[Numbered]) -> SignOff:
    """How the sign-off of that milestone stands after those rows, which are in the order of writing."""
    state, rows = SignOff(milestone), list(rows)
    refused = {row.key.removesuffix("/refused") for _, row in rows if row.kind == REFUSED}
    for seq, row in rows:
        if row.kind in ("contact_replaced", "contact_left"):
            state = state if row.key in refused or row.data.get("ahead") else _without(state, row)
        elif row.kind == ON_ITS_DAY:
            state = _without(state, row) if row.key.endswith(f"/{LEAVES}") else state
        elif row.about == milestone:
            state = _after(state, seq, row)
    return state


def _after(state: SignOff, seq: int, row: JournalRow) -> SignOff:
    match row.kind:
        case "sign_off_asked":
            why = str(row.data.get("why", ""))
            return state._replace(asked=seq, round=state.round + 1, why=why, said=row.note or "", signed=())
        case "sign_off_given":
            decided = _decided(seq, row, state.round)
            signed = (*state.signed, row.by or "")
            still = tuple(id for id in state.refused_by if id != row.by)
            return state._replace(signed=signed, refused_by=still, decided=(*state.decided, decided))
        case "sign_off_rejected":
            refused = _decided(seq, row, state.round)
            no = tuple(dict.fromkeys([*state.refused_by, row.by or ""]))
            decided_so_far = (*state.decided, refused)
            return state._replace(asked=0, signed=(), refused_by=no, refused=refused, decided=decided_so_far)
        case "milestone_reached":
            decided = _decided(seq, row, state.round)
            return _over(state)._replace(decided=(*state.decided, decided))
        case "milestone_reopened" | "milestone_waived":
            return _over(state)
    return state


def _over(state: SignOff) -> SignOff:
    return state._replace(asked=0, signed=(), refused_by=(), refused=None)


def _without(state: SignOff, row: JournalRow) -> SignOff:
    """Whoever takes over stands for who has gone; without a successor what was given stays given, and no no stands."""
    to = str(row.data.get("to") or "")
    signed = tuple(dict.fromkeys((to or id) if id == row.about else id for id in state.signed))
    no = tuple(dict.fromkeys(id for id in (to if one == row.about else one for one in state.refused_by) if id))
    return state._replace(signed=signed, refused_by=no)


def decisions(states: Iterable[SignOff]) -> list[tuple[str, Decided]]:
    """Every decision of those sign-offs, each with its milestone; the newest first."""
    each = [(state.milestone, decided) for state in states for decided in state.decided]
    return sorted(each, key=lambda one: one[1].seq, reverse=True)


def signed_ever(rows: Iterable[Numbered]) -> frozenset[str]:
    """The milestones that were signed, refused or asked for at any time, whatever the playbook says of them now."""
    kinds = ("sign_off_asked", *OF_SIGN_OFFS_ALONE)
    return frozenset(row.about for _, row in rows if row.kind in kinds)


def playbook_at(rows: Iterable[Numbered], seq: int, now: str) -> str:
    """The hash of the playbook that held when the row of that number was written; `now` is that of today."""
    later = [row for number, row in rows if row.kind == "playbook_changed" and number > seq]
    return str(later[0].data.get("from") or now) if later else now


def _decided(seq: int, row: JournalRow, round: int) -> Decided:
    return Decided(
        seq,
        round,
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
