"""What JPEG and PNG have in common: limits, smuggled content, and drawing anew as the last resort."""

from dataclasses import dataclass
from io import BytesIO
from typing import Final, Literal

from .errors import UnsupportedFile, damaged

MAX_PIXELS: Final = 25_000_000
"""At most so many are ever held in memory: an A4 page at 600 dpi has 35 million, at 300 dpi 9."""

_SMUGGLED: Final = (
    b"pk\x03\x04",
    b"pk\x05\x06",
    b"%pdf-",
    b"<script",
    b"<html",
    b"<svg",
    b"<iframe",
    b"<?php",
)


@dataclass(frozen=True, slots=True)
class Picture:
    """Bytes that hold a picture and nothing else; pixels as seen upright."""

    content: bytes
    width: int
    height: int


def hides_other_formats(content: bytes) -> bool:
    """Whether another program might read these bytes as an archive, a page or a script."""
    lowered = content.lower()
    return any(mark in lowered for mark in _SMUGGLED)


def refuse_appended(rest: bytes) -> None:
    """After a picture's end nothing may follow but padding and what cameras are known to append."""
    from_a_camera = rest.startswith(b"\xff\xd8\xff") or rest[4:8] == b"ftyp" or rest.endswith(b"SEFT")
    if rest.strip(b"\x00\r\n ") and not from_a_camera:
        raise UnsupportedFile("图片后面附带了其他内容。", "Something else is appended to the image. ")


def redraw(content: bytes, form: Literal["JPEG", "PNG"]) -> bytes:
    """Decodes the picture and encodes its pixels anew, upright. Costs 5 to 10 times a rebuild."""
    from PIL import Image, ImageOps

    try:
        with Image.open(BytesIO(content), formats=(form,)) as image:
            if form == "JPEG":
                _draft_to_limit(image)
                upright = ImageOps.exif_transpose(image)
                plain = upright if upright.mode in ("L", "RGB") else upright.convert("RGB")
                options = {"quality": 90}
            else:
                image.load()
                plain = image.convert("RGBA" if image.has_transparency_data else "RGB")
                options = {"compress_level": 6}
            plain.info.clear()
            out = BytesIO()
            plain.save(out, form, **options)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise damaged() from error
    return out.getvalue()


def _draft_to_limit(image: object) -> None:
    """Lets libjpeg decode at half size what would take too much memory."""
    width, height = image.size  # type: ignore[attr-defined]
    if width * height > MAX_PIXELS:
        image.draft("RGB", (width // 2, height // 2))  # type: ignore[attr-defined]
