"""Do we call only public addresses, only the address that was checked, and never for longer than seconds?"""

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address

import pytest
import trustme

from domain.addresses import Allowed, callable_among, read_allowed, why_not
from domain.refusal import Refused
from domain.webhooks import Tried
from runtime.outbound import Outbound, Resolve
from tests.support.receivers import answer, receiver

LOOPBACK = read_allowed("127.0.0.0/8")
NOBODY = Allowed()


def resolves(**hosts: str) -> Resolve:
    """A name server that knows these names; several addresses are separated by commas."""

    def resolve(host: str, port: int) -> Sequence[str]:
        return hosts[host.replace(".", "_")].split(",")

    return resolve


async def post(url: str, allowed: Allowed = LOOPBACK, **more: object) -> Tried:
    outbound = Outbound(allowed, **more)  # type: ignore[arg-type]  # handed on
    return await outbound.post(url, headers={"webhook-id": "1"}, body=b"{}")


# --- addresses


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1", "192.0.0.8",
        "192.0.2.1", "192.168.1.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::10.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
        "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "3fff::1", "5f00::1",
        "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_what_is_nobodys_on_the_public_network_is_not_called(address: str) -> None:
    """The same holds where such an address hides inside another one."""
    assert why_not(ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_may_be_called(address: str) -> None:
    """The same holds for addresses behind a translator of the network."""
    assert why_not(ip_address(address)) is None


def test_of_several_addresses_those_are_called_that_may_be() -> None:
    """A name that answers with both must not reach the other one."""
    assert ["8.8.8.8"] == callable_among("both.test", ["10.0.0.1", "8.8.8.8"], NOBODY)


@pytest.mark.parametrize(
    "allow", ["10.0.0.0/8", "hooks.internal", "HOOKS.internal.", "10.0.0.1", "1.1.1.1, 10.0.0.0/24"]
)
def test_what_the_operator_allows_is_called(allow: str) -> None:
    """The operator names a network or a host."""
    assert ["10.0.0.1"] == callable_among("hooks.internal", ["10.0.0.1"], read_allowed(allow))


def test_a_network_that_is_allowed_is_so_behind_a_mapped_address_too() -> None:
    """A mapped address is that of the same host."""
    assert ["::ffff:10.0.0.1"] == callable_among("x.test", ["::ffff:10.0.0.1"], read_allowed("10.0.0.0/8"))


@pytest.mark.parametrize("words", ["10.0.0.1/8", "http://hooks.internal", "1.2.3", "höoks"])
def test_what_is_neither_network_nor_host_is_named(words: str) -> None:
    with pytest.raises(ValueError, match=r"networks like 10\.1\.0\.0/16"):
        read_allowed(words)


# --- the check when a target is added


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.test/", "should be an address"),
        ("example.test/hooks", "should be an address"),
        ("https:///hooks", "should be an address"),
        ("https://user:pass@public.test/", "no user and no password"),
        ("https://public.test/#part", "no #"),
        ("https://public.test/a b", "cannot"),
        ("https://public.test/\r\nX: 1", "cannot"),
        ("https://pübli.test/", "xn--"),
        ("https://public.test:99999/", "should be an address"),
        ("https://public.test:0/", "port from 1"),
        ("https://" + "a" * 3000, "longer than"),
        ("http://public.test/", "should begin with https://"),
        ("https://inner.test/", "10.0.0.1 (private)"),
        ("https://loop.test/", "127.0.0.1 (this machine)"),
        ("https://2130706433/", "this machine"),
        ("https://nowhere.test/", "cannot be found"),
    ],
)
async def test_a_target_that_nothing_may_be_sent_to_is_refused_with_the_reason(url: str, reason: str) -> None:
    """The way in which the address is written does not matter."""

    def resolve(host: str, port: int) -> Sequence[str]:
        addresses = {"public.test": "8.8.8.8", "inner.test": "10.0.0.1", "loop.test": "::ffff:127.0.0.1"}
        if host == "2130706433":
            return ["127.0.0.1"]
        if host not in addresses:
            raise OSError("unknown")
        return [addresses[host]]

    with pytest.raises(Refused) as refusal:
        await Outbound(NOBODY, resolve=resolve).check(url)

    assert "url" == refusal.value.field
    assert reason in str(refusal.value)


@pytest.mark.parametrize("host", ["a" * 64 + ".test", "a..test", ".test"])
async def test_what_can_be_no_name_of_a_host_is_refused(host: str) -> None:
    """The system's own resolver does not even ask for such a name."""
    with pytest.raises(Refused, match="cannot be found"):
        await Outbound(NOBODY).check(f"https://{host}/")


async def test_a_public_target_is_let_pass() -> None:
    """Plain http passes too where it is allowed."""
    await Outbound(NOBODY, resolve=resolves(public_test="8.8.8.8")).check("https://public.test:8443/hooks?key=1")
    await Outbound(LOOPBACK).check("http://127.0.0.1:9/hooks")


# --- what is sent


