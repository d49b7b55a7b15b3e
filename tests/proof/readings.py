"""What people look at all day: lists, queues, one case, searches, statistics. Through the gateway."""

import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from load.people import Person


@dataclass(frozen=True)
class Cast:
    """Who reads; the citizen owns cases among the seeded ones."""

    citizen: Person
    officer: Person
    supervisor: Person
    operator: Person


@dataclass
class Readings:
    http: aiohttp.ClientSession
    gateway: str
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def get(self, what: str, path: str, who: Person | None = None) -> Any:
        """The answer's JSON, None for a page; AssertionError unless it is 200."""
        begun = time.perf_counter()
        async with self.http.get(self.gateway + path, headers=who.headers if who else {}) as answer:
            content = await answer.read()
            self.seconds[what].append(time.perf_counter() - begun)
            assert answer.status == 200, f"{path}: {answer.status} {content[:300]!r}"
            return await answer.json() if "json" in answer.content_type else None

    async def all(self, cast: Cast) -> None:
        """Every reading once."""
        await self._of_the_citizen(cast.citizen)
        await self._of_officers(cast)
        await self._of_the_operator(cast.operator)
        await self._of_the_public()

    def told(self) -> list[str]:
        """Median and worst of each, the slowest first."""
        lines = []
        for what, taken in sorted(self.seconds.items(), key=lambda pair: -statistics.median(pair[1])):
            lines.append(
                f"{statistics.median(taken) * 1000:8.1f} ms, worst {max(taken) * 1000:8.1f} ms  {what}"
            )
        return lines

    async def _of_the_citizen(self, citizen: Person) -> None:
        first = await self.get("my cases", "/api/cases?limit=2", citizen)
        await self.get("my cases, next page", f"/api/cases?limit=2&cursor={first['next']}", citizen)
        completed = await self.get("my completed cases", "/api/cases?state=completed", citizen)
        case = completed["items"][0]
        await self.get("case by number", f"/api/cases/numbers/{case['case_no']}", citizen)
        for part in ("", "/timeline", "/views", "/answers"):
            await self.get(f"case{part}", f"/api/cases/{case['id']}{part}", citizen)
        documents = await self.get("my documents", "/api/documents", citizen)
        await self.get("document", f"/api/documents/{documents['items'][0]['id']}", citizen)
        code = documents["items"][0]["verification_code"]
        await self.get("verification", f"/api/documents/verify/{code}")
        await self.get("verification page", f"/verify/{code}")
        for what, path in (("orders", "/api/payments/orders"), ("shipments", "/api/shipments")):
            await self.get(f"my {what}", path, citizen)
            await self.get(f"{what} of a case", f"{path}?case_id={case['id']}", citizen)
        await self.get("my refunds", "/api/payments/refunds", citizen)
        await self.get("my reviews", "/api/reviews/mine", citizen)
        await self.get("my invitations", "/api/reviews/invitations", citizen)

    async def _of_officers(self, cast: Cast) -> None:
        await self.get("queue", "/api/cases/queue", cast.officer)
        await self.get("queue by state", "/api/cases/queue?state=submitted&state=accepted", cast.officer)
        await self.get("the unit's shipments", "/api/shipments", cast.officer)
        await self.get("shipments to look at", "/api/shipments?attention=true", cast.officer)
        await self.get("the unit's reviews", "/api/evaluation/batches", cast.officer)
        await self.get("statistics by officer", "/api/evaluation/statistics?group=officer", cast.supervisor)
        await self.get("the department's refunds", "/api/payments/refunds", cast.supervisor)

    async def _of_the_operator(self, operator: Person) -> None:
        await self.get("refunds", "/api/payments/refunds", operator)
        for kind in ("held", "notice", "refund"):
            await self.get(f"anomalies: {kind}", f"/api/payments/anomalies?kind={kind}", operator)
        await self.get("balances", "/api/payments/balances", operator)
        await self.get("stuck work", "/api/ops/stuck", operator)
        await self.get("officers", "/api/identity/officers", operator)

    async def _of_the_public(self) -> None:
        for group in ("unit", "item", "department"):
            await self.get(f"statistics by {group}", f"/api/evaluation/statistics?group={group}")
        for text in ("sfz", "身份证", "huji"):
            await self.get("catalogue search", f"/api/catalog/items?q={text}")
        await self.get("item", "/api/catalog/items/HUZHENG-003")
        await self.get("catalogue in numbers", "/api/catalog/stats")
