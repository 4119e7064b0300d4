"""Do the playbooks and the staff of a company fit each other? Finds tiers that hide each other and roles nobody has.

With all of it onboardings still run (another playbook is chosen, a CSM stands in), so these are warnings.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time
from itertools import combinations
from typing import NamedTuple, get_args

from domain.playbook import Playbook
from domain.team import Member, Team, TouchModel, VendorRole
from playbooks.complaint import Complaint, Spot
from playbooks.lint.walk import every_milestone
from playbooks.reading import Written

BY_TOUCH: tuple[TouchModel, ...] = ("tech", "low", "high")
"""The touch models, from the one that takes the least of our time to the one that takes the most."""


class Shelved(NamedTuple):
    """A playbook and the file that it was read from."""

    written: Written
    playbook: Playbook


def tiers(shelf: Sequence[Shelved]) -> Iterator[Complaint]:
    """Warnings about two playbooks for one tier, and about tiers in which whoever pays more gets less of us."""
    at: Spot = ("from_yearly_value",)
    for (first, one), (second, other) in combinations(shelf, 2):
        value = other.from_yearly_value
        if one.from_yearly_value == value and _folder(first) == _folder(second):
            chosen, hidden = sorted(((one.key, first), (other.key, second)), key=lambda pair: pair[0])
            what = f"is {value:,.0f} as in {chosen[0]!r}, which is chosen: this one is for deals that name it"
            yield hidden[1].complaint(at, what, "warning")
        dearer, cheaper = sorted((Shelved(first, one), Shelved(second, other)), key=_height, reverse=True)
        if (
            _height(dearer) > _height(cheaper)
            and dearer.playbook.from_yearly_value < cheaper.playbook.from_yearly_value
        ):
            what = (
                f"is {dearer.playbook.from_yearly_value:,.0f}, but {cheaper.playbook.key!r} with its"
                f" {cheaper.playbook.touch} touch begins at {cheaper.playbook.from_yearly_value:,.0f}: the dearer deals"
                " would get less of us"
            )
            yield dearer.written.complaint(at, what, "warning")


def casting(shelf: Iterable[Shelved], team: Team, team_file: str) -> Iterator[Complaint]:
    """Warnings about roles of ours that nobody has, each at its first mention, and about tiers that no CSM serves."""
    staffed = {member.role for member in team.members}
    for written, playbook in shelf:
        warned: set[str] = set()
        for spot, role in _mentions(playbook):
            if role in get_args(VendorRole) and role not in staffed | warned:
                warned.add(role)
                yield written.complaint(spot, f"nobody in {team_file} is {role}: a CSM stands in", "warning")
        if not any(member.role == "csm" and playbook.touch in member.tiers for member in team.members):
            what = f"no CSM in {team_file} serves the tier {playbook.touch!r}: any of them would own these"
            yield written.complaint(("touch",), what, "warning")


def staff(written: Written, team: Team) -> Iterator[Complaint]:
    """Warnings about escalations that reach nobody new, people who are their own deputy, and two with one mailbox."""
    mailboxes: dict[str, str] = {}
    for index, member in enumerate(team.members):
        at: Spot = ("members", index)
        if member.manager == member.handle:
            what = f"{member.handle} is their own manager: nobody else would approve or hear of what is late"
            yield written.complaint((*at, "manager"), what, "warning")
        elif member.manager and member.handle in _managers(team, member):
            yield written.complaint((*at, "manager"), f"{member.handle} is above {member.manager} as well", "warning")
        elif member.role == "csm" and team.manager_of(member.handle) is None:
            what = f"{member.handle} has no manager, and nobody is cs_manager: an escalation goes nowhere"
            yield written.complaint(at, what, "warning")
        if member.deputy == member.handle:
            yield written.complaint((*at, "deputy"), f"{member.handle} stands in for themselves", "warning")
        yield from _absences(written, team, index)
        mailbox = member.email.lower()
        if mailboxes.setdefault(mailbox, member.handle) != member.handle:
            what = f"{member.email} is the address of {mailboxes[mailbox]} as well"
            yield written.complaint((*at, "email"), what, "warning")


def _absences(written: Written, team: Team, index: int) -> Iterator[Complaint]:
    """Warnings about a member who is away and for whom nobody stands in, and about absences that overlap."""
    member = team.members[index]
    for number, absence in enumerate(member.absences):
        at: Spot = ("members", index, "absences", number)
        # At noon, whichever zone they and their deputy are in.
        noons = [datetime.combine(day, time(12), UTC) for day in (absence.first, absence.last)]
        alone = [noon.date() for noon in noons if team.stand_in_for(member.handle, noon) is None]
        if member.deputy is None:
            what = f"{member.handle} has no deputy: their manager gets what cannot wait, and customers read of nobody"
            yield written.complaint(at, what, "warning")
        elif alone:
            what = f"on {alone[0]} nobody stands in for {member.handle}: {member.deputy} is away too"
            yield written.complaint(at, what, "warning")
        earlier = member.absences[:number]
        if any(other.first <= absence.last and absence.first <= other.last for other in earlier):
            yield written.complaint(at, f"overlaps another absence of {member.handle}", "warning")


def _mentions(playbook: Playbook) -> Iterator[tuple[Spot, str]]:
    """Every mention of a role that somebody has to play, with the path to it."""
    for spot, _, milestone in every_milestone(playbook):
        yield (*spot, "raci", "responsible"), milestone.raci.responsible
        yield (*spot, "raci", "accountable"), milestone.raci.accountable
        for name in ("consulted", "informed"):
            for index, role in enumerate(getattr(milestone.raci, name)):
                yield (*spot, "raci", name, index), role
        for index, role in enumerate(milestone.sign_off.by if milestone.sign_off else ()):
            yield (*spot, "sign_off", "by", index), role
    for index, role in enumerate(playbook.overruled_by):
        yield ("overruled_by", index), role
    for s, stage in enumerate(playbook.stages):
        for a, activity in enumerate(stage.activities):
            yield ("stages", s, "activities", a, "who"), activity.who
    for index, cadence in enumerate(playbook.cadences):
        for w, role in enumerate(cadence.with_):
            yield ("cadences", index, "with", w), role
        yield ("cadences", index, "led_by"), cadence.led_by
    for index, hours in enumerate(playbook.resources):
        yield ("resources", index, "role"), hours.role
    for index, risk in enumerate(playbook.risks):
        yield ("risks", index, "owner"), risk.owner


def _managers(team: Team, member: Member) -> set[str]:
    """The handles of everybody above a member."""
    above: set[str] = set()
    next_one = member.manager
    while next_one and next_one not in above:
        above.add(next_one)
        manager = team.member(next_one)
        next_one = manager.manager if manager else None
    return above


def _height(shelved: Shelved) -> int:
    return BY_TOUCH.index(shelved.playbook.touch)


def _folder(written: Written) -> str:
    return written.file.rpartition("/")[0]
