"""Where a request comes from, believing only the proxies we were told to trust."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.types import Scope

_KEPT = 10_000


class ClientAddress:
    """The peer's, or behind a trusted proxy the last one in `X-Forwarded-For` that is no such proxy's."""

    def __init__(self, trusted: str) -> None:
        """`trusted`: comma-separated networks; raises ValueError when one is not a network."""
        self._trusted = [
            ip_network(part.strip(), strict=False) for part in trusted.split(",") if part.strip()
        ]
        self._known: dict[str, tuple[str | None, bool]] = {}

    def of(self, scope: Scope) -> tuple[str, str]:
        """The caller's address, and http or https as the caller sees it."""
        peer = scope["client"][0] if scope.get("client") else "unknown"
        scheme = scope.get("scheme", "http")
        if not self._trusted or not self._is_trusted(peer):
            return peer, scheme
        chain, protocols = [], []
        for name, value in scope["headers"]:
            if name == b"x-forwarded-for":
                chain += value.decode("latin-1").split(",")
            elif name == b"x-forwarded-proto":
                protocols += value.split(b",")
        # The last one too is the word of who is next to us; what stands before it may be the caller's.
        if protocols and (said := protocols[-1].strip().lower()) in (b"http", b"https"):
            scheme = said.decode()
        return self._first_untrusted(chain) or peer, scheme

    def _first_untrusted(self, chain: list[str]) -> str | None:
        # From the right: what stands further left was written by whoever wished to.
        for hop in reversed(chain):
            hop = hop.strip()
            if hop:
                address, trusted = self._look_at(hop)
                if address is None:
                    return None
                if not trusted:
                    return address
        return None

    def _is_trusted(self, peer: str) -> bool:
        return self._look_at(peer)[1]

    def _look_at(self, hop: str) -> tuple[str | None, bool]:
        """The address it names, None for what is none, and whether it is a trusted proxy's."""
        known = self._known.get(hop)
        if known is None:
            address = _parsed(_without_port(hop))
            trusted = address is not None and any(address in network for network in self._trusted)
            known = (None if address is None else str(address), trusted)
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[hop] = known
        return known


def counted_as(address: str) -> str:
    """What limits count by: an IPv4 address, or the /64 of an IPv6 one, which is one household's."""
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address)
    except ValueError:
        return address
    return str(parsed.ipv4_mapped or ip_network((int(parsed) >> 64 << 64, 64)))


def _without_port(hop: str) -> str:
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """None for what is no address. One that is an IPv4 address in IPv6's clothes, as a listener for both sees it,
    is the IPv4 address."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
