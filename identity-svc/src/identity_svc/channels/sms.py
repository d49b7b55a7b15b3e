"""The SMS operator."""

from ..application.ports import SmsRefused
from ..domain.codes import LIFETIME, CodeMessage
from ..domain.personal import dialled
from .signed_partner import PartnerRefused, SignedPartner


class PartnerSms:
    def __init__(self, partner: SignedPartner) -> None:
        self._partner = partner

    async def notify(self, phone: str, template: str, out_id: str) -> None:
        """A message without a code; `phone` is E.164."""
        body = {"phone": dialled(phone), "template": template, "params": {}, "out_id": out_id[:64]}
        try:
            await self._partner.post("/sms/v1/send", body)
        except PartnerRefused as refusal:
            raise SmsRefused(refusal.code) from refusal

    async def send(self, message: CodeMessage) -> None:
        minutes = int(LIFETIME.total_seconds() // 60)
        body = {
            "phone": dialled(message.phone),
            "template": f"{message.purpose}_code",
            "params": {"code": message.code, "serial": message.serial, "minutes": str(minutes)},
            "out_id": str(message.id),
        }
        try:
            await self._partner.post("/sms/v1/send", body)
        except PartnerRefused as refusal:
            raise SmsRefused(refusal.code) from refusal
