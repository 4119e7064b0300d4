"""Is this mapping file sound, and which deal file does it make of a record?"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cyclopts import App
from rich.console import Console

from domain.deal import DealClosed, completeness, missing_from_hand_off
from domain.refusal import InvalidDeal
from playbooks.complaint import Complaint
from playbooks.mappings.files import complaints_about_mapping, load_mapping
from runtime.settings import load_settings
from starter.cli.answers import answer, count, plain
from starter.cli.codes import OK, USAGE
from starter.cli.options import NOWHERE, Where
from starter.cli.playbook import complain, vars_of
from starter.cli.starting import read_file

mapping = App(name="mapping", help="Check how records of other systems become deal files.")


@mapping.command
def check(file: Path, record: Path | None = None, *, where: Where = NOWHERE) -> int:
    """Say what is wrong with a mapping file, line by line, or which deal file it makes of a record.

    Exit code 2 when the file cannot be used, or makes no deal file. Nothing is started.

    Parameters
    ----------
    file
        A mapping file, like playbooks/mappings/hubspot.mapping.yaml.
    record
        JSON of a record as the other system gives it; docs/mapping.md says what it looks like.
    """
    complaints = complaints_about_mapping(file)
    if complaints:
        answer(where.json, [vars_of(complaint) for complaint in complaints], lambda out: _complain(out, complaints))
        return USAGE
    if record is None:
        answer(where.json, [], lambda out: out.print(plain(f"{file}: nothing to complain about"), soft_wrap=True))
        return OK
    money = load_settings(flags={"data": where.data}).money
    reader, given = load_mapping(file, money=money), read_file(record)
    if not isinstance(given, Mapping):
        raise InvalidDeal("a record is one JSON object", field="record")
    phase, deal = reader.phase(given), reader.deal(given)
    made = deal.model_dump(mode="json", exclude_defaults=True)
    answer(where.json, {"phase": phase, "deal": made}, lambda out: _draw(out, phase, deal, made))
    return OK


FOLLOWS: Mapping[str, str] = {
    "introduction": "its introduction begins",
    "won": "its onboarding starts",
    "lost": "an introduction ends, an onboarding ends as a reversed deal",
}
"""What a phase has as its effect, on every road."""


def _complain(out: Console, complaints: list[Complaint]) -> None:
    complain(out, complaints)
    out.print(plain(count(len(complaints), "complaint")))


def _draw(out: Console, phase: str | None, deal: DealClosed, made: Mapping[str, Any]) -> None:
    means = f"its stage means: {phase} ({FOLLOWS[phase]})" if phase else "its stage means nothing to us"
    out.print(plain(f"deal {deal.source}-{deal.id}; {means}", "bold"))
    out.print_json(data=made)
    missing = missing_from_hand_off(deal)
    share = f"hand-off record {completeness(deal):.0%} complete"
    out.print(plain(f"{share}; the seller would be asked for: {', '.join(missing)}" if missing else share))
