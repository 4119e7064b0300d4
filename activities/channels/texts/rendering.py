"""How is a notice rendered? By its template in the receiver's language, as subject, text and HTML.

A template is light Markdown with the subject in its first line. A file of the same name in the company's own folder
(`en/reminder.md`, `ja/closing.md`, `layout.html`) is used instead of ours.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import css_inline
from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
    pass_context,
)
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from activities.channels.texts import sealing
from activities.channels.texts.at_the_desk import at_the_desk
from activities.channels.texts.plain import Node, plain_text, tree
from activities.channels.texts.wording import Wording, wording
from domain.notice import Notice
from domain.record import WaitingNotice
from domain.rules.digests import SECTIONS, section_of
from domain.text import Language
from domain.trouble import ChannelRefuses

TEMPLATES = Path(__file__).parent / "templates"

# Characters. Titles may have 200; what inboxes show of a subject ends long before.
_LONGEST_SUBJECT = 160
# Characters of the preview that inboxes show next to the subject: from the first paragraph of the message proper.
_LONGEST_PREVIEW = 120
# No raw HTML passes. A line break in a template is one in the mail: Japanese has no space to join lines with.
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")
# The style sheet stays too, for what cannot be inlined: dark mode and small screens.
_CSS = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
# What messages of one kind and language have in common is read and given its styles once. Pages of our samples have up
# to 21,000 characters. Two onboardings by one playbook, one after the other, were made of 313 pieces and 145 pages, the
# first alone of 255 and 114: so 93 of 100 pieces of the second are there.
_MOST_READ = 512
_MOST_LAID_OUT = 256
# The name under which templates are given the reader's wording.
_WORDS = "wording"
_HEADINGS = re.compile(r"^(?=##? |### )", re.MULTILINE)
_COMMAND = re.compile(r"`([^`\n]+)`")
# Columns of a table that has a title and its day, and of one whose days and numbers do not fit a phone in one line.
_TWO, _MANY = 2, 4
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_REST = ("opening", "actions", "closing", "signature", "footer")
OF_TEMPLATES = (".md", ".html")
"""How files of templates end."""
_Part = tuple[Notice, Mapping[str, str]]
"""A notice inside a digest, with its links by their purposes."""


class BrokenTemplate(ChannelRefuses):
    """A template cannot be rendered, and so the message cannot be sent. Who must act: whoever wrote the template.

    `template` is its file's name below the folder of templates, `line` counts from 1; 0 where it is not known.
    """

    def __init__(self, template: str, line: int, why: str) -> None:
        place = f"{template}, line {line}," if line else template
        super().__init__(f"the template {place} {why}")
        self.template, self.line, self.why = template, line, why


@dataclass(frozen=True)
class RenderedNotice:
    """A notice as its receiver reads it; `subject` is one line without control characters."""

    subject: str
    text: str
    html: str
    body: str = ""
    """The message proper, as plain text: without greeting, closing and small print."""
    at_desk: str = ""
    """The address of its onboarding at the desk, for one of ours; empty where there is none."""


@dataclass(frozen=True)
class Rendering:
    """Renders notices. Templates in `company_templates` come before ours; a changed one counts from the next mail.

    `companies` has our company's name as readers of each language know it. `desk` is the address of the team's desk:
    one of ours reads its pages in the place of commands (`at_the_desk`). Without one, commands stay.
    """

    company_templates: Path | None = None
    companies: Mapping[Language, str] = field(default_factory=dict)
    desk: str = ""

    def render(self, waiting: WaitingNotice, *, sender: str = "") -> RenderedNotice:
        """The notice in its receiver's language; `sender` is the company's name where none is given for that language.

        Raises BrokenTemplate when it cannot be rendered: a fact that it prints is missing, or a company's own template
        is broken. The facts do not come into the error: it goes into logs.
        """
        words = wording(waiting.person.language, waiting.person.time_zone)
        name = f"{words.language}/{waiting.notice.kind}.md"
        try:
            return self._render(waiting, words, sender)
        except SecurityError as error:
            raise BrokenTemplate(
                *(_place(error) or (name, 0)),
                "is refused: a template may print facts and use our filters, and reach nothing of Python: "
                f"{error.message}",
            ) from None
        except TemplateSyntaxError as error:
            raise BrokenTemplate(error.name or name, error.lineno, f"cannot be rendered: {error.message}") from None
        except TemplateError as error:
            # `name` is the file that was looked for, which may be one that ours includes.
            where = (str(error.name), 0) if isinstance(error, TemplateNotFound) else _place(error) or (name, 0)
            raise BrokenTemplate(*where, f"cannot be rendered: {error.message}") from None
        except (ValueError, TypeError, LookupError, AttributeError, OSError) as error:
            where = _place(error) or (name, 0)
            raise BrokenTemplate(*where, f"cannot be rendered: {type(error).__name__}") from error

    def company(self, language: str, *, sender: str) -> str:
        """Our company's name for readers of that language; else the sender's."""
        return self.companies.get("ja" if language == "ja" else "en") or sender

    def _render(self, waiting: WaitingNotice, words: Wording, sender: str) -> RenderedNotice:
        facts = {
            **self._jinja.globals,
            **waiting.notice.facts,
            _WORDS: words,
            "links": waiting.links,
            "colleague": waiting.person.side == "vendor",
            "company": self.company(words.language, sender=sender),
            "desk": self.desk if waiting.person.side == "vendor" else "",
            "first": waiting.first,
        }
        parts = list(zip(waiting.parts, waiting.links_of_parts or [{} for _ in waiting.parts], strict=True))
        first, body = self._worded(waiting.notice, facts, parts)
        subject = _clipped(sealing.one_line(sealing.unseal_text(first)), _LONGEST_SUBJECT)
        opening, actions, closing, signature, footer = (
            self._filled(f"{words.language}/{part}.md", facts).strip() for part in _REST
        )
        end = "\n\n".join(filter(None, (actions, closing, signature)))
        values: list[sealing.Shaped] = []
        desk = str(facts["desk"])
        before, proper, after, small_print = (
            _read(sealing.number(_led_to(desk, part, words.language), values))
            for part in (opening, body.strip(), end, footer)
        )
        said = plain_text(proper.nodes, values)
        page = self._jinja.get_template("layout.html").render(
            language=words.language,
            subject=sealing.seal(subject),
            heading=_heading(subject),
            preview=sealing.seal(_clipped(sealing.one_line(said.partition("\n\n")[0]), _LONGEST_PREVIEW)),
            sender=sealing.seal(facts["company"]),
            body=Markup(before.html + proper.html + after.html),
            footer=Markup(small_print.html),
        )
        before_it, after_it, beneath = (plain_text(part.nodes, values) for part in (before, after, small_print))
        return RenderedNotice(
            subject=subject,
            text="\n\n".join(filter(None, (before_it, said, after_it, f"-- \n{beneath}\n"))),
            html=sealing.fill_html(laid_out(sealing.number(page, values)), values),
            body=said,
            at_desk=_onboarding_at(facts),
        )

    def _worded(self, notice: Notice, facts: dict[str, Any], parts: Sequence[_Part] = ()) -> tuple[str, str]:
        """Subject and body of a notice; those of a digest are made of its parts' own."""
        if parts:
            each = [self._part(facts, part, links) for part, links in parts]
            sections = _sections([part for part, _ in parts], each)
            facts = {**facts, "sections": sections, "first": each[0], "places": _places(parts)}
        filled = self._filled(f"{facts[_WORDS].language}/{notice.kind}.md", facts)
        first, _, body = filled.lstrip().partition("\n")
        first = _in_their_place(first, notice.facts.get("in_place_of", ""), facts[_WORDS].language)
        return _in_our_words(notice.facts.get("edited", {}), first, body)

    def _part(self, facts: dict[str, Any], part: Notice, links: Mapping[str, str]) -> dict[str, Any]:
        """A notice as a digest has it: kind, facts, subject, and its body with headings below that of the part.

        What its reader may do about it by its links stands below it.
        """
        facts = {**facts, **part.facts, "links": links}
        subject, body = self._worded(part, facts)
        actions = self._filled(f"{facts[_WORDS].language}/actions.md", facts).strip()
        lowered = "\n\n".join(filter(None, (_HEADINGS.sub("##", body.strip()), actions)))
        return {"kind": part.kind, "facts": part.facts, "subject": Markup(subject), "body": Markup(lowered)}

    def _filled(self, name: str, facts: dict[str, Any]) -> str:
        """The template with these facts, among which are Jinja's own names: a mail's seven do not each copy them."""
        template = self._jinja.get_template(name)
        context = self._jinja.context_class(self._jinja, facts, template.name, template.blocks)
        try:
            return "".join(template.root_render_func(context))
        except Exception:
            # As its own `render` does: the trace names the template's lines.
            self._jinja.handle_exception()

    @cached_property
    def _jinja(self) -> Environment:
        return environment([folder for folder in (self.company_templates, TEMPLATES) if folder])


