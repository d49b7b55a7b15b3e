"""Looking at some seeded cases through the API, as the people they belong to."""

from typing import Any

import aiohttp
import orjson

from ..people import Person

_LOOKED_AT = 6


async def check(http: aiohttp.ClientSession, gateway: str, applicants: list[Person]) -> int:
    """Opens cases, timelines, documents and their verification; returns how many cases.

    Raises RuntimeError when anything of a seeded case is not served as that of a lived one.
    """
    opened = 0
    for applicant in applicants[:_LOOKED_AT]:
        for case in (await _get(http, f"{gateway}/api/cases", applicant))["items"]:
            if case["state"] == "draft":
                continue
            found = await _get(http, f"{gateway}/api/cases/{case['id']}", applicant)
            if not found["answers"] and found["state"] != "completed":
                raise RuntimeError(f"the seeded case {case['id']} has no answers")
            timeline = await _get(http, f"{gateway}/api/cases/{case['id']}/timeline", applicant)
            if len(timeline["entries"]) < 2:
                raise RuntimeError(f"the seeded case {case['id']} has no history")
            opened += 1
        for document in (await _get(http, f"{gateway}/api/documents", applicant))["items"]:
            await _verify(http, gateway, document)
    return opened


async def _verify(http: aiohttp.ClientSession, gateway: str, document: dict[str, Any]) -> None:
    async with http.get(f"{gateway}/verify/{document['verification_code']}") as page:
        text = await page.text()
    if page.status != 200 or document["number"] not in text:
        raise RuntimeError(f"the seeded document {document['number']} cannot be verified: {page.status}")


async def _get(http: aiohttp.ClientSession, url: str, who: Person) -> Any:
    async with http.get(url, headers=who.headers) as answer:
        content = await answer.read()
    if answer.status != 200:
        raise RuntimeError(f"GET {url}: {answer.status} {content[:500]!r}")
    return orjson.loads(content)
