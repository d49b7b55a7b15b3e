"""Forms to a courier and files from it. Nothing of either is logged: they name people."""

import time
from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp
import orjson
from chassis.partners import Calls
from yarl import URL

from courier_svc.application.ports import CourierUnavailable

_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
_LARGEST_ANSWER: Final = 1_048_576
_LARGEST_FILE: Final = 4_194_304
LARGEST_STATEMENT: Final = 67_108_864
_LOST: Final = (aiohttp.ClientError, TimeoutError, OSError)


class Wire:
    """`session` is the process's one pool (aiohttp: a call costs a quarter of what httpx2 takes).

    `file_hosts`: besides the courier's own host, where files may be fetched from. An address in an answer is not
    followed elsewhere: it could lead to where only we can go. Nor in clear, unless the courier itself is spoken to so.
    """

    def __init__(self, session: aiohttp.ClientSession, url: str, file_hosts: Collection[str] = ()) -> None:
        self._session = session
        self.calls = Calls()
        self._url = URL(url)
        self._file_hosts = frozenset({self._url.authority, *file_hosts})

    async def post(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The answer's JSON object. Raises CourierUnavailable for whatever else came, or did not."""
        begun = time.perf_counter()
        try:
            async with self._session.post(
                self._url, data=urlencode(form).encode(), headers=_FORM, allow_redirects=False
            ) as response:
                content = await _whole(response, _LARGEST_ANSWER)
            answer = orjson.loads(content)
        except (*_LOST, orjson.JSONDecodeError) as error:
            self.calls.unknown(type(error).__name__)
            raise CourierUnavailable(f"no trustworthy answer: {type(error).__name__}") from error
        self.calls.took(time.perf_counter() - begun)
        if response.status != 200 or not isinstance(answer, dict):
            self.calls.unknown(f"status {response.status}")
            raise CourierUnavailable(f"answered {response.status}")
        self.calls.done()
        return answer

    async def fetch_pdf(self, address: object, headers: Mapping[str, str] | None = None) -> bytes:
        """Raises CourierUnavailable where it is no PDF, or not from where the courier's files come from."""
        content = await self.fetch_file(address, _LARGEST_FILE, headers)
        if not content.startswith(b"%PDF-"):
            raise CourierUnavailable("the file is no PDF")
        return content

    async def fetch_file(
        self, address: object, largest: int, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """Raises CourierUnavailable, also where it is not from where the courier's files come from."""
        try:
            url = URL(address, encoded=True) if isinstance(address, str) else URL()
            if url.scheme not in ("https", self._url.scheme) or url.authority not in self._file_hosts:
                raise CourierUnavailable("the file is not at one of the courier's addresses")
            async with self._session.get(url, headers=headers, allow_redirects=False) as response:
                content = await _whole(response, largest)
        except (*_LOST, ValueError) as error:
            raise CourierUnavailable(f"the file did not come: {type(error).__name__}") from error
        if response.status != 200:
            raise CourierUnavailable(f"the file was answered {response.status}")
        return content


async def _whole(response: aiohttp.ClientResponse, largest: int) -> bytes:
    parts, size = [], 0
    async for part in response.content.iter_chunked(65_536):
        parts.append(part)
        size += len(part)
        if size > largest:
            raise CourierUnavailable("more came than anybody would send")
    return b"".join(parts)
