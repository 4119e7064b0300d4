"""How does a message of each kind read before anybody gets one? Samples, worded as the channels would word them."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from activities.channels.texts.checking import Trouble, troubles_in
from activities.channels.texts.samples import KINDS, sample
from domain.mailbox import read_mailbox
from domain.notice import NoticeKind
from domain.record import WaitingNotice
from domain.text import Language
from runtime.settings import Settings
from wiring.channels import rendering_of


class Page(NamedTuple):
    """A message as its reader sees it: its subject, and a whole HTML page."""

    subject: str
    html: str


def complaints_about(templates: Path) -> Sequence[Trouble]:
    """What is wrong with the templates below that folder, each by file and line."""
    return troubles_in(templates)


class Previewer:
    """Renders samples with the company's own templates where it has any."""

    kinds: Sequence[NoticeKind] = KINDS
    """Every kind of message."""

    def __init__(self, settings: Settings) -> None:
        self._rendering = rendering_of(settings)
        self._sender = read_mailbox(settings.mail_from).name

    def sample(self, kind: NoticeKind, language: Language) -> WaitingNotice:
        """A message of that kind, to somebody who reads that language."""
        return sample(kind, language)

    def page(self, waiting: WaitingNotice) -> Page:
        """The message. Raises ChannelRefuses when it cannot be rendered."""
        rendered = self._rendering.render(waiting, sender=self._sender)
        return Page(rendered.subject, rendered.html)
