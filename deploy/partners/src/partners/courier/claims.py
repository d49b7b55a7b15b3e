"""Claims at the couriers: taken in, looked into until control decides. How real ones do it is assumed."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ..books import Books
from ..clock import now_ms
from ..edge import Document
from ..errors import Refused
from ..fields import Number
from .depot import Depot
from .parcels import Courier

Kind = Literal["1", "2"]
"""Lost; damaged."""
_STATUS = {"pending": "0", "compensated": "1", "refused": "2", "found": "3"}


class NewClaim(BaseModel):
    claimNo: Number
    claimType: Kind


class AskedClaim(BaseModel):
    claimNo: Number


class Decision(BaseModel):
    model_config = ConfigDict(extra="forbid")

    outcome: Literal["compensated", "refused", "found"]
    compensation_cents: int = Field(30_000, ge=0, le=10_000_000)


class ClaimDesk:
    def __init__(self, books: Books, depot: Depot) -> None:
        self._books = books
        self._depot = depot

    def open(self, courier: Courier, order_no: str, asked: NewClaim) -> Document:
        """The same number again is the same claim."""
        self._depot.find(courier, order_no)
        self._books.run(
            "INSERT INTO parcel_claim (claim_no, courier, order_no, kind, outcome, compensation_cents, created_at)"
            " VALUES (?, ?, ?, ?, 'pending', 0, ?) ON CONFLICT DO NOTHING",
            asked.claimNo,
            courier,
            order_no,
            asked.claimType,
            now_ms(),
        )
        return self.show(courier, asked.claimNo)

    def show(self, courier: Courier, claim_no: str) -> Document:
        claim = self._books.row(
            "SELECT * FROM parcel_claim WHERE courier = ? AND claim_no = ?", courier, claim_no
        )
        if claim is None:
            raise Refused(404, "ORDER_NOT_EXIST", "索赔不存在")
        cents = claim["compensation_cents"]
        return {
            "claimNo": claim_no,
            "status": _STATUS[claim["outcome"]],
            "amount": f"{cents // 100}.{cents % 100:02d}",
        }

    def decide(self, claim_no: str, decision: Decision) -> Document:
        cents = decision.compensation_cents if decision.outcome == "compensated" else 0
        changed = self._books.run(
            "UPDATE parcel_claim SET outcome = ?, compensation_cents = ? WHERE claim_no = ?",
            decision.outcome,
            cents,
            claim_no,
        )
        if not changed:
            raise Refused(404, "CLAIM_NOT_EXIST", "索赔不存在")
        return {"claim_no": claim_no, "outcome": decision.outcome, "compensation_cents": cents}

    def all(self) -> list[Document]:
        return [dict(row) for row in self._books.rows("SELECT * FROM parcel_claim ORDER BY created_at")]
