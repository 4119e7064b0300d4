"""What is being done about customers who do badly, by whom and until when? Course corrections as rows show them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from domain.playbook import Playbook
from domain.record import RegisterRow
from domain.rules.corrections import correction_for
from domain.team import Team
from domain.text import in_language


class CorrectionLine(NamedTuple):
    """A course correction that is open: what is done in the reader's language, who has it, and by when."""

    title: str
    who: str
    due: date | None


def lines(
    rows: Iterable[RegisterRow], playbook: Playbook | None, team: Team, *, owner: str, language: str
) -> Sequence[CorrectionLine]:
    """The corrections of one onboarding, each with the name of who has it."""
    return [_line(row, playbook, team, owner=owner, language=language) for row in rows]


def doer_of(row: RegisterRow, playbook: Playbook | None, team: Team, *, owner: str) -> str:
    """Whoever has the correction: who was named, else the owner, or those above them once it has not helped."""
    named, level = str(row.data.get("owner") or ""), int(row.data.get("level") or 0)
    if named and team.member(named) is not None:
        return named
    if level == 0:
        return owner
    definition = (
        correction_for(playbook, str(row.data.get("category")), row.data.get("flags") or ()) if playbook else None
    )
    above = definition.escalates_to if definition else ("owner_manager", "executive")
    place = above[min(level, len(above)) - 1] if above else "owner_manager"
    manager = team.manager_of(owner)
    executive = next((one for one in team.members if one.role == "executive"), None)
    found = manager if place == "owner_manager" else executive
    return found.handle if found else owner


def _line(row: RegisterRow, playbook: Playbook | None, team: Team, *, owner: str, language: str) -> CorrectionLine:
    """In the playbook's words; the correction's id where it has none."""
    category, flags = str(row.data.get("category")), row.data.get("flags") or ()
    definition = correction_for(playbook, category, flags) if playbook else None
    doer, due = doer_of(row, playbook, team, owner=owner), row.data.get("due")
    member = team.member(doer)
    return CorrectionLine(
        title=in_language(definition.title, language) if definition else row.key,
        who=member.named(language) if member else doer,
        due=date.fromisoformat(str(due)[:10]) if due else None,
    )
