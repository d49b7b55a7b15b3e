"""What can go wrong in the catalogue."""

from chassis.problems import Conflict, InvalidInput, NotFound, Problem


class NoSuchItem(NotFound):
    slug = "item-not-found"
    title = ("事项不存在", "No such item")


class NoSuchVersion(NotFound):
    slug = "item-version-not-found"
    title = ("事项版本不存在", "No such version of the item")


class ItemNoLongerOffered(Problem):
    """The item existed and was retired; its old versions can still be read by number."""

    status = 410
    slug = "item-retired"
    title = ("事项已停办", "No longer offered")


class ItemAlreadyExists(Conflict):
    slug = "item-exists"
    title = ("事项编码已存在", "The code is taken")


class DraftAlreadyOpen(Conflict):
    slug = "draft-already-open"
    title = ("已有草稿", "There is a draft already")


class ChangedMeanwhile(Conflict):
    slug = "changed-meanwhile"
    title = ("内容已被他人修改", "Changed by someone else meanwhile")


class WrongVersionState(Conflict):
    slug = "wrong-version-state"
    title = ("当前状态不能这样操作", "Not possible in this state")


class NothingChanged(Conflict):
    slug = "nothing-changed"
    title = ("内容没有变化", "Nothing changed")


class ItemBreaksRules(InvalidInput):
    slug = "item-breaks-rules"
    title = ("事项内容不符合规则", "The item breaks rules")


class UnknownFilterValue(InvalidInput):
    slug = "unknown-filter-value"
    title = ("筛选条件有误", "Unknown filter value")


class BadQuery(InvalidInput):
    slug = "bad-search-text"
    title = ("搜索内容有误", "Bad search text")
