"""Which addresses the platform may call on an administrator's word."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_NAT64 = ip_network("64:ff9b::/96")


class ClientNetworks:
    """The Internet, and of all else only the networks that were configured: a client's address must not make this
    service call its own neighbours, or the cloud it runs in."""

    def __init__(self, private: str) -> None:
        """`private`: networks joined by commas. Raises ValueError."""
        self._private: list[IPv4Network | IPv6Network] = [
            ip_network(part.strip()) for part in private.split(",") if part.strip()
        ]

    def may_call(self, address: str) -> bool:
        """False for what is no address, too."""
        try:
            meant = _meant(ip_address(address))
        except ValueError:
            return False
        return _is_public(meant) or any(meant in network for network in self._private)

    def refuses(self, host: str) -> bool:
        """What is certain before anybody asks DNS: an address outside, or this very machine's name."""
        name = host.rstrip(".").lower()
        if name == "localhost" or name.endswith(".localhost"):
            return not self.may_call("127.0.0.1")
        try:
            ip_address(host)
        except ValueError:
            return False
        return not self.may_call(host)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    odd = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not odd


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """An IPv4 address in IPv6's clothes is the IPv4 address."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
