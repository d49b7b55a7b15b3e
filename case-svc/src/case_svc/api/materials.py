"""Files of a case: sent raw or as a form's part, streamed, at most 10 MB each."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from chassis.http import Uow, body_up_to
from fastapi import Query, Request, Response

from ..application.attach_material import attach_material, detach_material
from ..application.read_case import read_material
from ..domain.limits import MATERIAL_BYTES
from ..materials.checks import inspect_upload
from . import present
from .bodies import MaterialKey
from .dependencies import Applicant, Desk, Reader
from .explaining import explaining_router
from .uploads import read_upload
from .views import MaterialView

router = explaining_router(prefix="/api/cases", tags=["materials"])

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "image/jpeg": _BINARY,
            "image/png": _BINARY,
            "application/pdf": _BINARY,
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
        },
    }
}


@router.post("/{case_id}/materials", status_code=201, openapi_extra=_UPLOAD_BODY)
@body_up_to(MATERIAL_BYTES + 65_536)
async def upload_material(
    case_id: UUID,
    request: Request,
    uow: Uow,
    applicant: Applicant,
    desk: Desk,
    key: Annotated[MaterialKey, Query(description="材料编号，见办事指南 · the material's key in the guide")],
    name: Annotated[str | None, Query(max_length=200)] = None,
) -> MaterialView:
    """上传材料（JPG、PNG、PDF，按内容识别） · Uploads a file; its content says what it is."""
    upload = await read_upload(request, name)
    file = await inspect_upload(upload.content, upload.name)
    material = await attach_material(desk, uow, applicant, case_id, key, upload.name or key, file)
    return present.material_view(material)


@router.get(
    "/{case_id}/materials/{material_id}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}, "image/png": {}, "application/pdf": {}}}},
)
async def download_material(
    case_id: UUID, material_id: UUID, uow: Uow, reader: Reader, desk: Desk
) -> Response:
    """查看材料；民警查看会留痕 · The file; an officer's look is recorded."""
    material, content = await read_material(desk, uow, reader, case_id, material_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(material.file_name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(content, 200, headers, material.mime)


@router.delete("/{case_id}/materials/{material_id}", status_code=204)
async def delete_material(
    case_id: UUID, material_id: UUID, uow: Uow, applicant: Applicant, desk: Desk
) -> None:
    """删除材料（草稿或补正时） · Deletes a file, in a draft or while a supplement is awaited."""
    await detach_material(desk, uow, applicant, case_id, material_id)
