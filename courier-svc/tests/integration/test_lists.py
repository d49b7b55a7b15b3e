"""Lists: by key, each caller their own."""

from uuid import uuid4

from chassis.testing import Running, bearer
from contracts.case import CaseDispatchRequested
from contracts.tokens import Role

from ..conftest import DEPARTMENT, UNIT, Parcel, case_facts


async def test_an_applicant_pages_through_their_own(svc: Running) -> None:
    mine, cases = uuid4(), []
    for _ in range(5):
        event = CaseDispatchRequested(**case_facts(applicant_id=mine), postage_free=False)
        cases.append(str(event.case_id))
        await svc.deliver(event)
    await svc.deliver(CaseDispatchRequested(**case_facts(), postage_free=False))
    headers, seen, cursor = bearer(svc.tokens.citizen(mine)), [], {}
    while True:
        page = (await svc.client.get("/api/shipments", params={"limit": 2} | cursor, headers=headers)).json()
        seen += [item["case_id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == cases[::-1]


async def test_an_officer_sees_the_units_and_those_to_look_at(requested: Parcel) -> None:
    svc = requested.svc
    await svc.deliver(CaseDispatchRequested(**case_facts(unit="XC-CRJ"), postage_free=True))
    headers = bearer(svc.tokens.officer(uuid4(), unit=UNIT, department=DEPARTMENT))
    everything = (await svc.client.get("/api/shipments", headers=headers)).json()["items"]
    assert [item["case_id"] for item in everything] == [str(requested.event.case_id)]
    narrowed = {"attention": "true"}
    assert (await svc.client.get("/api/shipments", params=narrowed, headers=headers)).json()["items"] == []
    await svc.service.pool.execute("UPDATE shipment SET attention = 'no_news'")
    assert (
        len((await svc.client.get("/api/shipments", params=narrowed, headers=headers)).json()["items"]) == 1
    )


async def test_the_parcels_of_a_case_are_shown_to_those_concerned_only(created: Parcel) -> None:
    svc, params = created.svc, {"case_id": str(created.event.case_id)}
    supervisor = svc.tokens.officer(
        uuid4(), unit="CITY-HUZHENG", department=DEPARTMENT, roles=(Role.SUPERVISOR,)
    )
    for token, expected in ((None, 1), (svc.tokens.citizen(uuid4()), 0), (supervisor, 1)):
        headers = bearer(token) if token else created.applicant
        answer = await svc.client.get("/api/shipments", params=params, headers=headers)
        assert len(answer.json()["items"]) == expected


async def test_a_bad_cursor_or_id_is_told(created: Parcel) -> None:
    client = created.svc.client
    for path in ("?cursor=xyz", "?limit=0", "?case_id=1", "/not-an-id"):
        answer = await client.get(f"/api/shipments{path}", headers=created.applicant)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_problems_speak_the_readers_language(created: Parcel) -> None:
    headers = created.applicant | {"Accept-Language": "en"}
    path = f"/api/shipments/{uuid4()}"
    assert (await created.svc.client.get(path, headers=headers)).json()["title"] == "No such shipment"
    chinese = (await created.svc.client.get(path, headers=created.applicant)).json()
    assert chinese["title"] == "寄递记录不存在"
