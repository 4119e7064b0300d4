"""What must a CRM be asked for? The properties and fields that a mapping's expressions read from its records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from domain.mapping import DealMapping, Fields
from playbooks.mappings.mapped import compiled, expressions, expressions_in, nodes

PROPERTIES = "properties"
"""The name under which a record of HubSpot holds its fields, custom ones included."""
OF_SALESFORCE = ("Opportunity", "Account", "Contacts", "Owner")
"""The parts of a record of Salesforce; a field is asked for by its path from there, like `Account.Name`."""

Way = tuple[str, ...]
Ways = frozenset[Way]
TOP: Ways = frozenset({()})


def properties_of(mapping: DealMapping) -> tuple[str, ...]:
    """The names of all properties or fields that the mapping reads, which a CRM must be asked for by name."""
    names = dict.fromkeys(mapping.properties)
    for _, expression in expressions(mapping):
        for node in nodes(compiled(expression).parsed):
            names |= dict.fromkeys(_named_properties(node))
    ways = sorted(_longest(_read_by(mapping)))
    names |= dict.fromkeys(".".join(way) for way in ways if len(way) > 1 and way[0] in OF_SALESFORCE)
    return tuple(names)


def _named_properties(node: Mapping[str, Any]) -> Iterator[str]:
    """The names in a node such as `properties.name` or `properties.[first, second]`."""
    if node["type"] != "subexpression":
        return
    children: Sequence[Mapping[str, Any]] = node["children"]
    for before, behind in pairwise(children):
        if (before["type"], before.get("value")) != ("field", PROPERTIES):
            continue
        fields = [behind] if behind["type"] == "field" else behind["children"]
        yield from (field["value"] for field in fields if isinstance(field, Mapping) and field["type"] == "field")


def _read_by(mapping: DealMapping) -> set[Way]:
    """The paths to everything that the mapping reads, in the record and in its lists."""
    read: set[Way] = set()
    for expression in (mapping.stage, mapping.pipeline):
        if expression:
            _follow(compiled(expression).parsed, TOP, read)
    for how in mapping.deal.values():
        scope = _follow(compiled(how.each).parsed, TOP, read) if isinstance(how, Fields) else TOP
        for one in how.fields.values() if isinstance(how, Fields) else (how,):
            for _, expression in expressions_in((), one):
                _follow(compiled(expression).parsed, scope, read)
    return read


def _follow(node: Mapping[str, Any], scope: Ways, read: set[Way]) -> Ways:
    """Add to `read` the paths that an expression reads from what lies at `scope`; returns the paths of its result.

    A list and its parts have the same path.
    """
    children = [child for child in node["children"] if isinstance(child, Mapping)]
    match node["type"]:
        case "field":
            ways = frozenset((*way, node["value"]) for way in scope)
            read |= ways
            return ways
        case "filter_projection":
            left, right, condition = children
            parts = _follow(left, scope, read)
            _follow(condition, parts, read)
            return _follow(right, parts, read)
        case "function_expression":
            given = _all_of([child for child in children if child["type"] != "expref"], scope, read)
            # An expression behind & reads from the parts of the list that stands beside it.
            made = _all_of([child for child in children if child["type"] == "expref"], given, read)
            return made if node["value"] == "map" else given
        case "or_expression" | "and_expression" | "multi_select_list":
            return _all_of(children, scope, read)
        case "comparator" | "not_expression" | "multi_select_dict":
            # Fields of an object that the expression itself has built, `{a: Account}.a.Name`, belong in `properties`.
            _all_of(children, scope, read)
            return frozenset()
        case "literal":
            return frozenset()
    # One after the other: a.b, a | b, a[*].b, a[0], a[].
    for child in children:
        scope = _follow(child, scope, read)
    return scope


def _all_of(children: Iterable[Mapping[str, Any]], scope: Ways, read: set[Way]) -> Ways:
    return frozenset(way for child in children for way in _follow(child, scope, read))


def _longest(read: set[Way]) -> Iterator[Way]:
    """The paths that are no beginning of another: `Account.Name`, and not `Account` before it."""
    on_the_way = {way[:length] for way in read for length in range(len(way))}
    return (way for way in read if way not in on_the_way)
