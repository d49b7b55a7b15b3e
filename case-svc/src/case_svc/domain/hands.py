"""Who had a hand in a case for its applicant, and how that is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Hand:
    """What an agent did, `times` over. `what` is a key of `DEEDS`."""

    acted_by: UUID
    mandate_id: UUID
    what: str
    first_at: datetime
    last_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class Agent:
    """Whom a mandate let act, as identity-svc tells: `kind` is a key of `KINDS`, `name` is masked, None: none known."""

    kind: str
    name: str | None


DEEDS: Final[dict[str, tuple[str, str]]] = {
    "opened": ("新建申请", "opened the draft"),
    "placed": ("选择办理地点", "chose the place"),
    "renewed": ("更新事项版本", "took the item's new version"),
    "answers": ("填写内容", "filled in answers"),
    "materials": ("上传或删除材料", "added or removed files"),
    "address": ("修改寄送地址", "changed the address"),
    "submitted": ("提交申请", "submitted it"),
    "supplemented": ("提交补正", "sent the supplement"),
    "withdrawn": ("撤回申请", "withdrew it"),
}
KINDS: Final[dict[str, tuple[str, str]]] = {
    "proxy": ("受委托人", "by proxy"),
    "agent": ("企业经办人", "agent of the company"),
    "guardian": ("监护人", "guardian"),
    "owner": ("本人的另一账号", "the person themselves, from another account"),
}


def by_agent(hands: Sequence[Hand]) -> list[list[Hand]]:
    """Of each agent and mandate what they did, the first deed first; the first agent first."""

    def whose(hand: Hand) -> tuple[UUID, UUID]:
        return hand.acted_by, hand.mandate_id

    groups = [list(found) for _, found in groupby(sorted(hands, key=whose), whose)]
    for group in groups:
        group.sort(key=lambda hand: hand.first_at)
    return sorted(groups, key=lambda group: group[0].first_at)


def told(hands: Sequence[Hand], agent: Agent | None) -> tuple[str, str]:
    """In Chinese and English: who it was, as far as that is known, and what all of it they did."""
    kind, kind_en = KINDS.get(agent.kind, ("代理人", "agent")) if agent else ("代理人", "agent")
    name = agent.name if agent and agent.name else ""
    deeds = [DEEDS.get(hand.what, (hand.what, hand.what)) for hand in hands]
    return (
        f"{kind}{name}代申请人{'、'.join(deed for deed, _ in deeds)}。",
        f"{f'{name} ({kind_en})' if name else f'Somebody else ({kind_en})'} for the applicant: "
        f"{', '.join(deed for _, deed in deeds)}.",
    )
