"""How does a mail leave over SMTP? Step by step, since each refusal of the server means something else."""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol

from pydantic import SecretStr

from activities.channels.mail.message import Documents, Letter, compose, utc_now
from activities.channels.texts.rendering import Rendering
from domain.mailbox import read_mailbox
from domain.record import Receipt, WaitingNotice
from domain.trouble import ChannelDown, ChannelRefuses, MaybeArrived

_TIMEOUT_SECONDS = 60.0
"""For each step of the conversation but the last. RFC 5321 gives most of them five minutes; a server that hangs at all
of them would hold one of the sender's twenty places for an hour."""
_ANSWER_SECONDS = 600.0
"""For the answer to the content (RFC 5321, 4.5.3.2.6): a server that looks for viruses before it answers has the
message already, and whoever gives up sooner sends it twice."""
_BUSY = timedelta(minutes=5)
"""How long to leave a server alone that says to come later: greylisting lets in what comes after five minutes, and one
with too many connections is not helped by another in two seconds."""
_NOT_FOR_US = timedelta(minutes=10)
"""The same where it wants nothing of us at all: the operator must act, and some count such tries and lock us out."""
_SENT_ENOUGH_FOR_NOW = timedelta(hours=1)
"""The same where we have sent as much as a day or an hour allows: the limit moves on with the clock, and not sooner."""
# The server wants a login or finds ours wrong: nothing is the matter with the message.
_LOGIN_WANTED = frozenset({530, 534, 535, 538})
# Refusals that are a matter between the relay and us, not of this receiver or message: an allow-list, a connector that
# expired, how we greet, a sender that it does not know. Known by the extended code (RFC 3463: X.7.n is policy, X.5.n
# how we speak, X.1.7 and X.1.8 the sender), or in words where a server has no such codes; of the content only what is
# about whom it comes from (RFC 7372, and Exchange's own codes). Postfix and Exim say at the receiver what they have
# against the sender; Amazon SES, SendGrid and others say of the content that they know no such sender of ours.
_NOT_THE_RECEIVER = re.compile(
    r"5\.[57]\.\d+ |5\.1\.[78] |.*\bsender (address|verif)|(?!\d\.\d).*\b(relay|helo|client host)", re.IGNORECASE
)
_NOT_THE_CONTENT = re.compile(
    r"5\.7\.(2[0-9]|5[0-9]|6[0-9]|5[01][0-9]|70[0-9]|750) |5\.1\.[78] |5\.2\.252 "
    r"|.*(\bnot verified|\bverified sender|\bsender (identity|signature)|\bsending domain|\bnot allowed to send)",
    re.IGNORECASE,
)
# A limit on what this account may send (Gmail, Exchange, or in words) passes by itself, although it is said as if for
# good. A full mailbox or a message that is too large is none.
_LIMIT_ON_US = re.compile(
    r"5\.4\.5 |5\.1\.90 |5\.7\.23[23] |(?!.*\bsize\b)"
    r".*((sending|daily|hourly|outgoing|submission) ?(limit|quota)|limit\b.* outgoing|messages per (day|hour))",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")
_HOST = re.compile(r"([A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*")
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
    """Hands mails to a server: each over a connection of its own, or many over one line.

    Blocks for as long as the server takes, so it is called in a thread. `timeout` is in seconds, for each step, and
    `answers_within` for the answer to the content; `authorities` are those whose certificates are believed.
    """

    server: Server
    sender: str
    rendering: Rendering
    now: Callable[[], datetime] = utc_now
    timeout: float = _TIMEOUT_SECONDS
    answers_within: float = _ANSWER_SECONDS
    authorities: Callable[[], ssl.SSLContext] = ssl.create_default_context
    documents: Documents | None = None
    public_url: str = ""
    reads_answers: bool = False

    def deliver(self, waiting: WaitingNotice) -> Receipt:
        """Hand the notice to the server; the receipt has its answer.

        Raises ChannelDown, MaybeArrived where the server may have taken the mail all the same, or ChannelRefuses.
        """
        with self.line() as line:
            return line.deliver(waiting)

    @contextmanager
    def line(self) -> Iterator["SmtpLine"]:
        """A line for one mail after the other, opened with the first. For one thread at a time."""
        line = SmtpLine(self)
        try:
            yield line
        finally:
            line.close()

    def composed(self, waiting: WaitingNotice) -> Letter:
        """The notice as a mail."""
        return compose(
            waiting,
            self.rendering,
            sender=self.sender,
            now=self.now(),
            documents=self.documents,
            public_url=self.public_url,
            reads_answers=self.reads_answers,
        )

    @property
    def name(self) -> str:
        """The server, for people."""
        return f"{self.server.host}:{self.server.port}"

    @cached_property
    def own_name(self) -> str | None:
        """The name by which we greet, looked up once: it takes a question to the DNS, which may be slow to answer."""
        return _own_name(self.sender)

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """Whose certificates we believe, asked once: to read them takes as long as writing ten mails."""
        return self.authorities()


class SmtpLine:
    """A connection that is kept from one mail to the next; whatever goes wrong on it, the next mail gets a new one."""

    def __init__(self, mail: SmtpMail) -> None:
        self._mail, self._name = mail, mail.name
        self._connection = ExitStack()
        self._session: smtplib.SMTP | None = None

    def deliver(self, waiting: WaitingNotice) -> Receipt:
        """As `SmtpMail.deliver`."""
        letter = self._mail.composed(waiting)
        try:
            with _as_trouble(self._name):
                answer = self._hand_in(letter)
        except BaseException:
            self._hang_up()
            raise
        return Receipt(
            message_id=waiting.message_id,
            place=f"{self._name} accepted it: {answer}",
            at=self._mail.now(),
            **letter.said._asdict(),
        )

    def close(self) -> None:
        """Say goodbye to the server, if we speak with it. Raises nothing."""
        self._connection.close()
        self._session = None

    def _hang_up(self) -> None:
        """Break off without a goodbye: a server in trouble may take a minute to answer it."""
        if self._session is not None:
            self._session.close()
        self.close()

    def _open(self) -> smtplib.SMTP:
        mail = self._mail
        self._session = self._connection.enter_context(_connected(mail))
        return self._session

    def _hand_in(self, letter: Letter) -> str:
        """The server's answer once it has the mail. Raises ChannelDown, MaybeArrived, ChannelRefuses or what breaks."""
        content = letter.content
        session = self._announced(letter, content)
        session.send(_dotted(content))
        code, answer = self._answer_to_content(session)
        final = code >= 500 and not _NOT_THE_CONTENT.match(_without_addresses(answer))
        _check(code, answer, what=f"{self._name} refused the message", final=final)
        return _in_words(code, answer)

    def _announced(self, letter: Letter, content: bytes) -> smtplib.SMTP:
        """The session, ready for the content.

        Where one that was kept breaks before that, it had been idle for too long or was good for no more mails: nobody
        has anything of this one, so it is begun once more on a new connection.
        """
        if (kept := self._session) is None:
            return self._announce(self._open(), letter, content)
        try:
            _wait_for(kept, self._mail.timeout)
            return self._announce(kept, letter, content, kept=True)
        except (OSError, smtplib.SMTPException, _TakesNoMore):
            self._hang_up()
            return self._announce(self._open(), letter, content)

    def _announce(self, session: smtplib.SMTP, letter: Letter, content: bytes, *, kept: bool = False) -> smtplib.SMTP:
        """Say from whom and to whom the mail is. Raises ChannelDown or ChannelRefuses, and what breaks."""
        sender, receiver = letter.sender, letter.receiver
        # Said by ourselves: smtplib reads each address anew, which we have checked, and goes on in UTF-8 once it began.
        session.command_encoding = "ascii" if receiver.isascii() else "utf-8"
        options = [] if receiver.isascii() else ["SMTPUTF8"]
        if options and not session.has_extn("smtputf8"):
            raise ChannelRefuses(f"{self._name} takes no address in other letters than ASCII")
        if options and session.has_extn("8bitmime"):
            options.append("BODY=8BITMIME")
        if session.has_extn("size"):
            # Some end the connection in the middle of what is too large, and it would be sent again and again.
            options.append(f"SIZE={len(content)}")
            self._check_size(len(content), limit=session.esmtp_features["size"])
        code, answer = session.docmd("MAIL", " ".join((f"FROM:<{sender}>", *options)))
        if kept and code != 552 and not 200 <= code < 300:
            raise _TakesNoMore
        # 552: this message is too large. Any other refusal of our own address is a matter of configuration.
        _check(code, answer, what=f"{self._name} refused the sender", final=code == 552)
        code, answer = session.docmd("RCPT", f"TO:<{receiver}>")
        final = code >= 500 and not _NOT_THE_RECEIVER.match(_without_addresses(answer))
        _check(code, answer, what=f"{self._name} refused the receiver", final=final)
        code, answer = session.docmd("DATA")
        if code != 354:
            _check(code if code >= 400 else 451, answer, what=f"{self._name} refused the message", final=code >= 500)
        return session

    def _check_size(self, size: int, *, limit: str) -> None:
        """Raises ChannelRefuses for more bytes than the server says it takes (RFC 1870); no limit is empty or 0."""
        if re.fullmatch("[0-9]{1,18}", limit) and 0 < int(limit) < size:
            raise ChannelRefuses(f"{self._name} takes mails of {int(limit):,} bytes at most; this one has {size:,}")

    def _answer_to_content(self, session: smtplib.SMTP) -> tuple[int, bytes]:
        """End the content and wait for its answer. From the last dot on only the server knows who has the mail."""
        _wait_for(session, self._mail.answers_within)
        try:
            session.send(b".\r\n")
            code, answer = session.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise MaybeArrived(f"{self._name} did not say whether it took the message: {_what_broke(error)}") from None
        if not 200 <= code < 600:
            raise MaybeArrived(f"{self._name} did not say whether it took the message: {_in_words(code, answer)}")
        return code, answer


class _TakesNoMore(Exception):
    """A connection that was kept takes no further mail: some servers allow only so many on one."""


def _send_at_once(session: smtplib.SMTP) -> None:
    """Let no small packet wait until the server has acknowledged the one before: the dot that ends a mail would.

    It is sent apart from the content, as whatever breaks after it means something else, and servers take their time
    to acknowledge (40 ms on Linux).
    """
    if isinstance(session.sock, socket.socket):
        session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _wait_for(session: smtplib.SMTP, seconds: float) -> None:
    if isinstance(session.sock, socket.socket):
        session.sock.settimeout(seconds)


@contextmanager
def _as_trouble(name: str) -> Iterator[None]:
    """Raises ChannelDown for whatever breaks in a conversation with the server of that name."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        # The greeting, STARTTLS or the login: it is there, and wants nothing of us now.
        raise ChannelDown(f"{name}: {_what_broke(error)}", again_after=_rest(error.smtp_code)) from None
    except (OSError, smtplib.SMTPException) as error:
        raise ChannelDown(f"{name}: {_what_broke(error)}") from None


@contextmanager
def _connected(mail: SmtpMail) -> Iterator[smtplib.SMTP]:
    """A session with the server, encrypted where it offers that, and logged in where we have a password."""
    server, timeout, name = mail.server, mail.timeout, mail.own_name
    session: smtplib.SMTP
    if server.tls_from_start:
        session = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout, context=mail.trust, local_hostname=name)
    else:
        session = smtplib.SMTP(server.host, server.port, timeout=timeout, local_hostname=name)
    try:
        _send_at_once(session)
        session.ehlo_or_helo_if_needed()
        encrypted = server.tls_from_start
        if not encrypted and session.has_extn("starttls"):
            session.starttls(context=mail.trust)
            # The server has forgotten who we are (RFC 3207, 4.2), and may offer other extensions now.
            session.ehlo_or_helo_if_needed()
            encrypted = True
        if server.user and server.password:
            place = f"{server.host}:{server.port}"
            if not encrypted and server.host not in _LOOPBACK:
                reason = f"{place} offers no encryption: the password is not sent in clear"
                raise ChannelDown(reason, again_after=_NOT_FOR_US)
            _log_in(session, server.user, server.password.get_secret_value(), place=place)
        yield session
        # The message is in; a server that says goodbye badly must not make us send it again.
        with suppress(OSError, smtplib.SMTPException):
            session.quit()
    finally:
        session.close()


def _log_in(session: smtplib.SMTP, user: str, password: str, *, place: str) -> None:
    """Raises ChannelDown where the operator must act, and SMTPResponseException for what the server answers."""
    try:
        session.login(user, password)
    except smtplib.SMTPResponseException:
        raise
    except smtplib.SMTPServerDisconnected:
        # Some answer a second try with the same password, by another method, in this way.
        raise ChannelDown(
            f"{place} broke off at the login: are user and password right?", again_after=_NOT_FOR_US
        ) from None
    except smtplib.SMTPException:
        offers = " ".join(session.esmtp_features.get("auth", "").split()) or "none"
        raise ChannelDown(f"{place} takes no login by password: it offers {offers}", again_after=_NOT_FOR_US) from None


def _own_name(sender: str) -> str | None:
    """The name by which we greet: this machine's, or the sender's domain where that is none of the public network.

    A container's name or address is what strict servers refuse ("need fully-qualified hostname"), and so is a name
    with an underscore, as Compose gives them. None leaves the choice to smtplib, where the sender's domain is no
    better.
    """
    own, domain = socket.getfqdn(), read_mailbox(sender).address.rpartition("@")[2]
    if _HOST.fullmatch(own) and not own.endswith((".localdomain", ".local", ".internal")):
        return own
    return domain if "." in domain else None


def _check(code: int, answer: bytes, *, what: str, final: bool) -> None:
    """Raises ChannelRefuses for a refusal that is `final`, else ChannelDown, with how long to wait."""
    if 200 <= code < 300:
        return
    reason = f"{what}: {_in_words(code, answer)}"
    if code >= 500 and _LIMIT_ON_US.match(_without_addresses(answer)):
        raise ChannelDown(reason, again_after=_SENT_ENOUGH_FOR_NOW)
    if final and code not in _LOGIN_WANTED:
        raise ChannelRefuses(reason)
    raise ChannelDown(reason, again_after=_rest(code))


def _rest(code: int) -> timedelta:
    """How long to leave a server alone that gave this code instead of going on."""
    return _BUSY if code < 500 else _NOT_FOR_US


def _dotted(content: bytes) -> bytes:
    """The content with a second dot wherever a line begins with one (RFC 5321, 4.5.2), ending in a line end."""
    dotted = content.replace(b"\r\n.", b"\r\n..")
    dotted = b"." + dotted if dotted.startswith(b".") else dotted
    return dotted if dotted.endswith(b"\r\n") else dotted + b"\r\n"


def _in_words(code: int, answer: bytes) -> str:
    """The server's answer in words, without the addresses it repeats: it goes into logs and histories."""
    return f"{code} {_without_addresses(answer)}"[:300]


def _without_addresses(answer: bytes) -> str:
    text = " ".join(answer.decode("utf-8", "replace").split())
    return _ADDRESS.sub("address", text)


def _what_broke(error: OSError | smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _in_words(error.smtp_code, _bytes(error.smtp_error))
    return str(error) or type(error).__name__


def _bytes(answer: bytes | str) -> bytes:
    return answer if isinstance(answer, bytes) else answer.encode()
