"""One door for every uploaded file: what it really is, and bytes that are safe to keep.

A file is what its content says. Names and claimed types only ever count against it. JPEG and PNG
are put together anew from the parts that draw the picture (metadata such as the place where a
photo was taken, comments and anything appended are left behind); PDFs stay as they are, so that
their signatures hold, and are refused where they contain anything active.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final, Literal

from .errors import MAX_BYTES, BrokenFile, FileTooLarge, UnsupportedFile

Kind = Literal["jpg", "png", "pdf"]

_EXTENSIONS: Final[dict[str, Kind]] = {
    ".jpg": "jpg",
    ".jpeg": "jpg",
    ".jpe": "jpg",
    ".jfif": "jpg",
    ".png": "png",
    ".pdf": "pdf",
}
_INLINE_BYTES: Final = 32 * 1024  # below, a thread costs more than it frees
_workers: Final = ThreadPoolExecutor(2, "inspect")  # few: a decoded image takes up to 75 MB


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file fit to be kept: `content` is what to store. `pages` of a PDF; pixels as seen upright."""

    kind: Kind
    mime: str
    content: bytes
    pages: int | None = None
    width: int | None = None
    height: int | None = None


def inspect(content: bytes, claimed_name: str | None = None) -> CheckedFile:
    """The file, checked by content.

    Raises UnsupportedFile (415), FileTooLarge (413) or BrokenFile (422). Takes milliseconds of CPU:
    use `inspect_upload` on the event loop.
    """
    if len(content) > MAX_BYTES:
        raise FileTooLarge()
    if not content:
        raise BrokenFile("文件是空的，请重新选择。", "The file is empty; choose it again.")
    kind = _kind_of(content)
    _refuse_lying_name(kind, claimed_name)
    if kind == "pdf":
        from .pdf import check_pdf

        return CheckedFile("pdf", "application/pdf", content, pages=check_pdf(content))
    if kind == "png":
        from .png import rebuild_png

        picture = rebuild_png(content)
        return CheckedFile("png", "image/png", picture.content, None, picture.width, picture.height)
    from .jpeg import rebuild_jpeg

    picture = rebuild_jpeg(content)
    return CheckedFile("jpg", "image/jpeg", picture.content, None, picture.width, picture.height)


async def inspect_upload(content: bytes, claimed_name: str | None = None) -> CheckedFile:
    """`inspect`, in a thread when the file is large; few at once, to bound memory."""
    if len(content) <= _INLINE_BYTES or len(content) > MAX_BYTES:
        return inspect(content, claimed_name)
    return await asyncio.get_running_loop().run_in_executor(_workers, inspect, content, claimed_name)


def _kind_of(content: bytes) -> Kind:
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"%PDF-"):
        return "pdf"
    raise UnsupportedFile()


def _refuse_lying_name(kind: Kind, claimed_name: str | None) -> None:
    """A name without an extension claims nothing."""
    extension = PurePath(claimed_name or "").suffix.lower()
    if extension and _EXTENSIONS.get(extension) != kind:
        raise UnsupportedFile("文件内容与扩展名不符。", "The file's content does not match its extension. ")
