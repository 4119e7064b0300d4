"""Is our mailbox read once, and nothing of it lost? On a real IMAP server."""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any

import pytest
from imapclient import IMAPClient  # type: ignore[import-untyped]  # the package ships no types
from pydantic import SecretStr

from activities.channels.mail.imap import AT_ONCE, ImapMailbox
from domain.answering import Answer
from domain.trouble import NotReachable
from runtime.mail_server import ImapServer, read_imap_server
from tests.support.returned_mail import POSTFIX, VACATION, reply
from tests.support.servers import free_port
from tests.support.waiting import wait_until

USER, PASSWORD = "onboarding", "s3cret"


@contextmanager
def served() -> Iterator[ImapServer]:
    """pymap, with an empty mailbox in memory."""
    port = free_port()
    pymap = Path(sys.executable).parent / "pymap"
    account = ["dict", "--demo-data", "--demo-user", USER, "--demo-password", PASSWORD]
    with tempfile.TemporaryDirectory() as folder:
        command = [str(pymap), "--no-service", "admin", "--no-service", "managesieve", "--host", "127.0.0.1"]
        process = Popen([*command, "--port", str(port), *account], cwd=folder, stdout=DEVNULL, stderr=DEVNULL)
        try:
            server = read_imap_server(f"imap://{USER}:{PASSWORD}@127.0.0.1:{port}")
            wait_until(lambda: _answers(server), seconds=30)
            yield server
        finally:
            process.terminate()
            process.wait(10)


def _answers(server: ImapServer) -> bool:
    try:
        with session(server) as client:
            # What the demo account comes with is none of ours.
            client.delete_messages(client.search())
            client.expunge()
        return True
    except OSError:
        return False


@contextmanager
def session(server: ImapServer) -> Iterator[IMAPClient]:
    with IMAPClient(server.host, server.port, ssl=False, timeout=10) as client:
        client.login(USER, PASSWORD)
        client.select_folder("INBOX")
        yield client


def put(server: ImapServer, *mails: bytes) -> None:
    with session(server) as client:
        for mail in mails:
            client.append("INBOX", mail)


@pytest.fixture(scope="module")
def server() -> Iterator[ImapServer]:
    with served() as server:
        yield server


class Taken:
    """What was taken, batch by batch; it may fail at first."""

    def __init__(self, *, fails: bool = False) -> None:
        self.batches: list[Sequence[tuple[bytes, Answer]]] = []
        self.fails = fails

    def __call__(self, mails: Sequence[tuple[bytes, Answer]]) -> None:
        if self.fails:
            raise RuntimeError("the database is away")
        self.batches.append(mails)

    @property
    def kinds(self) -> list[str]:
        return [answer.kind for batch in self.batches for _, answer in batch]


def test_what_is_new_is_taken_once(server: ImapServer) -> None:
    """The next look finds nothing, and the mails are still there for whoever looks."""
    put(server, POSTFIX, VACATION, reply("Approved."))
    first, second = Taken(), Taken()

    assert ImapMailbox(server).look(first) == 3
    assert ImapMailbox(server).look(second) == 0

    assert first.kinds == ["bounce", "automatic", "reply"]
    with session(server) as client:
        assert len(client.search()) == 3


def test_what_could_not_be_kept_is_found_again(server: ImapServer) -> None:
    """A mail is marked as read only once it lies in the inbox."""
    put(server, reply("A question"))
    with pytest.raises(RuntimeError):
        ImapMailbox(server).look(Taken(fails=True))
    again = Taken()

    ImapMailbox(server).look(again)

    assert again.kinds == ["reply"]


def test_many_mails_are_taken_in_batches(server: ImapServer) -> None:
    """A crash half-way through has only the last few taken twice, under the same keys."""
    put(server, *(reply(f"Number {number}") for number in range(AT_ONCE + 3)))
    taken = Taken()

    ImapMailbox(server).look(taken)

    assert [len(batch) for batch in taken.batches] == [AT_ONCE, 3]


@pytest.mark.parametrize("changed", [{"password": SecretStr("wrong")}, {"folder": "No such"}, {"port": 9}])
def test_a_mailbox_that_cannot_be_read_is_said_without_its_login(server: ImapServer, changed: dict[str, Any]) -> None:
    """Servers repeat what they were sent."""
    given = {**server.__dict__, **changed}

    with pytest.raises(NotReachable, match=r"^the mailbox at 127\.0\.0\.1:\d+ cannot be read: \w+$") as trouble:
        ImapMailbox(ImapServer(**given)).look(Taken())

    assert PASSWORD not in str(trouble.value)


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("pop://a:b@mail.test", "should look like imaps://user:password@host:993/INBOX"),
        ("imaps://mail.test", "should look like imaps://"),
        ("imaps://a:b@mail.test:port", "should look like imaps://"),
        ("imap://a:b@mail.test", "should begin with imaps://"),
    ],
)
def test_a_setting_that_is_no_mailbox_says_what_would_be(url: str, right: str) -> None:
    """Without repeating it: the password stands in there."""
    with pytest.raises(ValueError, match=right):
        read_imap_server(url)


def test_user_password_and_folder_are_percent_decoded() -> None:
    """Many user names are addresses."""
    server = read_imap_server("imaps://cs%40vendor.test:p%2Fw@mail.test/INBOX/day90")

    assert ("cs@vendor.test", "p/w", 993, "INBOX/day90") == (
        server.user,
        server.password.get_secret_value(),
        server.port,
        server.folder,
    )
