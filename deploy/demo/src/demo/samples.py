"""Sample people and papers: well-formed, nobody's."""

import random
import struct
import zlib

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def phone_number(chance: random.Random) -> str:
    """A mobile number of the 199 range."""
    return f"199{chance.randrange(10**8):08d}"


def id_number(chance: random.Random) -> str:
    """A resident's number with a right check digit: somebody born in Xi'an in 1985 or later."""
    born = f"{chance.randrange(1985, 2005)}{chance.randrange(1, 13):02d}{chance.randrange(1, 29):02d}"
    body = f"610102{born}{chance.randrange(1000):03d}"
    return body + _CHECKS[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def photograph(chance: random.Random, width: int = 358, height: int = 441) -> bytes:
    """A PNG in the size of an ID photograph, of soft stripes."""
    shades = [bytes((chance.randrange(140, 250),)) * 8 for _ in range(width // 8 + 1)]
    row = b"".join(shades)[:width]
    pixels = b"".join(b"\0" + row for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
