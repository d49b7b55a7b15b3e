"""Calls to the city's courier. An answer that it did not sign says nothing about what it did."""

from dataclasses import asdict
from typing import Any

import httpx2
import orjson

from courier_svc.application.ports import (
    CancelAnswer,
    CourierUnavailable,
    OrderRefused,
    Parcel,
    PushUnreadable,
    Standing,
    Traces,
)

from .pushes import report_from
from .signing import SignatureRefused, Signer, Verifier


class CityCourier:
    """`http` is the process's one client, with the courier's base URL; `notify_url` is our public webhook."""

    def __init__(self, http: httpx2.AsyncClient, signer: Signer, verifier: Verifier, notify_url: str) -> None:
        self._http = http
        self._signer = signer
        self._verifier = verifier
        self._notify_url = notify_url

    async def place_order(self, parcel: Parcel) -> str:
        status, answer = await self._call(
            "POST",
            "/courier/v1/orders",
            {
                "order_no": parcel.order_no,
                "direction": parcel.direction,
                "id_bound": parcel.direction == "to_applicant",
                "contents": "DOCUMENT",
                "notify_url": self._notify_url,
                "sender": asdict(parcel.sender),
                "receiver": asdict(parcel.receiver),
            },
        )
        if status == 200 and isinstance(answer.get("waybill_no"), str):
            return str(answer["waybill_no"])
        raise OrderRefused(_code(status, answer))

    async def cancel_order(self, order_no: str, reason: str) -> CancelAnswer:
        status, answer = await self._call("POST", f"/courier/v1/orders/{order_no}/cancel", {"reason": reason})
        if status == 200:
            return CancelAnswer.CANCELLED
        if status == 404:
            return CancelAnswer.UNKNOWN_ORDER
        if status == 409:
            return CancelAnswer.TOO_LATE
        raise CourierUnavailable(f"cancelling was answered {_code(status, answer)}")

    async def traces(self, order_no: str) -> Traces:
        status, answer = await self._call("GET", f"/courier/v1/orders/{order_no}/traces", None)
        if status == 404:
            return Traces(Standing.UNKNOWN_ORDER)
        entries = answer.get("traces")
        if status != 200 or not isinstance(entries, list):
            raise CourierUnavailable(f"the traces were answered {_code(status, answer)}")
        common = {"order_no": answer.get("order_no"), "waybill_no": answer.get("waybill_no")}
        try:
            reports = [_report(common | entry) for entry in entries]
        except (PushUnreadable, TypeError) as error:
            raise CourierUnavailable(f"the traces cannot be read: {error}") from error
        return Traces(Standing.CANCELLED if answer.get("state") == "CANCELLED" else Standing.OPEN, reports)

    async def _call(
        self, method: str, target: str, members: dict[str, Any] | None
    ) -> tuple[int, dict[str, Any]]:
        """Status below 500 and the verified body. Raises CourierUnavailable for everything else."""
        body = b"" if members is None else orjson.dumps(members)
        path = self._http.base_url.path.rstrip("/") + target
        headers = self._signer.headers(method, path, body)
        try:
            response = await self._http.request(
                method, target, content=body, headers={**headers, "Content-Type": "application/json"}
            )
            self._verifier.verify(response.headers, response.content, nonce=headers["X-Courier-Nonce"])
            answer = orjson.loads(response.content)
        except (httpx2.HTTPError, SignatureRefused, orjson.JSONDecodeError) as error:
            raise CourierUnavailable(f"no trustworthy answer: {error!r}") from error
        # 401 and 429 are about how we asked, not about the parcel: asking again, once repaired, is right.
        if response.status_code >= 500 or response.status_code in (401, 429) or not isinstance(answer, dict):
            raise CourierUnavailable(f"answered {response.status_code}")
        return response.status_code, answer


def _report(members: dict[str, Any]) -> Any:
    return report_from(members, orjson.dumps(members))


def _code(status: int, answer: dict[str, Any]) -> str:
    return f"{status} {str(answer.get('code', ''))[:60]}".strip()
