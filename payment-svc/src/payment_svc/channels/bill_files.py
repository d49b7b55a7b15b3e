"""Bills as files: fetched piece by piece, unpacked within bounds, hashed; text read line by line.

Everything here may take seconds for a day of a million payments: what reads or writes much runs in a thread.
"""

import asyncio
import csv
import hashlib
import io
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Final, cast

from yarl import URL

from ..domain.bill_errors import BillUnusable
from ..domain.bills import Problem
from .pool import ProviderPool

MOST_PACKED: Final = 256 * 1024 * 1024
"""As it is fetched; a million payments take 100 MB where they are not packed at all."""
MOST_UNPACKED: Final = 1024 * 1024 * 1024
MOST_OF_A_ROW: Final = 64 * 1024
"""Characters; of a row that spans lines, all of them."""
MOST_CENTS: Final = 10**11
"""Of one line: a billion yuan. So a day's sum is far from what 64 bits hold."""
_MOST_ENTRIES: Final = 16
_PIECE: Final = 1 << 20
_ZIP_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_GZIP: Final = b"\x1f\x8b"
_YUAN: Final = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,2})0*)?", re.ASCII)
_FEN: Final = re.compile(r"-?\d{1,18}", re.ASCII)
_LONGEST_NUMBER: Final = 128


async def download(pool: ProviderPool, url: URL, headers: dict[str, str], into: IO[bytes]) -> None:
    """Raises ChannelDown, or BillUnusable where it is too large or the link is of no use."""
    status = await pool.download(url, headers, into, MOST_PACKED)
    if status is None:
        raise BillUnusable(Problem.TOO_LARGE, f"more than {MOST_PACKED} bytes")
    if status in (400, 403, 404, 410):
        raise BillUnusable(Problem.NOT_READY, f"the link answers {status}")
    if status != 200:
        raise pool.down(f"download status {status}")


async def unpack(packed: IO[bytes], into: IO[bytes], algorithm: str, expected: str | None) -> str:
    """Copies `packed` into `into`, unpacked where it is gzip; its SHA-256. Raises BillUnusable.

    `expected`: what `algorithm` must make of the unpacked bytes, in hexadecimal digits.
    """
    return await asyncio.to_thread(_unpack, packed, into, algorithm, expected)


def _unpack(packed: IO[bytes], into: IO[bytes], algorithm: str, expected: str | None) -> str:
    proof, digest = hashlib.new(algorithm, usedforsecurity=False), hashlib.sha256()
    for piece in _pieces(packed):
        proof.update(piece)
        digest.update(piece)
        into.write(piece)
    if expected is not None and proof.hexdigest() != expected.lower():
        raise BillUnusable(Problem.WRONG_HASH)
    return digest.hexdigest()


def _pieces(packed: IO[bytes]) -> Iterator[bytes]:
    packed.seek(0)
    is_gzip = packed.read(2) == _GZIP
    packed.seek(0)
    if not is_gzip:
        while piece := packed.read(_PIECE):
            yield piece
        return
    unpacking, total = zlib.decompressobj(wbits=31), 0
    try:
        while raw := packed.read(1 << 16):
            while raw:
                piece = unpacking.decompress(raw, _PIECE)
                raw, total = unpacking.unconsumed_tail, total + len(piece)
                if total > MOST_UNPACKED:
                    raise BillUnusable(Problem.TOO_LARGE, "unpacks without end")
                yield piece
    except zlib.error as error:
        raise BillUnusable(Problem.TORN, "gzip") from error
    if not unpacking.eof:
        raise BillUnusable(Problem.TORN, "gzip ends early")


async def unzip(packed: IO[bytes], into: IO[bytes], ending: str) -> str:
    """Copies the one member of a ZIP whose name (in GBK) ends so; its SHA-256. Raises BillUnusable."""
    return await asyncio.to_thread(_unzip, packed, into, ending)


