"""Where a parcel goes. The plain form lives in memory only; the table holds it sealed."""

from dataclasses import dataclass
from typing import Any, Self

import orjson


@dataclass(frozen=True, slots=True)
class Address:
    """A person or office that sends or receives. Province, city and county may be empty."""

    name: str
    phone: str
    province: str
    city: str
    county: str
    address: str

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> Self:
        """Takes what case-svc answers; raises KeyError when a needed part is missing."""
        return cls(
            name=str(value["name"]),
            phone=str(value["phone"]),
            province=str(value.get("province") or ""),
            city=str(value.get("city") or ""),
            county=str(value.get("county") or ""),
            address=str(value["address"]),
        )

    @classmethod
    def from_bytes(cls, plain: bytes) -> Self:
        return cls(**orjson.loads(plain))

    def to_bytes(self) -> bytes:
        return orjson.dumps(self)

    def masked(self) -> "Address":
        """Enough for its owner to recognise, too little for anybody else: 张*, 138****5678, 小寨路***."""
        return Address(
            name=self.name[:1] + "*" * max(1, len(self.name) - 1),
            phone=self.phone[:3] + "****" + self.phone[-4:] if len(self.phone) >= 8 else "****",
            province=self.province,
            city=self.city,
            county=self.county,
            address=self.address[:3] + "***",
        )
