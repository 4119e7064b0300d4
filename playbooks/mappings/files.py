"""Is this mapping file sound, and what does it say at this moment? Reads mapping files and checks them."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from jmespath.exceptions import JMESPathError  # type: ignore[import-untyped]

from domain.deal import DealClosed
from domain.mapping import NEEDED, DealMapping, Fields, Phase, WriteBack, part_of
from domain.money import Money
from domain.trouble import NotReachable
from playbooks.cached_file import CachedFile
from playbooks.complaint import BadPlaybook, Complaint, Spot
from playbooks.mappings.asked_for import properties_of
from playbooks.mappings.mapped import Reader, compiled, expressions, field_at_list, readings
from playbooks.mappings.unfit import unfit
from playbooks.reading import Written, read, validated

SHIPPED = Path(__file__).parent
DRAFT = "https://json-schema.org/draft/2020-12/schema"
HUBSPOT, SALESFORCE = SHIPPED / "hubspot.mapping.yaml", SHIPPED / "salesforce.mapping.yaml"


class MappingFile:
    """Turns a CRM's records into deal files by a mapping file, which is read again when it changes.

    So mending the file needs no restart. Every method raises NotReachable while it cannot be used: deliveries wait
    until somebody has mended it.
    """

    def __init__(self, path: Path, money: Money | None = None) -> None:
        self._path = path
        self._read = CachedFile(partial(load_mapping, money=money))

    def source(self) -> str:
        """The system's name as it stands in ids: `hubspot` in `onboarding-hubspot-4711`."""
        return self._reader().mapping.source

    def properties(self) -> Collection[str]:
        """The names of the fields that the mapping reads; the system sends only what it is asked for by name."""
        return properties_of(self._reader().mapping)

    def won(self) -> Collection[str]:
        """The stages in which a deal is won, by the CRM's own ids, without the pipeline that may stand before them."""
        mapping = self._reader().mapping
        stages = mapping.stages.won
        return stages if mapping.pipeline is None else {stage.rpartition("/")[2] for stage in stages}

    def write_back(self) -> WriteBack | None:
        """The fields of the record into which an onboarding is written; None where nothing is written back."""
        return self._reader().mapping.write_back

    def phase(self, record: Mapping[str, Any]) -> Phase | None:
        """What the deal's stage means to us; None for a stage that the mapping does not name."""
        return self._reader().phase(record)

    def id(self, record: Mapping[str, Any]) -> str:
        """The deal's id, whatever else of the record cannot be read. Raises InvalidDeal."""
        return self._reader().id(record)

    def renewal_of(self, record: Mapping[str, Any]) -> str | None:
        """The id of the deal whose contract this one renews; None where it renews none. Raises InvalidDeal."""
        return self._reader().renewal_of(record)

    def deal(self, record: Mapping[str, Any], *, won_by: datetime | None = None) -> DealClosed:
        """The deal file made from the record. Raises InvalidDeal naming the field and its expression.

        Of a deal that is won by that moment, a close after it, or none, is that moment.
        """
        return self._reader().deal(record, won_by=won_by)

    def raw(self, record: Mapping[str, Any]) -> Mapping[str, Any]:
        """The fields of a deal file that the record gives, unchecked and perhaps incomplete.

        Raises InvalidDeal for a value that cannot be read.
        """
        return self._reader().raw(record)

    def _reader(self) -> Reader:
        try:
            return self._read(self._path)
        except BadPlaybook as bad:
            raise NotReachable(f"the mapping file cannot be used: {bad}") from None


def load_mapping(path: Path, *, money: Money | None = None) -> Reader:
    """The mapping in a file, for amounts in the house's `money`. Raises BadPlaybook with every error and its line."""
    written = read(path)
    mapping = validated(written, DealMapping)
    if complaints := [written.complaint(*error) for error in _errors(mapping, written)]:
        raise BadPlaybook(complaints)
    return Reader(mapping, money or Money())


def complaints_about_mapping(path: Path) -> list[Complaint]:
    """Every error in a mapping file, each with its line; empty when all is well."""
    try:
        load_mapping(path)
    except BadPlaybook as bad:
        return list(bad.complaints)
    return []


def mapping_json_schema() -> dict[str, Any]:
    """The schema of a mapping file, for editors; `day90 playbook schema mapping` writes it."""
    return {"$schema": DRAFT, **DealMapping.model_json_schema(by_alias=True)}


def _errors(mapping: DealMapping, written: Written) -> Iterator[tuple[Spot, str]]:
    """The errors that the schema cannot see, each with the path to its field."""
    for needed in NEEDED:
        if needed not in mapping.deal:
            yield ("deal",), f"{needed} is missing: no deal starts without it"
    for spot, expression in expressions(mapping):
        if reason := _why_no_expression(expression):
            # An expression alone has no `from` below it.
            yield (spot if spot in written.lines else spot[:-1]), reason
    for spot, reading in readings(mapping):
        ways = [name for name in ("from_", "of", "constant") if getattr(reading, name) is not None]
        if not ways and reading.default is None:
            yield spot, "says neither from nor of nor constant: where should the value come from?"
        if len(ways) > 1:
            yield spot, f"says {' and '.join(ways).replace('from_', 'from')}: only one of them can be the value"
        if reading.of is not None and reading.of not in _above(mapping, spot[1]):
            yield (*spot, "of"), f"{reading.of!r} does not stand further up in the mapping"
        if reading.table is not None and reading.table not in mapping.tables:
            named = ", ".join(mapping.tables) or "none"
            yield (*spot, "table"), f"there is no table {reading.table!r} among the tables: {named}"
    for target, how in mapping.deal.items():
        if isinstance(how, Fields):
            yield from _wrong_fields(target, how)
    if any((mapping.stages.introduction, mapping.stages.won, mapping.stages.lost)) and mapping.stage is None:
        yield ("stages",), "stage is missing: where does the record say in which stage the deal is?"
    yield from _twice(mapping)
    yield from unfit(mapping)


def _above(mapping: DealMapping, target: object) -> list[str]:
    """The fields that stand above that one in the mapping."""
    targets = list(mapping.deal)
    return targets[: targets.index(str(target))]


def _why_no_expression(expression: str) -> str:
    try:
        compiled(expression)
    except JMESPathError as error:
        place = getattr(error, "lex_position", None)
        where = "" if place is None else f" at character {place + 1}"
        reason = str(getattr(error, "msg", "") or "").partition(":")[0].strip() or "it ends too early"
        return f"is no JMESPath expression{where}: {reason[:1].lower()}{reason[1:]}"
    except (ValueError, RecursionError) as error:
        return f"is no JMESPath expression: {error}"
    return ""


def _wrong_fields(target: str, how: Fields) -> Iterator[tuple[Spot, str]]:
    model = part_of(field_at_list(target))
    if model is None:
        yield ("deal", target), "is no list whose parts have fields: write an expression"
        return
    for name in how.fields:
        if name not in model.model_fields:
            yield ("deal", target, "fields", name), f"is no field of it; there are: {', '.join(model.model_fields)}"
    for name, field in model.model_fields.items():
        if field.is_required() and name not in how.fields:
            yield ("deal", target, "fields"), f"{name} is missing: it is needed for each of them"


def _twice(mapping: DealMapping) -> Iterator[tuple[Spot, str]]:
    """Stages that stand in two phases: one stage cannot mean two things."""
    phases: dict[str, str] = {}
    for phase in ("introduction", "won", "lost"):
        for number, stage in enumerate(getattr(mapping.stages, phase)):
            if stage in phases:
                yield ("stages", phase, number), f"{stage!r} stands among {phases[stage]} already"
            phases[stage] = phase
