"""PDF: kept byte for byte, so that signatures in it hold; refused where it is active or a trap.

Every object of the cross-reference table is looked at, not only what the pages reach: viewers that
repair a file may find the others.
"""

import logging
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final
from zipfile import is_zipfile

from .errors import BrokenFile, UnsupportedFile, damaged, too_complex, too_many_pixels
from .pictures import hides_other_formats

MAX_PAGES: Final = 200
_MAX_OBJECTS: Final = 20_000
_MAX_NODES: Final = 400_000
_MAX_INFLATED: Final = 300_000_000
_MAX_IMAGE_PIXELS: Final = 150_000_000  # a black and white scan of A4 at 1200 dpi

_ACTIVE_ACTIONS: Final = frozenset(
    (
        "/JavaScript",
        "/Launch",
        "/ImportData",
        "/SubmitForm",
        "/GoToE",
        "/GoToR",
        "/Rendition",
        "/Movie",
        "/Sound",
    )
)
_ACTIVE_KEYS: Final = frozenset(("/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"))
_ACTIVE_KINDS: Final = frozenset(
    ("/EmbeddedFile", "/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D")
)

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns about every flaw it repairs


def check_pdf(content: bytes) -> int:
    """The number of pages. Raises UnsupportedFile or BrokenFile."""
    _refuse_disguises(content)
    from pypdf import PdfReader

    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted:
            raise BrokenFile(
                "文件已加密，请去除密码保护（例如打印为新的 PDF）后再上传。",
                "The file is encrypted; remove its password (print it to a new PDF) and try again.",
            )
        _check_objects(reader)
        pages = len(reader.pages)
    except (BrokenFile, UnsupportedFile):
        raise
    except Exception as error:  # whatever a parser trips over: the file is at fault
        raise damaged() from error
    if not 1 <= pages <= MAX_PAGES:
        raise BrokenFile(
            f"PDF 页数须在 1 到 {MAX_PAGES} 页之间，请拆分后再上传。",
            f"A PDF must have 1 to {MAX_PAGES} pages; split it and try again.",
            max_pages=MAX_PAGES,
        )
    return pages


def _refuse_disguises(content: bytes) -> None:
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise damaged()
    appended = content[end + 5 :].strip(b"\x00\r\n\t ")
    if appended or hides_other_formats(content[5:1024]) or is_zipfile(BytesIO(content)):
        raise UnsupportedFile("PDF 中夹带了其他内容。", "Something else is hidden in the PDF. ")


def _check_objects(reader: Any) -> None:
    inflated = 0
    for node in _dictionaries(reader):
        if _is_active(node):
            raise BrokenFile(
                "PDF 含有脚本、附件、多媒体或可执行的动作，请打印为新的 PDF 后再上传。",
                "The PDF contains scripts, attachments or media; print it to a new PDF and try again.",
            )
        if _name(node, "/Subtype") == "/Image" and _pixels(node) > _MAX_IMAGE_PIXELS:
            raise too_many_pixels()
        packed = getattr(node, "_data", None)
        if packed:
            inflated += _inflated_size(node, packed, _MAX_INFLATED - inflated)
            if inflated > _MAX_INFLATED:
                raise too_complex()


def _dictionaries(reader: Any) -> Iterator[Any]:
    """Every dictionary and stream of the file, each once."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    known = {(number, generation) for generation, numbers in reader.xref.items() for number in numbers}
    known |= {(number, 0) for number in reader.xref_objStm}
    if len(known) > _MAX_OBJECTS:
        raise too_complex()
    stack: list[Any] = [IndirectObject(number, generation, reader) for number, generation in known]
    stack.append(reader.trailer)
    seen: set[tuple[int, int]] = set()
    for _ in range(_MAX_NODES):
        if not stack:
            return
        node = stack.pop()
        if isinstance(node, IndirectObject):
            if (node.idnum, node.generation) not in seen:
                seen.add((node.idnum, node.generation))
                stack.append(node.get_object())
        elif isinstance(node, DictionaryObject):
            yield node
            stack.extend(dict.values(node))  # raw: get_object() would follow references twice
        elif isinstance(node, ArrayObject):
            stack.extend(list.__iter__(node))
    raise too_complex()


def _is_active(node: Any) -> bool:
    return (
        not _ACTIVE_KEYS.isdisjoint(node)
        or _name(node, "/S") in _ACTIVE_ACTIONS
        or _name(node, "/Type") in _ACTIVE_KINDS
        or _name(node, "/Subtype") in _ACTIVE_KINDS
    )


def _name(node: Any, key: str) -> str:
    """The name under `key`, its reference followed: `/S 7 0 R` hides nothing."""
    return str(node[key]) if key in node else ""


def _pixels(image: Any) -> int:
    return int(image["/Width"]) * int(image["/Height"])


def _inflated_size(stream: Any, packed: bytes, room: int) -> int:
    """Bytes the stream has once unpacked, counted up to just over `room`."""
    filters = stream["/Filter"] if "/Filter" in stream else []  # noqa: SIM401 get() follows no reference
    names = [str(name.get_object()) for name in (filters if isinstance(filters, list) else [filters])]
    layers = sum(
        name in ("/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL") for name in names
    )
    if layers > 1:
        raise too_complex()  # nobody packs twice but to build a bomb
    if names[:1] not in (["/FlateDecode"], ["/Fl"]):
        return len(packed)
    unpacker, size = zlib.decompressobj(), 0
    try:
        while packed and not unpacker.eof and size <= room:
            size += len(unpacker.decompress(packed, 1 << 20))
            packed = unpacker.unconsumed_tail
    except zlib.error:
        return size  # viewers show what they can of it
    return size
