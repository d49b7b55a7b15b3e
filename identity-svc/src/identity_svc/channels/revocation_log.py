"""The log of revocations in Redis: a stream, and beside it a mark that says how far it goes.

Both are lost together, or not at all: the mark stands only behind a log that was whole when it was written. Neither
has a time to live, for Redis when full drops what has one.
"""

from collections.abc import Sequence

import redis.asyncio as redis
from contracts.revocations import LOG_KEY, MARK_KEY, MOST_IN_ENTRY
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from ..application.ports import LogMark, LogUnavailable
from ..domain.revocations import Revocation

_SECONDS = 1.0
# All of it or nothing, and nothing where the mark is not the one that was read. ARGV: the mark as read, the new one,
# how long entries are kept; then the entries, each as the number of its words and those.
_WRITE = """
local mark = redis.call('GET', KEYS[2]) or ''
if mark ~= ARGV[1] then return 0 end
local function generation(of) return string.match(of, '^[^.]*') end
if generation(mark) ~= generation(ARGV[2]) then redis.call('DEL', KEYS[1]) end
local at = 4
while at <= #ARGV do
  local words = {}
  for word = at + 1, at + ARGV[at] do words[#words + 1] = ARGV[word] end
  redis.call('XADD', KEYS[1], '*', unpack(words))
  at = at + ARGV[at] + 1
end
redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f', (redis.call('TIME')[1] - ARGV[3]) * 1000))
redis.call('SET', KEYS[2], ARGV[2])
return 1
"""


class RedisRevocationLog:
    def __init__(self, url: str, keep_seconds: int) -> None:
        """`keep_seconds`: how long a revocation matters."""
        self._redis = redis.Redis.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=_SECONDS,
            socket_timeout=_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )
        self._write = self._redis.register_script(_WRITE)
        self._keep_seconds = keep_seconds

    async def mark(self) -> LogMark | None:
        try:
            text = await self._redis.get(MARK_KEY)
        except (redis.RedisError, OSError) as error:
            raise LogUnavailable(repr(error)) from error
        generation, dot, cursor = (text or "").partition(".")
        return LogMark(generation, int(cursor)) if dot and cursor.isdigit() else None

    async def put(self, read: LogMark | None, new: LogMark, revoked: Sequence[Revocation]) -> bool:
        words: list[str | int] = [_text(read), _text(new), self._keep_seconds]
        for start in range(0, len(revoked), MOST_IN_ENTRY):
            some = revoked[start : start + MOST_IN_ENTRY]
            words.append(len(some) * 2)
            for revocation in some:
                words += [str(revocation.id), int(revocation.forget_at.timestamp()) + 1]
        try:
            return bool(await self._write(keys=[LOG_KEY, MARK_KEY], args=words))
        except (redis.RedisError, OSError) as error:
            raise LogUnavailable(repr(error)) from error

    async def close(self) -> None:
        await self._redis.aclose()


def _text(mark: LogMark | None) -> str:
    return f"{mark.generation}.{mark.cursor}" if mark else ""
