"""Calls to the city's courier. An answer that it did not sign says nothing about what it did."""

from typing import Any, Final

import aiohttp
import orjson
from yarl import URL

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

_JSON: Final = {"Content-Type": "application/json"}


class CityCourier:
    """`session` is the process's one pool (aiohttp: a call costs a quarter of what httpx2 takes).

    `notify_url` is our public webhook.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        signer: Signer,
        verifier: Verifier,
        notify_url: str,
    ) -> None:
        self._session = session
        self._base = URL(base_url.rstrip("/"))
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
                "sender": parcel.sender,
                "receiver": parcel.receiver,
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
        url = URL(str(self._base) + target, encoded=True)
        headers = self._signer.headers(method, url.raw_path_qs, body)
        try:
            async with self._session.request(
                method, url, data=body or None, headers=headers | _JSON, allow_redirects=False
            ) as response:
                content = await response.read()
            self._verifier.verify(response.headers, content, nonce=headers["X-Courier-Nonce"])
            answer = orjson.loads(content)
        except (
            aiohttp.ClientError,
            TimeoutError,
            OSError,
            SignatureRefused,
            orjson.JSONDecodeError,
        ) as error:
            raise CourierUnavailable(f"no trustworthy answer: {error!r}") from error
        # 401 and 429 are about how we asked, not about the parcel: asking again, once repaired, is right.
        if response.status >= 500 or response.status in (401, 429) or not isinstance(answer, dict):
            raise CourierUnavailable(f"answered {response.status}")
        return response.status, answer


def _report(members: dict[str, Any]) -> Any:
    return report_from(members, orjson.dumps(members))


def _code(status: int, answer: dict[str, Any]) -> str:
    return f"{status} {str(answer.get('code', ''))[:60]}".strip()
