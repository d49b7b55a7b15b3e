"""Where a request comes from, believing only the proxies we were told to trust."""

from ipaddress import IPv6Address, ip_address, ip_network

from starlette.types import Scope


class ClientAddress:
    """The peer's, or behind a trusted proxy the last one in `X-Forwarded-For` that is no such proxy's."""

    def __init__(self, trusted: str) -> None:
        """`trusted`: comma-separated networks; raises ValueError when one is not a network."""
        self._trusted = [
            ip_network(part.strip(), strict=False) for part in trusted.split(",") if part.strip()
        ]

    def of(self, scope: Scope) -> tuple[str, str]:
        """The caller's address, and http or https as the caller sees it."""
        peer = scope["client"][0] if scope.get("client") else "unknown"
        scheme = scope.get("scheme", "http")
        if not self._trusted or not self._is_trusted(peer):
            return peer, scheme
        forwarded = [
            value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"
        ]
        protocol = next((value for name, value in scope["headers"] if name == b"x-forwarded-proto"), b"")
        if protocol in (b"http", b"https"):
            scheme = protocol.decode()
        return self._first_untrusted(",".join(forwarded)) or peer, scheme

    def _first_untrusted(self, chain: str) -> str | None:
        # From the right: what stands further left was written by whoever wished to.
        for hop in reversed([_without_port(part.strip()) for part in chain.split(",") if part.strip()]):
            if not _is_address(hop):
                return None
            if not self._is_trusted(hop):
                return hop
        return None

    def _is_trusted(self, address: str) -> bool:
        return _is_address(address) and any(ip_address(address) in network for network in self._trusted)


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


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
