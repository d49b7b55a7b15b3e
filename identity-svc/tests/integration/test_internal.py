"""What only our own services may ask, and the trace it leaves."""

from uuid import uuid4

import pytest
from chassis.testing import bearer
from contracts.tokens import Role
from identity_svc.domain.demo import COMPANY


async def token_for(identity, service="case-svc"):
    body = {"service": service, "secret": f"the-secret-of-{service}"}
    answer = await identity.client.post("/internal/service-tokens", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]


async def look(identity, account_id, token, **params):
    return await identity.client.get(f"/internal/accounts/{account_id}", params=params, headers=bearer(token))


@pytest.fixture
async def verified(identity, phone, id_number):
    made = await identity.register(phone)
    body = {"name": "王小明", "id_number": id_number}
    answer = await identity.post("/real-name", body, made["session"]["access_token"])
    return answer.json()


async def test_a_service_token_names_the_service_for_ten_minutes(identity):
    claims = (await identity.running.service.verifier.verify(await token_for(identity))).claims
    assert (claims.sub, claims.roles, claims.sid) == ("case-svc", (Role.SERVICE,), None)
    assert claims.exp - claims.iat == 600


WRONG_SECRETS = [
    ("case-svc", "the-secret-of-payment-svc"),
    ("nobody-svc", "the-secret-of-case-svc"),
    ("case-svc", "x"),
]


async def test_a_wrong_secret_and_an_unknown_service_look_alike(identity, subtests):
    for service, secret in WRONG_SECRETS:
        with subtests.test(str((service, secret))[:80]):
            body = {"service": service, "secret": secret}
            answer = await identity.client.post("/internal/service-tokens", json=body)
            assert (answer.status_code, answer.json()["type"]) == (401, "/problems/service-refused")


async def test_a_service_sees_a_person_in_clear(identity, verified, phone, id_number):
    account_id = verified["account"]["account_id"]
    answer = await look(identity, account_id, await token_for(identity))
    assert answer.json() == {
        "account_id": account_id,
        "kind": "person",
        "ial": 2,
        "phone": phone,
        "name": "王小明",
        "id_type": "resident_id",
        "id_number": id_number,
        "representative_name": None,
        "representative_id_number": None,
    }
    assert answer.headers["cache-control"] == "no-store"


async def test_a_company_is_named_by_its_own_name_and_code(identity, phone, id_number):
    made = await identity.register(phone, kind="enterprise", uscc=COMPANY.uscc, company_name=COMPANY.name)
    body = {"name": "李建国", "id_number": id_number}
    await identity.post("/real-name", body, made["session"]["access_token"])
    seen = (await look(identity, made["account"]["account_id"], await token_for(identity))).json()
    assert (seen["name"], seen["id_type"], seen["id_number"]) == (COMPANY.name, "uscc", COMPANY.uscc)
    assert (seen["representative_name"], seen["representative_id_number"]) == ("李建国", id_number)


async def test_the_person_sees_who_looked_and_why(identity, verified):
    account_id, officer_id = verified["account"]["account_id"], uuid4()
    assert (await look(identity, account_id, await token_for(identity, "payment-svc"))).status_code == 403
    await look(identity, account_id, await token_for(identity))
    await look(
        identity, account_id, await token_for(identity), why="受理办件 C2026001", officer_id=str(officer_id)
    )
    views = (await identity.get("/me/views", verified["access_token"])).json()["items"]

    assert [(view["viewer"], view["why"], view["officer_id"]) for view in views] == [
        ("case-svc", "受理办件 C2026001", str(officer_id)),
        ("case-svc", "unspecified", None),
    ]


async def test_the_person_reads_in_words_of_which_unit_and_role_it_was(identity, verified):
    await identity.sql(
        "INSERT INTO officer (id, badge_no, name, password_hash, password_initial, unit, department, branch, rank,"
        " roles) VALUES ($1, 'XC-1', '', '', false, 'XC-HUZHENG', 'HUZHENG', 'XC', 1, '{officer}')",
        officer := uuid4(),
    )
    account_id = verified["account"]["account_id"]
    await look(identity, account_id, await token_for(identity), why="case", officer_id=str(officer))
    (view,) = (await identity.get("/me/views", verified["access_token"])).json()["items"]
    assert (view["who"], view["unit"], view["why_text"]) == ("民警", "XC-HUZHENG", "办理您的办件")
    assert "户政" in view["unit_name"] and "XC-1" not in str(view)


async def test_views_are_paged_newest_first(identity, verified):
    token = await token_for(identity)
    for number in range(5):
        await look(identity, verified["account"]["account_id"], token, why=str(number))
    first = (await identity.get("/me/views", verified["access_token"], limit=3)).json()
    rest = (await identity.get("/me/views", verified["access_token"], limit=3, cursor=first["next"])).json()
    assert [view["why"] for view in (*first["items"], *rest["items"])] == ["4", "3", "2", "1", "0"]
    assert rest["next"] is None


async def test_an_unknown_account_leaves_no_trace(identity):
    answer = await look(identity, uuid4(), await token_for(identity))
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-account")
    assert await identity.sql("SELECT 1 FROM access_log") == []


async def test_people_cannot_look(identity, verified):
    answer = await look(identity, verified["account"]["account_id"], verified["access_token"])
    assert answer.status_code == 403
    assert await identity.sql("SELECT 1 FROM access_log") == []


async def test_a_service_has_no_account_of_its_own(identity):
    token = await token_for(identity)
    assert (await identity.get("/me", token)).status_code == 403
    gone = await identity.client.delete("/api/identity/sessions/current", headers=bearer(token))
    assert gone.status_code == 403


async def test_who_prints_a_receipt_is_told_the_name_alone_and_the_person_of_it(identity, verified):
    account_id = verified["account"]["account_id"]
    path, params = f"/internal/accounts/{account_id}/name", {"why": "receipt"}
    token = await token_for(identity, "payment-svc")
    answer = await identity.client.get(path, params=params, headers=bearer(token))
    assert answer.json() == {"account_id": account_id, "kind": "person", "name": "王小明"}
    assert (await identity.client.get(path, headers=bearer(await token_for(identity)))).status_code == 403
    (view,) = (await identity.get("/me/views", verified["access_token"])).json()["items"]
    assert (view["viewer"], view["why_text"]) == ("payment-svc", "打印缴款票据上的缴款人姓名")
