"""Who may see and do what."""

from uuid import uuid4

import pytest
from chassis.testing import bearer
from contracts.payment import OrderOpened, OrderPaid
from contracts.tokens import Role


@pytest.fixture
def who(payments, tokens):
    def officer(role: Role, unit: str = payments.unit, department: str = payments.department) -> str:
        return tokens.officer(uuid4(), unit=unit, department=department, roles=(role,))

    return {
        "applicant": payments.citizen.token,
        "stranger": tokens.citizen(uuid4()),
        "officer": officer(Role.OFFICER),
        "auxiliary": officer(Role.AUXILIARY),
        "other unit": officer(Role.OFFICER, unit="BL-JIAOJING"),
        "supervisor": officer(Role.SUPERVISOR, unit="CITY-HUZHENG"),
        "supervisor of another unit": officer(Role.SUPERVISOR, unit="BL-HUZHENG"),
        "other department": officer(Role.SUPERVISOR, unit="CITY-JIAOJING", department="JIAOJING"),
        "editor": officer(Role.CATALOG_EDITOR),
        "operator": tokens.operator(),
        "service": tokens.service("case-svc"),
    }


SEES_ORDER = {
    "applicant": 200,
    "stranger": 404,
    "officer": 200,
    "auxiliary": 200,
    "other unit": 404,
    "supervisor": 200,
    "supervisor of another unit": 404,
    "other department": 404,
    "editor": 403,
    "operator": 200,
    "service": 403,
}


async def test_order_is_seen_by_its_people_only(payments, who):
    order = await payments.opened()
    for name, status in SEES_ORDER.items():
        answer = await payments.svc.client.get(
            f"/api/payments/orders/{order['id']}", headers=bearer(who[name])
        )
        assert (name, answer.status_code) == (name, status)
        checked = await payments.svc.client.post(
            f"/api/payments/orders/{order['id']}/check", headers=bearer(who[name])
        )
        assert (name, checked.status_code) == (name, status)


async def test_orders_of_a_case_are_listed_for_its_people_only(payments, who):
    order = await payments.opened()
    for name, status in SEES_ORDER.items():
        path = f"/api/payments/orders?case_id={order['case_id']}"
        answer = await payments.svc.client.get(path, headers=bearer(who[name]))
        if status == 403:
            assert answer.status_code == 403
        else:
            assert (name, len(answer.json()["items"])) == (name, 1 if status == 200 else 0)


async def test_link_to_pay_is_shown_to_the_payer_alone(payments, who):
    order = await payments.opened()
    link = (await payments.citizen.start(order["id"]))["pay_url"]
    for name in ("applicant", "officer", "operator"):
        path = f"/api/payments/orders/{order['id']}"
        (attempt,) = (await payments.svc.client.get(path, headers=bearer(who[name]))).json()["attempts"]
        assert (name, attempt["pay_url"]) == (name, link if name == "applicant" else None)


async def test_staff_name_the_case_whose_orders_they_want(payments, who):
    answer = await payments.svc.client.get("/api/payments/orders", headers=bearer(who["officer"]))
    assert answer.status_code == 422


async def test_only_the_applicant_pays_and_reopens(payments, who):
    order = await payments.opened()
    for name in who:
        if name == "applicant":
            continue
        refused = 404 if name == "stranger" else 403
        headers = bearer(who[name]) | {"Idempotency-Key": str(uuid4())}
        for path, body in (
            (f"/orders/{order['id']}/attempts", {"channel": "bank"}),
            (f"/cases/{order['case_id']}/orders", None),
        ):
            answer = await payments.svc.client.post(f"/api/payments{path}", json=body, headers=headers)
            assert (name, path, answer.status_code) == (name, path, refused)


async def test_anomalies_and_balances_are_the_operators(payments, who):
    for name, token in who.items():
        expected = 200 if name == "operator" else 403
        for path in ("anomalies?kind=held", "anomalies?kind=notice", "anomalies?kind=refund", "balances"):
            answer = await payments.svc.client.get(f"/api/payments/{path}", headers=bearer(token))
            assert (name, answer.status_code) == (name, expected)
        headers = bearer(token) | {"Idempotency-Key": str(uuid4())}
        answer = await payments.svc.client.post(f"/api/payments/anomalies/{uuid4()}/refund", headers=headers)
        assert answer.status_code == (404 if name == "operator" else 403)


async def test_no_token_is_401_everywhere(payments):
    order = await payments.opened()
    for path in ("orders", f"orders/{order['id']}", "refunds", "anomalies", "balances"):
        assert (await payments.svc.client.get(f"/api/payments/{path}")).status_code == 401


async def test_all_my_orders_page_by_key(payments):
    for _ in range(5):
        await payments.requested()
    seen, cursor = [], ""
    while cursor is not None:
        page = (await payments.citizen.get(f"/orders?limit=2{cursor and '&cursor=' + cursor}")).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)
    assert (await payments.citizen.get("/orders?cursor=nonsense")).status_code == 422


