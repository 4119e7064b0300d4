"""Which playbooks are there, and which one does a deal get? Reads them and the staff directory from their files."""

import contextlib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from domain.playbook import Playbook
from domain.team import Team
from playbooks.cached_file import CachedFile
from playbooks.complaint import BadPlaybook, Complaint, Gravity, Spot, UnknownPlaybook
from playbooks.lint import company, promises
from playbooks.lint.company import Shelved
from playbooks.lint.playbook import errors, findings
from playbooks.reading import Written, read, read_text, validated

SHIPPED = Path(__file__).parent
TEAM_FILE = "team.yaml"
NO_PLAYBOOK = ".mapping.yaml"
"""How the file name of a mapping ends; mappings may lie beside playbooks, and are none."""
DRAFT = "https://json-schema.org/draft/2020-12/schema"


class Library:
    """The shipped playbooks and a company's own; where both have a key, the company's wins.

    The playbook with the key `my-plan` is the file `my-plan.yaml`, which also names its key inside. A file is read
    again when it changes on disk. A file that cannot be used does not affect the others. Every method raises
    BadPlaybook when the company's folder is missing.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._read = CachedFile(load_playbook)

    def keys(self) -> Sequence[str]:
        """The key of every playbook, in order, including those whose files cannot be used."""
        return tuple(sorted(self._files()))

    def file(self, key: str) -> Path:
        """The path of that playbook's file. Raises UnknownPlaybook."""
        files = self._files()
        if key not in files:
            raise UnknownPlaybook(key, self.keys())
        return files[key]

    def get(self, key: str) -> Playbook:
        """The playbook with that key. Raises UnknownPlaybook (a KeyError), and BadPlaybook for an unusable file."""
        file = self.file(key)
        return (_SHIPPED if _is_shipped(file) else self._read)(file)

    def usable(self) -> Sequence[Playbook]:
        """The playbooks whose files can be used, by key."""
        usable = []
        for key in self.keys():
            with contextlib.suppress(BadPlaybook):
                usable.append(self.get(key))
        return usable

    def choose(self, yearly_value: float | Decimal | None) -> str:
        """The key of the playbook for a deal of that yearly contract value, in the company's reporting currency.

        It is the playbook with the highest `from_yearly_value` that the deal reaches; below all of them it is the
        lowest, so that a company with one playbook uses it for every deal. None, a value that nobody gave, counts as
        the highest: an enterprise left to automation costs more than a small customer who was looked after. Of two
        playbooks with the same value the company's own is taken, else the first by key; the other one is for deals that
        name it.

        A file that cannot be used keeps its tier, so that no deal slips into another one. Raises BadPlaybook when not
        even its tier can be read: then the choice is not certain, and a deal has to name its playbook.
        """
        files = self._files()
        unsorted = [(self._from_yearly_value(key), path.parent == SHIPPED, key) for key, path in files.items()]
        tiers = sorted(unsorted, key=lambda tier: (-tier[0], *tier[1:]))
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
        shipped = playbooks_in(SHIPPED)
        if self._folder is None:
            return shipped
        if not self._folder.is_dir():
            raise BadPlaybook([Complaint(str(self._folder), 0, "the folder of your playbooks", "is no folder")])
        return shipped | playbooks_in(self._folder)


def load_playbook(path: Path) -> Playbook:
    """The playbook in a file. Raises BadPlaybook when the schema or an error of lint refuses it; warnings do not."""
    return _usable(read(path), path)


_SHIPPED = CachedFile(load_playbook)
"""The shipped playbooks, read once for all libraries of a process: each takes a tenth of a second."""


def earlier_playbook(path: Path, text: str, *, revision: str) -> Playbook:
    """The playbook that the file at that path was in an earlier revision, whose text that is. Raises BadPlaybook."""
    return _usable(read_text(text, f"{path} at {revision}"), path)


def _usable(written: Written, path: Path) -> Playbook:
    playbook = _playbook_in(written, path)
    found = [*errors(playbook), *(() if _is_shipped(path) else promises.unfilled(playbook))]
    if found:
        raise BadPlaybook(written.complaint(spot, what) for spot, what in found)
    return playbook


