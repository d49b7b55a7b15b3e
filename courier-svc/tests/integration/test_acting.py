"""Who acts for the applicant sees and moves the parcels that their mandate is for."""

from typing import Any
from uuid import uuid4

from chassis.testing import bearer
from contracts.tokens import Role

from ..conftest import Parcel


def agent(parcel: Parcel, **limits: Any) -> dict[str, str]:
    act = {"sub": str(uuid4()), "mandate": str(uuid4()), **limits}
    return bearer(parcel.svc.tokens.mint(parcel.event.applicant_id, (Role.CITIZEN,), ial=2, act=act))


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
    assert (await returned.resend(key="other", headers=agent(returned))).status_code == 200
