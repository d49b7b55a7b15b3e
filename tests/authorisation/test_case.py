"""case-svc against its table: drafts, cases on their way, files, documents."""

import dataclasses
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from .callers import Cast
from .every_service import export_of, for_operators, for_readers
from .table import kit, table
from .trying import Call, Object, Trial, each

own = kit("case")
world = own.world
document_key = own.document_key
ROWS = table("case-svc")
CODE = "HUZHENG-101"
PAPER = ("accept", "review", "produce", "deliver")
AT_THE_WINDOW = ("accept", "review", "produce")
ELECTRONIC = ("accept", "review", "produce", "notify")
CODES = {PAPER: CODE, AT_THE_WINDOW: "HUZHENG-102", ELECTRONIC: "HUZHENG-103"}
FILE = "户口簿的照片.pdf"
PURPOSE = "只有本人和承办民警知道的用途"
DECISION_NO = "610100-1234"
LACKING = "户口簿缺页"
REASON = "群众来电求助，需核对申请进度"
APPLICANT = {
    "name": "张三丰",
    "id_number": own.ID_NUMBER,
    "phone": "13800000001",
    "representative_name": None,
}
SECRETS = (
    PURPOSE, FILE, DECISION_NO, own.PLACE["address"], own.PLACE["phone"], APPLICANT["name"], APPLICANT["id_number"],
)  # fmt: skip


class Everybody:
    """In the place of identity-svc: whoever applies is one and the same."""

    async def find(self, account_id: UUID, *, officer_id: UUID | None = None) -> dict[str, Any]:
        return APPLICANT

    async def saved_address(self, account_id: UUID, address_id: UUID) -> dict[str, str]:
        return own.PLACE | {"address": "西新街2号"}