def complaints_about(path: Path) -> list[Complaint]:
    """Every error and warning about a playbook's file, each with its line; empty when all is well."""
    try:
        playbook, written = _load(path)
    except BadPlaybook as bad:
        return list(bad.complaints)
    complaints = [written.complaint(*finding) for finding in findings(playbook)]
    unsent: Gravity = "error" if _is_shipped(path) else "warning"
    complaints += [written.complaint(spot, what, unsent) for spot, what in promises.unsent(playbook)]
    if not _is_shipped(path):
        complaints += [written.complaint(spot, what) for spot, what in promises.unfilled(playbook)]
    return complaints


def complaints_about_all(paths: Sequence[Path], team_file: Path | None = None) -> list[Complaint]:
    """Every error and warning about those playbooks, each by itself and all together, and about the staff they need."""
    complaints: list[Complaint] = []
    shelf: list[Shelved] = []
    for path in paths:
        complaints += complaints_about(path)
        with contextlib.suppress(BadPlaybook):
            playbook, written = _load(path)
            shelf.append(Shelved(written, playbook))
            if _is_shipped(path) and (to_fill := list(promises.unfilled(playbook))):
                what = f"is the first of {len(to_fill)} texts that only you can say: copy the playbook and fill them in"
                complaints.append(written.complaint(to_fill[0][0], what, "warning"))
    complaints += company.tiers(shelf)
    try:
        written = read(team_file or SHIPPED / TEAM_FILE)
        team = validated(written, Team)
    except BadPlaybook as bad:
        return [*complaints, *bad.complaints]
    return [*complaints, *company.staff(written, team), *company.casting(shelf, team, written.file)]


def complaint_at(path: Path, spot: Spot, what: str) -> Complaint:
    """An error at that place of a playbook's file, with its line. Raises BadPlaybook for a file that cannot be read."""
    return read(path).complaint(spot, what)


def _is_shipped(path: Path) -> bool:
    """Whether that is a playbook of ours: a sample, whose open texts are left out wherever it is used as it is."""
    return path.absolute().parent == SHIPPED


def load_team(path: Path | None = None) -> Team:
    """The staff directory; the shipped sample when no file is named. Raises BadPlaybook."""
    return validated(read(path or SHIPPED / TEAM_FILE), Team)


class Directory:
    """The staff as it is now: the file is read again when it changes, so that new staff need no restart."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or SHIPPED / TEAM_FILE
        self._read = CachedFile(load_team)

    def __call__(self) -> Team:
        """The staff as the file has it at this moment. Raises BadPlaybook."""
        return self._read(self._path)


def json_schema() -> dict[str, Any]:
    """The schema of a playbook, for editors that complete and check; `day90 playbook schema` writes it."""
    return {"$schema": DRAFT, **Playbook.model_json_schema(by_alias=True)}


def team_json_schema() -> dict[str, Any]:
    """The schema of the staff directory; `day90 playbook schema team` writes it."""
    return {"$schema": DRAFT, **Team.model_json_schema(by_alias=True)}


def _load(path: Path) -> tuple[Playbook, Written]:
    written = read(path)
    return _playbook_in(written, path), written


def _playbook_in(written: Written, path: Path) -> Playbook:
    playbook = validated(written, Playbook)
    if playbook.key != path.stem:
        what = f"is {playbook.key!r}, but the file is called {path.name}: they must agree"
        raise BadPlaybook([written.complaint(("key",), what)])
    return playbook


def playbooks_in(folder: Path) -> dict[str, Path]:
    """The files of the playbooks in a folder, by key. Files whose names begin with a dot are an editor's."""
    files = (path for path in sorted(folder.glob("*.yaml")) if not path.name.startswith("."))
    return {path.stem: path for path in files if path.name != TEAM_FILE and not path.name.endswith(NO_PLAYBOOK)}


def _tier_written_in(path: Path) -> float | None:
    """The `from_yearly_value` in a file that cannot be used; None when not even that can be read."""
    try:
        content = read(path).content
    except BadPlaybook:
        return None
    tier = content.get("from_yearly_value") if isinstance(content, dict) else None
    return float(tier) if isinstance(tier, int | float) and not isinstance(tier, bool) else None
