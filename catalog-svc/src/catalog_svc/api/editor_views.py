"""What editors send and get."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from ..domain.content import ItemContent
from ..domain.differences import Difference
from ..domain.finding import Finding
from ..domain.item import Version

Revision = Annotated[int, Field(ge=1, le=2**31 - 1, description="读取时的修订号 · as it was read")]


class _Described:
    """Documents raw values as a model; they are checked by our own rules, which say more."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._model = model

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(self._model.__pydantic_core_schema__)


RawContent = Annotated[dict[str, Any], _Described(ItemContent)]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class NewItem(_Sent):
    content: RawContent


class OpenDraft(_Sent):
    """Empty: a copy of the current version."""

    from_version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class SaveDraft(_Sent):
    revision: Revision
    content: RawContent


class AtRevision(_Sent):
    revision: Revision


class VersionSummary(BaseModel):
    code: str
    version: int
    state: Literal["draft", "published", "retired"]
    revision: int
    name: str
    created_by: str
    created_at: datetime
    updated_by: str
    updated_at: datetime
    published_by: str | None
    published_at: datetime | None
    retired_by: str | None
    retired_at: datetime | None
    replaced_by: int | None

    @classmethod
    def of(cls, version: Version) -> Self:
        return cls(name=version.content["name"], **_facts(version))


class BrokenRule(BaseModel):
    rule: str
    field: str
    message: str
    message_en: str


class VersionView(VersionSummary):
    """`findings`: what must be put right before the draft can be published."""

    content: RawContent
    findings: list[BrokenRule]

    @classmethod
    def with_findings(cls, version: Version, findings: list[Finding]) -> Self:
        rules = [
            BrokenRule(rule=found.rule, field=found.field, message=found.zh, message_en=found.en)
            for found in findings
        ]
        name = version.content["name"]
        return cls(name=name, content=version.content, findings=rules, **_facts(version))


class DifferenceView(BaseModel):
    field: str
    before: Any
    after: Any


class VersionDifferences(BaseModel):
    """From `against` to `version`."""

    code: str
    version: int
    against: int
    differences: list[DifferenceView]

    @classmethod
    def of(cls, version: Version, against: int, found: list[Difference]) -> Self:
        views = [DifferenceView(field=one.field, before=one.before, after=one.after) for one in found]
        return cls(code=version.code, version=version.version, against=against, differences=views)


def _facts(version: Version) -> dict[str, Any]:
    return {name: getattr(version, name) for name in VersionSummary.model_fields if name != "name"}
