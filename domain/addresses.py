"""Which addresses may webhooks be sent to? Public ones alone, and what the operator has allowed."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from domain.refusal import Refused, WrongAddress
from domain.wire import Wire

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_URL = 2_000
NOT_OURS_TO_CALL: Sequence[tuple[Network, str]] = [
    (ip_network(text), why)
    for text, why in (
        ("0.0.0.0/8", "this very network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by customers of one carrier"),
        ("127.0.0.0/8", "this machine"),
        ("169.254.0.0/16", "link-local, where clouds keep their credentials"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "for protocols"),
        ("192.0.2.0/24", "for documentation"),
        ("192.88.99.0/24", "a relay of former times"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "for measurements"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        # Of version 6 whatever is not global unicast; of that, what is no single host's, or hides another address.
        ("::/3", "no public address"),
        ("2001::/23", "for protocols"),
        ("2001:db8::/32", "for documentation"),
        ("3fff::/20", "for documentation"),
        ("4000::/2", "reserved"),
        ("8000::/1", "private, link-local, multicast or reserved"),
    )
]
"""IANA's registers of special addresses (RFC 6890 and what came after), each with the reason that a refusal gives."""
TRANSLATED = ip_network("64:ff9b::/96")
"""Addresses whose last 32 bits are the IPv4 address that is called in the end (RFC 6052)."""
SIX_TO_FOUR = ip_network("2002::/16")


class Allowed(Wire):
    """What the operator allows beside public addresses: networks, and hosts by name."""

    networks: tuple[Network, ...] = ()
    hosts: tuple[str, ...] = ()

    def has(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


def read_allowed(words: str) -> Allowed:
    """Read networks and host names separated by commas or spaces. Raises ValueError naming the one that is neither."""
    networks: list[Network] = []
    hosts: list[str] = []
    for word in words.replace(",", " ").split():
        try:
            networks.append(ip_network(word))
            continue
        except ValueError:
            pass
        if "/" in word or ":" in word or not word.isascii() or word.replace(".", "").isdigit():
            msg = f"should hold networks like 10.1.0.0/16 and host names like hooks.internal, and {word[:40]!r} is none"
            raise ValueError(msg)
        hosts.append(word.lower().rstrip("."))
    return Allowed(networks=tuple(networks), hosts=tuple(hosts))


def why_not(address: Address) -> str | None:
    """Why an address may not be called, in words; None for a public one."""
    if isinstance(address, IPv6Address):
        inner = _hidden_in(address)
        if inner is not None:
            return why_not(inner)
    for network, why in NOT_OURS_TO_CALL:
        if address in network:
            return why
    return None


def _hidden_in(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that calling this IPv6 address reaches in the end; None for an ordinary one."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in SIX_TO_FOUR:
        return address.sixtofour
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def callable_among(host: str, addresses: Sequence[str], allowed: Allowed) -> list[str]:
    """Those of a host's addresses that may be called. Raises Refused when there is none, with the reason."""
    if host.lower().rstrip(".") in allowed.hosts:
        return list(addresses)
    reasons: dict[str, None] = {}
    may: list[str] = []
    for text in addresses:
        # A zone (fe80::1%eth0) names a network card; what has one is not public.
        address = ip_address(text.partition("%")[0])
        why = None if allowed.has(address) or allowed.has(_hidden(address)) else why_not(address)
        if why is None:
            may.append(text)
        else:
            reasons[f"{text} ({why})"] = None
    if not may:
        listed = ", ".join(reasons) or "no address"
        raise Refused(f"{host} is {listed}: not on the public network, and not in DAY90_WEBHOOK_ALLOW", field="url")
    return may


def _hidden(address: Address) -> Address:
    inner = _hidden_in(address) if isinstance(address, IPv6Address) else None
    return inner or address


def read_target(url: str) -> tuple[str, int]:
    """Host and port of a URL that we may post to, as far as the text tells. Raises WrongAddress.

    The scheme may be http or https; whether plain http may go there, `plain_is_allowed` tells.
    """
    if len(url) > LONGEST_URL:
        raise WrongAddress(f"is longer than {LONGEST_URL} characters", field="url")
    if not url.isascii() or any(sign.isspace() or ord(sign) < 32 or sign in '\\"<>^`{|}' for sign in url):
        raise WrongAddress("holds what a URL cannot: other letters are written as xn--… and %XX", field="url")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise WrongAddress("should be an address, like https://example.com/hooks", field="url") from None
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise WrongAddress("should be an address, like https://example.com/hooks", field="url")
    if "@" in parts.netloc:
        raise WrongAddress("should hold no user and no password: what we send is signed", field="url")
    if parts.fragment:
        raise WrongAddress("should hold no #…: it is never sent", field="url")
    if port == 0:
        raise WrongAddress("should name a port from 1 on, or none", field="url")
    return parts.hostname, port or (443 if parts.scheme == "https" else 80)


def plain_is_allowed(host: str, addresses: Sequence[str], allowed: Allowed) -> bool:
    """Whether plain http may go there: only where the operator has named host or network."""
    if host.lower().rstrip(".") in allowed.hosts:
        return True
    return all(allowed.has(ip_address(text.partition("%")[0])) for text in addresses)
