"""What keeps a form, its files or its addresses from being taken."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from chassis.problems import (
    Conflict,
    FieldError,
    Forbidden,
    InvalidInput,
    NotFound,
    PreconditionFailed,
    Problem,
    ServiceUnavailable,
)

from ..states import LABELS, State

if TYPE_CHECKING:
    from ..step_up import StepUp


class StaleAnswers(PreconditionFailed):
    slug = "stale-answers"
    title = ("表单已在别处更新", "The answers have changed elsewhere")

    def __init__(self, version: int) -> None:
        super().__init__(
            "表单已在另一处保存，请先载入最新内容再保存。",
            "The answers were saved elsewhere; load them before saving again.",
            answers_version=version,
        )


class AnswersConflict(Conflict):
    """The same, for clients that send the version in the body."""

    slug = "stale-answers"
    title = ("表单已在别处更新", "The answers have changed elsewhere")

    def __init__(self, version: int) -> None:
        super().__init__(
            "表单已在另一处保存，请先载入最新内容再保存。",
            "The answers were saved elsewhere; load them before saving again.",
            answers_version=version,
        )


class VersionNeeded(Problem):
    status = 428
    slug = "version-needed"
    title = ("缺少版本号", "A version is needed")

    def __init__(self) -> None:
        super().__init__(
            "保存时请在 If-Match 头中带上表单版本号，以免覆盖别处的修改。",
            "Send the answers' version in If-Match, so that no other change is overwritten.",
        )


class NotEditable(Conflict):
    slug = "not-editable"
    title = ("当前不能修改", "Not editable now")

    def __init__(self, state: State) -> None:
        zh, en = LABELS[state]
        super().__init__(
            f"办件当前为“{zh}”，只有草稿或待补正时可以修改。",
            f"The case is “{en}”; only drafts and cases awaiting a supplement can be changed.",
            current_state=state.value,
        )


class FormInvalid(InvalidInput):
    """Everything that keeps the case from being submitted, at once."""

    slug = "form-invalid"
    title = ("申请内容有误", "The application is not complete")

    def __init__(self, errors: list[FieldError], **members: Any) -> None:
        super().__init__(
            f"有 {len(errors)} 处需要修改，请按 errors 逐项更正后再提交。",
            f"{len(errors)} places need correction; fix what `errors` lists and submit again.",
            errors=errors,
            **members,
        )


class StepUpRequired(Forbidden):
    """The item takes a higher level of assurance; `ways` lead there, with a new token the same draft is submitted."""

    slug = "step-up-required"
    title = ("需要更高的认证等级", "A higher level of assurance is needed")

    def __init__(self, needed: "StepUp") -> None:
        super().__init__(
            f"提交该事项需要 {needed.required} 级认证，您目前为 {needed.present} 级。"
            "请按 ways 提升等级并刷新令牌后再次提交，草稿已为您保留。",
            f"Submitting this takes level {needed.required}, yours is {needed.present}. "
            "Take one of `ways`, refresh the token and submit again; your draft is kept as it is.",
            required_ial=needed.required,
            present_ial=needed.present,
            ways=needed.ways,
        )


class PlaceUnknown(InvalidInput):
    """The branch or window does not handle the item. `options` lists those that do."""

    slug = "place-unknown"
    title = ("请选择办理地点", "Choose where to apply")

    def __init__(self, field: str, options: list[dict[str, str]]) -> None:
        super().__init__(
            "请选择受理该事项的分局或窗口，可选项见 options。",
            "Choose a branch or window that handles this item; see `options`.",
            errors=[FieldError(f"/{field}", "请从可选项中选择", "choose one of the options")],
            options=options,
        )


class TooManyMaterials(Conflict):
    slug = "too-many-materials"
    title = ("材料数量已达上限", "Too many files")

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"每件申请最多上传 {limit} 个文件，请先删除不需要的。",
            f"A case holds at most {limit} files; delete one first.",
            limit=limit,
        )


class MaterialKeyUnknown(InvalidInput):
    slug = "material-key-unknown"
    title = ("不需要这种材料", "The item asks for no such file")

    def __init__(self, key: str) -> None:
        super().__init__(
            "该事项没有这种材料，key 请用办事指南中材料或文件字段的编号。",
            "The item has no such material; use the key of a material or file field in its guide.",
            errors=[FieldError("key", "不是该事项的材料编号", "not a material of this item")],
            key=key,
        )


class MaterialNotFound(NotFound):
    slug = "material-not-found"
    title = ("材料不存在", "No such file")

    def __init__(self) -> None:
        super().__init__("没有这个材料文件。", "There is no such file in this case.")


class AddressNotOpen(Conflict):
    slug = "address-not-open"
    title = ("当前不能修改地址", "The address cannot be changed now")

    def __init__(self, state: State) -> None:
        zh, en = LABELS[state]
        super().__init__(
            f"办件当前为“{zh}”，这里不能修改寄送地址；已交寄的请在快件中修改，没有寄送环节的无需地址。",
            f"The case is “{en}”; once the courier is told, change it on the shipment. No parcel needs none.",
            current_state=state.value,
        )


class AddressMissing(Conflict):
    """Nobody has said yet where the parcel goes or is fetched."""

    slug = "address-missing"
    title = ("缺少寄送地址", "No address yet")

    def __init__(self, case_id: UUID, direction: str) -> None:
        super().__init__(
            "申请人尚未填写该方向的地址。",
            "The applicant has not given an address for this direction yet.",
            case_id=str(case_id),
            direction=direction,
        )


class SavedAddressUnknown(NotFound):
    slug = "saved-address-not-found"
    title = ("地址不存在", "No such address")

    def __init__(self) -> None:
        super().__init__(
            "地址簿里没有这个地址，可能已被删除。请重新选择，或直接填写地址。",
            "There is no such address in the book; it may have been deleted. Choose another, or type one.",
        )


class SavedAddressUnavailable(ServiceUnavailable):
    slug = "address-book-unavailable"
    title = ("地址簿暂时无法读取", "The address book cannot be read")

    def __init__(self) -> None:
        super().__init__(
            "地址簿暂时无法读取，请稍后重试，或直接填写地址。",
            "The address book cannot be read at the moment; try again later, or type the address.",
        )


class ReferenceMissing(Conflict):
    slug = "reference-missing"
    title = ("缺少决定书编号", "No decision number")

    def __init__(self, case_id: UUID) -> None:
        super().__init__(
            "该办件没有决定书编号，无法查询应缴金额。",
            "The case names no decision; its sum cannot be looked up.",
            case_id=str(case_id),
        )
