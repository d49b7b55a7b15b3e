"""What control does at the couriers beyond moving parcels: claims are decided, statements spoiled."""

from pydantic import ValidationError
from starlette.routing import Route

from ..courier.claims import ClaimDesk, Decision
from ..courier.statements import AskedStatement, Spoiled, StatementOffice
from ..errors import Refused
from .door import Answer, Ask, ControlDoor


def courier_routes(door: ControlDoor, claims: ClaimDesk, statements: StatementOffice) -> list[Route]:
    def decide(ask: Ask) -> Answer:
        return claims.decide(ask.path["claim_no"], ask.read(Decision))

    def shown(ask: Ask) -> Answer:
        return {"claims": claims.all()}

    def spoil(ask: Ask) -> Answer:
        courier, asked = ask.path["courier"], {"month": ask.path["month"]}
        if courier not in ("ems", "sf"):
            raise Refused(404, "PARTNER_NOT_EXIST", f"没有这个快递公司: {courier}")
        return statements.spoil(courier, _month(asked), ask.read(Spoiled))

    return [
        door.route("PUT", "/courier/statements/{courier}/{month}", spoil),
        door.route("GET", "/courier/claims", shown),
        door.route("POST", "/courier/claims/{claim_no}/decide", decide),
    ]


def _month(asked: dict[str, str]) -> str:
    try:
        return AskedStatement.model_validate(asked).month
    except ValidationError:
        raise Refused(400, "PARAM_ERROR", "参数错误 month") from None
