"""What keeps somebody from acting for somebody else, as sentences they can act on."""

from collections.abc import Sequence

from chassis.problems import Conflict, FieldError, Forbidden, InvalidInput, NotFound, PreconditionFailed


class MandateNotFound(NotFound):
    """Also the answer for other people's mandates."""

    slug = "no-such-mandate"
    title = ("授权不存在", "No such mandate")

    def __init__(self) -> None:
        super().__init__(
            "没有这项授权，请在“我的授权”中查看。", "There is no such mandate; see your list of mandates."
        )


class MandateSettled(Conflict):
    slug = "mandate-settled"
    title = ("授权当前状态不能这样操作", "Not possible in this state of the mandate")

    def __init__(self, state: str) -> None:
        super().__init__(
            "这项授权当前的状态不能进行此操作，请刷新后查看。",
            "This is not possible in the mandate's present state; reload it.",
            state=str(state),
        )


class MandateChanged(PreconditionFailed):
    slug = "mandate-changed"
    title = ("授权已被更新", "The mandate has changed")

    def __init__(self, version: int) -> None:
        super().__init__(
            "这项授权刚刚被更新，请重新载入后再操作。",
            "The mandate has just been changed; load it again first.",
            current_version=version,
        )


class MandateOver(Forbidden):
    """It was there, and does not hold now."""

    slug = "mandate-over"
    title = ("授权无效", "The mandate does not hold")

    def __init__(self, state: str) -> None:
        super().__init__(
            "这项授权尚未生效或已经终止，不能代为办理。请在“我的授权”中查看，必要时请对方重新授权。",
            "This mandate is not in force, so you cannot act by it. See your mandates; ask for a new one if needed.",
            state=str(state),
        )


class OfferPending(Conflict):
    slug = "offer-pending"
    title = ("已有待接受的授权", "An offer is waiting already")

    def __init__(self) -> None:
        super().__init__(
            "您已向该手机号发出授权，对方尚未接受；如需修改，请先撤回。",
            "You have made this phone an offer that waits for its answer; take it back first to change it.",
        )


class NotInTheCity(InvalidInput):
    """A mandate for what does not exist would look as if it allowed something."""

    slug = "no-such-department"
    title = ("没有这个部门", "No such department")

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(
            "授权范围中有不存在的部门或事项代码，请按 errors 逐项更正。",
            "The mandate names departments or items that do not exist; correct what `errors` lists.",
            errors=errors,
        )


class RealNameFirst(Forbidden):
    """Both sides of a mandate are known by name and number; a company by its representative."""

    slug = "real-name-first"
    title = ("请先完成实名认证", "Real-name check first")

    def __init__(self) -> None:
        super().__init__(
            "授权和接受授权都须先完成实名认证（企业须核验法定代表人）。请先完成实名认证，再重试。",
            "Giving and taking a mandate needs the real-name check (a company's: its representative). Do it first.",
            required_ial=2,
            href="/api/identity/real-name",
        )


class NameDiffers(Forbidden):
    """The offer names somebody else: the phone was mistyped, or has a new owner."""

    slug = "name-differs"
    title = ("姓名与授权不符", "The offer names somebody else")

    def __init__(self) -> None:
        super().__init__(
            "这项授权填写的姓名与您的实名不一致，不能接受；请联系授权人核对后重新授权。",
            "The name in this offer is not yours, so you cannot accept it; ask whoever made it to check.",
        )


class NotForOneself(InvalidInput):
    slug = "not-for-oneself"
    title = ("不能授权给自己", "Not for oneself")

    def __init__(self) -> None:
        super().__init__(
            "不能授权给自己，请填写代理人本人的手机号和姓名。",
            "This is your own; give the phone and name of whoever shall act for you.",
            errors=[FieldError("/agent_phone", "不能是本人", "your own")],
        )


class OnlyPeopleAct(Forbidden):
    slug = "only-people-act"
    title = ("只有个人可以代办", "Only people act for others")

    def __init__(self) -> None:
        super().__init__(
            "只有个人账号可以接受授权或登记监护，请用个人账号登录。",
            "Only a person's account accepts mandates or is a guardian's; log in with one.",
        )


class BeyondOwnMandate(Forbidden):
    """An agent with the right to appoint gives no more than they have."""

    slug = "beyond-own-mandate"
    title = ("超出您自己的授权", "Beyond your own mandate")

    def __init__(self) -> None:
        super().__init__(
            "您没有为该企业指定经办人的权限，或所授范围、期限超出您自己的授权；请由法定代表人办理。",
            "You may not appoint agents for this company, or not so far or so long; its representative may.",
        )


class KinshipNotConfirmed(Conflict):
    """One answer whatever was wrong: nobody learns of other people's children."""

    slug = "kinship-not-confirmed"
    title = ("监护关系未能确认", "Guardianship not confirmed")

    def __init__(self) -> None:
        super().__init__(
            "未能确认您与被监护人的关系，请核对所填信息；如确认无误，请携带双方身份证明到服务窗口办理。",
            "The relation to the child was not confirmed. Check what you entered; if it is right, take both "
            "documents to a service window.",
        )


class ChildrenOnly(InvalidInput):
    slug = "children-only"
    title = ("仅限未成年人", "For children only")

    def __init__(self) -> None:
        super().__init__(
            "网上只能登记未满十八周岁的被监护人；成年人请用本人手机号授权，或到服务窗口办理监护登记。",
            "Online this is for those under 18; adults give a mandate by their own phone, or see a service window.",
            errors=[FieldError("/id_number", "已满十八周岁", "18 or older")],
        )


class AlreadyGuardian(Conflict):
    slug = "already-guardian"
    title = ("已登记监护", "A guardian already")

    def __init__(self) -> None:
        super().__init__(
            "您已登记为该被监护人的监护人，请在“我的授权”中查看。",
            "You are registered as a guardian of this person already; see your mandates.",
        )
