"""What does a mail say that is still to go, or that lies in a file? Read as its channel writes it."""

from email import message_from_binary_file, policy
from pathlib import Path

from activities.channels.mail.message import Said, said_by
from domain.mailbox import read_mailbox
from domain.record import WaitingNotice
from runtime.settings import Settings
from wiring.channels import rendering_of


class Reader:
    """Reads mails for people at the command line, worded as the channels would word them."""

    def __init__(self, settings: Settings) -> None:
        self._rendering = rendering_of(settings)
        self._sender = read_mailbox(settings.mail_from).name

    def to_go(self, waiting: WaitingNotice) -> Said:
        """What the mail would say if it went now. Raises ChannelRefuses when it cannot be rendered."""
        rendered = self._rendering.render(waiting, sender=self._sender)
        return Said(rendered.subject, rendered.text.rstrip())

    def in_file(self, place: str) -> Said | None:
        """What the mail in that file says; None where there is no such file, or it was moved away."""
        if not Path(place).is_file():
            return None
        with Path(place).open("rb") as file:
            return said_by(message_from_binary_file(file, policy=policy.default))
