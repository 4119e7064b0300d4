"""Who is behind an address? Neighbours that count as one caller, and the proxies whose word is believed."""

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from domain.wire import Wire

ONE_CUSTOMER = 64
"""Bits of an IPv6 address that a provider gives away together: whoever has one address has all the others behind it."""


class Networks(Wire):
    """Networks that a setting names."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def has(self, host: str) -> bool:
        """Whether the host is an address in one of them."""
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self.networks)


def read_networks(words: str) -> Networks:
    """Read addresses and networks separated by commas or spaces. Raises ValueError naming the one that is neither."""
    networks = []
    for word in words.replace(",", " ").split():
        try:
            network = ip_network(word)
        except ValueError:
            msg = f"should hold addresses and networks like 10.1.0.4 or 10.1.0.0/16, and {word[:40]!r} is none"
            raise ValueError(msg) from None
        if network.prefixlen == 0:
            msg = f"should name your own proxies: with {word} anybody could say to be anybody"
            raise ValueError(msg)
        networks.append(network)
    return Networks(networks=tuple(networks))


def neighbourhood(host: str) -> str:
    """Whoever may be the same caller: an IPv4 address, the first 64 bits of an IPv6 one; what is no address stays."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), ONE_CUSTOMER), strict=False))
