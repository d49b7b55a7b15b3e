"""Where a request comes from, believing only proxies we were told to trust."""

from ipaddress import ip_address, ip_network

from starlette.types import Scope


class ClientAddress:
    """`trusted`: comma-separated networks. Behind them, the last address in `X-Forwarded-For` that is not one of them."""

    def __init__(self, trusted: str) -> None:
        self._trusted = [ip_network(part.strip(), strict=False) for part in trusted.split(",") if part.strip()]

    def of(self, scope: Scope) -> str:
        peer = scope["client"][0] if scope.get("client") else "unknown"
        if not self._trusted or not self._is_trusted(peer):
            return peer
        chain = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for")
        for hop in reversed([part.strip() for part in chain.split(",") if part.strip()]):
            if not self._is_trusted(hop):
                return hop if _is_address(hop) else peer
        return peer

    def _is_trusted(self, address: str) -> bool:
        return _is_address(address) and any(ip_address(address) in network for network in self._trusted)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
