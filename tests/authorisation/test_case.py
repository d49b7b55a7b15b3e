"""case-svc against its rows of the table: drafts, cases on their way, files, documents."""

import time
from typing import Any
from uuid import UUID

import pytest
from chassis.ids import uuid7

from .callers import Cast
from .table import kit, table
from .trying import Call, Object, Trial, same_operations

own = kit("case")
world = own.world
document_key = own.document_key
ROWS = table().get("case-svc", {})
PURPOSE = "只有本人和承办民警知道的用途"
SECRETS = (PURPOSE, own.PLACE["address"], own.PLACE["phone"], "户口簿的照片")
CODE = "HUZHENG-101"


class Objects:
    """Makes what the operations are called on: always a case of unit XC-HUZHENG."""

    def __init__(self, world: Any, cast: Cast) -> None:
        self.world, self.cast = world, cast

    def _owner(self, who: str) -> Any:
        account = getattr(self.cast, who)
        token = self.cast.by_column()[who]
        return own.Person(self.world, token, account)

    async def draft(self, who: str) -> Object:
        item = own.define(
            CODE, ("accept", "review", "produce", "deliver"), materials=(own.upload("m1", required=False),)
        )
        return Object({"case_id": await self.world.draft(item, self._owner(who), purpose=PURPOSE)})

    async def submitted(self, who: str) -> Object:
        made = await self.draft(who)
        answer = await self._owner(who).post(f"/api/cases/{made.path['case_id']}/submit")
        assert answer.status_code == 200, answer.text
        return made

    async def lacking(self, who: str) -> Object:
        made = await self.submitted(who)
        path = f"/api/cases/{made.path['case_id']}/supplement-requests"
        answer = await self.world.officer().post(path, {"lacking": [{"what": "户口簿缺页"}]})
        assert answer.status_code == 200, answer.text
        return made

    async def accepted(self, who: str) -> Object:
        made = await self.submitted(who)
        answer = await self.world.officer().post(f"/api/cases/{made.path['case_id']}/accept")
        assert answer.status_code == 200, answer.text
        return made

    async def numbered(self, who: str) -> Object:
        made = await self.submitted(who)
        case_id = UUID(made.path["case_id"])
        number = await self.world.service.pool.fetchval("SELECT case_no FROM cases WHERE id = $1", case_id)
        return Object({"case_no": number})

    async def with_file(self, who: str) -> Object:
        made = await self.draft(who)
        answer = await self._owner(who).call(
            "POST", f"/api/cases/{made.path['case_id']}/materials?key=m1&name=户口簿的照片.pdf", content=own.PDF,
            headers={"Content-Type": "application/pdf"},
        )  # fmt: skip
        assert answer.status_code == 201, answer.text
        return Object(made.path | {"material_id": answer.json()["id"]})

    async def submitted_with_file(self, who: str) -> Object:
        made = await self.with_file(who)
        answer = await self._owner(who).post(f"/api/cases/{made.path['case_id']}/submit")
        assert answer.status_code == 200, answer.text
        return made

    async def document(self, who: str) -> Object:
        """A case decided and its electronic document, not rendered yet."""
        case_id = await self.world.submitted(own.define("HUZHENG-102"), self._owner(who), purpose=PURPOSE)
        for officer, action, body in (
            (self.world.officer(), "accept", None),
            (self.world.officer(2), "decisions", {"decision": "approve", "opinion": "同意"}),
        ):
            answer = await officer.post(f"/api/cases/{case_id}/{action}", body)
            assert answer.status_code == 200, answer.text
        found = await self.world.service.pool.fetchval(
            "SELECT document_id FROM cases WHERE id = $1", UUID(case_id)
        )
        assert found is not None
        return Object({"document_id": str(found)})

    async def account(self, who: str) -> Object:
        await self.draft(who)
        return Object({"account_id": str(getattr(self.cast, who)), "file_id": str(uuid7())})

    async def parcel(self, who: str) -> Object:
        return Object((await self.accepted(who)).path, {"direction": "to_applicant"})

    async def nothing_stuck(self, _: str) -> Object:
        return Object({"message_id": "1", "job_id": "1"})


