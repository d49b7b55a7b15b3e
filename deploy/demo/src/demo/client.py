"""The people of a story: a citizen with a phone, officers. A method is one thing they do, by the generated client."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from police_api.api.accounts import identity_register, identity_request_code, identity_verify_real_name
from police_api.api.cases import case_get_case, case_get_timeline
from police_api.api.drafts import case_get_answers, case_open_case_draft, case_put_answers
from police_api.api.materials import case_upload_material
from police_api.api.officers import (
    case_accept_case,
    case_collect_case,
    case_decide_case,
    case_list_work_queue,
    case_produce_case,
    case_reject_case,
    case_request_supplement,
)
from police_api.api.payments import (
    payment_checkout,
    payment_list_orders,
    payment_pay_all,
    payment_start_attempt,
)
from police_api.api.receipts import payment_list_receipts
from police_api.api.reviews import evaluation_review_case
from police_api.api.sessions import identity_log_in
from police_api.api.shipments import courier_list_shipments, courier_resend
from police_api.api.submission import case_submit_case, case_supplement_case, case_withdraw_case
from police_api.models import (
    CaseAnswersBody,
    CaseDecision,
    CaseNewCase,
    CaseRejection,
    CaseSupplement,
    CaseSupplementRequest,
    CaseUploadMaterialFilesBody,
    CaseWithdrawal,
    CourierResendIn,
    EvaluationReviewIn,
    IdentityCodeRequest,
    IdentityLoginRequest,
    IdentityPurpose,
    IdentityRealNameRequest,
    IdentityRegistrationRequest,
    PaymentPayAll,
    PaymentStartPayment,
)
from police_api.types import File

from .api import Json, NeverHappened, Platform, ask, once_possible, until
from .partners import Phone


@dataclass
class Person:
    """Somebody who is logged in; `get` and `post` do what no method names."""

    platform: Platform
    token: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def ask(self, operation: Any, *which: str, **given: Any) -> Any:
        """`operation`: a module of `police_api.api`; `which`: the ids in its address. Raises Refused."""
        return await ask(operation, *map(UUID, which), client=self.platform.client(self.token), **given)

    async def act(self, operation: Any, *which: str, **given: Any) -> Any:
        """`ask` for what wants an Idempotency-Key."""
        return await self.ask(operation, *which, idempotency_key=str(uuid4()), **given)

    async def get(self, path: str) -> Any:
        return await self.platform.call("GET", path, headers=self.headers)

    async def post(self, path: str, body: Json | None = None) -> Any:
        return await self.platform.call("POST", path, body, headers=self.headers)

    async def put(self, path: str, body: Json) -> Any:
        return await self.platform.call("PUT", path, body, headers=self.headers)

    async def case(self, case_id: str) -> Json:
        return await self.ask(case_get_case, case_id)

    async def timeline(self, case_id: str) -> Json:
        return await self.ask(case_get_timeline, case_id)

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
        asked = IdentityCodeRequest(phone.number, IdentityPurpose.REGISTER)
        sent = await ask(identity_request_code, client=platform.client(), body=asked)
        kind = {"kind": "enterprise"} if company else {}
        body = IdentityRegistrationRequest.from_dict(
            {"phone": phone.number, "code": await phone.code(), "code_ticket": sent["code_ticket"]}
            | kind
            | company
        )
        answer = await ask(identity_register, client=platform.client(), body=body)
        return cls(platform, answer["session"]["access_token"])

    @classmethod
    async def log_in(cls, platform: Platform, phone: str, password: str) -> "Citizen":
        return cls(platform, await _token(platform, IdentityLoginRequest(phone=phone, password=password)))

    async def prove_identity(self, name: str, id_number: str) -> Json:
        """The real-name check; the token in use becomes the one that says so."""
        body = IdentityRealNameRequest(name, id_number)
        answer = await self.ask(identity_verify_real_name, body=body)
        self.token = answer["access_token"]
        return answer["account"]

    async def open_case(self, item_code: str, **place: str) -> Json:
        """A draft. `place`: branch or window, for items the city does not handle itself."""
        return await self.ask(
            case_open_case_draft, body=CaseNewCase.from_dict({"item_code": item_code} | place)
        )

    async def save(self, case_id: str, answers: Json, version: int) -> int:
        """Autosave; `version` as last read. The next version."""
        body = CaseAnswersBody.from_dict({"answers": answers, "version": version})
        return int((await self.ask(case_put_answers, case_id, body=body))["version"])

    async def answers(self, case_id: str) -> Json:
        """`answers` and their `version`."""
        return await self.ask(case_get_answers, case_id)

    async def upload(self, case_id: str, key: str, name: str, content: bytes, mime: str) -> Json:
        file = File(payload=content, file_name=name, mime_type=mime)  # type: ignore[arg-type]  # bytes will do
        return await self.ask(case_upload_material, case_id, body=CaseUploadMaterialFilesBody(file), key=key)

    async def submit(self, case_id: str) -> Json:
        return await self.act(case_submit_case, case_id)

    async def supplement(self, case_id: str, note: str) -> Json:
        return await self.ask(case_supplement_case, case_id, body=CaseSupplement(note))

    async def withdraw(self, case_id: str, reason: str) -> Json:
        return await self.ask(case_withdraw_case, case_id, body=CaseWithdrawal(reason))

    async def orders(self, case_id: str) -> list[Json]:
        return list((await self.ask(payment_list_orders, case_id=UUID(case_id)))["items"])

    async def order_to_pay(self, case_id: str, within: float = 30.0) -> Json:
        """The case's order, once it can be paid."""

        async def look() -> Json | None:
            return next((order for order in await self.orders(case_id) if order["can_pay"]), None)

        return await until("缴费订单", look, within)

    async def start_payment(self, order_id: str) -> str:
        """The link to the bank's cashier."""
        attempt = await self.act(payment_start_attempt, order_id, body=PaymentStartPayment("bank"))
        return str(attempt["pay_url"])

    async def checkout(self, case_id: str, payments: int) -> Json:
        """All that the case owes, once that many payments are open in it."""

        async def look() -> Json | None:
            if not await self.orders(case_id):
                return None
            view: Json = await self.ask(payment_checkout, case_id=UUID(case_id))
            return view if view["payments"] == payments else None

        return await until("收银台", look)

    async def pay_all(self, case_id: str) -> list[Json]:
        """A payment at the bank for each; what hinders one stands in it."""
        body = PaymentPayAll(UUID(case_id), "bank")
        return list((await self.act(payment_pay_all, body=body))["payments"])

    async def receipt(self, order_id: str) -> Json:
        """Of what was paid, once the fiscal platform numbered it."""

        async def look() -> Json | None:
            receipts = (await self.ask(payment_list_receipts, order_id))["items"]
            return next((one for one in receipts if one["state"] == "issued"), None)

        return await until("财政电子票据", look)

    async def shipments(self, case_id: str) -> list[Json]:
        return list((await self.ask(courier_list_shipments, case_id=UUID(case_id)))["items"])

    async def send_again(self, shipment_id: str) -> Json:
        return await self.act(courier_resend, shipment_id, body=CourierResendIn())

    async def review(self, case_id: str, level: str, text: str, tags: tuple[str, ...] = ()) -> Json:
        """The review, once the invitation is there: it follows the completion by an event."""
        body = EvaluationReviewIn.from_dict(
            {"case_id": case_id, "level": level, "tags": list(tags), "text": text}
        )
        return await once_possible(lambda: self.ask(evaluation_review_case, body=body), 404)


