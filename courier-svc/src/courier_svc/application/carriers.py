"""The couriers we have contracts with, and which of them carries what."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from courier_svc.domain.shipment import Direction

from .ports import Carrier


class CourierNotConfigured(Exception):
    """A parcel's courier is no longer among those configured; its work waits until it is."""

    def __init__(self, name: str) -> None:
        super().__init__(f"courier {name!r} carries this parcel and is not configured: add it to COURIERS")


@dataclass(frozen=True, slots=True)
class Carriers:
    """The unit's own courier goes before the direction's, that before the default."""

    by_name: Mapping[str, Carrier]
    default: str
    by_direction: Mapping[Direction, str] = field(default_factory=dict)
    by_unit: Mapping[str, str] = field(default_factory=dict)

    def choose(self, unit: str, direction: Direction) -> str:
        """Whom a new leg is given to."""
        return self.by_unit.get(unit) or self.by_direction.get(direction) or self.default

    def named(self, name: str) -> Carrier:
        """Raises CourierNotConfigured."""
        carrier = self.by_name.get(name)
        if carrier is None:
            raise CourierNotConfigured(name)
        return carrier
