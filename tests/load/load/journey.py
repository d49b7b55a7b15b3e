"""One whole case: draft, autosave, upload, submit, accept, approve, pay, produce, parcel, review."""

import asyncio
import io
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

from .people import Person

ITEM = "HUZHENG-003"
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


def photograph() -> bytes:
    """A sample portrait of 358 × 441 pixels, some 30 KB."""
    from PIL import Image

    picture = Image.effect_noise((358, 441), 40).convert("RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()


@dataclass
class Timings:
    """Seconds by step."""

    by_step: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)


class Journey:
    """Walks cases; one instance serves all of a run."""

    def __init__(self, http: aiohttp.ClientSession, gateway: str, material_key: str, timings: Timings) -> None:
        self._http = http
        self._gateway = gateway
        self._material_key = material_key
        self._photo = photograph()
        self.timings = timings

    async def walk(self, citizen: Person, reviewer: Person, head: Person, branch: str) -> str:
        """Takes one case from draft to review and returns its id. Raises RuntimeError where it does not go on."""
        case = await self._call("draft", "POST", "/api/cases", citizen, {"item_code": ITEM, "branch": branch})
        case_id = case["id"]
        path = f"/api/cases/{case_id}"
        await self._call("autosave", "PUT", f"{path}/answers", citizen, {"answers": ANSWERS, "version": 1})
        await self._upload(path, citizen)
        await self._call("submit", "POST", f"{path}/submit", citizen)
        await self._call("accept", "POST", f"{path}/accept", reviewer)
        await self._call("approve", "POST", f"{path}/decisions", head, {"decision": "approve", "opinion": "同意"})
        order = await self._wait("order", f"/api/payments/orders?case_id={case_id}", citizen, _payable)
        attempt = await self._call(
            "pay", "POST", f"/api/payments/orders/{order}/attempts", citizen, {"channel": "bank"}
        )
        async with self._http.post(attempt["pay_url"] + "/pay") as answer:
            await answer.read()
        await self._wait("paid", path, reviewer, _in_state("in_production"))
        await self._call("produce", "POST", f"{path}/produce", reviewer)
        await self._wait("delivered", path, citizen, _in_state("completed"))
        await self._review(case_id, citizen)
        return str(case_id)

    async def _upload(self, path: str, citizen: Person) -> None:
        headers = {"Content-Type": "image/jpeg"}
        await self._call(
            "upload", "POST", f"{path}/materials?key={self._material_key}&name=photo.jpg", citizen, self._photo, headers
        )

    async def _review(self, case_id: str, citizen: Person) -> None:
        body = {"case_id": case_id, "level": "very_satisfied", "tags": [], "text": "很方便"}
        deadline = time.monotonic() + 30
        while True:
            # The invitation follows completion by an event: until it is there, the answer is 404.
            status, answer = await self._send("review", "POST", "/api/reviews", citizen, body)
            if status < 400:
                return
            if status != 404 or time.monotonic() > deadline:
                raise RuntimeError(f"review: {status} {answer}")
            await asyncio.sleep(0.05)

    async def _wait(self, name: str, path: str, who: Person, ready: Any) -> Any:
        started = time.monotonic()
        pause = 0.04
        while time.monotonic() - started < 60:
            status, answer = await self._send("read", "GET", path, who)
            if status == 200 and (found := ready(answer)) is not None:
                self.timings.waits[name].append(time.monotonic() - started)
                return found
            await asyncio.sleep(pause)
            pause = min(0.25, pause * 1.5)
        raise RuntimeError(f"{name}: did not come in 60 s; last {answer}")

    async def _call(
        self, step: str, method: str, path: str, who: Person, body: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        status, answer = await self._send(step, method, path, who, body, headers)
        if status >= 400:
            raise RuntimeError(f"{step}: {status} {answer}")
        return answer

    async def _send(
        self, step: str, method: str, path: str, who: Person, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        sent = dict(who.headers)
        if method != "GET":
            sent["Idempotency-Key"] = str(uuid4())
        content = {"data": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        started = time.perf_counter()
        async with self._http.request(
            method, self._gateway + path, headers=sent | (headers or {}), **content
        ) as answer:
            found = await answer.json(content_type=None) if answer.status != 204 else None
        self.timings.by_step[step].append(time.perf_counter() - started)
        return answer.status, found


def _payable(page: dict[str, Any]) -> str | None:
    return next((order["id"] for order in page["items"] if order["can_pay"]), None)


def _in_state(*states: str) -> Any:
    return lambda case: case["state"] if case["state"] in states else None
