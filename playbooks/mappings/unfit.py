"""What in a mapping can never become the field it is meant for? Found without a record, which shows it too late."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from domain.mapping import DealMapping, Fields, Kind, Reading, annotation_of, field_at, kind_of, part_of
from playbooks.complaint import Spot
from playbooks.mappings.mapped import Reader, field_at_list, readings

FITS: Mapping[Kind, frozenset[str]] = {
    "moment": frozenset({"moment", "date"}),
    "date": frozenset({"date"}),
    "amount": frozenset({"amount", "whole"}),
    "whole": frozenset({"whole"}),
    "truth": frozenset({"truth"}),
    "text": frozenset({"text", "amount", "date", "moment"}),
}
"""What a value may be read as, by what the field holds; a field of your own holds anything."""
WITHIN: Mapping[str, Any] = {"times": Decimal, "currency": str}
"""Of which kind the readings within a reading are, where that is another one than the field's."""


def unfit(mapping: DealMapping) -> Iterator[tuple[Spot, str]]:
    """Kinds, constants, defaults and values of tables that the field cannot take, each with the path to it."""
    reader = Reader(mapping)
    told: set[Spot] = set()
    for spot, reading in readings(mapping):
        annotation = _annotation(mapping, spot)
        if annotation is None:
            continue
        fits = FITS.get(kind_of(annotation) or "any")
        if reading.as_ is not None and fits is not None and reading.as_ not in fits:
            yield (*spot, "as"), f"the field holds no {reading.as_}: it can be read as {', '.join(sorted(fits))}"
            continue
        for where, value in _fixed(mapping, spot, reading):
            reason = reader.refusal_of_fixed(value, reading, annotation)
            if reason and where not in told:
                told.add(where)
                yield where, f"{reason}: {'.'.join(str(part) for part in spot[1:])} can never be that"


def _fixed(mapping: DealMapping, spot: Spot, reading: Reading) -> Iterator[tuple[Spot, Any]]:
    constant = reading.constant
    for value in constant if isinstance(constant, tuple) else () if constant is None else (constant,):
        yield (*spot, "constant"), value
    if reading.default is not None:
        yield (*spot, "default"), reading.default
    for key, value in mapping.tables.get(reading.table or "", {}).items():
        yield ("tables", str(reading.table), key), value


def _annotation(mapping: DealMapping, spot: Spot) -> Any:
    """What the reading at that path has to give; None where another complaint says that there is no such field."""
    for name, kind in WITHIN.items():
        if name in spot:
            return kind
    target = str(spot[1])
    if not isinstance(mapping.deal[target], Fields):
        return field_at(target)
    model, name = part_of(field_at_list(target)), str(spot[3])
    return annotation_of(model, name) if model is not None and name in model.model_fields else None
