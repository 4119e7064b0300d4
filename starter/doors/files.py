"""How does one of ours give a file to an onboarding? For the command line and the API alike."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.files import NotTaken, Wrong, cleaned
from domain.playbook import Audience
from domain.refusal import Refused
from starter.doors.people import member
from starter.trouble import InvalidNews
from store.file_folder import Folder, Incoming
from store.files import Given, Kept, SqlFiles
from store.reads import one

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from activities.ports import Staff
    from runtime.settings import Settings
    from store.ledger import SqlLedger

MEGA = 1_000_000
WRONG: dict[Wrong, str] = {
    "file_empty": "is empty",
    "file_too_large": "has more than DAY90_FILE_MB allows",
    "file_quota": "would be more than DAY90_FILES_MB allows for all files of an onboarding",
    "file_kind": "should be a PDF, Word, Excel, PowerPoint, PNG, JPEG, WebP, text or CSV file",
    "file_zip": "is an archive: add its files one by one",
    "file_lies": "is not what its name says",
    "file_macros": "holds macros or embedded objects: save it without them",
}
"""Why a file is not taken, for whoever gives it by a command or the API."""


@dataclass(frozen=True, kw_only=True)
class FileDoor:
    """Gives files to onboardings in the name of one of ours, from one way (`via`). It blocks: call it in a thread.

    `now` is the onboarding's own time, given that of its last turn.
    """

    engine: "Engine"
    ledger: "SqlLedger"
    staff: "Staff"
    settings: "Settings"
    via: str
    now: Callable[[datetime | None], datetime]

    @property
    def largest(self) -> int:
        """Bytes that one file may have."""
        return self.settings.file_mb * MEGA

    @contextmanager
    def incoming(self, onboarding: str) -> Iterator[Incoming]:
        """A new file on its way; it is gone afterwards unless it was kept.

        Raises NotTaken for the quota where the file is larger than what is left of it, and not too large by itself.
        """
        left = max(self._files.left(onboarding), 0)
        with self._folder.incoming(largest=min(self.largest, left)) as incoming:
            try:
                yield incoming
            except NotTaken as refused:
                if refused.wrong == "file_too_large" and left < incoming.size <= self.largest:
                    raise NotTaken("file_quota") from None
                raise

    def keep(
        self,
        onboarding: str,
        incoming: Incoming,
        name: str,
        *,
        by: str,
        deliverable: str = "",
        audience: Audience = "both",
    ) -> Kept:
        """Keep what has come under that name, or as the next version of it. The same content again changes nothing.

        `by` is a handle or that person's address.
        Raises InvalidNews, NotTaken, UnknownOnboarding, OSError, and Refused where the onboarding is over.
        """
        handle = member(by, team=self.staff(), field="by")
        stages = self.ledger.dossier(onboarding).playbook.stages
        known = sorted(one.key for stage in stages for one in stage.deliverables)
        if deliverable and deliverable not in known:
            reason = f"there is no {deliverable!r}; there are: {', '.join(known)}"
            raise InvalidNews(reason, field="deliverable")
        line = one(self.engine, onboarding)
        if line.ending:
            raise Refused("the onboarding is over: no more files are taken", field="onboarding")
        # The key is place, name and content, so that the same again is no new version.
        cleaned_name = cleaned(name)
        meant = "\n".join((deliverable, audience, cleaned_name, incoming.sha256))
        given = Given(
            key=f"file_added/{hashlib.sha256(meant.encode()).hexdigest()[:22]}",
            name=cleaned_name,
            deliverable=deliverable,
            audience=audience,
            by=handle,
            side="vendor",
            at=self.now(line.as_of),
            via=self.via,
        )
        return self._files.keep(onboarding, incoming, given)

    @property
    def _folder(self) -> Folder:
        return Folder(self.settings.files_folder)

    @property
    def _files(self) -> SqlFiles:
        return SqlFiles(self.engine, self._folder, quota=self.settings.files_mb * MEGA)