def _sections(notices: Sequence[Notice], parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sections of a digest that are not empty, each with its parts, which are those notices."""
    each = list(zip(map(section_of, notices), parts, strict=True))
    sections = [{"name": name, "parts": [part for section, part in each if section == name]} for name in SECTIONS]
    return [section for section in sections if section["parts"]]


def environment(folders: Sequence[Path]) -> Environment:
    """Where templates are looked for, and what they may use: the first folder that has a file of that name."""
    # Whoever may write templates may not run programs: nothing of Python is reached from within one.
    jinja = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        finalize=sealing.seal,
        # Tells what a macro printed (markup, sealed already) from a value.
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        # Ours change with the program alone, so nobody looks at seven files for each message.
        auto_reload=any(folder != TEMPLATES for folder in folders),
    )
    shapes = (sealing.prose, sealing.aside, sealing.link, sealing.button, sealing.mail, sealing.whole)
    words = (Wording.day, Wording.short_day, Wording.moment, Wording.count, Wording.lateness, Wording.word)
    jinja.filters |= {shape.__name__: shape for shape in shapes}
    jinja.filters |= {word.__name__: _in_readers_words(word) for word in words}
    return jinja


def _in_our_words(edited: Mapping[str, str], subject: str, body: str) -> tuple[str, str]:
    """Subject and body as one of ours has worded them; what they did not touch stays as the template has it."""
    if text := edited.get("text"):
        body = "\n\n".join(str(sealing.seal(sealing.prose(part))) for part in _PARAGRAPHS.split(text.strip()))
    if given := edited.get("subject"):
        subject = str(sealing.seal(given))
    return subject, body


def _in_their_place(subject: str, away: str, language: str) -> str:
    """The subject of a copy for who stands in: what it says of "yours" is said to the one who is away."""
    if not away:
        return subject
    before = f"【{away}さんの代行】" if language == "ja" else f"For {away}: "
    return f"{sealing.seal(before)}{subject}"


def _places(parts: Sequence[_Part]) -> list[Mapping[str, Any]]:
    """Of those in whose place parts of a digest come, each once: the facts that say who it is and how long."""
    facts = {part.facts["in_place_of"]: part.facts for part, _ in parts if part.facts.get("in_place_of")}
    return list(facts.values())


def _heading(subject: str) -> Markup:
    """The subject as the heading of the page: the customer in its brackets keeps to a line, as does the rest."""
    about, bracket, rest = subject.partition("】")
    if not (about.startswith("【") and rest):
        return sealing.seal(subject)
    each = (Markup('<span class="about">{}</span>').format(sealing.seal(part)) for part in (about + bracket, rest))
    return Markup("").join(each)


def _place(error: BaseException) -> tuple[str, int] | None:
    """Name and line of the template in which it happened: the innermost frame that ran one; None without any."""
    place, trace = None, error.__traceback__
    while trace is not None:
        # Jinja compiles a template under the path of its file, and maps the lines of its code to the template's.
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.suffix in OF_TEMPLATES:
            folder = f"{path.parent.name}/" if path.suffix == ".md" else ""
            place = (f"{folder}{path.name}", trace.tb_lineno)
        trace = trace.tb_next
    return place


def _in_readers_words(method: Callable[..., object]) -> Callable[..., object]:
    """A filter in the wording of whoever the template is rendered for: one set of templates serves all readers."""

    @pass_context
    def spoken(context: Context, *given: object) -> object:
        # Arithmetic on what is undefined says less than printing it does.
        _ = [str(value) for value in given if isinstance(value, Undefined)]
        return method(context[_WORDS], *given)

    return spoken


class _Read(NamedTuple):
    """A piece of Markdown as HTML, and as nodes from which its plain text is laid out."""

    html: str
    nodes: Sequence[Node]


@lru_cache(maxsize=_MOST_READ)
def _read(markdown: str) -> _Read:
    """A piece of Markdown in which numbers stand for values, read once for all messages that have it."""
    tokens = _parse(markdown)
    return _Read(str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})), tree(tokens))


@lru_cache(maxsize=_MOST_LAID_OUT)
def laid_out(page: str) -> str:
    """A page in which numbers stand for values, each element with the styles that are for it."""
    return _CSS.inline(sealing.mark_up(page))


def _parse(markdown: str) -> list[Token]:
    """The Markdown as tokens. A table with an empty head holds labels and values: its head is dropped."""
    tokens: list[Token] = []
    head: list[Token] | None = None
    for token in _MARKDOWN.parse(markdown):
        if token.type == "thead_open":
            head = []
        if head is None:
            tokens.append(token)
            continue
        head.append(token)
        if token.type == "thead_close":
            titled = any(part.type == "inline" and part.content for part in head)
            columns = sum(part.type == "th_open" for part in head)
            tokens[-1].attrSet("class", _class_of(columns) if titled else "facts")
            tokens += head if titled else []
            head = None
    return tokens


def _class_of(columns: int) -> str:
    """The classes of a table by its columns.

    Those of two stand beneath each other in a report, with their columns in one line; those of four or more break what
    stands in them on a phone.
    """
    return {_TWO: "rows of-two"}.get(columns, "rows" if columns < _MANY else "rows of-many")


def _led_to(desk: str, markdown: str, language: Language) -> str:
    """The Markdown with the desk's pages in the place of commands; as it is where there is no desk.

    What people wrote is sealed by now: no backtick of theirs makes a command.
    """

    def led(command: re.Match[str]) -> str:
        there = at_the_desk(sealing.unseal_text(command[1]), desk, language)
        return command[0] if there is None else str(sealing.seal(sealing.page(there.address, there.name)))

    return _COMMAND.sub(led, markdown) if desk else markdown


def _onboarding_at(facts: Mapping[str, Any]) -> str:
    """Where its onboarding is at the desk; empty where there is no desk, or the notice is about none."""
    there = facts["desk"] and facts.get("onboarding")
    return f"{facts['desk']}/onboardings/{quote(str(there), safe='')}" if there else ""


def _clipped(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
