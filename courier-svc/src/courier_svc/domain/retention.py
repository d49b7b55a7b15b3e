"""What of a parcel outlives its owner's account; data, so that a lawyer can read it."""

from typing import Final

from chassis.people import Rule
from chassis.people.fates import Fate, Fates

UNDER_WAY: Final = Rule(
    what="尚在途中的寄递",
    what_en="Parcels under way",
    years=0,
    why="寄递结束后即删除",
    why_en="erased once they have arrived or come back",
    confirmed=True,
)
ACTS: Final = Rule(
    what="他人寄递的改址、重寄记录（只含编号）",
    what_en="Others' parcels redirected or sent again (ids only)",
    years=None,
    why="收件人有权知道是谁改动了快件；其账号注销后与代办人脱钩",
    why_en="whose parcel it was may know who did it; nobody's once their account has gone",
    confirmed=True,
)

_STATEMENTS: Final = Fate(
    why="快递公司对账单：运单号、重量和费用 · couriers' statements: waybills, weights and fees"
)
FATES: Final[Fates] = {
    "shipment": Fate(goes=("applicant_id", "sealed_address", "sealed_next_address", "sealed_proof")),
    "shipment_act": Fate(
        stays=("acted_by",),
        why=(
            "谁改过地址、要求重寄，收件人注销后脱钩；代办人只留编号 · who redirected it: an id, nobody's once the "
            "owner's account has gone"
        ),
    ),
    "courier_report": Fate(goes=("sealed_body",)),
    "push_key": Fate(why="合作方推送密钥的散列，签发人只留编号 · hashes of partners' keys, an engineer's id"),
    "postage": Fate(why="办件和订单编号 · numbers of cases and orders"),
    "claim": Fate(goes=("sealed_words",)),
    "statement": _STATEMENTS,
    "statement_line": _STATEMENTS,
    "statement_difference": _STATEMENTS,
    "refused_delivery": Fate(
        why="被拒绝的推送：原因和散列，没有内容 · refused pushes: causes and hashes, no content"
    ),
    "leg": Fate(why="运单编号 · numbers of waybills"),
}
