"""Reading an upload off the wire, bounded in memory, before any connection to the database is taken."""

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from chassis.problems import InvalidInput
from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from ..domain.limits import MATERIAL_BYTES
from ..materials.errors import FileTooLarge

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Upload:
    content: bytes
    name: str | None


async def read_upload(request: Request, name: str | None) -> Upload:
    """The file of a raw body or of a multipart form's first file part. Raises FileTooLarge, InvalidInput."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await _multipart(request, name)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MATERIAL_BYTES:
            raise FileTooLarge
        chunks.append(chunk)
    return Upload(b"".join(chunks), _clean(name or _disposition_name(request)))


async def _multipart(request: Request, name: str | None) -> Upload:
    try:
        form = await MultiPartParser(request.headers, _stream(request), max_files=1, max_fields=10).parse()
    except (MultiPartException, ValueError) as error:
        raise InvalidInput("上传的表单无法读取。", "The multipart form could not be read.") from error
    try:
        for part in form.values():
            if isinstance(part, UploadFile):
                content = await part.read(MATERIAL_BYTES + 1)
                if len(content) > MATERIAL_BYTES:
                    raise FileTooLarge
                return Upload(content, _clean(name or part.filename))
    finally:
        await form.close()
    raise InvalidInput("表单中没有文件。", "The form has no file.")


async def _stream(request: Request) -> AsyncGenerator[bytes, None]:
    async for chunk in request.stream():
        yield chunk


def _disposition_name(request: Request) -> str | None:
    header = request.headers.get("content-disposition", "")
    found = re.search(r"filename\*=UTF-8''([^;]+)", header) or re.search(r'filename="?([^";]+)', header)
    return unquote(found[1]) if found else None


def _clean(name: str | None) -> str | None:
    """The last part of the name, without control characters, at most 200 characters."""
    if not name:
        return None
    kept = _CONTROL.sub("", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    kept = kept.encode("utf-8", "ignore").decode()
    return kept[-200:] or None
