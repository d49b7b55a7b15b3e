"""How many codes may be asked for: by whoever is known for themselves, by strangers for a phone and at an address."""

from dataclasses import dataclass

from ..domain.limits import Allowance, Limit
from ..domain.places import Asker, site_of
from .ports import KeyedHash


@dataclass(frozen=True, slots=True)
class CodeLimits:
    """All of `resend`, `phone` and `address` are in force at once; `address` and `site`, a /48 of IPv6, count codes to
    any phone."""

    resend: Limit
    phone: tuple[Limit, ...]
    address: tuple[Limit, ...]
    site: Limit


class CodeAllowances:
    def __init__(self, keyed_hash: KeyedHash, limits: CodeLimits) -> None:
        self._hash = keyed_hash
        self._limits = limits

    def of(self, asker: Asker) -> list[Allowance]:
        """Regulars of an address use up nothing of its: it is what newcomers there share."""
        if asker.known_by is not None:
            return self._of_phone(f"{asker.identifier}!{asker.known_by}", common=False)
        return [*self._of_phone(asker.identifier, common=True), *self.at(asker.address)]

    def at(self, address: str) -> list[Allowance]:
        site = site_of(address)
        around = [] if site is None else [Allowance(self._hash(f"code@{site}"), self._limits.site)]
        here = [
            Allowance(self._hash(f"code:{index}@{address}"), limit)
            for index, limit in enumerate(self._limits.address)
        ]
        return [*here, *around]

    def _of_phone(self, whose: str, *, common: bool) -> list[Allowance]:
        """Having to wait for the next one is no sign of strangers; that all are used up is."""
        resend = Allowance(self._hash(f"code:resend:{whose}"), self._limits.resend)
        shares = [
            Allowance(self._hash(f"code:{index}:{whose}"), limit, common)
            for index, limit in enumerate(self._limits.phone)
        ]
        return [resend, *shares]
