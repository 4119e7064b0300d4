"""How is a mail written as a file? Into a folder where people and tests can read it."""

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from activities.channels.mail.message import Documents, compose, utc_now
from activities.channels.texts.rendering import Rendering
from domain.record import Receipt, WaitingNotice
from domain.trouble import ChannelDown


@dataclass(frozen=True, kw_only=True)
class MailFiles:
    """Writes each mail to a file, `<when>-<kind>-<person>-<8 hex>.eml`, so that a listing is in order of time."""

    folder: Path
    sender: str
    rendering: Rendering
    now: Callable[[], datetime] = utc_now
    documents: Documents | None = None
    public_url: str = ""
    reads_answers: bool = False

    def deliver(self, waiting: WaitingNotice) -> Receipt:
        """Write the notice to its file; a second try writes the same file again. Raises ChannelDown when it cannot."""
        letter = compose(
            waiting,
            self.rendering,
            sender=self.sender,
            now=self.now(),
            documents=self.documents,
            public_url=self.public_url,
            reads_answers=self.reads_answers,
        )
        file = self.folder / _file_name(waiting)
        try:
            try:
                _write_at_once(file, letter.content)
            except FileNotFoundError:
                self.folder.mkdir(parents=True, exist_ok=True)
                _write_at_once(file, letter.content)
        except OSError as error:
            raise ChannelDown(f"{self.folder}: {error.strerror}") from error
        return Receipt(message_id=waiting.message_id, place=str(file), at=self.now(), **letter.said._asdict())


def _file_name(waiting: WaitingNotice) -> str:
    notice = waiting.notice
    when = notice.not_before.astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    person = re.sub(r"[^A-Za-z0-9_.-]", "_", waiting.person.id)[:80]
    digest = hashlib.sha256(waiting.message_id.encode()).hexdigest()[:8]
    return f"{when}-{notice.kind}-{person}-{digest}.eml"


def _write_at_once(file: Path, content: bytes) -> None:
    """Write all of the file or nothing, whoever looks meanwhile and whenever the process is killed."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as to:
            to.write(content)
            # Whatever the umask: a mail folder is read by whoever may read its folder.
            os.fchmod(to.fileno(), 0o644)
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