class Objects:
    """Makes what the operations are called on: always a case of unit XC-HUZHENG."""

    def __init__(self, world: Any, cast: Cast) -> None:
        self.world, self.cast = world, cast
        self._tokens = cast.by_column()
        self._versions = 0

    def _owner(self, who: str) -> Any:
        return own.Person(self.world, self._tokens[who], getattr(self.cast, who))

    async def _done(self, who: Any, path: str, body: Any = None, status: int = 200) -> Any:
        answer = await who.post(path, body)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def draft(self, who: str, *, steps: tuple[str, ...] = PAPER, **answers: str) -> Object:
        item = own.define(CODES[steps], steps, materials=(own.upload("m1", required=False),))
        case_id = await self.world.draft(item, self._owner(who), purpose=PURPOSE, **answers)
        return Object({"case_id": case_id})

    async def draft_of_before(self, who: str) -> Object:
        """Pinned to a version of its item that was published anew since."""
        self._versions += 2
        case_id = await self.world.draft(
            own.define("HUZHENG-104", version=self._versions - 1), self._owner(who), purpose=PURPOSE
        )
        await self.world.publish(own.define("HUZHENG-104", version=self._versions))
        return Object({"case_id": case_id})

    async def submitted(self, who: str) -> Object:
        made = await self.draft(who)
        await self._done(self._owner(who), f"/api/cases/{made.path['case_id']}/submit")
        return made

    async def to_be_fetched(self, who: str) -> Object:
        item = own.define("HUZHENG-119", PAPER, delivery="both_ways")
        case_id = await self.world.draft(item, self._owner(who), purpose=PURPOSE)
        await self._done(self._owner(who), f"/api/cases/{case_id}/submit")
        return Object({"case_id": case_id})

    async def detailed(self, who: str) -> Object:
        made = await self.submitted(who)
        return dataclasses.replace(made, shows=(PURPOSE, own.PLACE["address"]))

    async def listed(self, who: str) -> Object:
        """For lists: in the answers to those whose list it is in."""
        made = await self.submitted(who)
        return Object(query={"limit": "100"}, shows=(made.path["case_id"],))

    async def queued_at(self, who: str) -> Object:
        listed = await self.listed(who)
        return dataclasses.replace(listed, query=listed.query | {"unit": self.cast.unit})

    async def answers(self, who: str) -> Object:
        return Object((await self.draft(who)).path, shows=(PURPOSE,))

    async def viewed(self, who: str) -> Object:
        made = await self.submitted(who)
        officer = self.world.officer()
        assert (await officer.get(f"/api/cases/{made.path['case_id']}")).status_code == 200
        return Object(made.path, shows=(str(officer.id),))

    async def lacking(self, who: str) -> Object:
        made = await self.submitted(who)
        path = f"/api/cases/{made.path['case_id']}/supplement-requests"
        await self._done(self.world.officer(), path, {"lacking": [{"what": LACKING}]})
        return made

    async def claimed(self, who: str) -> Object:
        made = await self.submitted(who)
        await self._done(self.world.officer(), f"/api/cases/{made.path['case_id']}/claim")
        return made

    async def accepted(self, who: str) -> Object:
        made = await self.submitted(who)
        await self._done(self.world.officer(), f"/api/cases/{made.path['case_id']}/accept")
        return made

    async def approved(self, who: str, steps: tuple[str, ...] = PAPER) -> Object:
        made = await self.draft(who, steps=steps)
        one = f"/api/cases/{made.path['case_id']}"
        await self._done(self._owner(who), f"{one}/submit")
        await self._done(self.world.officer(), f"{one}/accept")
        await self._done(
            self.world.officer(2), f"{one}/decisions", {"decision": "approve", "opinion": "同意"}
        )
        return made

    async def made(self, who: str) -> Object:
        """A paper that lies ready at the window."""
        ready = await self.approved(who, AT_THE_WINDOW)
        await self._done(self.world.officer(), f"/api/cases/{ready.path['case_id']}/produce")
        return ready

    async def numbered(self, who: str) -> Object:
        made = await self.submitted(who)
        case_id = UUID(made.path["case_id"])
        number = await self.world.service.pool.fetchval("SELECT case_no FROM cases WHERE id = $1", case_id)
        return Object({"case_no": number}, shows=(str(case_id),))

    async def excepted(self, who: str) -> Object:
        """A case that an officer of the department of strangers has opened by exception."""
        made = await self.submitted(who)
        unit, department = self.cast.stranger
        opened = self.world.officer(unit=unit, department=department)
        await self._done(opened, f"/api/cases/{made.path['case_id']}/break-glass", {"reason": REASON}, 201)
        return Object(query={"limit": "100"}, shows=(made.path["case_id"],))

    async def to_attach(self, who: str) -> Object:
        return Object((await self.draft(who)).path, {"key": "m1"})

    async def with_file(self, who: str) -> Object:
        made = await self.draft(who)
        answer = await self._owner(who).call(
            "POST", f"/api/cases/{made.path['case_id']}/materials?key=m1&name={FILE}", content=own.PDF,
            headers={"Content-Type": "application/pdf"},
        )  # fmt: skip
        assert answer.status_code == 201, answer.text
        return Object(made.path | {"material_id": answer.json()["id"]}, shows=("%PDF-1.4",))

    async def submitted_with_file(self, who: str) -> Object:
        made = await self.with_file(who)
        await self._done(self._owner(who), f"/api/cases/{made.path['case_id']}/submit")
        return made

    async def document(self, who: str) -> Object:
        """The electronic document of a case that was approved."""
        made = await self.approved(who, ELECTRONIC)
        row = await self.world.service.pool.fetchrow(
            "SELECT d.id, d.case_no FROM document d JOIN cases c ON c.document_id = d.id WHERE c.id = $1",
            UUID(made.path["case_id"]),
        )
        return Object({"document_id": str(row["id"])}, shows=(row["case_no"],))

    async def documents(self, who: str) -> Object:
        return Object(query={"limit": "100"}, shows=(await self.document(who)).shows)

    async def rendered(self, who: str) -> Object:
        return Object((await self.document(who)).path, shows=("%PDF",))

    async def verifiable(self, who: str) -> Object:
        made = await self.document(who)
        document_id = UUID(made.path["document_id"])
        code = await self.world.service.pool.fetchval("SELECT code FROM document WHERE id = $1", document_id)
        return Object({"code": code}, shows=("户籍证明",))

    async def fine(self, who: str) -> Object:
        schema = own.form_schema({"decision_no": own.TEXT, "purpose": own.TEXT})
        item = own.define(
            "HUZHENG-105", ("pay", "notify"), amount_source="issuing_system", form_schema=schema
        )
        case_id = await self.world.submitted(item, self._owner(who), decision_no=DECISION_NO, purpose=PURPOSE)
        return Object({"case_id": case_id}, shows=(DECISION_NO,))

    async def parcel(self, who: str) -> Object:
        made = await self.accepted(who)
        return Object(made.path, {"direction": "to_applicant"}, shows=(own.PLACE["address"],))

    async def counted(self, who: str, at: datetime) -> str:
        """A paid case: the id of its order."""
        case_id, order_id = (await self.submitted(who)).path["case_id"], uuid4()
        async with self.world.uow() as uow:
            await uow.execute(
                "UPDATE cases SET order_id = $2, paid_at = $3 WHERE id = $1", UUID(case_id), order_id, at
            )
        return str(order_id)

    async def export(self, who: str) -> Object:
        await self.draft(who)
        return export_of(getattr(self.cast, who), PURPOSE)

    async def to_end_first(self, who: str) -> Object:
        await self.submitted(who)
        return export_of(getattr(self.cast, who), "尚未办结")

    async def to_erase(self, who: str) -> Object:
        await self.draft(who)
        return export_of(getattr(self.cast, who), "草稿")

    async def exported_file(self, who: str) -> Object:
        made = await self.with_file(who)
        file_id = f"material-{made.path['material_id']}"
        absent = {"file_id": file_id, "account_id": made.path["case_id"]}
        return dataclasses.replace(
            export_of(getattr(self.cast, who), "%PDF-1.4", file_id=file_id), absent=absent
        )


