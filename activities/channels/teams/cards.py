"""How does a notice read in Teams? As an Adaptive Card within its limits, with nothing that Teams would act upon."""

import json
from collections.abc import Mapping
from typing import Any

from activities.channels.texts.rendering import RenderedNotice
from domain.record import WaitingNotice
from domain.text import Language, in_language

LARGEST = 24_000
"""Bytes of a card: Teams refuses messages of more than 28 KB, in which the workflow wraps it."""
VERSION = "1.4"
"""Of Adaptive Cards: what workflows and Teams on phones show alike."""
_WORDS: Mapping[str, dict[Language, str]] = {
    "for": {"en": "For {name}", "ja": "{name}さん宛て"},
    "open": {"en": "Open", "ja": "開く"},
    "more": {
        "en": "The rest does not fit here: day90 show {onboarding} has all of it.",
        "ja": "続きは day90 show {onboarding} でご確認ください。",
    },
    "more_at_desk": {"en": "The rest does not fit here. All of it: {address}", "ja": "続きはこちら： {address}"},
}


def message_of(waiting: WaitingNotice, rendered: RenderedNotice) -> dict[str, Any]:
    """The message that a Teams workflow takes, with the card in it."""
    content = _card(waiting, rendered)
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [attachment]}


def _card(waiting: WaitingNotice, rendered: RenderedNotice) -> dict[str, Any]:
    language, person = waiting.person.language, waiting.person
    body = [
        _text(rendered.subject, weight="Bolder", size="Medium"),
        _text(in_language(_WORDS["for"], language).format(name=person.name), isSubtle=True),
    ]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": VERSION,
        "body": body,
        "msteams": {"width": "Full"},
    }
    if link := rendered.at_desk or str(waiting.notice.facts.get("ui") or ""):
        card["actions"] = [{"type": "Action.OpenUrl", "title": in_language(_WORDS["open"], language), "url": link}]
    words = in_language(_WORDS["more_at_desk" if rendered.at_desk else "more"], language)
    more = _text(words.format(onboarding=waiting.notice.onboarding, address=rendered.at_desk), isSubtle=True)
    room = LARGEST - _bytes(card) - _bytes(more)
    for line in (line for line in rendered.body.split("\n") if line.strip()):
        block = _text(line)
        room -= _bytes(block)
        if room < 0:
            body.append(more)
            break
        body.append(block)
    return card


def _text(text: str, **style: Any) -> dict[str, Any]:
    """A line as a run of text: in a TextBlock Markdown would count, by which a link could hide where it leads."""
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}


def _bytes(part: Any) -> int:
    """As it is sent: a letter of another script is six bytes where it is escaped."""
    return len(json.dumps(part)) + 2
