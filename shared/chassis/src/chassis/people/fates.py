"""What becomes of every table when an account is erased: said of each, so that none is forgotten."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Fate:
    """`goes`: columns that name or describe people, erased with the account, with their row or alone.

    `stays`: columns that still do afterwards, for the reason of `why`. Neither: the table holds nothing of people
    who have accounts, and `why` says what else.
    """

    goes: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
    why: str = ""


Fates = Mapping[str, Fate]

_PASSING: Final = "只含编号，至多 37 天 · ids only, for 37 days at most"
CHASSIS_FATES: Final[Fates] = {
    "audit_log": Fate(stays=("actor", "subject", "facts"), why="只增不改，只含编号 · append-only, ids only"),
    "audit_pending": Fate(why="行号 · numbers of rows"),
    "audit_seal": Fate(why="散列 · hashes"),
    "audit_witness": Fate(why="散列 · hashes"),
    "consumer_position": Fate(why="读到何处 · places in the log"),
    "day_tally": Fate(why="日统计：计数和散列 · counts and hashes of days"),
    "idempotency_key": Fate(stays=("body",), why="应答，24 小时后删除 · answers, for a day"),
    "inbox": Fate(why="消息编号 · ids of messages"),
    "job": Fate(stays=("key", "payload"), why="只含编号，做完即删 · ids only, gone when done"),
    "key_rotation": Fate(stays=("after",), why="换钥进度，只含编号 · how far a change of keys is, an id"),
    "outbox": Fate(stays=("key", "payload"), why=_PASSING),
    "parked_message": Fate(
        stays=("key", "payload"), why="只含编号，处理后即删 · ids only, gone when settled"
    ),
    "person_erasure": Fate(
        stays=("account_id",), why="注销的凭据，只含编号和计数 · that it was erased: id and counts"
    ),
    "relay_checkpoint": Fate(why="发到何处 · places in the log"),
    "relay_epoch": Fate(why="次数 · counts"),
    "sealing_key": Fate(why="密钥编号 · ids of keys"),
}
"""Tables that every service has, or may have."""
