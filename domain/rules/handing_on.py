"""What speaks against giving onboardings to somebody? Nothing of it forbids it: whoever decides should know."""

from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple

from domain.rules.casting import staff_person
from domain.team import Member

What = Literal["full", "tier", "language", "role"]


class Caution(NamedTuple):
    """What speaks against it. `named` are the tiers or languages that they do not serve, or their role; `has` is how
    many onboardings they would have then, and `room` for how many they have room."""

    what: What
    named: tuple[str, ...] = ()
    has: int = 0
    room: int = 0


def cautions(
    to: Member, *, has: int, tiers: Collection[str], languages: Collection[str], gets: int
) -> Iterator[Caution]:
    """Of that member, who `has` so many open ones and `gets` more, of customers of those tiers and languages."""
    if has + gets > to.capacity:
        yield Caution("full", has=has + gets, room=to.capacity)
    if unserved := sorted(set(tiers) - set(to.tiers)):
        yield Caution("tier", tuple(unserved))
    if foreign := sorted(one for one in set(languages) if staff_person(to, one).language != one):
        yield Caution("language", tuple(foreign))
    if to.role != "csm":
        yield Caution("role", (to.role,))
