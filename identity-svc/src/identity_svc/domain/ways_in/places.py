"""Where an address is, roughly: from a list of networks, of which the smallest that holds it counts."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Places:
    """`networks`: the smaller first."""

    networks: tuple[tuple[Network, Place], ...] = ()

    @classmethod
    def read(cls, lines: Iterable[str]) -> "Places":
        """CSV of `network,name,name in English`; raises ValueError naming the line."""
        found = []
        for number, row in enumerate(csv.reader(lines), 1):
            if not row or row[0].startswith("#"):
                continue
            try:
                network, name, name_en = (part.strip() for part in row)
                found.append((ip_network(network), Place(name, name_en)))
            except ValueError as error:
                raise ValueError(
                    f"line {number} of the places is not `network,name,name`: {error}"
                ) from error
        return cls(tuple(sorted(found, key=lambda entry: -entry[0].prefixlen)))

    def of(self, address: str) -> Place:
        """`address` as it is counted: of IPv6 the /64. What stands in no network is named by its own."""
        try:
            parsed = ip_address(address.partition("/")[0])
        except ValueError:
            return Place("未知地点", "an unknown place")
        for network, place in self.networks:
            if parsed.version == network.version and parsed in network:
                return place
        if parsed.is_private:
            return Place("本地网络", "a local network")
        shown = ip_network((parsed, 16 if parsed.version == 4 else 32), strict=False)
        return Place(f"网络 {shown}", f"network {shown}")
