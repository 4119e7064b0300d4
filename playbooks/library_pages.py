"""Which pages does the library have? Reads a folder of Markdown files, and says line by line what is wrong."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from markdown_it import MarkdownIt

from domain.library import AboutPage, LibraryPage, is_on
from domain.searching import Finder, Searched
from domain.text import LANGUAGES, Language, in_language, placeholders
from playbooks.complaint import BadPlaybook, Complaint, Gravity
from playbooks.reading import LARGEST, Written, read_text, validated

SHIPPED = Path(__file__).parent / "library"
NAME = re.compile(r"(?P<key>[a-z0-9][a-z0-9_-]{0,79})\.(?P<language>en|ja)\.md")
FENCE = "---"
OF_THE_FOLDER = "README.md"
"""May explain the folder to those who write in it."""
MARKDOWN = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True)
class Shelf:
    """The pages of a folder as they were read at once, and what is wrong with the others."""

    pages: tuple[LibraryPage, ...]
    complaints: tuple[Complaint, ...]

    @cached_property
    def finder(self) -> Finder:
        """Finds pages by what stands in them, in either language."""
        return Finder(Searched(key, self._titles(key), self._bodies(key)) for key in self.keys)

    @cached_property
    def keys(self) -> Sequence[str]:
        return tuple(dict.fromkeys(page.key for page in self.pages))

    def page(self, key: str, language: Language) -> LibraryPage | None:
        """That page in that language, else in the one that there is; None for none."""
        of_key = [page for page in self.pages if page.key == key]
        return next((page for page in of_key if page.about.language == language), next(iter(of_key), None))

    def _titles(self, key: str) -> str:
        titles = (page.about.title for page in self.pages if page.key == key)
        return " ".join(in_language(title, language) for title in titles for language in LANGUAGES)

    def _bodies(self, key: str) -> str:
        return "\n".join(page.body for page in self.pages if page.key == key)


class LibraryPages:
    """The library in a folder, the shipped one without a folder; read again when a file of it changes.

    With `hosts`, videos elsewhere are complained about, too.
    """

    def __init__(self, folder: Path | None = None, hosts: Collection[str] | None = None) -> None:
        self._folder = folder or SHIPPED
        self._hosts = hosts
        self._stamp: tuple[tuple[str, int, int], ...] | None = None
        self._shelf = Shelf((), ())

    def shelf(self) -> Shelf:
        """The pages as they are now. A file that cannot be used does not affect the others."""
        stamp = self._now()
        if stamp != self._stamp:
            self._shelf, self._stamp = load(self._folder, self._hosts), stamp
        return self._shelf

    def _now(self) -> tuple[tuple[str, int, int], ...]:
        try:
            each = [(path.name, path.stat()) for path in self._folder.glob("*.md")]
        except OSError:
            return ()
        return tuple(sorted((name, status.st_mtime_ns, status.st_size) for name, status in each))


def load(folder: Path, hosts: Collection[str] | None = None) -> Shelf:
    """The pages of that folder; with `hosts`, videos elsewhere are complained about, too."""
    pages, complaints = list[LibraryPage](), list[Complaint]()
    for path in sorted(folder.glob("*.md")):
        if path.name == OF_THE_FOLDER:
            continue
        try:
            page, written = _read(path)
        except BadPlaybook as bad:
            complaints += bad.complaints
            continue
        pages.append(page)
        complaints += [*_about(page, written, hosts), *_steps(page, written, pages)]
    return Shelf(tuple(pages), tuple(complaints))


def _read(path: Path) -> tuple[LibraryPage, Written]:
    """The page of that file. Raises BadPlaybook."""
    file = str(path)
    name = NAME.fullmatch(path.name)
    if name is None:
        raise BadPlaybook([_complaint(file, 0, "should be named KEY.en.md or KEY.ja.md, in lower case")])
    try:
        text = path.read_text(encoding="utf-8") if path.stat().st_size <= LARGEST else ""
    except (OSError, UnicodeDecodeError) as trouble:
        raise BadPlaybook([_complaint(file, 0, f"cannot be read: {type(trouble).__name__}")]) from None
    first, _, rest = text.partition("\n")
    front, fence, body = rest.partition(f"\n{FENCE}\n")
    if first.rstrip() != FENCE or not fence:
        raise BadPlaybook([_complaint(file, 1, f"should begin with {FENCE}, what it is about, and {FENCE}")])
    # The line before keeps the numbers of lines as the file has them.
    written = read_text(f"\n{front}\n", file)
    about = validated(written, AboutPage)
    if about.language != name["language"]:
        raise BadPlaybook([written.complaint(("language",), f"should be {name['language']}, as the file's name says")])
    if not body.strip():
        raise BadPlaybook([_complaint(file, 1, "has no text")])
    return LibraryPage(name["key"], about, body.strip()), written


def _about(page: LibraryPage, written: Written, hosts: Collection[str] | None) -> list[Complaint]:
    """What a reader would miss or stumble over."""
    complaints = []
    if page.about.video and hosts is not None and not is_on(page.about.video, hosts):
        what = "is not shown: should be https:// on a host of DAY90_VIDEO_HOSTS"
        complaints.append(written.complaint(("video",), what, "warning"))
    if open_ones := [*placeholders(page.body), *placeholders(page.about.title)]:
        complaints.append(written.complaint((), f"should say what it leaves open: {open_ones[0]}"))
    tokens = MARKDOWN.parse(page.body)
    if any(token.type == "heading_open" and token.tag == "h1" for token in tokens):
        complaints.append(written.complaint((), "should have headings from ## on: # is its title", "warning"))
    if any(child.type == "image" for token in tokens for child in token.children or ()):
        complaints.append(written.complaint((), "has a picture, which is not shown", "warning"))
    return complaints


def _steps(page: LibraryPage, written: Written, before: Sequence[LibraryPage]) -> list[Complaint]:
    """What would leave a step out for readers of one language: what is done is kept by the keys of the steps."""
    if page.about.steps and page.about.format != "checklist":
        return [written.complaint(("steps",), "should be in a page whose format is checklist")]
    other = next((one for one in before if one.key == page.key and one is not page), None)
    differ = page.about.steps.keys() ^ other.about.steps.keys() if other else set()
    if differ:
        what = f"should have the same keys in both languages; {', '.join(sorted(differ))} stands in one alone"
        return [written.complaint(("steps",), what)]
    return []


def _complaint(file: str, line: int, what: str, gravity: Gravity = "error") -> Complaint:
    return Complaint(file, line, "the whole file", what, gravity)