def calls(make: Objects) -> dict[str, Call]:
    one = "/api/cases/{case_id}"
    reason = {"reason": REASON}
    opened = (f"POST {one}/break-glass", reason)
    saved = {"answers": {"purpose": "另一用途"}, "version": 1}
    saved_address = {"saved_address_id": str(uuid4())}
    pdf = {"content": own.PDF, "headers": {"Content-Type": "application/pdf"}}
    return {
        "GET /api/cases": Call(make.listed, reads=True),
        "POST /api/cases": Call(make.submitted, {"item_code": CODE, "branch": "XC"}),
        "GET /api/cases/queue": Call(make.listed, reads=True),
        "GET /api/cases/queue (?unit)": Call(make.queued_at, reads=True),
        "GET /api/cases/exceptions": Call(make.excepted, reads=True),
        "GET /api/cases/numbers/{case_no}": Call(make.numbered, reads=True),
        f"GET {one}": Call(make.detailed, reads=True),
        f"GET {one} (draft)": Call(make.draft, reads=True),
        f"GET {one} (after break-glass)": Call(make.detailed, reads=True, first=opened),
        f"PATCH {one}": Call(make.draft, {"branch": "BL"}),
        f"DELETE {one}": Call(make.draft),
        f"GET {one}/answers": Call(make.answers, reads=True),
        f"PUT {one}/answers": Call(make.draft, saved),
        f"PATCH {one}/answers": Call(make.draft, saved),
        f"PUT {one}/delivery-address": Call(make.submitted, own.PLACE | {"address": "西新街2号"}),
        f"PUT {one}/delivery-address/saved": Call(make.submitted, saved_address),
        f"PUT {one}/pickup-address": Call(make.to_be_fetched, own.PLACE | {"address": "西新街2号"}),
        f"PUT {one}/pickup-address/saved": Call(make.to_be_fetched, saved_address),
        f"POST {one}/item-version": Call(make.draft_of_before),
        f"GET {one}/timeline": Call(make.submitted, reads=True),
        f"GET {one}/events": Call(make.submitted, reads=True, streams=True),
        f"GET {one}/status": Call(make.submitted, reads=True),
        f"GET {one}/views": Call(make.viewed, reads=True),
        f"POST {one}/materials": Call(make.to_attach, **pdf),
        f"GET {one}/materials/{{material_id}}": Call(make.submitted_with_file, reads=True),
        f"DELETE {one}/materials/{{material_id}}": Call(make.with_file),
        f"POST {one}/submit": Call(make.draft),
        f"POST {one}/supplements": Call(make.lacking, {"note": "已补"}),
        f"POST {one}/withdraw": Call(make.submitted),
        f"POST {one}/break-glass": Call(make.submitted, reason),
        "POST /api/cases/numbers/{case_no}/break-glass": Call(make.numbered, reason),
        f"POST {one}/claim": Call(make.submitted),
        f"POST {one}/release": Call(make.claimed),
        f"POST {one}/accept": Call(make.submitted),
        f"POST {one}/accept (after break-glass)": Call(make.submitted, first=opened),
        f"POST {one}/reject": Call(make.submitted, {"reason": "不属于受理范围"}),
        f"POST {one}/supplement-requests": Call(make.submitted, {"lacking": [{"what": LACKING}]}),
        f"POST {one}/decisions": Call(make.accepted, {"decision": "approve", "opinion": "同意"}),
        f"POST {one}/produce": Call(make.approved),
        f"POST {one}/collect": Call(make.made),
        "GET /api/documents": Call(make.documents, reads=True),
        "GET /api/documents/{document_id}": Call(make.document, reads=True),
        "GET /api/documents/{document_id}/pdf": Call(make.rendered, reads=True),
        "POST /api/documents/{document_id}/revocation": Call(make.document, {"reason": "依据材料不实"}),
        "GET /api/documents/verify/{code}": Call(make.verifiable, reads=True),
        "GET /verify": Call(reads=True),
        "GET /verify/{code}": Call(make.verifiable, reads=True),
        f"GET {one.replace('/api', '/internal')}/address": Call(make.parcel, reads=True, asker="courier-svc"),
        f"GET {one.replace('/api', '/internal')}/payment-reference": Call(
            make.fine, reads=True, asker="payment-svc"
        ),
        "GET /internal/people/{account_id}/export": Call(make.export, reads=True),
        "GET /internal/people/{account_id}/export/files/{file_id}": Call(make.exported_file, reads=True),
        "GET /internal/people/{account_id}/blockers": Call(make.to_end_first, reads=True),
        "GET /internal/people/{account_id}/erasure": Call(make.to_erase, reads=True),
        **for_readers(make.world, "case.paid", "payment-svc", make.counted),
        **for_operators("case-svc", make.world),
    }


@pytest.fixture
def trial(world, cast) -> Trial:
    state = world.client._transport.app.state
    state.desk = dataclasses.replace(state.desk, people=Everybody())
    state.documents = dataclasses.replace(state.documents, find_person=Everybody().find)
    return Trial(world, cast.by_column(), SECRETS)


async def test_who_is_turned_away_learns_and_changes_nothing(world, cast, trial, subtests) -> None:
    for row, call in each(ROWS, calls(Objects(world, cast))).items():
        with subtests.test(row):
            assert not await trial.denied(row, call, ROWS[row])


async def test_who_may_gets_it_done(world, cast, trial, subtests) -> None:
    for row, call in each(ROWS, calls(Objects(world, cast))).items():
        with subtests.test(row):
            assert not await trial.allowed(row, call, ROWS[row])
