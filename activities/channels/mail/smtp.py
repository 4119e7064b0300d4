"""How does a mail leave over SMTP? Step by step, since each refusal of the server means something else."""

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Protocol

from pydantic import SecretStr

from activities.channels.mail.message import Documents, compose, utc_now
from activities.channels.texts.rendering import Rendering
from domain.record import Receipt, WaitingNotice
from domain.trouble import ChannelDown, ChannelRefuses

# For each step of the conversation, not for the whole of it.
_TIMEOUT_SECONDS = 30.0
# The server wants a login or finds ours wrong: nothing is the matter with the message.
_LOGIN_WANTED = frozenset({530, 534, 535, 538})
_ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Server(Protocol):
    """The mail server. `tls_from_start` is smtps; otherwise STARTTLS is used where the server offers it."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def user(self) -> str | None: ...
    @property
    def password(self) -> SecretStr | None: ...
    @property
    def tls_from_start(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class SmtpMail:
    """Hands each mail to a server over a connection of its own: a shared one would have to be watched for staleness.

    Blocks for as long as the server takes, so it is called in a thread. `timeout` is in seconds, for each step.
    """

    server: Server
    sender: str
    rendering: Rendering
    now: Callable[[], datetime] = utc_now
    timeout: float = _TIMEOUT_SECONDS
    documents: Documents | None = None

    def deliver(self, waiting: WaitingNotice) -> Receipt:
        """Hand the notice to the server; the receipt has its answer.

        Raises ChannelDown, after which the server may have taken the mail all the same, or ChannelRefuses.
        """
        message = compose(waiting, self.rendering, sender=self.sender, now=self.now(), documents=self.documents)
        with self._session() as session:
            answer = _hand_in(session, message, self._name)
        return Receipt(
            message_id=waiting.message_id,
            place=f"{self._name} accepted it: {answer}",
            at=self.now(),
        )

    @property
    def _name(self) -> str:
        return f"{self.server.host}:{self.server.port}"

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """A session that is ready for a message. Raises ChannelDown for whatever breaks in it."""
        try:
            with _connected(self.server, self.timeout) as session:
                yield session
        except (OSError, smtplib.SMTPException) as error:
            raise ChannelDown(f"{self._name}: {_what_broke(error)}") from None


@contextmanager
def _connected(server: Server, timeout: float) -> Iterator[smtplib.SMTP]:
    """A session with the server, encrypted where it offers that, and logged in where we have a password."""
    trust = ssl.create_default_context()
    session: smtplib.SMTP
    if server.tls_from_start:
        session = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout, context=trust)
    else:
        session = smtplib.SMTP(server.host, server.port, timeout=timeout)
    try:
        session.ehlo_or_helo_if_needed()
        encrypted = server.tls_from_start
        if not encrypted and session.has_extn("starttls"):
            session.starttls(context=trust)
            encrypted = True
        if server.user and server.password:
            if not encrypted and server.host not in _LOOPBACK:
                raise ChannelDown(
                    f"{server.host}:{server.port} offers no encryption: the password is not sent in clear"
                )
            session.login(server.user, server.password.get_secret_value())
        yield session
        # The message is in; a server that says goodbye badly must not make us send it again.
        with suppress(OSError, smtplib.SMTPException):
            session.quit()
    finally:
        session.close()


def _hand_in(session: smtplib.SMTP, message: EmailMessage, name: str) -> str:
    """The server's answer once it has the message. Raises ChannelDown, or ChannelRefuses for a final refusal."""
    sender = parseaddr(str(message["From"]))[1]
    receiver = message["To"].addresses[0].addr_spec
    options = () if receiver.isascii() else ("SMTPUTF8", "BODY=8BITMIME")
    if options and not session.has_extn("smtputf8"):
        raise ChannelRefuses(f"{name} takes no address in other letters than ASCII")
    code, answer = session.mail(sender, options)
    # 552: this message is too large. Any other refusal of our own address is a matter of configuration.
    _check(code, answer, what=f"{name} refused the sender", final=code == 552)
    code, answer = session.rcpt(receiver)
    _check(code, answer, what=f"{name} refused the receiver", final=code >= 500)
    try:
        code, answer = session.data(message.as_bytes())
    except smtplib.SMTPDataError as refusal:
        code, answer = refusal.smtp_code, _bytes(refusal.smtp_error)
    _check(code, answer, what=f"{name} refused the message", final=code >= 500)
    return _in_words(code, answer)


def _check(code: int, answer: bytes, *, what: str, final: bool) -> None:
    if 200 <= code < 300:
        return
    if final and code not in _LOGIN_WANTED:
        raise ChannelRefuses(f"{what}: {_in_words(code, answer)}")
    raise ChannelDown(f"{what}: {_in_words(code, answer)}")


def _in_words(code: int, answer: bytes) -> str:
    """The server's answer in words, without the addresses it repeats: it goes into logs and histories."""
    text = " ".join(answer.decode("utf-8", "replace").split())
    return f"{code} {_ADDRESS.sub('address', text)}"[:300]


def _what_broke(error: OSError | smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _in_words(error.smtp_code, _bytes(error.smtp_error))
    return str(error) or type(error).__name__


def _bytes(answer: bytes | str) -> bytes:
    return answer if isinstance(answer, bytes) else answer.encode()
