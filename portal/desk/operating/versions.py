"""Which versions of a playbook are there, who goes by which, and what do two of them say differently?"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from domain.playbook import Playbook, content_hash
from playbooks.library import Library
from portal.desk.customer.choices import SHORT_HASH
from portal.desk.desk import Desk
from portal.desk.operating.differing import shown
from portal.desk.route import DeskRoute
from portal.desk.view import DeskView
from portal.forms import Form
from store.versions import VersionUsed, used_versions


class VersionShown(NamedTuple):
    """A version in the list; `newest` is that of the file. `path` leads to the onboardings that go by it."""

    hash: str
    newest: bool
    onboardings: int
    began: date | None
    latest: date | None
    path: str

    @property
    def short(self) -> str:
        return self.hash[:SHORT_HASH]


def routes(desk: Desk) -> Iterable[DeskRoute]:
    yield DeskRoute("/desk/playbooks/{key}/versions", Versions(desk).all)


class Versions:
    """The page of a playbook's versions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._library = Library(desk.parts.settings.playbooks)

    async def all(self, view: DeskView, _: Form | None, request: Request) -> Response:
        """Every version, and what differs between the two that the address names, else between the last two."""
        key = request.path_params["key"]
        used, books = await asyncio.to_thread(self._read, key)
        versions = [_shown(view, key, one, newest=hashed_of(books)) for one in used]
        if not versions:
            return self._desk.missing(view)
        was, now = _two(versions, request.query_params.get("was", ""), request.query_params.get("now", ""))
        before, after = await asyncio.to_thread(self._both, was, now, books)
        return self._desk.show(
            view,
            "operating/versions.html",
            tab="playbooks",
            key=key,
            title=view.text(next(iter(books.values())).title) if books else key,
            versions=versions,
            was=was,
            now=now,
            kinds=shown(before, after, view.language) if before and after else [],
        )

    def _read(self, key: str) -> tuple[Sequence[VersionUsed], Mapping[str, Playbook]]:
        """What the store keeps and counts, and the playbook as its file is now, by its hash."""
        books = {content_hash(one): one for one in self._library.usable() if one.key == key}
        used = used_versions(self._desk.engine, key)
        kept = {one.version for one in used}
        return [*(VersionUsed(version=hashed) for hashed in books if hashed not in kept), *used], books

    def _both(self, was: str, now: str, books: Mapping[str, Playbook]) -> Sequence[Playbook | None]:
        kept = self._desk.parts.ledger.playbook
        return [books.get(hashed) or (kept(hashed) if hashed else None) for hashed in (was, now)]


def hashed_of(books: Mapping[str, Playbook]) -> str:
    """The hash of the file's version; empty where the file is gone or cannot be used."""
    return next(iter(books), "")


def _shown(view: DeskView, key: str, used: VersionUsed, *, newest: str) -> VersionShown:
    query = urlencode({"playbook": key, "version": used.version})
    return VersionShown(
        used.version,
        used.version == newest,
        used.onboardings,
        view.day_of(used.began) if used.began else None,
        view.day_of(used.latest) if used.latest else None,
        f"/desk/onboardings?{query}",
    )


def _two(versions: Sequence[VersionShown], was: str, now: str) -> tuple[str, str]:
    """The two to compare: those that were asked for, else the file's and the one by which an onboarding began last."""
    hashes = [one.hash for one in versions]
    newest = next((one.hash for one in versions if one.newest), hashes[0])
    now = now if now in hashes else newest
    other = next((one for one in hashes if one != now), "")
    return (was if was in hashes else other), now
