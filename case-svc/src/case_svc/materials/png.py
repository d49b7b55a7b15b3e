"""PNG: read chunk by chunk, put together anew from those that draw the picture."""

import struct
import zlib
from dataclasses import dataclass
from typing import Final

from .errors import UnsupportedFile, damaged, too_complex, too_many_pixels
from .pictures import MAX_PIXELS, Picture, hides_other_formats, redraw, refuse_appended

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_MAX_CHUNKS: Final = 10_000
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS: Final = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_ADAM7: Final = (  # x and y of the first pixel, x and y step
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Header:
    width: int
    height: int
    depth: int
    colour: int
    interlaced: int

    def raw_bytes(self) -> int:
        """How many bytes the decompressed pixels have, a filter byte a row included."""
        if not self.interlaced:
            return self._pass_bytes(self.width, self.height)
        return sum(
            self._pass_bytes(-(-(self.width - x) // dx), -(-(self.height - y) // dy))
            for x, y, dx, dy in _ADAM7
            if self.width > x and self.height > y
        )

    def _pass_bytes(self, width: int, height: int) -> int:
        return height * (1 + (width * self.depth * _CHANNELS[self.colour] + 7) // 8)


def rebuild_png(content: bytes) -> Picture:
    """The same picture without text, profiles, animation and appendages.

    Raises UnsupportedFile or BrokenFile.
    """
    chunks = _chunks(content)
    header = _header(chunks[0])
    kept = [chunk for chunk in chunks if chunk[0] in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")]
    _check_pixels(header, [body for name, body in kept if name == b"IDAT"])
    rebuilt = _SIGNATURE + b"".join(_write(name, body) for name, body in kept)
    if hides_other_formats(rebuilt):
        rebuilt = redraw(rebuilt, "PNG")
    return Picture(rebuilt, header.width, header.height)


def _chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    chunks: list[tuple[bytes, bytes]] = []
    position = len(_SIGNATURE)
    for _ in range(_MAX_CHUNKS):
        name, body, position = _chunk(content, position, first=not chunks)
        chunks.append((name, body))
        if name == b"IEND" and not body:
            refuse_appended(content[position:])
            return chunks
        if name[0] < 0x61 and name not in (b"IHDR", b"PLTE", b"IDAT"):  # a capital: needed to draw it
            raise damaged()
    raise too_complex()


def _chunk(content: bytes, position: int, *, first: bool) -> tuple[bytes, bytes, int]:
    length = int.from_bytes(content[position : position + 4], "big")
    name = content[position + 4 : position + 8]
    end = position + 8 + length
    if first and (name != b"IHDR" or length != 13):
        raise UnsupportedFile()
    body = content[position + 8 : end]
    checksum = content[end : end + 4]
    if (
        not name.isalpha()
        or len(checksum) < 4
        or zlib.crc32(body, zlib.crc32(name)) != int.from_bytes(checksum)
    ):
        raise damaged()
    return name, body, end + 4


def _header(chunk: tuple[bytes, bytes]) -> _Header:
    width, height, depth, colour, compression, filtering, interlaced = struct.unpack(">IIBBBBB", chunk[1])
    if (
        depth not in _DEPTHS.get(colour, ())
        or compression
        or filtering
        or interlaced > 1
        or not width * height
    ):
        raise damaged()
    if width * height > MAX_PIXELS:
        raise too_many_pixels()
    return _Header(width, height, depth, colour, interlaced)


def _check_pixels(header: _Header, parts: list[bytes]) -> None:
    """The compressed data must give exactly the pixels the header promises: neither fewer nor a bomb."""
    expected = header.raw_bytes()
    found = 0
    unpacker = zlib.decompressobj()
    try:
        for part in parts:
            while part and not unpacker.eof and found <= expected:
                found += len(unpacker.decompress(part, 1 << 20))
                part = unpacker.unconsumed_tail
        found += len(unpacker.decompress(b"", 1 << 20))  # what the last call had no room for
    except zlib.error as error:
        raise damaged() from error
    if found != expected or not unpacker.eof or unpacker.unused_data:
        raise damaged()


def _write(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(name)))
