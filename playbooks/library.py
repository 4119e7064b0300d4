"""Which playbooks are there, and which one does a deal get? The one file that reads them, and the staff directory."""

import contextlib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from domain.playbook import Playbook
from domain.team import Team
from playbooks.cached_file import CachedFile
from playbooks.complaint import BadPlaybook, Complaint, UnknownPlaybook
from playbooks.lint import company
from playbooks.lint.company import Shelved
from playbooks.lint.playbook import errors, findings
from playbooks.reading import Written, read, validated

SHIPPED = Path(__file__).parent
TEAM_FILE = "team.yaml"
NO_PLAYBOOK = ".mapping.yaml"
"""How a mapping is called; it may lie beside playbooks."""
DRAFT = "https://json-schema.org/draft/2020-12/schema"


class Library:
    """The shipped playbooks and a company's own; where both have a key, the company's wins.

    A playbook `<key>.yaml` says its key again inside. Files are read again when they change on disk. A file that
    cannot be used keeps nobody from the others.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._read = CachedFile(load_playbook)

    def keys(self) -> Sequence[str]:
        """Every playbook's key, in order; whether its file can be used is another question."""
        return tuple(sorted(self._files()))

    def file(self, key: str) -> Path:
        """Where that playbook is written. Raises UnknownPlaybook."""
        files = self._files()
        if key not in files:
            raise UnknownPlaybook(key, self.keys())
        return files[key]

    def get(self, key: str) -> Playbook:
        """Raises UnknownPlaybook (a KeyError), and BadPlaybook when its file cannot be used."""
        return self._read(self.file(key))

    def usable(self) -> Sequence[Playbook]:
        """The playbooks whose files can be used, by key."""
        found = []
        for key in self.keys():
            with contextlib.suppress(BadPlaybook):
                found.append(self.get(key))
        return found

    def choose(self, yearly_value: float | Decimal | None) -> str:
        """The key of the playbook for a deal of that yearly contract value.

        The highest tier that the deal is worth. Below every tier it is the lowest that exists, so that a company
        with one playbook uses it for all. A value that nobody gave counts as the highest: an enterprise left to
        automation costs more than a small customer who was looked after. Of two playbooks for one tier the company's
        own is taken, else the first by key; the other one is for deals that name it.

        A file that cannot be used keeps its tier, so that no deal slips into another one. Raises BadPlaybook when not
        even its tier can be read: then nobody can say whose turn it is, and a deal has to name its playbook.
        """
        files = self._files()
        found = [(self._from_yearly_value(key), path.parent == SHIPPED, key) for key, path in files.items()]
        tiers = sorted(found, key=lambda tier: (-tier[0], *tier[1:]))
        if yearly_value is None:
            return tiers[0][2]
        worth = [tier for tier in tiers if tier[0] <= yearly_value]
        lowest = [tier for tier in tiers if tier[0] == tiers[-1][0]]
        return (worth or lowest)[0][2]

    def _from_yearly_value(self, key: str) -> float:
        try:
            return self.get(key).from_yearly_value
        except BadPlaybook:
            tier = _tier_written_in(self.file(key))
            if tier is None:
                raise
            return tier

    def _files(self) -> dict[str, Path]:
        found = playbooks_in(SHIPPED)
        if self._folder is None:
            return found
        if not self._folder.is_dir():
            raise BadPlaybook([Complaint(str(self._folder), 0, "the folder of your playbooks", "is no folder")])
        return found | playbooks_in(self._folder)


def load_playbook(path: Path) -> Playbook:
    """Raises BadPlaybook when the schema or an error of lint refuses it; warnings do not count here."""
    playbook, written = _load(path)
    if found := [written.complaint(spot, what) for spot, what in errors(playbook)]:
        raise BadPlaybook(found)
    return playbook


def complaints_about(path: Path) -> list[Complaint]:
    """Everything that is to be said about a playbook's file, each with its line: empty when all is well."""
    try:
        playbook, written = _load(path)
    except BadPlaybook as bad:
        return list(bad.complaints)
    return [written.complaint(*found) for found in findings(playbook)]


def complaints_about_all(paths: Sequence[Path], team_file: Path | None = None) -> list[Complaint]:
    """What is to be said about those playbooks, each by itself and together, and about the staff they need."""
    found: list[Complaint] = []
    shelf: list[Shelved] = []
    for path in paths:
        found += complaints_about(path)
        with contextlib.suppress(BadPlaybook):
            playbook, written = _load(path)
            shelf.append(Shelved(written, playbook))
    found += company.tiers(shelf)
    try:
        written = read(team_file or SHIPPED / TEAM_FILE)
        team = validated(written, Team)
    except BadPlaybook as bad:
        return [*found, *bad.complaints]
    return [*found, *company.staff(written, team), *company.casting(shelf, team, written.file)]


def load_team(path: Path | None = None) -> Team:
    """The staff directory; the shipped sample when no file is named. Raises BadPlaybook."""
    return validated(read(path or SHIPPED / TEAM_FILE), Team)


class Directory:
    """The staff as it is now: the file is read again when it changes, so that new staff need no restart."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or SHIPPED / TEAM_FILE
        self._read = CachedFile(load_team)

    def __call__(self) -> Team:
        """Raises BadPlaybook."""
        return self._read(self._path)


def json_schema() -> dict[str, Any]:
    """The schema of a playbook, for editors that complete and check; `day90 playbook schema` writes it."""
    return {"$schema": DRAFT, **Playbook.model_json_schema(by_alias=True)}


def team_json_schema() -> dict[str, Any]:
    """The same of the staff directory."""
    return {"$schema": DRAFT, **Team.model_json_schema(by_alias=True)}


def _load(path: Path) -> tuple[Playbook, Written]:
    written = read(path)
    playbook = validated(written, Playbook)
    if playbook.key != path.stem:
        what = f"is {playbook.key!r}, but the file is called {path.name}: they must agree"
        raise BadPlaybook([written.complaint(("key",), what)])
    return playbook, written


def playbooks_in(folder: Path) -> dict[str, Path]:
    """The playbooks' files in a folder by key. What begins with a dot is an editor's, not a playbook."""
    found = (path for path in sorted(folder.glob("*.yaml")) if not path.name.startswith("."))
    return {path.stem: path for path in found if path.name != TEAM_FILE and not path.name.endswith(NO_PLAYBOOK)}


def _tier_written_in(path: Path) -> float | None:
    """The tier in a file that cannot be used; None when that cannot be read either."""
    try:
        content = read(path).content
    except BadPlaybook:
        return None
    tier = content.get("from_yearly_value") if isinstance(content, dict) else None
    return float(tier) if isinstance(tier, int | float) and not isinstance(tier, bool) else None