def _unzip(packed: IO[bytes], into: IO[bytes], ending: str) -> str:
    digest, total = hashlib.sha256(), 0
    try:
        with zipfile.ZipFile(cast(IO[bytes], _Sips(packed)), metadata_encoding="gbk") as archive:
            members = archive.infolist()
            found = [
                one for one in members if one.filename.endswith(ending) and one.compress_type in _ZIP_METHODS
            ]
            if len(members) > _MOST_ENTRIES or len(found) != 1:
                raise BillUnusable(
                    Problem.UNREADABLE, f"{len(members)} members, {len(found)} of them the bill"
                )
            with archive.open(found[0]) as member:
                while piece := member.read(_PIECE):
                    total += len(piece)
                    if total > MOST_UNPACKED:
                        raise BillUnusable(Problem.TOO_LARGE, "unpacks without end")
                    digest.update(piece)
                    into.write(piece)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,  # a name that is not GBK too
        struct.error,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise BillUnusable(Problem.TORN, f"zip: {type(error).__name__}") from error
    return digest.hexdigest()


class _Sips:
    """A file nobody reads much of at once: a ZIP's table of contents says itself how long it is, and is read whole."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size if 0 <= size <= _PIECE else _PIECE + 1)
        if len(piece) > _PIECE:
            raise BillUnusable(Problem.UNREADABLE, "a long table of contents")
        return piece


@contextmanager
def text_of(file: IO[bytes], encoding: str) -> Iterator[IO[str]]:
    """`file` from its beginning, as text; it stays open afterwards. Raises BillUnusable for what is not `encoding`."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        yield text
    except UnicodeDecodeError as error:
        raise BillUnusable(Problem.UNREADABLE, f"not {encoding}") from error
    except csv.Error as error:
        raise BillUnusable(Problem.UNREADABLE, "no CSV") from error
    finally:
        text.detach()


def lines_of(text: IO[str]) -> Iterator[str]:
    """Line by line, none longer than a row may be."""
    while line := text.readline(MOST_OF_A_ROW + 1):
        if len(line) > MOST_OF_A_ROW:
            raise BillUnusable(Problem.TORN, "a line without end")
        yield line


def rows_of(text: IO[str]) -> Iterator[list[str]]:
    """Of CSV. A quote that is never closed makes one row of all that follows: that is bounded too."""
    taken = 0

    def counted() -> Iterator[str]:
        nonlocal taken
        for line in lines_of(text):
            taken += len(line)
            if taken > MOST_OF_A_ROW:
                raise BillUnusable(Problem.TORN, "a row without end")
            yield line

    for row in csv.reader(counted()):
        yield row
        taken = 0


def columns_of(header: list[str], *names: str) -> list[int]:
    """Where these stand. Raises BillUnusable."""
    places = {name.strip(): place for place, name in enumerate(header)}
    try:
        return [places[name] for name in names]
    except KeyError as error:
        raise BillUnusable(Problem.UNREADABLE, f"no column {error}") from error


def fen(text: str) -> int:
    """Of yuan as text, maybe less than nothing: exact, or BillUnusable."""
    found = _YUAN.fullmatch(text)
    if found is None:
        raise BillUnusable(Problem.UNREADABLE, "an amount")
    sign, yuan, cents = found.groups("")
    value = int(yuan) * 100 + int(cents.ljust(2, "0"))
    return -value if sign else value


def cents(text: str) -> int:
    """Of fen as text, maybe less than nothing."""
    if _FEN.fullmatch(text) is None:
        raise BillUnusable(Problem.UNREADABLE, "an amount")
    return int(text)


def beijing(text: str) -> datetime:
    """`2026-11-27 18:30:59` or `20261127183059`."""
    try:
        return datetime.fromisoformat(f"{text}+08:00" if "-" in text else f"{text[:8]}T{text[8:]}+08:00")
    except ValueError as error:
        raise BillUnusable(Problem.UNREADABLE, "a time") from error


def number(text: str) -> str:
    """Fit to be a number of a payment, a refund or an order."""
    if not 0 < len(text) <= _LONGEST_NUMBER or not text.isprintable():
        raise BillUnusable(Problem.UNREADABLE, "a number")
    return text


def must_agree(what: str, counted: object, told: object) -> None:
    """Raises BillUnusable where a bill's own totals are not those of its lines: some of it is missing."""
    if counted != told:
        raise BillUnusable(Problem.TORN, f"{what}: {counted} counted, {told} told")


def temporary() -> IO[bytes]:
    """A file that is gone when it is closed, or its process ends."""
    return tempfile.TemporaryFile(prefix="bill-")