async def test_a_name_that_changes_its_address_is_not_asked_twice() -> None:
    """Against DNS rebinding: the address that was resolved is checked, and that very one is called."""
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    async with receiver() as there:
        tried = await post(f"http://rebound.test:{there.port}/hooks", resolve=resolve)

        assert tried.taken, tried
        assert ["rebound.test"] == asked
        assert f"rebound.test:{there.port}" == there.got[0].headers["host"]


async def test_what_turned_private_after_it_was_added_is_not_called() -> None:
    """The address is checked at each delivery."""
    async with receiver() as there:
        tried = await post(f"https://moved.test:{there.port}/", NOBODY, resolve=resolves(moved_test="127.0.0.1"))

        assert not tried.taken
        assert "127.0.0.1 (this machine)" in tried.reason
        assert [] == there.got


async def test_the_certificate_is_of_the_name_and_not_of_the_address() -> None:
    """The name is sent along, so that the server can choose its certificate."""
    authority = trustme.CA()
    server, client = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("right.test").configure_cert(server)
    authority.configure_trust(client)
    names = resolves(right_test="127.0.0.1", wrong_test="127.0.0.1")

    async with receiver(trusted=server) as there:
        right = await post(f"https://right.test:{there.port}/", trusted=client, resolve=names)
        wrong = await post(f"https://wrong.test:{there.port}/", trusted=client, resolve=names)
        stranger = await post(f"https://right.test:{there.port}/", resolve=names)

        assert right.taken, right
        assert "right.test" == there.names[0]
        assert "its certificate does not hold" in wrong.reason
        assert "its certificate does not hold" in stranger.reason
        assert 1 == len(there.got)


async def test_the_next_address_is_tried_where_nobody_listens() -> None:
    """One of the addresses of a name may be down."""
    async with receiver() as there:
        tried = await post(f"http://two.test:{there.port}/", resolve=resolves(two_test="127.0.0.2,127.0.0.1"))

        assert tried.taken, tried


async def test_a_redirect_is_not_followed() -> None:
    """A redirect might lead anywhere."""
    async with receiver(always=answer(302, Location="http://127.0.0.1:1/")) as there:
        tried = await post(there.url)

        assert (302, False, 1) == (tried.status, tried.taken, len(there.got))


async def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would resolve the name by itself."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    async with receiver() as there:
        assert (await post(there.url)).taken


async def test_an_answer_that_never_ends_costs_nothing() -> None:
    """Only the head of the answer is read."""

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while True:
                writer.write(b"1\r\nx\r\n")
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            writer.close()

    async with receiver(serve=endless) as there:
        tried = await post(there.url, within=timedelta(seconds=5))

        assert tried.taken
        assert tried.took < timedelta(seconds=3)


@pytest.mark.parametrize("drips", [b"", b"H", b"HTTP/1.1 200 OK\r\nX: "])
async def test_who_does_not_answer_in_time_is_left(drips: bytes) -> None:
    """The time is for the whole answer, also where single characters keep coming."""

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(drips)
        try:
            while True:
                writer.write(b"x" if drips.endswith(b" ") else b"")
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            writer.close()

    async with receiver(serve=slow) as there:
        tried = await post(there.url, within=timedelta(seconds=0.5))

        assert "no answer within 0.5 s" == tried.reason
        assert tried.took < timedelta(seconds=2)


async def test_a_head_without_end_is_given_up() -> None:
    """The head is given up before it fills the memory."""

    async def boundless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        try:
            while True:
                writer.write(b"X: " + b"x" * 60_000)
                await writer.drain()
        except ConnectionError:
            writer.close()

    async with receiver(serve=boundless) as there:
        tried = await post(there.url, within=timedelta(seconds=5))

        assert "what it answers is no HTTP" == tried.reason


BEYOND = "Mon, 01 Jan 2026 00:00:00 +99999999999999"
"""A date in a zone that no clock can be in."""


@pytest.mark.parametrize(
    ("after", "waits"), [("120", 120), ("999999999", 86_400), ("soon", None), ("-5", None), ("²", None), (BEYOND, None)]
)
async def test_how_long_to_wait_is_heard(after: str, waits: int | None) -> None:
    """The wait is a day at most; nonsense asks for nothing."""
    busy = answer(503).replace(b"Connection", b"Retry-After: " + after.encode("latin-1", "replace") + b"\r\nConnection")
    async with receiver(always=busy) as there:
        tried = await post(there.url)

        assert waits == (None if tried.again_after is None else tried.again_after.total_seconds())


async def test_how_long_to_wait_is_heard_as_a_date_too() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)
    async with receiver(always=answer(429, Retry_After=later)) as there:
        tried = await post(there.url)

        assert tried.again_after is not None
        assert timedelta(minutes=4) < tried.again_after < timedelta(minutes=6)


async def test_nobody_listening_is_said_in_words() -> None:
    """The words go into a log, so they hold no address and no path."""
    async with receiver() as there:
        url = there.url

    tried = await post(url)

    assert "nobody listens there" == tried.reason
