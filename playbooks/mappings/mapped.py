"""How does a record of another system become a deal file? Evaluates a mapping's expressions on it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import jmespath  # type: ignore[import-untyped]
from jmespath.exceptions import JMESPathError  # type: ignore[import-untyped]
from jmespath.functions import Functions  # type: ignore[import-untyped]
from pydantic import BaseModel, TypeAdapter, ValidationError

from domain import foreign
from domain.deal import DealClosed
from domain.mapping import (
    CUSTOM,
    NEEDED,
    RENEWAL_OF,
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
from domain.money import Money
from domain.refusal import InvalidDeal, Refused, refuse_far_dates, what_is_wrong
from playbooks.mappings import places
from playbooks.mappings.forgiving import (
    NotInTable,
    fitted,
    leave_out,
    must_be_right,
    refuse_without_people,
    shortened,
    without_halves,
)

How = str | Reading
TIME_ZONE = "account.time_zone"
LAST = datetime.max.replace(tzinfo=UTC).isoformat()
ANYWHERE: Mapping[str, Any] = {"account": {"time_zone": "UTC"}}
"""A customer for the trial of values that stand in the mapping itself."""
PLACES: Mapping[str, Kind] = {"country": "country", "subdivision": "subdivision", "time_zone": "time_zone"}
"""The last names of the fields that hold a place, and what they hold."""
NAME, ADDRESS = "name", "email"
"""The last names of the fields that hold a name, and a mail address."""
MOST_PARTS = 1_000
"""The most parts in one list of a record: no deal file takes as many, and reading each blocks everything for 80 µs."""


@dataclass(frozen=True)
class Reader:
    """Turns records into deal files by one mapping. `record` is the JSON that the other system gave."""

    mapping: DealMapping
    money: Money = field(default_factory=Money)

    def phase(self, record: Mapping[str, Any]) -> Phase | None:
        """What the deal's stage means to us; None for a stage that the mapping does not name."""
        return self.mapping.phase(self._stage(self.mapping.stage, record), self._stage(self.mapping.pipeline, record))

    def id(self, record: Mapping[str, Any]) -> str:
        """The deal's id, whatever else of the record cannot be read: who cancels an order sends no address.

        Raises InvalidDeal.
        """
        how = self.mapping.deal["id"]
        id = None if isinstance(how, Fields) else self._field("id", how, record, {})
        if id is None:
            id = self.raw(record).get("id")
        if id is None:
            raise self._refusal("id", "is missing")
        return str(id)

    def renewal_of(self, record: Mapping[str, Any]) -> str | None:
        """The id of the deal whose contract this one renews; None where it renews none. Raises InvalidDeal."""
        how = self.mapping.deal.get(RENEWAL_OF)
        value = None if how is None or isinstance(how, Fields) else self._field(RENEWAL_OF, how, record, {})
        return None if value is None else str(value).strip() or None

    def deal(self, record: Mapping[str, Any], *, won_by: datetime | None = None) -> DealClosed:
        """The deal file made from the record. Raises InvalidDeal naming the field and the expression that reads it.

        Of a deal that is won by that moment, a close after it, or none, is that moment.
        """
        raw = self.raw(record)
        if won_by is not None and datetime.fromisoformat(raw.get("closed_at", LAST)) > won_by:
            raw["closed_at"] = won_by.isoformat()
        try:
            refuse_without_people(raw)
            deal = DealClosed.model_validate(raw)
            refuse_far_dates(deal)
            return deal
        except Refused as refusal:
            raise self._refusal(refusal.field, refusal.reason) from None
        except ValidationError as error:
            raise self._refusal(*what_is_wrong(error)) from None

    def raw(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a deal file that the record gives, as JSON, perhaps incomplete.

        What is only nice to know and cannot be kept as it came is cut or left out, and `left_out` says so. Raises
        InvalidDeal for a needed value that cannot be read.
        """
        deal: dict[str, Any] = {"source": self.mapping.source}
        for target in _in_order(self.mapping):
            try:
                value = self._read(target, record, deal)
            except NotInTable:
                raise
            except InvalidDeal as refusal:
                if must_be_right(target):
                    raise self._first_missing(deal, before=target) or refusal from None
                leave_out(deal, refusal.field, refusal.reason)
                continue
            if value is not None:
                _put(deal, target, value)
        without_halves(deal)
        return deal

    def _first_missing(self, deal: Mapping[str, Any], *, before: str) -> InvalidDeal | None:
        """The error for a needed field that stood before that one and gave nothing; None where there is none.

        A close of which nobody knows where it is has no day; what lacks is the deal's company.
        """
        order = _in_order(self.mapping)
        lacks = [one for one in order[: order.index(before)] if one in NEEDED and _read_before(deal, one) is None]
        return self._refusal(lacks[0], "is missing") if lacks else None

    def _read(self, target: str, record: Any, deal: dict[str, Any]) -> Any:
        """The value of one field of the mapping; None where there is none."""
        how = self.mapping.deal[target]
        if not isinstance(how, Fields):
            return self._field(target, how, record, deal)
        parts = self._parts(target, how, record, deal)
        return None if parts is None else shortened(deal, target, parts)

    def refusal_of_fixed(self, value: Any, reading: Reading, annotation: Any) -> str:
        """Why a value that stands in the mapping itself can never be what it is meant for; empty when it can."""
        kind = reading.as_ or kind_of(annotation) or "any"
        try:
            read = self._as_day(value, annotation, ANYWHERE) if kind == "date" else self._as(kind, value, ANYWHERE)
            _checked("", [read] if is_list(annotation) else read, annotation, "")
        except InvalidDeal as refusal:
            return refusal.reason
        except (ValueError, ArithmeticError) as failure:
            return str(failure)
        return ""

    def _parts(self, target: str, how: Fields, record: Any, deal: dict[str, Any]) -> list[dict[str, Any]] | None:
        values = searched(how.each, record, target)
        if values is None:
            return None
        if not isinstance(values, list):
            raise InvalidDeal(_by("gives no list", how.each), field=target)
        if len(values) > MOST_PARTS:
            raise InvalidDeal(_by(f"gives more than {MOST_PARTS} parts", how.each), field=target)
        model = part_of(field_at_list(target))
        assert model is not None, "checked when the file was read"
        parts = []
        for number, part in enumerate(values):
            if (read := self._part(f"{target}.{number}", how, part, model, deal)) is not None:
                parts.append(read)
        return parts

    def _part(
        self, at: str, how: Fields, part: Any, model: type[BaseModel], deal: dict[str, Any]
    ) -> dict[str, Any] | None:
        """One part of a list; None where it has to be left out, since what it needs cannot be read."""
        decides = must_be_right(at.partition(".")[0]) and not at.startswith("stakeholders.")
        read: dict[str, Any] = {}
        for name, of_it in how.fields.items():
            field = f"{at}.{name}"
            try:
                value = self._value(field, of_it, part, annotation_of(model, name), deal)
            except NotInTable:
                raise
            except InvalidDeal as refusal:
                if decides:
                    raise
                leave_out(deal, refusal.field, refusal.reason)
                if model.model_fields[name].is_required():
                    return None
                continue
            if value is not None:
                read[name] = value
        missing = [name for name, field in model.model_fields.items() if field.is_required() and name not in read]
        if missing and not decides:
            leave_out(deal, f"{at}.{missing[0]}", "is missing")
            return None
        return read

    def _field(self, target: str, how: How, record: Any, deal: dict[str, Any]) -> Any:
        return self._value(target, how, record, field_at(target), deal)

    def _value(
        self, target: str, how: How, scope: Any, annotation: Any, deal: dict[str, Any], *, instead: bool = False
    ) -> Any:
        """The value as JSON; None where there is none, or where a place looked for `instead` is none."""
        reading = Reading.model_validate({"from": how}) if isinstance(how, str) else how
        given = self._given(target, reading, scope, deal, many=is_list(annotation))
        if isinstance(given, str) and target.rpartition(".")[2] == NAME and not target.startswith(CUSTOM):
            given = foreign.name(given)
        if given is None and reading.else_ is not None:
            return self._value(target, reading.else_, scope, annotation, deal, instead=True)
        if given is None:
            given = reading.default
        if given is None:
            return None
        place = _place(target) if reading.constant is None else None
        kind = reading.as_ or place or kind_of(annotation) or "any"
        values = given if is_list(annotation) and isinstance(given, list) else [given]
        try:
            read = [
                self._as_day(value, annotation, deal) if reading.as_ == "date" else self._as(kind, value, deal)
                for value in values
            ]
        except (ValueError, ArithmeticError) as failure:
            if place and reading.else_ is not None:
                return self._value(target, reading.else_, scope, annotation, deal, instead=True)
            if place and reading.default not in (None, given):
                return reading.default
            if place and instead and target not in NEEDED:
                return None
            raise InvalidDeal(_by(str(failure), expression_of(reading)), field=target) from None
        if kind == "amount":
            read = [
                self._of_the_house(target, reading, amount=amount, given=given, scope=scope, deal=deal)
                for amount, given in zip(read, values, strict=True)
            ]
        if reading.times is not None:
            read = [self._multiplied(target, value, reading.times, scope, deal) for value in read]
        if target.rpartition(".")[2] == ADDRESS and not target.startswith(CUSTOM):
            read = [foreign.address(value) for value in read]
        read = [fitted(deal, target, value, annotation) for value in read]
        return _checked(target, read if is_list(annotation) else read[0], annotation, expression_of(reading))

    def _given(self, target: str, reading: Reading, scope: Any, deal: dict[str, Any], *, many: bool) -> Any:
        """What the record gives, translated by the mapping's table; None where it gives nothing."""
        if reading.constant is not None:
            return list(reading.constant) if isinstance(reading.constant, tuple) else reading.constant
        value = _something(searched(reading.from_, scope, target)) if reading.from_ else None
        if reading.of is not None:
            value = _read_before(deal, reading.of)
        if isinstance(value, str) and reading.split:
            value = [part for part in (each.strip() for each in value.split(reading.split)) if part]
        if reading.table is None or value is None:
            return value
        table = {_folded(key): become for key, become in self.mapping.tables[reading.table].items()}
        given = [_folded(each) for each in (value if isinstance(value, list) else [value])]
        become = [table[each] for each in given if each in table]
        if not many:
            become = [table[key] for key in table if key in given]
        if not become:
            if _place(target) and reading.else_ is None and reading.default is None:
                return value
            if reading.else_ is None and reading.default is None:
                reason = f"is not in the table {reading.table}, and there is neither else nor default"
                raise NotInTable(_by(reason, expression_of(reading)), field=target)
            return None
        return become if many else become[0]

    def _of_the_house(
        self, target: str, reading: Reading, *, amount: str, given: Any, scope: Any, deal: dict[str, Any]
    ) -> str:
        """The amount in the house's currency. Raises InvalidDeal where that cannot be known.

        What a mapping multiplies by rates of its own stays as it is.
        """
        if reading.times is not None:
            return amount
        currencies = foreign.currencies(given)
        said = self._value(target, reading.currency, scope, str, deal) if reading.currency is not None else None
        expression = expression_of(reading)
        try:
            if said is not None:
                code = foreign.currency(said)
                if currencies and code not in currencies:
                    raise ValueError(f"is written in {' or '.join(currencies)}, and its currency is {code}")
                currencies, expression = (code,), expression_of(reading.currency or "")
            return str(self.money.of_the_house(Decimal(amount), currencies))
        except (ValueError, ArithmeticError) as failure:
            raise InvalidDeal(_by(str(failure), expression), field=target) from None

    def _multiplied(self, target: str, value: Any, times: How, scope: Any, deal: dict[str, Any]) -> str:
        factor = self._value(target, times, scope, Decimal, deal)
        if factor is None:
            raise InvalidDeal(_by("cannot be multiplied by nothing", expression_of(times)), field=target)
        try:
            return str(Decimal(str(value)) * Decimal(str(factor)))
        except ArithmeticError:
            raise InvalidDeal(_by(foreign.NO_AMOUNT, expression_of(times)), field=target) from None

    def _as(self, kind: Kind, value: Any, deal: Mapping[str, Any]) -> Any:
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
                at = foreign.moment(value, zone=zone, day_zone=zone or _customers_zone(deal), order=order)
                return at.isoformat()
            case "truth":
                return foreign.truth(value)
            case "country":
                return places.country(value)
            case "subdivision":
                return places.subdivision(value, within=_read_before(deal, "account.country") or "")
            case "time_zone":
                within, part = (_read_before(deal, f"account.{name}") for name in ("country", "subdivision"))
                return places.time_zone(value, within=within, part=part)
            case "text":
                return _text(value)
            case "any":
                return value

    def _as_day(self, value: Any, annotation: Any, deal: Mapping[str, Any]) -> str:
        """The day in the customer's zone that a date, or a moment within that day, means; for a moment, its beginning.

        HubSpot gives a date as midnight in UTC, which is the day before for every customer west of it.
        """
        zone = _customers_zone(deal) or self._zone()
        day = foreign.day_in(value, zone=zone, order=self.mapping.date_order)
        if kind_of(annotation) != "moment":
            return day.isoformat()
        return foreign.moment(day.isoformat(), day_zone=zone).isoformat()

    def _zone(self) -> tzinfo | None:
        return ZoneInfo(self.mapping.time_zone) if self.mapping.time_zone else None

    def _stage(self, expression: str | None, record: Mapping[str, Any]) -> str:
        value = searched(expression, record, "stage") if expression else None
        return "" if value is None else str(value)

    def _refusal(self, path: str, reason: str) -> InvalidDeal:
        """The error for a field of the deal file, naming the expression that reads it."""
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
    """The value of the expression in `scope`. Raises InvalidDeal without the value, which may be anybody's name."""
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
    """The expression, parsed. Raises ValueError (JMESPathError is one) for a wrong one, and for unknown functions."""
    parsed = jmespath.compile(expression)
    for node in nodes(parsed.parsed):
        if node["type"] == "function_expression" and node["value"] not in Functions.FUNCTION_TABLE:
            msg = f"there is no function {node['value']}()"
            raise ValueError(msg)
    return parsed


def expressions(mapping: DealMapping) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every expression of a mapping, with the path to it in the file."""
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
    """Every reading of a mapping that is more than an expression, with the path to it in the file."""
    for target, how in mapping.deal.items():
        yield from readings_of(target, how)


def readings_of(target: str, how: How | Fields) -> Iterator[tuple[tuple[str | int, ...], Reading]]:
    """The same for one field of the mapping."""
    of_it = how.fields if isinstance(how, Fields) else {"": how}
    for name, one in of_it.items():
        spot = ("deal", target, *(("fields", name) if name else ()))
        yield from _readings_in(spot, one)


def _checked(target: str, value: Any, annotation: Any, expression: str) -> Any:
    """The value, if the deal file takes it there; so the error names this field, and no other that is made from it."""
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
    """The expression or the field that a reading takes its value from; empty for a constant."""
    return how if isinstance(how, str) else how.from_ or how.of or ""


def field_at_list(target: str) -> Any:
    """The annotation of a list whose parts have fields."""
    model = DealClosed.model_fields.get(target)
    return model.annotation if model else None


def expressions_in(spot: tuple[str | int, ...], how: How) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The expressions of a reading and of those inside it, each with the path to it; `spot` is that of the reading."""
    if isinstance(how, str):
        yield spot, how
        return
    if how.from_:
        yield (*spot, "from"), how.from_
    for name, inner in (("times", how.times), ("currency", how.currency), ("else", how.else_)):
        if inner is not None:
            yield from expressions_in((*spot, name), inner)


def _readings_in(spot: tuple[str | int, ...], how: How) -> Iterator[tuple[tuple[str | int, ...], Reading]]:
    if isinstance(how, str):
        return
    yield spot, how
    for name, inner in (("times", how.times), ("currency", how.currency), ("else", how.else_)):
        if inner is not None:
            yield from _readings_in((*spot, name), inner)


def nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A node of a parsed expression and all nodes below it."""
    yield node
    for child in node["children"]:
        if isinstance(child, Mapping):
            yield from nodes(child)


def _put(deal: dict[str, Any], target: str, value: Any) -> None:
    if target.startswith(CUSTOM):
        deal.setdefault("custom", {})[target.removeprefix(CUSTOM)] = value
        return
    *way, last = target.split(".")
    inner = deal
    for name in way:
        inner = inner.setdefault(name, {})
    inner[last] = value


def _read_before(deal: Mapping[str, Any], target: str) -> Any:
    """What was read for that field of the deal file before; None where nothing was."""
    if target.startswith(CUSTOM):
        return deal.get("custom", {}).get(target.removeprefix(CUSTOM))
    value: Any = deal
    for name in target.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _in_order(mapping: DealMapping) -> Sequence[str]:
    """The fields of the mapping in an order in which each can be read.

    What means a day comes last, as the zone of the customer has to be known for it, and what is read from such a field.
    """
    last: list[str] = []
    for target, how in mapping.deal.items():
        of_it = list(readings_of(target, how))
        means_day = target != TIME_ZONE and kind_of(field_at(target)) == "moment"
        if means_day or any(one.as_ == "date" or one.of in last for _, one in of_it):
            last.append(target)
    return [*(target for target in mapping.deal if target not in last), *last]


def _place(target: str) -> Kind | None:
    """What a field holds that is a place; None for all others, those of a company's own included."""
    return None if target.startswith(CUSTOM) else PLACES.get(target.rpartition(".")[2])


def _something(value: Any) -> Any:
    """The value; None for what CRMs send in place of nothing: an empty text, list or object."""
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


def _customers_zone(deal: Mapping[str, Any]) -> tzinfo | None:
    try:
        return ZoneInfo(deal["account"]["time_zone"])
    except (KeyError, ValueError, OSError):
        return None


def _by(reason: str, expression: str) -> str:
    return f"{reason} (read by {expression})" if expression else reason
