"""What a parcel to the applicant costs, by where it goes. Integers in fen."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tariff:
    """`near_cents` within `home_province` and where no place is known yet, `far_cents` elsewhere."""

    home_province: str
    near_cents: int
    far_cents: int

    def cents_to(self, place: Mapping[str, str] | None) -> int:
        """`place` as forms have it: province, city, county, address."""
        province = (place or {}).get("province", "").strip()
        is_near = (
            not province or self.home_province.startswith(province) or province.startswith(self.home_province)
        )
        return self.near_cents if is_near else self.far_cents
