"""The real-name service's face check."""

from typing import Final
from urllib.parse import quote

from ...application.ports import PartnerUnavailable
from ...domain.ways_in.faces import FacePage, FaceState
from ..signed_partner import PartnerRefused, SignedPartner

_STATES: Final = {
    "PASSED": FaceState.PASSED,
    "FAILED": FaceState.FAILED,
    "EXPIRED": FaceState.EXPIRED,
}


class PartnerFaceService:
    def __init__(self, partner: SignedPartner) -> None:
        self._partner = partner

    async def start(self, out_no: str, name: str, id_number: str, return_url: str) -> FacePage:
        body = {"out_no": out_no, "name": name, "id_number": id_number, "return_url": return_url}
        try:
            answer = await self._partner.post("/realname/v1/face-checks", body)
        except PartnerRefused as refusal:
            raise PartnerUnavailable(str(refusal)) from refusal
        check_no, url = answer.get("check_no"), answer.get("url")
        if not isinstance(check_no, str) or not isinstance(url, str):
            raise PartnerUnavailable("an answer without number or address")
        return FacePage(check_no, url)

    async def result(self, check_no: str) -> FaceState:
        """Whatever it does not know is pending."""
        try:
            answer = await self._partner.get(f"/realname/v1/face-checks/{quote(check_no, safe='')}")
        except PartnerRefused as refusal:
            raise PartnerUnavailable(str(refusal)) from refusal
        return _STATES.get(str(answer.get("status")), FaceState.PENDING)
