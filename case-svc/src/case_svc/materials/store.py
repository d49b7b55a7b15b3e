"""Files at rest: sealed, under random keys, in a local folder or an S3 bucket."""

import asyncio
import hashlib
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from chassis.sealing import Sealer
from obstore.store import LocalStore, ObjectStore, from_url

from .errors import FileMissing

_KEY: Final = re.compile(r"[a-z]+/[0-9a-f]{2}/[0-9a-f]{30}")
_PAGE: Final = 1_000
_HEAD: Final = 42  # bytes in front of the nonce, at most
_INLINE_BYTES: Final = 256 * 1024  # sealing less takes under half a millisecond


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Of the plain content: SHA-256 in hex and the size in bytes."""

    sha256: str
    size: int


class MaterialStore:
    """Keeps files sealed; nothing readable touches the disk or the bucket.

    `root_url` is a folder's path, `file://…`, or `s3://bucket/prefix` (credentials as obstore finds
    them in the environment). `aad` binds a file to its row: opened with another one it is refused.
    """

    def __init__(self, root_url: str, sealer: Sealer) -> None:
        self._objects = _open(root_url)
        self._sealer = sealer

    @staticmethod
    def new_key(kind: str) -> str:
        """A key that tells nothing: `kind` is a folder such as `materials` or `documents`."""
        name = secrets.token_hex(16)
        return f"{kind}/{name[:2]}/{name[2:]}"

    def key_for(self, kind: str, name: str) -> str:
        """The key of what is made from `name`, always the same, and still telling nothing of it."""
        return self.keys_for(kind, name)[0]

    def keys_for(self, kind: str, name: str) -> list[str]:
        """Where it is put, then where it may lie from before the lookup key changed."""
        digests = [found.hex()[:32] for found in self._sealer.lookup_hashes(f"{kind}:{name}")]
        return [f"{kind}/{digest[:2]}/{digest[2:]}" for digest in digests]

    async def put(self, key: str, content: bytes, aad: bytes) -> StoredFile:
        """Stores `content` whole or not at all; an earlier file of that key is replaced."""
        _check(key)
        if len(content) <= _INLINE_BYTES:
            sealed, digest = self._seal(content, aad)
        else:
            sealed, digest = await asyncio.to_thread(self._seal, content, aad)
        await self._objects.put_async(key, sealed)
        return StoredFile(digest, len(content))

    async def get(self, key: str, aad: bytes) -> bytes:
        """The plain content; raises FileMissing, or SealBroken where the bytes were altered or moved."""
        _check(key)
        try:
            sealed = bytes(await (await self._objects.get_async(key)).bytes_async())
        except FileNotFoundError as error:
            raise FileMissing() from error
        if len(sealed) <= _INLINE_BYTES:
            return self._sealer.open(sealed, aad)
        return await asyncio.to_thread(self._sealer.open, sealed, aad)

    async def key_id(self, key: str) -> str | None:
        """Under which data key the file is sealed; None where there is no file."""
        _check(key)
        try:
            head = await self._objects.get_range_async(key, start=0, end=_HEAD)
        except FileNotFoundError:
            return None
        return self._sealer.key_id_of(bytes(head))

    async def reseal(self, key: str, aad: bytes) -> bool:
        """Seals the file under the active key, in its place; False where it is already, or there is none."""
        if await self.key_id(key) in (None, self._sealer.active_key_id):
            return False
        try:
            await self.put(key, await self.get(key, aad), aad)
        except FileMissing:
            return False
        return True

    async def delete(self, key: str) -> None:
        """Deletes the file; deleting it again is fine."""
        _check(key)
        try:
            await self._objects.delete_async(key)
        except FileNotFoundError:
            return

    async def older(self, folder: str, than: datetime) -> AsyncIterator[list[str]]:
        """Pages of the keys in `folder` (`materials/0a`) whose files were put before `than`, in no order."""
        async for page in self._objects.list(f"{folder}/", chunk_size=_PAGE):
            if keys := [found["path"] for found in page if found["last_modified"] < than]:
                yield keys

    def _seal(self, content: bytes, aad: bytes) -> tuple[bytes, str]:
        return self._sealer.seal(content, aad), hashlib.sha256(content).hexdigest()


def _open(root_url: str) -> ObjectStore:
    parts = urlsplit(root_url)
    if parts.scheme in ("", "file"):
        return LocalStore(Path(unquote(parts.path)).absolute(), automatic_cleanup=False, mkdir=True)
    return from_url(root_url)


def _check(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a key of the store: {key!r}")
