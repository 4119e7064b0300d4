"""What does a foreign record say as a deal file? A mapping's expressions, evaluated on it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import jmespath  # type: ignore[import-untyped]
from jmespath.exceptions import JMESPathError  # type: ignore[import-untyped]
from jmespath.functions import Functions  # type: ignore[import-untyped]
from pydantic import TypeAdapter, ValidationError

from domain import foreign
from domain.deal import DealClosed
from domain.mapping import (
    CUSTOM,
    DealMapping,
    Fields,
    Kind,
    Phase,
    Reading,
    annotation_of,
    field_at,
    is_list,
    kind_of,
    part_of,
)
from domain.refusal import InvalidDeal, Refused, refuse_far_dates, what_is_wrong

How = str | Reading
MOST_PARTS = 1_000
"""Of one list of a record: no deal file takes as many, and each is read in some 80 µs while nothing else is."""


@dataclass(frozen=True)
class Reader:
    """Reads records as one mapping says. `record` is JSON."""

    mapping: DealMapping

    def phase(self, record: Mapping[str, Any]) -> Phase | None:
        """What the stage that the record is in means to us."""
        return self.mapping.phase(self._said(self.mapping.stage, record), self._said(self.mapping.pipeline, record))

    def deal(self, record: Mapping[str, Any]) -> DealClosed:
        """The deal file. Raises InvalidDeal naming the field, and the expression that it was read by."""
        raw = self.raw(record)
        try:
            deal = DealClosed.model_validate(raw)
            refuse_far_dates(deal)
            return deal
        except Refused as refusal:
            raise self._refusal(refusal.field, refusal.reason) from None
        except ValidationError as error:
            raise self._refusal(*what_is_wrong(error)) from None

    def raw(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """What the record gives of a deal file, complete or not, as JSON. Raises InvalidDeal for what is unreadable."""
        told: dict[str, Any] = {"source": self.mapping.source}
        # Moments last: what is a day without a time begins in the customer's zone.
        for target in sorted(self.mapping.deal, key=_is_moment):
            how = self.mapping.deal[target]
            value = (
                self._parts(target, how, record, told)
                if isinstance(how, Fields)
                else self._field(target, how, record, told)
            )
            if value is not None:
                _put(told, target, value)
        return told

    def _parts(self, target: str, how: Fields, record: Any, told: Mapping[str, Any]) -> list[dict[str, Any]] | None:
        found = searched(how.each, record, target)
        if found is None:
            return None
        if not isinstance(found, list):
            raise InvalidDeal(_by("gives no list", how.each), field=target)
        if len(found) > MOST_PARTS:
            raise InvalidDeal(_by(f"gives more than {MOST_PARTS} parts", how.each), field=target)
        model = part_of(field_at_list(target))
        assert model is not None, "checked when the file was read"
        parts = []
        for number, part in enumerate(found):
            read: dict[str, Any] = {}
            for name, of_it in how.fields.items():
                annotation = annotation_of(model, name)
                value = self._value(f"{target}.{number}.{name}", of_it, part, annotation, told)
                if value is not None:
                    read[name] = value
            parts.append(read)
        return parts

    def _field(self, target: str, how: How, record: Any, told: Mapping[str, Any]) -> Any:
        return self._value(target, how, record, field_at(target), told)

    def _value(self, target: str, how: How, scope: Any, annotation: Any, told: Mapping[str, Any]) -> Any:
        """The value as JSON; None where there is none."""
        reading = Reading.model_validate({"from": how}) if isinstance(how, str) else how
        found = self._found(target, reading, scope, told, many=is_list(annotation))
        if found is None and reading.else_ is not None:
            return self._value(target, reading.else_, scope, annotation, told)
        if found is None:
            found = reading.default
        if found is None:
            return None
        kind = reading.as_ or kind_of(annotation) or "any"
        values = found if is_list(annotation) and isinstance(found, list) else [found]
        try:
            read = [self._as(kind, value, told) for value in values]
        except (ValueError, ArithmeticError) as failure:
            raise InvalidDeal(_by(str(failure), expression_of(reading)), field=target) from None
        if reading.times is not None:
            read = [self._multiplied(target, value, reading.times, scope, told) for value in read]
        return _checked(target, read if is_list(annotation) else read[0], annotation, expression_of(reading))

    def _found(self, target: str, reading: Reading, scope: Any, told: Mapping[str, Any], *, many: bool) -> Any:
        """What is there, looked up in the table; None for nothing."""
        if reading.constant is not None:
            return list(reading.constant) if isinstance(reading.constant, tuple) else reading.constant
        value = _something(searched(reading.from_, scope, target)) if reading.from_ else None
        if reading.of is not None:
            value = _told(told, reading.of)
        if isinstance(value, str) and reading.split:
            value = [part for part in (each.strip() for each in value.split(reading.split)) if part]
        if reading.table is None or value is None:
            return value
        known = {_folded(key): become for key, become in self.mapping.tables[reading.table].items()}
        given = [_folded(each) for each in (value if isinstance(value, list) else [value])]
        become = [known[each] for each in given if each in known]
        if not many:
            become = [known[key] for key in known if key in given]
        if not become:
            if reading.else_ is None and reading.default is None:
                reason = f"is not in the table {reading.table}, and there is neither else nor default"
                raise InvalidDeal(_by(reason, expression_of(reading)), field=target)
            return None
        return become if many else become[0]

    def _multiplied(self, target: str, value: Any, times: How, scope: Any, told: Mapping[str, Any]) -> str:
        factor = self._value(target, times, scope, Decimal, told)
        if factor is None:
            raise InvalidDeal(_by("cannot be multiplied by nothing", expression_of(times)), field=target)
        try:
            return str(Decimal(str(value)) * Decimal(str(factor)))
        except ArithmeticError:
            raise InvalidDeal(_by(foreign.NO_AMOUNT, expression_of(times)), field=target) from None

    def _as(self, kind: Kind, value: Any, told: Mapping[str, Any]) -> Any:
        mark, order = self.mapping.decimal_mark, self.mapping.date_order
        match kind:
            case "amount":
                return str(foreign.amount(value, decimal_mark=mark))
            case "whole":
                return foreign.whole(value, decimal_mark=mark)
            case "date":
                return foreign.day(value, order=order).isoformat()
            case "moment":
                zone = self._zone()
                at = foreign.moment(value, zone=zone, day_zone=zone or _customers_zone(told), order=order)
                return at.isoformat()
            case "truth":
                return foreign.truth(value)
            case "text":
                return _text(value)
            case "any":
                return value

    def _zone(self) -> tzinfo | None:
        return ZoneInfo(self.mapping.time_zone) if self.mapping.time_zone else None

    def _said(self, expression: str | None, record: Mapping[str, Any]) -> str:
        found = searched(expression, record, "stage") if expression else None
        return "" if found is None else str(found)

    def _refusal(self, path: str, reason: str) -> InvalidDeal:
        """What is wrong with the deal file, and where it came from."""
        if not path:
            named, parted, rest = reason.partition(": ")
            if parted and named in DealClosed.model_fields:
                path, reason = named, rest
        return InvalidDeal(_by(reason, self._expression_at(path)), field=path)

    def _expression_at(self, path: str) -> str:
        how = self.mapping.deal.get(path)
        if how is None:
            top, *rest = path.split(".")
            whole = self.mapping.deal.get(top)
            if isinstance(whole, Fields) and len(rest) > 1 and rest[1] in whole.fields:
                how = whole.fields[rest[1]]
        if how is None:
            return ""
        return how.each if isinstance(how, Fields) else expression_of(how)


def searched(expression: str, scope: Any, target: str) -> Any:
    """What the expression finds. Raises InvalidDeal; never with what was found: it may be anybody's name."""
    try:
        return compiled(expression).search(scope)
    except JMESPathError as error:
        wanted = getattr(error, "expected_types", None)
        reason = f"{error.function_name}() needs {' or '.join(wanted)}" if wanted else "cannot be evaluated"
        raise InvalidDeal(_by(reason, expression), field=target) from None
    except (TypeError, ValueError, ArithmeticError, RecursionError):
        raise InvalidDeal(_by("cannot be evaluated", expression), field=target) from None


