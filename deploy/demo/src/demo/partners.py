"""The other side of the story, through the sandbox: a phone that gets codes, a bank to pay at, a courier."""

import re
from dataclasses import dataclass

from .api import Json, Platform, until


@dataclass
class Phone:
    """A phone, of which the sandbox shows the messages."""

    platform: Platform
    number: str

    async def messages(self) -> list[Json]:
        """The newest first."""
        return list((await self.platform.control("GET", f"/sms/{self.number}"))["messages"])

    async def code(self, within: float = 15.0) -> str:
        """The code of the latest message, once there is one."""

        async def look() -> str | None:
            for message in await self.messages():
                if found := re.search(r"\b\d{6}\b", message["text"]):
                    return found[0]
            return None

        return await until(f"{self.number} 的短信验证码", look, within)


@dataclass
class Bank:
    """The payer's side of the bank, and its books."""

    platform: Platform

    async def pay(self, pay_url: str) -> Json:
        """What the button on the cashier's page does."""
        return await self.platform.call("POST", f"{pay_url}/pay")

    async def books(self, out_trade_no: str) -> Json:
        return await self.platform.control("GET", f"/books/bank?out_trade_no={out_trade_no}")


@dataclass
class Courier:
    """The courier's side. Parcels move by themselves until one is moved by hand."""

    platform: Platform

    async def move(self, order_no: str, code: str, description: str = "") -> Json:
        """Any code: PICKED_UP, DELIVERED, RETURNED …"""
        body = {"code": code} | ({"description": description} if description else {})
        return await self.platform.control("POST", f"/courier/{order_no}/advance", body)

    async def books(self, order_no: str) -> Json:
        return await self.platform.control("GET", f"/books/courier?order_no={order_no}")
