"""How does a message of each kind read, as our channels would word it? Rendered from sample facts."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, get_args

from activities.channels.texts.samples import sample
from domain.mailbox import read_mailbox
from domain.notice import NoticeKind
from domain.text import LANGUAGES, Language
from domain.trouble import ChannelRefuses
from runtime.settings import Settings
from wiring.channels import rendering_of

KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)


class Preview(NamedTuple):
    """A message of one kind to `to`: its subject and its page, or `trouble` with the template."""

    kind: NoticeKind
    language: Language
    to: str
    subject: str = ""
    page: str = ""
    trouble: str = ""


def previews(settings: Settings, kinds: Sequence[NoticeKind]) -> Iterator[Preview]:
    """Each of those kinds in each language. A template that is broken keeps no other from being seen."""
    rendering, sender = rendering_of(settings), read_mailbox(settings.mail_from).name
    for kind in kinds:
        for language in LANGUAGES:
            waiting = sample(kind, language)
            try:
                message = rendering.render(waiting, sender=sender)
            except ChannelRefuses as refused:
                yield Preview(kind, language, waiting.person.name, trouble=str(refused))
            else:
                yield Preview(kind, language, waiting.person.name, message.subject, message.html)
