"""The people of a story: a citizen with a phone, officers. A method is one thing they do."""

from dataclasses import dataclass, field
from typing import Any

from .api import Json, Platform, once_possible, until
from .partners import Phone


@dataclass
class Person:
    """Somebody who is logged in; `get` and `post` do what no method names."""

    platform: Platform
    token: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def get(self, path: str) -> Any:
        return await self.platform.call("GET", path, headers=self.headers)

    async def post(self, path: str, body: Json | None = None) -> Any:
        return await self.platform.call("POST", path, body, headers=self.headers)

    async def put(self, path: str, body: Json) -> Any:
        return await self.platform.call("PUT", path, body, headers=self.headers)

    async def case(self, case_id: str) -> Json:
        return await self.get(f"/api/cases/{case_id}")

    async def timeline(self, case_id: str) -> Json:
        return await self.get(f"/api/cases/{case_id}/timeline")

    async def when(self, case_id: str, *states: str, within: float = 30.0) -> Json:
        """The case, once it is in one of `states`."""

        async def look() -> Json | None:
            case = await self.case(case_id)
            return case if case["state"] in states else None

        return await until(f"办件状态 {'/'.join(states)}", look, within)


class Citizen(Person):
    """An applicant, a person or a company."""

    @classmethod
    async def register(cls, platform: Platform, phone: Phone, **company: str) -> "Citizen":
        """By the code that comes to the phone. `company`: uscc and company_name of an enterprise."""
        await platform.call("POST", "/api/identity/codes", {"phone": phone.number, "purpose": "register"})
        body = {"phone": phone.number, "code": await phone.code()}
        kind = {"kind": "enterprise"} if company else {}
        answer = await platform.call("POST", "/api/identity/accounts", body | kind | company)
        return cls(platform, answer["session"]["access_token"])

    @classmethod
    async def log_in(cls, platform: Platform, phone: str, password: str) -> "Citizen":
        body = {"phone": phone, "password": password}
        answer = await platform.call("POST", "/api/identity/sessions", body)
        return cls(platform, answer["access_token"])

    async def prove_identity(self, name: str, id_number: str) -> Json:
        """The real-name check; the token in use becomes the one that says so."""
        answer = await self.post("/api/identity/real-name", {"name": name, "id_number": id_number})
        self.token = answer["access_token"]
        return answer["account"]

    async def open_case(self, item_code: str, **place: str) -> Json:
        """A draft. `place`: branch or window, for items the city does not handle itself."""
        return await self.post("/api/cases", {"item_code": item_code, **place})

    async def save(self, case_id: str, answers: Json, version: int) -> int:
        """Autosave; `version` as last read. The next version."""
        saved = await self.put(f"/api/cases/{case_id}/answers", {"answers": answers, "version": version})
        return int(saved["version"])

    async def answers(self, case_id: str) -> Json:
        """`answers` and their `version`."""
        return await self.get(f"/api/cases/{case_id}/answers")

    async def upload(self, case_id: str, key: str, name: str, content: bytes, mime: str) -> Json:
        return await self.platform.call(
            "POST",
            f"/api/cases/{case_id}/materials?key={key}&name={name}",
            content=content,
            headers={**self.headers, "Content-Type": mime},
        )

    async def submit(self, case_id: str) -> Json:
        return await self.post(f"/api/cases/{case_id}/submit")

    async def supplement(self, case_id: str, note: str) -> Json:
        return await self.post(f"/api/cases/{case_id}/supplements", {"note": note})

    async def withdraw(self, case_id: str, reason: str) -> Json:
        return await self.post(f"/api/cases/{case_id}/withdraw", {"reason": reason})

    async def orders(self, case_id: str) -> list[Json]:
        return list((await self.get(f"/api/payments/orders?case_id={case_id}"))["items"])

    async def order_to_pay(self, case_id: str, within: float = 30.0) -> Json:
        """The case's order, once it can be paid."""

        async def look() -> Json | None:
            return next((order for order in await self.orders(case_id) if order["can_pay"]), None)

        return await until("缴费订单", look, within)

    async def start_payment(self, order_id: str) -> str:
        """The link to the bank's cashier."""
        attempt = await self.post(f"/api/payments/orders/{order_id}/attempts", {"channel": "bank"})
        return str(attempt["pay_url"])

    async def shipments(self, case_id: str) -> list[Json]:
        return list((await self.get(f"/api/shipments?case_id={case_id}"))["items"])

    async def send_again(self, shipment_id: str) -> Json:
        return await self.post(f"/api/shipments/{shipment_id}/resend", {})

    async def review(self, case_id: str, level: str, text: str, tags: tuple[str, ...] = ()) -> Json:
        """The review, once the invitation is there: it follows the completion by an event."""
        body = {"case_id": case_id, "level": level, "tags": list(tags), "text": text}
        return await once_possible(lambda: self.post("/api/reviews", body), 404)


class Officer(Person):
    """A police officer of a unit."""

    @classmethod
    async def log_in(cls, platform: Platform, badge_no: str, password: str) -> "Officer":
        body = {"badge_no": badge_no, "password": password}
        answer = await platform.call("POST", "/api/identity/sessions", body)
        return cls(platform, answer["access_token"])

    async def queue(self) -> list[Json]:
        """The most urgent first."""
        return list((await self.get("/api/cases/queue"))["items"])

    async def accept(self, case_id: str) -> Json:
        return await self.post(f"/api/cases/{case_id}/accept")

    async def reject(self, case_id: str, reason: str) -> Json:
        return await self.post(f"/api/cases/{case_id}/reject", {"reason": reason})

    async def request_supplement(self, case_id: str, *lacking: Json) -> Json:
        """Each `lacking`: `what`, and `path` where there is a place for it."""
        return await self.post(f"/api/cases/{case_id}/supplement-requests", {"lacking": list(lacking)})

    async def approve(self, case_id: str, opinion: str) -> Json:
        body = {"decision": "approve", "opinion": opinion}
        return await self.post(f"/api/cases/{case_id}/decisions", body)

    async def deny(self, case_id: str, reason: str, legal_basis: str) -> Json:
        body = {"decision": "deny", "reason": reason, "legal_basis": legal_basis}
        return await self.post(f"/api/cases/{case_id}/decisions", body)

    async def produce(self, case_id: str) -> Json:
        return await self.post(f"/api/cases/{case_id}/produce")

    async def collect(self, case_id: str) -> Json:
        return await self.post(f"/api/cases/{case_id}/collect")
