"""What the paths of every case ask of the database: one word a round trip."""

import pytest
from chassis.testing import bearer

PARCEL = ("accept", "review", "produce", "deliver")


async def test_a_look_is_one_read(world, make_item, make_upload, pdf, said: list[str]) -> None:
    case_id = await world.draft(make_item(materials=(make_upload(),)))
    await world.citizen.post(f"/api/cases/{case_id}/materials?key=m1&name=户口.pdf", content=pdf)
    said.clear()
    seen = (await world.citizen.get(f"/api/cases/{case_id}")).json()
    assert said == ["SELECT"]
    assert [(material["file_name"], material["size"]) for material in seen["materials"]] == [
        ("户口.pdf", len(pdf))
    ]


async def test_an_officers_look_is_noted_by_the_statement_that_reads(
    world, make_item, said: list[str]
) -> None:
    case_id = await world.submitted(make_item())
    said.clear()
    assert (await world.officer().get(f"/api/cases/{case_id}")).status_code == 200
    assert said == ["WITH"]
    for stranger in (world.officer(unit="BL-HUZHENG"), world.officer(4, unit="XC-CRJ", department="CRJ")):
        assert (await stranger.get(f"/api/cases/{case_id}")).status_code == 404
    leader = world.officer(3, unit="CITY-HUZHENG")
    assert (await leader.get(f"/api/cases/{case_id}")).status_code == 200
    views = (await world.citizen.get(f"/api/cases/{case_id}/views")).json()
    assert [view["unit"] for view in views] == ["CITY-HUZHENG", "XC-HUZHENG"]


@pytest.mark.parametrize("steps", [PARCEL, ("accept", "review", "produce", "notify")])
async def test_an_address_is_told_and_noted_at_once_or_not_at_all(
    world, make_item, steps, said: list[str]
) -> None:
    case_id = await world.submitted(make_item(steps=steps))
    said.clear()
    answer = await world.client.get(
        f"/internal/cases/{case_id}/address?direction=to_applicant",
        headers=bearer(world.tokens.service("courier-svc")),
    )
    told = steps is PARCEL
    assert (answer.status_code, said) == ((200, ["WITH"]) if told else (409, ["WITH", "DELETE"]))
    views = (await world.citizen.get(f"/api/cases/{case_id}/views")).json()
    assert len(views) == told
