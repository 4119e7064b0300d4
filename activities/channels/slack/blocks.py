"""How does a notice read in Slack? As Block Kit, within its limits, with nothing in it that Slack would act upon."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from activities.channels.texts.rendering import RenderedNotice
from domain.notice import ACTED_UPON_IN_CHAT, DONE, SNOOZE, Notice, Person
from domain.record import WaitingNotice
from domain.text import Language, in_language

LONGEST_HEADER = 150
LONGEST_SECTION = 3000
MOST_BLOCKS = 50
"""Slack's own limits. A message beyond one of them is refused whole, and the SDK checks none of them."""
MOST_SECTIONS = 40
"""Sections of text: 40 screens are no message any more, and leave room for head and buttons."""
LONGEST_WORD = 255
"""Characters of an address that is made a link: a longer one stays text, which needs no closing sign."""
_URL = re.compile(r"https?://[^\s<>|]+[^\s<>|.,:;!?)\]。、）」]")
_WORDS: Mapping[str, dict[Language, str]] = {
    "done": {"en": "Done", "ja": "完了"},
    "snooze": {"en": "Remind me tomorrow", "ja": "明日もう一度"},
    "open": {"en": "Open", "ja": "開く"},
    "more": {
        "en": "The rest does not fit here: `day90 show {onboarding}` has all of it.",
        "ja": "続きは `day90 show {onboarding}` でご確認ください。",
    },
    "more_at_desk": {"en": "The rest does not fit here. All of it: {address}", "ja": "続きはこちら： {address}"},
}


def escaped(text: str) -> str:
    """The text as mrkdwn shows it word for word: nobody is called by it, and nothing in it is a link of its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def blocks_of(waiting: WaitingNotice, rendered: RenderedNotice, *, mention: str, buttons: bool) -> list[dict[str, Any]]:
    """The message as blocks. `mention` is the Slack id of whom it is for, empty in a direct message.

    `buttons` says whether somebody hears of it when one is pressed.
    """
    language = waiting.person.language
    head: list[dict[str, Any]] = [{"type": "header", "text": _plain(_clipped(rendered.subject, LONGEST_HEADER))}]
    if mention:
        head.append({"type": "context", "elements": [{"type": "mrkdwn", "text": f"<@{mention}>"}]})
    texts = list(_sections(rendered.body))
    if len(texts) > MOST_SECTIONS:
        words = _WORDS["more_at_desk" if rendered.at_desk else "more"]
        address = escaped(rendered.at_desk)
        more = in_language(words, language).format(onboarding=escaped(waiting.notice.onboarding), address=address)
        texts = [*texts[: MOST_SECTIONS - 1], more]
    # Verbatim: otherwise Slack would call people and channels that the text happens to name.
    body = [{"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}} for text in texts]
    pressed = _buttons(waiting, language, acting=buttons, at_desk=rendered.at_desk)
    return [*head, *body, *([{"type": "actions", "elements": pressed}] if pressed else [])]


def can_be_acted_upon(notice: Notice, person: Person) -> bool:
    """Whether one of ours is asked by it for something that they can call done, and that nobody has to sign."""
    asks = notice.kind in ACTED_UPON_IN_CHAT and notice.while_open is not None
    return asks and bool(notice.onboarding) and person.side == "vendor"


def _buttons(waiting: WaitingNotice, language: str, *, acting: bool, at_desk: str) -> list[dict[str, Any]]:
    buttons: list[dict[str, Any]] = []
    if acting and can_be_acted_upon(waiting.notice, waiting.person):
        value = str(waiting.id)
        buttons.append(_button(DONE, _WORDS["done"], language, value=value, style="primary"))
        buttons.append(_button(SNOOZE, _WORDS["snooze"], language, value=value))
    if link := at_desk or str(waiting.notice.facts.get("ui") or ""):
        buttons.append(_button("day90_open", _WORDS["open"], language, url=link))
    return buttons


def _button(action: str, words: dict[Language, str], language: str, **more: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action, "text": _plain(in_language(words, language)), **more}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _sections(body: str) -> Iterator[str]:
    """The text in pieces that fit into a section, each of whole lines where those are short enough."""
    piece = ""
    for line in body.strip().split("\n"):
        for part in _short(_with_links(line)):
            if piece and len(piece) + len(part) + 1 > LONGEST_SECTION:
                yield piece.strip("\n")
                piece = ""
            piece = f"{piece}\n{part}" if piece else part
    if piece:
        yield piece


def _short(line: str) -> Iterator[str]:
    """The line, or its parts where it alone is longer than a section may be: cut at a blank, else between two signs."""
    while len(line) > LONGEST_SECTION:
        blank = line.rfind(" ", LONGEST_SECTION // 2, LONGEST_SECTION)
        cut = blank if blank > 0 else _whole(line[:LONGEST_SECTION])
        yield line[:cut]
        line = line[cut:].lstrip(" ")
    yield line


def _whole(text: str) -> int:
    """Up to where the text is whole: an escaped sign that was cut off at its end is left out."""
    begun = text.rfind("&")
    return begun if begun >= 0 and ";" not in text[begun:] else len(text)


def _with_links(line: str) -> str:
    """The escaped line, in which addresses are links again."""
    parts, end = [], 0
    for link in _URL.finditer(line):
        if len(link[0]) > LONGEST_WORD:
            continue
        parts += [escaped(line[end : link.start()]), f"<{escaped(link[0])}>"]
        end = link.end()
    return "".join([*parts, escaped(line[end:])])


def _clipped(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