@lru_cache(maxsize=2000)
def compiled(expression: str) -> Any:
    """Raises JMESPathError, a ValueError, when it is no expression, or calls a function that there is not."""
    found = jmespath.compile(expression)
    for node in nodes(found.parsed):
        if node["type"] == "function_expression" and node["value"] not in Functions.FUNCTION_TABLE:
            msg = f"there is no function {node['value']}()"
            raise ValueError(msg)
    return found


def expressions(mapping: DealMapping) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every expression and the way to it in the file."""
    for name in ("stage", "pipeline"):
        if expression := getattr(mapping, name):
            yield (name,), expression
    for target, how in mapping.deal.items():
        if not isinstance(how, Fields):
            yield from expressions_in(("deal", target), how)
            continue
        yield ("deal", target, "each"), how.each
        for name, of_it in how.fields.items():
            yield from expressions_in(("deal", target, "fields", name), of_it)


def readings(mapping: DealMapping) -> Iterator[tuple[tuple[str | int, ...], Reading]]:
    """Every reading that is more than an expression, and the way to it."""
    for target, how in mapping.deal.items():
        of_it = how.fields if isinstance(how, Fields) else {"": how}
        for name, one in of_it.items():
            spot = ("deal", target, *(("fields", name) if name else ()))
            yield from _readings_in(spot, one)


def _checked(target: str, value: Any, annotation: Any, expression: str) -> Any:
    """The value, if the deal file takes it there: told at the field itself, and not at another that is read from it."""
    try:
        _adapter(annotation).validate_python(value)
    except ValidationError as error:
        path, reason = what_is_wrong(error)
        raise InvalidDeal(_by(reason, expression), field=f"{target}.{path}" if path else target) from None
    return value


@lru_cache(maxsize=500)
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    return TypeAdapter(annotation)


def expression_of(how: How) -> str:
    return how if isinstance(how, str) else how.from_ or how.of or ""


def field_at_list(target: str) -> Any:
    """The annotation of a list whose parts have fields."""
    model = DealClosed.model_fields.get(target)
    return model.annotation if model else None


def expressions_in(spot: tuple[str | int, ...], how: How) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(how, str):
        yield spot, how
        return
    if how.from_:
        yield (*spot, "from"), how.from_
    for name, inner in (("times", how.times), ("else", how.else_)):
        if inner is not None:
            yield from expressions_in((*spot, name), inner)


def _readings_in(spot: tuple[str | int, ...], how: How) -> Iterator[tuple[tuple[str | int, ...], Reading]]:
    if isinstance(how, str):
        return
    yield spot, how
    for name, inner in (("times", how.times), ("else", how.else_)):
        if inner is not None:
            yield from _readings_in((*spot, name), inner)


def nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node["children"]:
        if isinstance(child, Mapping):
            yield from nodes(child)


def _put(told: dict[str, Any], target: str, value: Any) -> None:
    if target.startswith(CUSTOM):
        told.setdefault("custom", {})[target.removeprefix(CUSTOM)] = value
        return
    *way, last = target.split(".")
    inner = told
    for name in way:
        inner = inner.setdefault(name, {})
    inner[last] = value


def _told(told: Mapping[str, Any], target: str) -> Any:
    """What was read for that field; None where nothing was."""
    if target.startswith(CUSTOM):
        return told.get("custom", {}).get(target.removeprefix(CUSTOM))
    found: Any = told
    for name in target.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _is_moment(target: str) -> bool:
    return kind_of(field_at(target)) == "moment"


def _something(value: Any) -> Any:
    """None for what CRMs send where there is nothing: an empty text, an empty list."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, list):
        return [each for each in value if _something(each) is not None] or None
    return None if value == {} else value


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError("gives something with parts, where one text is wanted")
    return str(value)


def _folded(value: Any) -> str:
    return str(value).strip().casefold()


def _customers_zone(told: Mapping[str, Any]) -> tzinfo | None:
    try:
        return ZoneInfo(told["account"]["time_zone"])
    except (KeyError, ValueError, OSError):
        return None


def _by(reason: str, expression: str) -> str:
    return f"{reason} (read by {expression})" if expression else reason
