"""The problem document in OpenAPI, for every route."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class WrongField(BaseModel):
    path: str = Field(
        description="JSON Pointer into the body, or the parameter's name", examples=["/answers/phone"]
    )
    message: str


class ProblemDocument(BaseModel):
    """RFC 9457. `type` is stable; `detail` is a sentence a person can act on, in the reader's language."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/invalid-input"])
    title: str
    status: int
    detail: str
    request_id: str | None = None
    errors: list[WrongField] | None = None


def _response(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {
        "model": ProblemDocument,
        "description": description,
        "content": {"application/problem+json": {"schema": schema}},
    }


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": _response("请求有误：原因与改正办法 · what was wrong and what to do"),
    "5XX": _response("暂时不可用，未作任何更改 · temporarily unavailable, nothing was changed"),
}
