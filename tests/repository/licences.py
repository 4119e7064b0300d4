"""Which licences do the packages have that come with day90? `python -m tests.repository.licences` asks them."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "licences.md"
SHIPPED = ("embedded",)
"""The dependency groups that users get too: `./day90` installs them. What builds and tests day90 is not passed on."""
OTHER_SYSTEMS = ("emscripten", "win32", "nt'")
"""In a marker: a browser, and Windows."""
LONGEST = 40
"""Characters of a licence's name; some packages put the whole text into that field."""
TABLE = "| package | licence |\n| --- | --- |\n"


def shipped() -> Sequence[str]:
    """The name of every package that is installed with day90; none that only other systems than ours need."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    packages = {package["name"]: package for package in lock["package"]}
    ours = packages["day90"]
    asked = [*ours["dependencies"], *(wanted for group in SHIPPED for wanted in ours["dev-dependencies"][group])]
    found: set[tuple[str, ...]] = set()
    while asked:
        wanted = asked.pop()
        name, extras = wanted["name"], tuple(wanted.get("extra", ()))
        if (name, *extras) in found or any(system in wanted.get("marker", "") for system in OTHER_SYSTEMS):
            continue
        found.add((name, *extras))
        asked += _needs(packages[name], extras)
    return sorted({name for name, *_ in found})


def _needs(package: Mapping[str, Any], extras: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    yield from package.get("dependencies", ())
    for extra in extras:
        yield from package.get("optional-dependencies", {}).get(extra, ())


def licence_of(name: str) -> str | None:
    """The licence that an installed package names; None where it is not installed here."""
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return None
    classified = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or () if line.startswith("License")]
    if told["License-Expression"]:
        return str(told["License-Expression"])
    in_words = str(told["License"] or "")
    if in_words and len(in_words) <= LONGEST and len(classified) < 2:
        return in_words
    return " or ".join(sorted(classified))


def listed() -> Mapping[str, str]:
    """The packages on the page, each with its licence."""
    lines = PAGE.read_text(encoding="utf-8").partition(TABLE)[2].split("\n\n")[0].splitlines()
    cells = (line.strip("| ").split(" | ") for line in lines)
    return {package.partition("]")[0].lstrip("["): licence for package, licence in cells}


def written() -> str:
    """The page with its table drawn anew; a package that is not installed here keeps its line."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(TABLE)
    _, gap, after = rest.partition("\n\n")
    known = listed()
    rows = [
        f"| [{name}](https://pypi.org/project/{name}/) | {licence_of(name) or known.get(name, '')} |"
        for name in shipped()
    ]
    return before + TABLE + "\n".join(rows) + gap + after


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
