"""Is this mapping file sound, and what does it say now? The one file that reads them."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from jmespath.exceptions import JMESPathError  # type: ignore[import-untyped]

from domain.deal import DealClosed
from domain.mapping import NEEDED, DealMapping, Fields, Phase, WriteBack, part_of
from domain.trouble import NotReachable
from playbooks.cached_file import CachedFile
from playbooks.complaint import BadPlaybook, Complaint, Spot
from playbooks.mappings.asked_for import properties_of
from playbooks.mappings.mapped import Reader, compiled, expressions, field_at_list, readings
from playbooks.reading import Written, read, validated

SHIPPED = Path(__file__).parent
DRAFT = "https://json-schema.org/draft/2020-12/schema"
HUBSPOT, SALESFORCE = SHIPPED / "hubspot.mapping.yaml", SHIPPED / "salesforce.mapping.yaml"


class MappingFile:
    """A mapping as its file says now: it is read again when it changes, so that mending it needs no restart.

    Every method raises NotReachable while the file cannot be used: what came waits until somebody has mended it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = CachedFile(load_mapping)

    def source(self) -> str:
        """The system, as it stands in ids."""
        return self._reader().mapping.source

    def properties(self) -> Collection[str]:
        """What a CRM has to be asked for by name."""
        return properties_of(self._reader().mapping)

    def won(self) -> Collection[str]:
        """The stages in which a deal is closed, by the CRM's own ids, without a pipeline before them."""
        mapping = self._reader().mapping
        stages = mapping.stages.won
        return stages if mapping.pipeline is None else {stage.rpartition("/")[2] for stage in stages}

    def write_back(self) -> WriteBack | None:
        """Into which properties the onboarding is written; None where nothing is written back."""
        return self._reader().mapping.write_back

    def phase(self, record: Mapping[str, Any]) -> Phase | None:
        """What the stage that the record is in means to us."""
        return self._reader().phase(record)

    def deal(self, record: Mapping[str, Any]) -> DealClosed:
        """The deal file that the record gives. Raises InvalidDeal naming field and expression."""
        return self._reader().deal(record)

    def raw(self, record: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the record gives of a deal file, complete or not. Raises InvalidDeal for what is unreadable."""
        return self._reader().raw(record)

    def _reader(self) -> Reader:
        try:
            return self._read(self._path)
        except BadPlaybook as bad:
            raise NotReachable(f"the mapping file cannot be used: {bad}") from None


def load_mapping(path: Path) -> Reader:
    """Raises BadPlaybook with everything that is wrong, each with its line."""
    written = read(path)
    mapping = validated(written, DealMapping)
    if found := [written.complaint(*one) for one in _errors(mapping, written)]:
        raise BadPlaybook(found)
    return Reader(mapping)


def complaints_about_mapping(path: Path) -> list[Complaint]:
    """Everything that is to be said about a mapping file: empty when all is well."""
    try:
        load_mapping(path)
    except BadPlaybook as bad:
        return list(bad.complaints)
    return []


def mapping_json_schema() -> dict[str, Any]:
    """The schema of a mapping file, for editors; `day90 playbook schema mapping` writes it."""
    return {"$schema": DRAFT, **DealMapping.model_json_schema(by_alias=True)}


def _errors(mapping: DealMapping, written: Written) -> Iterator[tuple[Spot, str]]:
    """What the schema cannot see."""
    for needed in NEEDED:
        if needed not in mapping.deal:
            yield ("deal",), f"{needed} is missing: no deal starts without it"
    for spot, expression in expressions(mapping):
        if reason := _why_no_expression(expression):
            # An expression alone has no `from` below it.
            yield (spot if spot in written.lines else spot[:-1]), reason
    for spot, reading in readings(mapping):
        said = [name for name in ("from_", "of", "constant") if getattr(reading, name) is not None]
        if not said and reading.default is None:
            yield spot, "says neither from nor of nor constant: where should the value come from?"
        if len(said) > 1:
            yield spot, f"says {' and '.join(said).replace('from_', 'from')}: only one of them can be the value"
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


def _above(mapping: DealMapping, target: object) -> list[str]:
    """The fields that stand before that one."""
    targets = list(mapping.deal)
    return targets[: targets.index(str(target))]


def _why_no_expression(expression: str) -> str:
    try:
        compiled(expression)
    except JMESPathError as error:
        place = getattr(error, "lex_position", None)
        where = "" if place is None else f" at character {place + 1}"
        said = str(getattr(error, "msg", "") or "").partition(":")[0].strip() or "it ends too early"
        return f"is no JMESPath expression{where}: {said[:1].lower()}{said[1:]}"
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
    """One stage cannot mean two things."""
    seen: dict[str, str] = {}
    for phase in ("introduction", "won", "lost"):
        for number, stage in enumerate(getattr(mapping.stages, phase)):
            if stage in seen:
                yield ("stages", phase, number), f"{stage!r} stands among {seen[stage]} already"
            seen[stage] = phase
