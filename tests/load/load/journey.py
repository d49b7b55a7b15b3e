"""One whole case: draft, autosave, upload, submit, open, accept, approve, pay, produce, parcel, review."""

import asyncio
import io
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
import orjson
from chassis.http_client import Pool

from .people import Person

ITEM = "HUZHENG-003"
"""补领居民身份证: an upload, two officers, a fee and a parcel. The longest way there is."""

ANSWERS = {
    "lost_date": "2026-11-01",
    "lost_place": "西安市新城区解放路",
    "loss_cause": "遗失",
    "delivery_address": {
        "province": "陕西省",
        "city": "西安市",
        "county": "新城区",
        "address": "尚德路 1 号 2 单元 301",
        "name": "王小明",
        "phone": "13900000001",
    },
}
_FIRST_LOOK = {"order": 0.25, "paid": 0.5, "delivered": 0.75}
_NEXT_LOOK = 0.5
"""Seconds before a waiting page looks for the first time, and again: as an impatient page does."""
_PATIENCE = 60.0
_JSON = "application/json"


def photograph() -> bytes:
    """A sample portrait of 358 × 441 pixels, some 30 KB."""
    from PIL import Image

    picture = Image.effect_noise((358, 441), 40).convert("RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()


@dataclass
class Timings:
    """Seconds by step; `waits` are those for something that happens elsewhere."""

    by_step: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)


class Journey:
    """Walks cases; one instance serves all of a run."""

    def __init__(
        self, http: aiohttp.ClientSession, gateway: Pool, material_key: str, timings: Timings
    ) -> None:
        self._http = http
        self._gateway = gateway
        self._material_key = material_key
        self._photo = photograph()
        self.timings = timings

    async def walk(self, citizen: Person, reviewer: Person, head: Person, branch: str) -> str:
        """Takes one case from draft to review and returns its id. Raises RuntimeError where it does not go on."""
        case_id, order = await self.until_payable(citizen, reviewer, head, branch)
        path = f"/api/cases/{case_id}"
        attempt = await self.start_attempt(citizen, order, {"channel": "bank"})
        async with self._http.post(attempt["pay_url"] + "/pay") as answer:
            await answer.read()
        await self._wait("paid", path, citizen, _in_state("in_production"))
        await self._call("produce", "POST", f"{path}/produce", reviewer)
        await self._wait("delivered", path, citizen, _in_state("completed"))
        await self._review(case_id, citizen)
        return case_id

    async def until_payable(
        self, citizen: Person, reviewer: Person, head: Person, branch: str
    ) -> tuple[str, str]:
        """A new case, approved, and its order that can be paid: their ids."""
        case = await self._call("draft", "POST", "/api/cases", citizen, {"item_code": ITEM, "branch": branch})
        path = f"/api/cases/{case['id']}"
        form = {"answers": ANSWERS, "version": 1}
        await self._call("autosave", "PUT", f"{path}/answers", citizen, form)
        upload = f"{path}/materials?key={self._material_key}&name=photo.jpg"
        await self._call("upload", "POST", upload, citizen, self._photo, "image/jpeg")
        await self._call("submit", "POST", f"{path}/submit", citizen)
        await self._call("open", "GET", path, reviewer)
        await self._call("accept", "POST", f"{path}/accept", reviewer)
        await self._call(
            "approve", "POST", f"{path}/decisions", head, {"decision": "approve", "opinion": "同意"}
        )
        order = await self._wait("order", f"/api/payments/orders?case_id={case['id']}", citizen, _payable)
        return str(case["id"]), order

    async def start_attempt(self, citizen: Person, order: str, way: dict[str, str]) -> Any:
        """`way`: `channel` and perhaps `scene`."""
        return await self._call("pay", "POST", f"/api/payments/orders/{order}/attempts", citizen, way)

    async def _review(self, case_id: str, citizen: Person) -> None:
        body = {"case_id": case_id, "level": "very_satisfied", "tags": [], "text": "很方便"}
        deadline = time.monotonic() + _PATIENCE
        while True:
            # The invitation follows completion by an event: until it is there, the answer is 404.
            status, answer = await self._send("review", "POST", "/api/reviews", citizen, body)
            if status < 400:
                return
            if status != 404 or time.monotonic() > deadline:
                raise RuntimeError(f"review: {status} {answer}")
            await asyncio.sleep(_NEXT_LOOK)

    async def _wait(self, name: str, path: str, who: Person, ready: Callable[[Any], str | None]) -> str:
        started = time.monotonic()
        pause, answer = _FIRST_LOOK[name], None
        while time.monotonic() - started < _PATIENCE:
            await asyncio.sleep(pause)
            status, answer = await self._send("read", "GET", path, who)
            if status == 200 and (found := ready(answer)) is not None:
                self.timings.waits[name].append(time.monotonic() - started)
                return found
            pause = _NEXT_LOOK
        raise RuntimeError(f"{name}: did not come in {_PATIENCE:.0f} s; last {answer}")

    async def _call(
        self, step: str, method: str, path: str, who: Person, body: Any = None, mime: str = _JSON
    ) -> Any:
        status, answer = await self._send(step, method, path, who, body, mime)
        if status >= 400:
            raise RuntimeError(f"{step}: {status} {answer}")
        return answer

    async def _send(
        self, step: str, method: str, path: str, who: Person, body: Any = None, mime: str = _JSON
    ) -> tuple[int, Any]:
        headers = [(name.encode(), value.encode()) for name, value in who.headers.items()]
        if method == "POST":
            headers.append((b"idempotency-key", str(uuid4()).encode()))
        if body is not None:
            headers.append((b"content-type", mime.encode()))
            body = body if isinstance(body, bytes) else orjson.dumps(body)
        started = time.perf_counter()
        answer = await self._gateway.request(method.encode(), path.encode(), headers, body, silence=_PATIENCE)
        content = await answer.read()
        self.timings.by_step[step].append(time.perf_counter() - started)
        return answer.status, orjson.loads(content) if content else None


def _payable(page: dict[str, Any]) -> str | None:
    return next((order["id"] for order in page["items"] if order["can_pay"]), None)


def _in_state(state: str) -> Callable[[Any], str | None]:
    return lambda case: state if case["state"] == state else None
