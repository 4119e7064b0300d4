"""Which onboardings does an address of the portfolio ask for? Its query as a filter, and a filter as its query."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast, get_args
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from domain.attention import Need
from store.portfolio import Filter

LONGEST = 200
"""Characters of a field of the filter: names are shorter, and a search of eight words is too."""
FURTHEST = 366
"""Days in which a go-live may be asked for."""
NEEDS = frozenset(get_args(Need))


class Asked(NamedTuple):
    """What an address asks for; `unread` are fields of it whose values say nothing, and that were left out."""

    wanted: Filter
    unread: Sequence[str]


def asked(query: QueryParams) -> Asked:
    """The filter in that query; what cannot be read is left out, and named."""
    unread = []
    needs = [need for text in query.getlist("need") for need in text.split(",") if need]
    if not NEEDS.issuperset(needs):
        unread.append("need")
    within = field_of(query, "go_live")
    days = int(within) if within.isascii() and within.isdecimal() and 0 < int(within[:4]) <= FURTHEST else None
    if within and days is None:
        unread.append("go_live")
    ended = field_of(query, "ended")
    if ended not in ("", "yes"):
        unread.append("ended")
    wanted = Filter(
        need=tuple(dict.fromkeys(cast("Need", need) for need in needs if need in NEEDS)),
        owner=field_of(query, "owner"),
        playbook=field_of(query, "playbook"),
        version=field_of(query, "version"),
        stage=field_of(query, "stage"),
        go_live_within=days,
        text=field_of(query, "q"),
        ended=ended == "yes",
    )
    return Asked(wanted, unread)


def query_of(wanted: Filter, **more: str) -> str:
    """The query that asks for that, always in the same order; empty where everything is asked for that is under way."""
    fields: Mapping[str, str] = {
        "q": wanted.text,
        "need": ",".join(wanted.need),
        "owner": wanted.owner,
        "playbook": wanted.playbook,
        "version": wanted.version,
        "stage": wanted.stage,
        "go_live": str(wanted.go_live_within or ""),
        "ended": "yes" if wanted.ended else "",
        **more,
    }
    return urlencode({name: value for name, value in fields.items() if value}, safe=",")


def address_of(wanted: Filter, **more: str) -> str:
    """The address of the portfolio that asks for that."""
    query = query_of(wanted, **more)
    return f"/desk/onboardings?{query}" if query else "/desk/onboardings"


def field_of(query: QueryParams, name: str) -> str:
    return query.get(name, "").replace("\x00", "").strip()[:LONGEST]