async def test_supervisor_sees_refunds_of_the_department(payments, who):
    order = await payments.opened()
    await payments.world.pay((await payments.citizen.start(order["id"]))["pay_url"])
    await payments.world.delivered()
    await payments.withdrawn(order["case_id"])
    for name, count in {
        "operator": 1,
        "supervisor": 1,
        "supervisor of another unit": 0,
        "other department": 0,
        "stranger": 0,
        "applicant": 1,
    }.items():
        answer = await payments.svc.client.get("/api/payments/refunds", headers=bearer(who[name]))
        assert (name, len(answer.json()["items"])) == (name, count)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"channel": "gold"},
        {"channel": "bank", "amount_cents": 1},
        {"channel": "\x00"},
        {"channel": 7},
    ],
)
async def test_bad_body_is_422(payments, body):
    order = await payments.opened()
    answer = await payments.citizen.post(f"/orders/{order['id']}/attempts", body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_unknown_ids_are_404_or_422(payments):
    assert (await payments.citizen.get(f"/orders/{uuid4()}")).status_code == 404
    assert (await payments.citizen.get("/orders/not-an-id")).status_code == 422
    assert (
        await payments.citizen.post(f"/orders/{uuid4()}/attempts", {"channel": "bank"})
    ).status_code == 404


async def test_second_request_of_a_case_is_parked_not_lost(payments):
    case_id = await payments.requested()
    for _ in range(6):
        await payments.requested(case_id=case_id)
    assert len(await payments.citizen.orders(case_id)) == 1
    assert await payments.svc.parked()


@pytest.fixture
def agent(payments, tokens):
    """Acts for the applicant, within the limits given."""

    def token(**limits):
        act = {"sub": str(uuid4()), "mandate": str(uuid4()), **limits}
        return bearer(tokens.mint(payments.citizen.id, (Role.CITIZEN,), ial=2, act=act))

    return token


async def test_an_agent_sees_and_pays_what_their_mandate_is_for(payments, agent):
    order = await payments.opened()
    path = f"/api/payments/orders/{order['id']}"
    for limits, status in (
        ({}, 200),
        ({"departments": [payments.department]}, 200),
        ({"items": ["X-1"]}, 404),
    ):
        headers = agent(**limits)
        assert (await payments.svc.client.get(path, headers=headers)).status_code == status
        listed = (await payments.svc.client.get("/api/payments/orders", headers=headers)).json()["items"]
        assert len(listed) == (1 if status == 200 else 0)
        started = await payments.svc.client.post(
            f"{path}/attempts", json={"channel": "bank"}, headers=headers | {"Idempotency-Key": str(uuid4())}
        )
        assert started.status_code == (201 if status == 200 else 404), started.text
        again = await payments.svc.client.post(
            f"/api/payments/cases/{order['case_id']}/orders",
            headers=headers | {"Idempotency-Key": str(uuid4())},
        )
        assert again.status_code == (409 if status == 200 else 404)
    kept = await payments.svc.service.pool.fetch(
        "SELECT actor, subject, facts FROM audit_log WHERE action = 'payment.pay_for'"
    )
    assert {row["subject"] for row in kept} == {str(payments.citizen.id)}
    assert {row["facts"]["order"] for row in kept} == {order["id"]}


@pytest.fixture
def acts(payments, tokens):
    """A named agent of the applicant: what it is, and how it asks to pay."""

    def agent():
        act = {"sub": str(uuid4()), "mandate": str(uuid4())}
        headers = bearer(tokens.mint(payments.citizen.id, (Role.CITIZEN,), ial=2, act=act))

        async def post(path, document=None):
            key = {"Idempotency-Key": str(uuid4())}
            answer = await payments.svc.client.post(
                f"/api/payments{path}", json=document, headers=headers | key
            )
            assert answer.status_code == 201, answer.text
            return answer.json()

        return act, post

    return agent


async def the_last(payments, model):
    return [event for event in await payments.svc.emitted() if isinstance(event, model)][-1]


def by(event):
    return event.acted_by and str(event.acted_by), event.mandate_id and str(event.mandate_id)


async def test_what_an_agent_pays_says_who_it_was(payments, acts):
    act, post = acts()
    order = await payments.opened()
    link = (await post(f"/orders/{order['id']}/attempts", {"channel": "bank"}))["pay_url"]
    rows = await payments.svc.service.pool.fetch("SELECT acted_by, mandate_id FROM attempt")
    assert [(str(row[0]), str(row[1])) for row in rows] == [(act["sub"], act["mandate"])]
    await payments.world.pay(link)
    await payments.world.delivered()
    assert by(await the_last(payments, OrderPaid)) == (act["sub"], act["mandate"])


async def test_who_was_given_the_link_last_is_who_pays(payments, acts):
    (_, first_post), (second, second_post) = acts(), acts()
    mine, theirs = await payments.opened(), await payments.opened()
    links = []
    for order in (mine, theirs):
        for post in (first_post, second_post):
            links.append((await post(f"/orders/{order['id']}/attempts", {"channel": "bank"}))["pay_url"])
    again = (await payments.citizen.start(mine["id"]))["pay_url"]
    assert links[0] == links[1] == again
    paid = []
    for link in (links[0], links[2]):
        await payments.world.pay(link)
        await payments.world.delivered()
        paid.append(by(await the_last(payments, OrderPaid)))
    assert paid == [(None, None), (second["sub"], second["mandate"])]


async def test_an_order_that_an_agent_opened_again_says_who_it_was(payments, acts):
    case_id = await payments.requested()
    first = await the_last(payments, OrderOpened)
    assert by(first) == (None, None) and first.applicant_id is None
    await payments.expired(str(first.order_id))
    act, post = acts()
    await post(f"/cases/{case_id}/orders")
    again = await the_last(payments, OrderOpened)
    assert (again.order_id != first.order_id, by(again)) == (True, (act["sub"], act["mandate"]))
    assert again.applicant_id == payments.citizen.id
