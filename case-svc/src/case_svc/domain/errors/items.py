"""Items that are not there, not there any more, or not for everybody."""

from typing import Any

from chassis.problems import Conflict, Forbidden, NotFound


class ItemUnknown(NotFound):
    slug = "item-unknown"
    title = ("事项不存在", "No such service item")

    def __init__(self, item_code: str) -> None:
        super().__init__(
            "没有这个服务事项，请到事项目录中选择。",
            "There is no such service item; choose one from the catalogue.",
            item_code=item_code,
        )


class ItemNoLongerOffered(Conflict):
    slug = "item-retired"
    title = ("事项已停办", "The item is no longer offered")

    def __init__(self, item_code: str) -> None:
        super().__init__(
            "该事项已停止网上办理，请到事项目录中查看替代事项。",
            "This item is no longer offered; see the catalogue for what replaced it.",
            item_code=item_code,
        )


class ItemVersionRetired(Conflict):
    """`differences` says what changed, `current_version` which version the draft can be moved to."""

    slug = "item-version-retired"
    title = ("事项内容已更新", "The item has changed since")

    def __init__(self, current_version: int, differences: list[dict[str, Any]]) -> None:
        super().__init__(
            "填写期间该事项的内容已更新，请查看 differences，更新草稿后再提交。",
            "The item was changed while you filled it in; see `differences`, update the draft, submit again.",
            current_version=current_version,
            differences=differences,
        )


class ApplicantNotServed(Forbidden):
    slug = "applicant-not-served"
    title = ("申请人类型不符", "Not for this kind of applicant")

    def __init__(self, wanted: str) -> None:
        zh, en = ("企业", "enterprises") if wanted == "enterprise" else ("个人", "persons")
        super().__init__(
            f"该事项只面向{zh}，请用{zh}账号登录后办理。",
            f"This item is for {en} only; log in with such an account.",
            applicant=wanted,
        )