class Officer(Person):
    """A police officer of a unit."""

    @classmethod
    async def log_in(cls, platform: Platform, badge_no: str, password: str) -> "Officer":
        return cls(
            platform, await _token(platform, IdentityLoginRequest(badge_no=badge_no, password=password))
        )

    async def queue(self) -> list[Json]:
        """The most urgent first."""
        return list((await self.ask(case_list_work_queue))["items"])

    async def accept(self, case_id: str) -> Json:
        return await self.ask(case_accept_case, case_id)

    async def reject(self, case_id: str, reason: str) -> Json:
        return await self.ask(case_reject_case, case_id, body=CaseRejection(reason))

    async def request_supplement(self, case_id: str, *lacking: Json) -> Json:
        """Each `lacking`: `what`, and `path` where there is a place for it."""
        body = CaseSupplementRequest.from_dict({"lacking": list(lacking)})
        return await self.ask(case_request_supplement, case_id, body=body)

    async def approve(self, case_id: str, opinion: str) -> Json:
        body = CaseDecision.from_dict({"decision": "approve", "opinion": opinion})
        return await self.act(case_decide_case, case_id, body=body)

    async def deny(self, case_id: str, reason: str, legal_basis: str) -> Json:
        body = CaseDecision.from_dict({"decision": "deny", "reason": reason, "legal_basis": legal_basis})
        return await self.act(case_decide_case, case_id, body=body)

    async def produce(self, case_id: str) -> Json:
        return await self.ask(case_produce_case, case_id)

    async def collect(self, case_id: str) -> Json:
        return await self.ask(case_collect_case, case_id)


async def _token(platform: Platform, body: IdentityLoginRequest) -> str:
    answer = await ask(identity_log_in, client=platform.client(), body=body)
    if "access_token" not in answer:  # somebody tried the second factor with this demonstration log-in
        raise NeverHappened(
            f"{body.badge_no} 已启用动态口令，演示无法登录；可由 OPERATOR-1 重置"
            f" · {body.badge_no} needs a second factor now; OPERATOR-1 can take it away"
            " (DELETE /api/identity/officers/{officer_id}/second-factor)"
        )
    return str(answer["access_token"])
