"""Which playbooks are there, and which one does a deal get? The one file that reads them, and the staff directory."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from domain.playbook import Playbook
from domain.team import Team
from playbooks.complaint import BadPlaybook, Complaint, UnknownPlaybook
from playbooks.kept import Kept
from playbooks.lint import findings
from playbooks.reading import Written, read, validated

SHIPPED = Path(__file__).parent
TEAM_FILE = "team.yaml"


class Library:
    """The shipped playbooks and a company's own; where both have a key, the company's wins.

    A playbook `<key>.yaml` says its key again inside. Files are read again when they change on disk.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._read = Kept(load_playbook)

    def keys(self) -> Sequence[str]:
        """Every playbook's key, in order."""
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

    def choose(self, yearly_value: float | Decimal | None) -> str:
        """The key of the playbook for a deal of that yearly contract value.

        The highest tier that the deal is worth. Below every tier it is the lowest that exists, so that a company
        with one playbook uses it for all. A value that nobody gave counts as the highest: an enterprise left to
        automation costs more than a small customer who was looked after. Of two playbooks for one tier the first
        by key is taken; the other one is for deals that name it.
        """
        tiers = sorted(
            (self.get(key) for key in self.keys()), key=lambda playbook: (-playbook.from_yearly_value, playbook.key)
        )
        if yearly_value is None:
            return tiers[0].key
        worth = [playbook for playbook in tiers if playbook.from_yearly_value <= yearly_value]
        lowest = [playbook for playbook in tiers if playbook.from_yearly_value == tiers[-1].from_yearly_value]
        return (worth or lowest)[0].key

    def _files(self) -> dict[str, Path]:
        found = _playbooks_in(SHIPPED)
        if self._folder is None:
            return found
        if not self._folder.is_dir():
            raise BadPlaybook([Complaint(str(self._folder), 0, "the folder of your playbooks", "is no folder")])
        return found | _playbooks_in(self._folder)


def load_playbook(path: Path) -> Playbook:
    """Raises BadPlaybook when the schema refuses it; what lint finds does not count here."""
    playbook, _ = _load(path)
    return playbook


def complaints_about(path: Path) -> list[Complaint]:
    """Everything that is wrong with a playbook's file, each with its line: empty when it can be used."""
    try:
        playbook, written = _load(path)
    except BadPlaybook as bad:
        return list(bad.complaints)
    return [written.complaint(*found) for found in findings(playbook)]


def load_team(path: Path | None = None) -> Team:
    """The staff directory; the shipped sample when no file is named. Raises BadPlaybook."""
    return validated(read(path or SHIPPED / TEAM_FILE), Team)


class Directory:
    """The staff as it is now: the file is read again when it changes, so that new staff need no restart."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or SHIPPED / TEAM_FILE
        self._read = Kept(load_team)

    def __call__(self) -> Team:
        """Raises BadPlaybook."""
        return self._read(self._path)


def json_schema() -> dict[str, Any]:
    """The schema of a playbook, for editors that complete and check."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Playbook.model_json_schema(by_alias=True)}


def _load(path: Path) -> tuple[Playbook, Written]:
    written = read(path)
    playbook = validated(written, Playbook)
    if playbook.key != path.stem:
        what = f"is {playbook.key!r}, but the file is called {path.name}: they must agree"
        raise BadPlaybook([written.complaint(("key",), what)])
    return playbook, written


def _playbooks_in(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.yaml")) if path.name != TEAM_FILE}
