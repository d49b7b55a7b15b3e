"""The real-name registry."""

from typing import Any

from ..application.ports import PartnerUnavailable
from .signed_partner import PartnerRefused, SignedPartner

_MATCHES = {"MATCH": True, "MISMATCH": False, "NOT_FOUND": False}


class PartnerRealName:
    def __init__(self, partner: SignedPartner) -> None:
        self._partner = partner

    async def person_matches(self, name: str, id_number: str) -> bool:
        return await self._ask("/realname/v1/check", {"name": name, "id_number": id_number})

    async def company_matches(self, company: str, uscc: str, representative: str) -> bool:
        body = {"uscc": uscc, "name": company, "legal_representative": representative}
        return await self._ask("/realname/v1/company-check", body)

    async def is_parent(self, parent: tuple[str, str], child: tuple[str, str]) -> bool:
        """Each as name and number."""
        body = {
            "name": parent[0],
            "id_number": parent[1],
            "child_name": child[0],
            "child_id_number": child[1],
        }
        return await self._ask("/realname/v1/kinship-check", body)

    async def _ask(self, path: str, body: dict[str, Any]) -> bool:
        try:
            result = (await self._partner.post(path, body)).get("result")
        except PartnerRefused as refusal:
            # It was well-formed by our own rules: a registry that cannot read it says nothing about people.
            raise PartnerUnavailable(str(refusal)) from refusal
        if result not in _MATCHES:
            raise PartnerUnavailable(f"unknown result {result!r}")
        return _MATCHES[result]