def calls(make: Objects) -> dict[str, Call]:
    one = "/api/cases/{case_id}"
    reason = {"reason": "群众来电求助，需核对申请进度"}
    saved = {"answers": {"purpose": "另一用途"}, "version": 1}
    return {
        "GET /api/cases": Call(make.draft, reads=True),
        "POST /api/cases": Call(make.draft, {"item_code": CODE, "branch": "XC"}),
        "GET /api/cases/queue": Call(make.submitted, reads=True),
        "GET /api/cases/exceptions": Call(make.submitted, reads=True),
        "GET /api/cases/numbers/{case_no}": Call(make.numbered, reads=True),
        f"GET {one}": Call(make.submitted, reads=True),
        f"PATCH {one}": Call(make.draft, {"branch": "BL"}),
        f"DELETE {one}": Call(make.draft),
        f"GET {one}/answers": Call(make.draft, reads=True),
        f"PUT {one}/answers": Call(make.draft, saved),
        f"PATCH {one}/answers": Call(make.draft, saved),
        f"PUT {one}/delivery-address": Call(make.submitted, own.PLACE | {"address": "西新街2号"}),
        f"POST {one}/item-version": Call(make.draft),
        f"GET {one}/timeline": Call(make.submitted, reads=True),
        f"GET {one}/events": Call(make.submitted, reads=True),
        f"GET {one}/status": Call(make.submitted, reads=True),
        f"GET {one}/views": Call(make.submitted, reads=True),
        f"POST {one}/materials": Call(
            lambda who: with_key(make, who), content=own.PDF, headers={"Content-Type": "application/pdf"}
        ),
        f"GET {one}/materials/{{material_id}}": Call(make.submitted_with_file, reads=True),
        f"DELETE {one}/materials/{{material_id}}": Call(make.with_file),
        f"POST {one}/submit": Call(make.draft),
        f"POST {one}/supplements": Call(make.lacking, {"note": "已补"}),
        f"POST {one}/withdraw": Call(make.submitted),
        f"POST {one}/break-glass": Call(make.submitted, reason),
        "POST /api/cases/numbers/{case_no}/break-glass": Call(make.numbered, reason),
        f"POST {one}/claim": Call(make.submitted),
        f"POST {one}/release": Call(make.submitted),
        f"POST {one}/accept": Call(make.submitted),
        f"POST {one}/reject": Call(make.submitted, {"reason": "不属于受理范围"}),
        f"POST {one}/supplement-requests": Call(make.submitted, {"lacking": [{"what": "户口簿缺页"}]}),
        f"POST {one}/decisions": Call(make.accepted, {"decision": "approve", "opinion": "同意"}),
        f"POST {one}/produce": Call(make.accepted),
        f"POST {one}/collect": Call(make.accepted),
        "GET /api/documents": Call(make.document, reads=True),
        "GET /api/documents/{document_id}": Call(make.document, reads=True),
        "GET /api/documents/{document_id}/pdf": Call(make.document),
        "POST /api/documents/{document_id}/revocation": Call(make.document, {"reason": "依据材料不实"}),
        "GET /api/documents/verify/{code}": Call(lambda who: code(who), reads=True),
        "GET /verify": Call(reads=True),
        "GET /verify/{code}": Call(lambda who: code(who), reads=True),
        "GET /internal/cases/{case_id}/address": Call(make.parcel, reads=True),
        "GET /internal/cases/{case_id}/payment-reference": Call(make.parcel),
        "GET /internal/people/{account_id}/export": Call(make.account, reads=True),
        "GET /internal/people/{account_id}/export/files/{file_id}": Call(make.account),
        "GET /api/ops/case-svc/stuck": Call(reads=True),
        "POST /api/ops/case-svc/parked-messages/{message_id}/replay": Call(make.nothing_stuck),
        "POST /api/ops/case-svc/jobs/{job_id}/retry": Call(make.nothing_stuck),
    }


async def with_key(make: Objects, who: str) -> Object:
    return Object((await make.draft(who)).path, {"key": "m1"})


async def code(_: str) -> Object:
    return Object({"code": "ABCD-EFGH"})


@pytest.fixture
def trial(world, cast) -> Trial:
    return Trial(world, cast.by_column(), SECRETS)


async def test_every_operation_has_a_row_and_a_call(world, cast) -> None:
    same_operations(world, ROWS, calls(Objects(world, cast)))


async def test_who_is_turned_away_learns_and_changes_nothing(world, cast, trial, subtests) -> None:
    for operation, call in calls(Objects(world, cast)).items():
        with subtests.test(operation):
            assert not await trial.denied(operation, call, ROWS[operation])


# What is not there for anybody: the door was passed, and the answer is still 404.
MISSING = {
    "GET /internal/cases/{case_id}/payment-reference", "GET /internal/people/{account_id}/export/files/{file_id}",
    "POST /api/ops/case-svc/parked-messages/{message_id}/replay", "POST /api/ops/case-svc/jobs/{job_id}/retry",
}  # fmt: skip
STREAM = "GET /api/cases/{case_id}/events"


async def test_who_may_is_let_in(world, cast, trial, subtests) -> None:
    for operation, call in calls(Objects(world, cast)).items():
        if operation in MISSING or operation == STREAM:
            continue
        with subtests.test(operation):
            assert not await trial.allowed(operation, call, ROWS[operation])


async def test_who_may_follow_a_case_is_sent_its_moves(world, cast) -> None:
    ending = Trial(world, cast.by_column(exp=int(time.time()) + 5), SECRETS)  # its end ends the stream
    call = calls(Objects(world, cast))[STREAM]
    assert not await ending.allowed(STREAM, call, ROWS[STREAM])
