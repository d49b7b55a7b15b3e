"""The API keeps to its own OpenAPI document, whatever is thrown at it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from case_svc.bootstrap import build
from case_svc.settings import CaseSettings
from chassis.clock import now
from chassis.service import Service
from chassis.testing import TEST_KEYS, Tokens, bearer
from chassis.testing.doors import ACCOUNT, POST
from chassis.testing.fuzzing import Held, opened
from chassis.testing.standing import Standing
from contracts.catalog import ItemDefinition, ItemPublished
from contracts.identity import UnitDefined
from contracts.tokens import Role
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

MIGRATIONS = Path(__file__).parents[2] / "src/case_svc/migrations"
PAPER = ("accept", "review", "approve", "produce")
PARCEL = ("accept", "review", "approve", "produce", "deliver")
PLACE = {
    "province": "陕西省", "city": "西安市", "county": "新城区", "address": "东新街1号", "name": "张三",
    "phone": "13800000000",
}  # fmt: skip
TRIED_ELSEWHERE = {
    # For officers of other units, whom nobody is here: test_break_glass.py.
    "POST /api/cases/{case_id}/break-glass",
    "POST /api/cases/numbers/{case_no}/break-glass",
    "GET /internal/cases/{case_id}/address",  # for courier-svc only: test_internal.py
    "GET /internal/cases/{case_id}/payment-reference",  # of fines only: test_internal.py
    "GET /internal/parity/days/{day}",  # for those who compare: test_parity.py
    "GET /internal/parity/facts/{fact}/days/{day}/hours/{hour}",
}


@dataclass
class Walk:
    """Cases led to where an operation finds something to do."""

    held: Held
    citizen: httpx2.Client
    colleague: httpx2.Client
    """Accepts: who accepted does not decide."""

    def publish(self, item: ItemDefinition) -> None:
        told = ItemPublished(
            item_code=item.code, item_version=item.version, published_at=now(), definition=item
        )
        self.held.do(self.held.running.deliver(told))

    def drafts(self, item: ItemDefinition, count: int) -> list[str]:
        answers = {"purpose": "办理入学"}
        if "delivery_address" in item.form_schema["properties"]:
            answers |= {"delivery_address": PLACE}
        body = {"item_code": item.code, "branch": "XC", "answers": answers}
        return [self._done(self.citizen.post("/api/cases", json=body))["id"] for _ in range(count)]

    def submitted(self, item: ItemDefinition, count: int) -> list[str]:
        return [self._moved(self.citizen, one, "submit") for one in self.drafts(item, count)]

    def accepted(self, item: ItemDefinition, count: int) -> list[str]:
        return [self._moved(self.colleague, one, "accept") for one in self.submitted(item, count)]

    def lacking(self, item: ItemDefinition, count: int) -> list[str]:
        body = {"lacking": [{"what": "户口簿照片"}]}
        return [
            self._moved(self.colleague, one, "supplement-requests", body)
            for one in self.submitted(item, count)
        ]

    def approved(self, item: ItemDefinition, count: int) -> list[str]:
        officer = bearer(self.held.callers[Role.OFFICER])
        body = {"decision": "approve"}
        return [
            self._moved(self.citizen, one, "decisions", body, headers=officer)
            for one in self.accepted(item, count)
        ]

    def produced(self, item: ItemDefinition, count: int) -> list[str]:
        return [self._moved(self.colleague, one, "produce") for one in self.approved(item, count)]

    def with_material(self, item: ItemDefinition, content: bytes, count: int) -> dict[str, list[str]]:
        cases, materials = self.drafts(item, count), []
        for one in cases:
            answer = self.citizen.post(
                f"/api/cases/{one}/materials?key=m1",
                content=content,
                headers={"Content-Type": "application/pdf"},
            )
            materials.append(self._done(answer)["id"])
        return {"case_id": cases, "material_id": materials}

    def seen(self, case_id: str) -> Any:
        return self._done(self.citizen.get(f"/api/cases/{case_id}"))

    def _moved(self, who: httpx2.Client, case_id: str, how: str, body: Any = None, **options: Any) -> str:
        options["headers"] = {"Idempotency-Key": str(uuid4()), **options.get("headers", {})}
        self._done(who.post(f"/api/cases/{case_id}/{how}", json=body, **options))
        return case_id

    def _done(self, answer: httpx2.Response) -> Any:
        assert answer.status_code < 300, answer.text
        return answer.json()


async def service_token(_: Request) -> JSONResponse:
    return JSONResponse({"access_token": "ours", "expires_in": 600})


async def account(_: Request) -> JSONResponse:
    return JSONResponse({"name": "张三", "id_number": "11010519491231002X", "phone": "13800000000"})


async def mandates(request: Request) -> JSONResponse:
    agent = {"kind": "proxy", "agent_id": str(uuid4()), "agent_name": "李*"}
    return JSONResponse([{"id": one} | agent for one in request.query_params.getlist("id")])


async def saved_address(_: Request) -> JSONResponse:
    return JSONResponse(PLACE)


@pytest.fixture
def identity_url() -> Iterator[str]:
    """Plays identity-svc, who knows one person."""
    routes = [
        Route("/internal/service-tokens", service_token, methods=["POST"]),
        Route("/internal/accounts/{account_id}", account),
        Route("/internal/mandates", mandates),
        Route("/internal/addresses/{account_id}/{address_id}", saved_address),
    ]
    with Standing(lambda: Starlette(routes=routes)) as identity:
        yield identity.url


@pytest.fixture
def held(
    postgres_url: str, tokens: Tokens, tmp_path: Path, document_key: str, identity_url: str
) -> Iterator[Held]:
    def service(url: str) -> Service:
        return build(
            CaseSettings(
                database_url=url, kafka_bootstrap="127.0.0.1:1", identity_url=identity_url,
                service_secret="test", files_url=str(tmp_path), document_key=document_key, **TEST_KEYS,
            )
        )  # fmt: skip

    with opened(postgres_url, MIGRATIONS, service, tokens) as held:
        yield held


@pytest.fixture
def walk(held: Held, tokens: Tokens) -> Iterator[Walk]:
    unit = UnitDefined(
        code=POST["unit"], name="新城分局户政", name_en="XC", department=POST["department"], branch="XC"
    )
    held.do(held.running.deliver(unit))
    colleague = bearer(tokens.officer(uuid4(), unit=POST["unit"], department=POST["department"]))
    with (
        httpx2.Client(base_url=held.url, headers=bearer(held.callers[Role.CITIZEN])) as citizen,
        httpx2.Client(base_url=held.url, headers=colleague) as officer,
    ):
        yield Walk(held, citizen, officer)


@pytest.fixture
def at_work(walk: Walk, make_item: Callable[..., ItemDefinition], make_upload: Any, pdf: bytes) -> Held:
    """Cases in every state that something can be done in, named where it can be done."""
    paper, parcel = make_item("HUZHENG-102", PAPER), make_item("HUZHENG-103", PARCEL, delivery="to_applicant")
    fetched = make_item("HUZHENG-105", PARCEL, delivery="both_ways")
    electronic = make_item("HUZHENG-101", materials=(make_upload("m1", required=False),))
    renewed = make_item("HUZHENG-104")
    for item in (paper, parcel, fetched, electronic, renewed):
        walk.publish(item)
    held, at = walk.held, walk.held.at
    documents = walk.approved(electronic, 4)
    outdated = walk.drafts(renewed, 6)
    walk.publish(renewed.model_copy(update={"version": 2}))
    drafts = walk.drafts(electronic, 6)
    cases = {
        "POST /api/cases/{case_id}/accept": walk.submitted(electronic, 6),
        "POST /api/cases/{case_id}/claim": walk.submitted(electronic, 6),
        "POST /api/cases/{case_id}/reject": walk.submitted(electronic, 6),
        "POST /api/cases/{case_id}/supplement-requests": walk.submitted(electronic, 6),
        "POST /api/cases/{case_id}/decisions": walk.accepted(electronic, 6),
        "POST /api/cases/{case_id}/produce": walk.approved(parcel, 6),
        "POST /api/cases/{case_id}/collect": walk.produced(paper, 6),
        "PATCH /api/cases/{case_id}": drafts,
        "DELETE /api/cases/{case_id}": walk.drafts(electronic, 6),
        "POST /api/cases/{case_id}/item-version": outdated,
        "PUT /api/cases/{case_id}/answers": drafts,
        "PATCH /api/cases/{case_id}/answers": walk.drafts(electronic, 6),
        "PUT /api/cases/{case_id}/delivery-address": walk.submitted(parcel, 6),
        "PUT /api/cases/{case_id}/delivery-address/saved": walk.submitted(parcel, 6),
        "PUT /api/cases/{case_id}/pickup-address": walk.submitted(fetched, 6),
        "PUT /api/cases/{case_id}/pickup-address/saved": walk.submitted(fetched, 6),
        "POST /api/cases/{case_id}/submit": walk.drafts(electronic, 6),
        "POST /api/cases/{case_id}/supplements": walk.lacking(electronic, 6),
        "POST /api/cases/{case_id}/withdraw": walk.submitted(electronic, 6),
        "POST /api/cases/{case_id}/materials": drafts,
        "GET /internal/cases/{case_id}/address": walk.accepted(parcel, 3),
    }
    at |= {label: {"case_id": found} for label, found in cases.items()}
    at["POST /api/cases"] = {"body": [{"item_code": electronic.code, "branch": "XC"}]}
    at["POST /api/cases/{case_id}/decisions"] |= {"body": [{"decision": "approve"}]}
    for what in ("delivery", "pickup"):
        at[f"PUT /api/cases/{{case_id}}/{what}-address"] |= {"body": [PLACE]}
    for method in ("PUT", "PATCH"):
        at[f"{method} /api/cases/{{case_id}}/answers"] |= {
            "answers": [{"purpose": "入学"}],
            "version": [1],
            "If-Match": ['"1"'],
        }
    at["GET /api/cases/{case_id}/materials/{material_id}"] = walk.with_material(electronic, pdf, 3)
    at["DELETE /api/cases/{case_id}/materials/{material_id}"] = walk.with_material(electronic, pdf, 6)
    seen = [walk.seen(one) for one in documents]
    uploaded = walk.with_material(electronic, pdf, 1)["material_id"]
    at["GET /internal/people/{account_id}/export/files/{file_id}"] = {
        "account_id": [str(ACCOUNT)],
        "file_id": [f"material-{one}" for one in uploaded],
    }
    held.known |= {
        "case_id": documents,
        "case_no": [one["case_no"] for one in seen],
        "document_id": [one["document_id"] for one in seen],
    }
    return held


def test_every_answer_is_as_documented(at_work: Held, subtests: pytest.Subtests) -> None:
    held = at_work
    for operation in held.operations():
        with subtests.test(operation.label):
            held.try_everything(operation, most=20)
    assert held.unreached() == TRIED_ELSEWHERE
