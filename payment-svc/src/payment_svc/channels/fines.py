"""The issuing system of penalty decisions: what is owed, and that it was paid. HMAC over the exact bytes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import httpx2
import orjson
from chassis.clock import SHANGHAI

from ..application.ports import Decision
from ..domain.errors import IssuingSystemDown, IssuingSystemRefused
from .hmac_signing import hmac_headers

_PROBLEM: Final = {"PAID": "decision_paid_already", "CANCELLED": "decision_cancelled"}
_NOT_FOUND: Final = "decision_not_found"


class FinesSystem:
    """Implements `application.ports.IssuingSystem`. Rarely called: only for items paid by decision number."""

    def __init__(self, client: httpx2.AsyncClient, app_id: str, read_secret: Callable[[], str]) -> None:
        self._client = client
        self._app_id = app_id
        self._read_secret = read_secret

    async def look_up(self, decision_no: str) -> Decision:
        status, document = await self._call("GET", _path(decision_no))
        if document.get("code") == "DECISION_NOT_EXIST":
            return Decision(None, _NOT_FOUND)
        if status != httpx2.codes.OK:
            raise IssuingSystemRefused(str(document.get("code", status)))
        amount, state = document.get("amount_cents"), str(document.get("status"))
        if state != "OPEN":
            return Decision(None, _PROBLEM.get(state, "decision_not_open"))
        if not isinstance(amount, int) or amount <= 0 or document.get("currency") != "CNY":
            raise IssuingSystemDown("answer without an amount in CNY")
        return Decision(amount)

    async def report_paid(
        self, decision_no: str, amount_cents: int, transaction_id: str, paid_at: datetime
    ) -> None:
        """A repeat with the same transaction succeeds too."""
        fact = {
            "amount_cents": amount_cents,
            "transaction_id": transaction_id,
            "paid_at": paid_at.astimezone(SHANGHAI).isoformat(timespec="milliseconds"),
        }
        status, document = await self._call("POST", _path(decision_no) + "/paid", orjson.dumps(fact))
        if status != httpx2.codes.OK:
            raise IssuingSystemRefused(str(document.get("code", status)))

    async def _call(self, method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, Any]]:
        request = self._client.build_request(
            method, path, content=body, headers={"Content-Type": "application/json"}
        )
        target, secret = request.url.raw_path, self._read_secret()
        request.headers.update(hmac_headers("Fines", self._app_id, secret, method, target, body))
        try:
            answer = await self._client.send(request)
            document = orjson.loads(answer.content)
        except (httpx2.HTTPError, orjson.JSONDecodeError) as error:
            raise IssuingSystemDown(type(error).__name__) from error
        if (
            answer.status_code >= 500
            or answer.status_code == httpx2.codes.UNAUTHORIZED
            or not isinstance(document, dict)
        ):
            raise IssuingSystemDown(f"status {answer.status_code}")
        return answer.status_code, document


def _path(decision_no: str) -> str:
    return f"/fines/v1/decisions/{quote(decision_no, safe='')}"
