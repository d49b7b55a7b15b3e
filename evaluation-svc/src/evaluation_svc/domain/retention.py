"""What of reviews outlives their author's account; data, so that a lawyer can read it."""

from typing import Final

from chassis.people import Rule
from chassis.people.fates import Fate, Fates

EVENTS: Final = Rule(
    what="业务事件历史（只含编号）",
    what_en="The history of events (ids only)",
    years=None,
    why="统计由此重算，不含姓名、号码和内容；账号注销后其中的编号不再指向任何人（期限待公安局确认）",
    why_en=(
        "what statistics are rebuilt from, without names, numbers or texts; its ids lead to nobody once the account is "
        "erased (the bureau has yet to set a period)"
    ),
    confirmed=False,
)

_TALLIES: Final = Fate(why="统计，不含评价人 · tallies, without who judged")
FATES: Final[Fates] = {
    "review": Fate(goes=("applicant_id", "sealed_text")),
    "invitation": Fate(goes=("applicant_id",)),
    "event_history": Fate(
        stays=("aggregate", "payload"),
        why="统计的依据，只含编号 · what statistics are rebuilt from, ids only",
    ),
    "review_batch": _TALLIES,
    "review_tally": _TALLIES,
    "tally_mark": _TALLIES,
}
