"""Where a parcel goes. The plain form lives in memory only; the table holds it sealed."""

from dataclasses import dataclass, replace
from typing import Any, Self

import orjson
from contracts.addresses import masked_person


@dataclass(frozen=True, slots=True)
class Address:
    """A person or office that sends or receives. The county may be empty; couriers refuse the others empty."""

    name: str
    phone: str
    province: str
    city: str
    county: str
    address: str

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> Self:
        """Takes what another service answers; raises KeyError when a needed part is missing or empty."""

        def needed(part: str) -> str:
            text = str(value.get(part) or "").strip()
            if not text:
                raise KeyError(part)
            return text

        return cls(
            name=needed("name"),
            phone=needed("phone"),
            province=needed("province"),
            city=needed("city"),
            county=str(value.get("county") or ""),
            address=needed("address"),
        )

    @classmethod
    def from_bytes(cls, plain: bytes) -> Self:
        return cls(**orjson.loads(plain))

    def to_bytes(self) -> bytes:
        return orjson.dumps(self)

    def masked(self) -> "Address":
        """Enough for its owner to recognise, too little for anybody else: 张*, 138****5678, 小寨路***."""
        name, phone, address = masked_person(self.name, self.phone, self.address)
        return replace(self, name=name, phone=phone, address=address)
