"""Who acts for the applicant sees and moves the parcels that their mandate is for."""

from typing import Any

from chassis.testing import bearer
from contracts.courier import ShipmentAddressChanged, ShipmentSentAgain

from ..conftest import Parcel, agent_of


def agent(parcel: Parcel, **limits: Any) -> dict[str, str]:
    return agent_of(parcel, **limits)[1]


async def test_an_agent_sees_the_parcels_their_mandate_is_for(created: Parcel) -> None:
    shipment = (await created.row())["id"]
    within = [agent(created), agent(created, departments=[created.event.department])]
    beyond = [agent(created, departments=["OTHER"]), agent(created, items=["HZ-001"])]
    for headers in within + beyond:
        seen = headers in within
        answer = await created.svc.client.get(f"/api/shipments/{shipment}", headers=headers)
        assert answer.status_code == (200 if seen else 404)
        listed = (await created.svc.client.get("/api/shipments", headers=headers)).json()["items"]
        assert len(listed) == (1 if seen else 0)


async def test_an_agent_has_a_returned_one_sent_again(returned: Parcel) -> None:
    assert (await returned.resend(headers=agent(returned, departments=["OTHER"]))).status_code == 404
    headers = agent(returned)
    assert (await returned.resend(key="other", headers=headers)).status_code == 200
    event = (await returned.svc.emitted())[-1]
    assert isinstance(event, ShipmentSentAgain)
    (act,) = await acts_of(returned, headers)
    assert (act["what"], act["by"], act["text"]) == ("sent_again", "agent", "代理人要求重新寄出")
    assert (act["acted_by"], act["mandate_id"]) == (str(event.acted_by), str(event.mandate_id))
    assert event.applicant_id == returned.event.applicant_id


async def acts_of(parcel: Parcel, headers: dict[str, str]) -> list[dict[str, Any]]:
    shipment = (await parcel.row())["id"]
    answer = await parcel.svc.client.get(f"/api/shipments/{shipment}", headers=headers)
    acts: list[dict[str, Any]] = answer.json()["acts"]
    return acts


async def test_a_new_address_has_its_author(created: Parcel) -> None:
    path = f"/api/shipments/{(await created.row())['id']}/address"
    place = {
        "name": "李四", "phone": "13900000000", "province": "陕西省", "city": "西安市", "address": "未央路1号",
    }  # fmt: skip
    mine = bearer(created.svc.tokens.citizen(created.event.applicant_id))
    for headers, who in ((agent(created), "agent"), (mine, "applicant")):
        assert (await created.svc.client.put(path, json=place, headers=headers)).status_code == 200
        event = (await created.svc.emitted())[-1]
        assert isinstance(event, ShipmentAddressChanged)
        assert (event.acted_by is not None) == (who == "agent") and event.officer_id is None
        latest = (await acts_of(created, mine))[-1]
        assert (latest["by"], latest["acted_by"]) == (who, str(event.acted_by) if event.acted_by else None)
        assert place["name"] not in event.model_dump_json()
