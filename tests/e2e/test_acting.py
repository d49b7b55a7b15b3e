"""Somebody does something for somebody else: from the offer to the end of the mandate, through the gateway."""

from datetime import timedelta
from typing import Any

import pytest
from chassis.clock import SHANGHAI, now
from city import City
from city.steps import ADDRESS, LOST_CARD, LOST_NOTICE, paid, submitted
from demo.api import Refused, until
from demo.client import Citizen
from demo.partners import Phone
from demo.samples import phone_number

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("city")]

REVOKED_WITHIN = 5.0
"""Seconds from a revocation until the gateway refuses tokens that name it."""


def last_day() -> str:
    return (now().astimezone(SHANGHAI) + timedelta(days=30)).date().isoformat()


async def newcomer(city: City, name: str) -> tuple[Citizen, str]:
    """Somebody whose name is known, and their phone."""
    phone = Phone(city.platform, phone_number(city.chance))
    citizen = await Citizen.register(city.platform, phone)
    await citizen.prove_identity(name, number_of(city, 1980))
    return citizen, phone.number


async def acting(city: City, agent: Citizen, mandate_id: str) -> Citizen:
    token = await agent.post("/api/identity/acting", {"mandate_id": mandate_id})
    return Citizen(city.platform, token["access_token"])


async def kinds_told(person: Citizen) -> list[str]:
    return [message["kind"] for message in (await person.get("/api/identity/me/messages"))["items"]]


async def test_an_agent_applies_both_are_told_and_a_revocation_ends_it_at_once(city: City):
    principal, _ = await newcomer(city, "赵小雨")
    agent, phone = await newcomer(city, "钱大海")
    offer = {
        "agent_phone": phone,
        "agent_name": "钱大海",
        "departments": ["HUZHENG"],
        "until": last_day(),
    }
    mandate = await principal.post("/api/identity/mandates", offer)
    waiting = (await agent.get("/api/me/overview"))["parts"]["mandates"]["items"]
    assert [one["id"] for one in waiting] == [mandate["id"]]
    await agent.post(f"/api/identity/mandates/{mandate['id']}/accept")
    instead = await acting(city, agent, mandate["id"])
    case_id = await submitted(city, instead, "HUZHENG-004", LOST_NOTICE, branch="XC")
    assert "由代理人钱**代您提交" in str(await principal.timeline(case_id))
    with pytest.raises(Refused) as refused:
        await instead.open_case("CRJ-013")
    assert refused.value.problem["type"].endswith("outside-mandate")

    async def both_told() -> bool:
        mine, theirs = await kinds_told(principal), await kinds_told(agent)
        return "case_submitted_for_you" in mine and "case_submitted_by_you" in theirs

    await until("双方收到代办通知", both_told)
    await principal.post(f"/api/identity/mandates/{mandate['id']}/revoke")

    async def refused_now() -> bool:
        answer = await city.platform.send("GET", f"/api/cases/{case_id}", headers=instead.headers)
        return answer.status_code == 401

    await until("撤销后代办令牌被拒绝", refused_now, REVOKED_WITHIN)
    assert (await principal.case(case_id))["id"] == case_id
    assert (await agent.get("/api/identity/me"))["kind"] == "person"


async def test_what_an_agent_pays_and_redirects_is_told_to_both_and_shown_as_theirs(city: City):
    principal, _ = await newcomer(city, "赵小雨")
    agent, phone = await newcomer(city, "钱大海")
    offer = {"agent_phone": phone, "agent_name": "钱大海", "departments": ["HUZHENG"], "until": last_day()}
    mandate = await principal.post("/api/identity/mandates", offer)
    await agent.post(f"/api/identity/mandates/{mandate['id']}/accept")
    agent_id = (await agent.get("/api/identity/me"))["account_id"]
    instead = await acting(city, agent, mandate["id"])
    case_id = await submitted(city, instead, "HUZHENG-003", LOST_CARD, branch="XC")
    await (await city.officer("XC-HUZHENG-1")).accept(case_id)
    officer = await city.officer("XC-HUZHENG-2")
    await officer.approve(case_id, "同意")
    elsewhere = ADDRESS | {"address": "西新街2号"}
    await instead.put(f"/api/cases/{case_id}/delivery-address", elsewhere)
    await paid(city, instead, case_id)
    await officer.produce(case_id)

    async def shipped() -> dict[str, Any] | None:
        return next(iter(await instead.shipments(case_id)), None)

    shipment = await until("寄递单已生成", shipped)
    await instead.put(f"/api/shipments/{shipment['id']}/address", ADDRESS)
    (act,) = (await principal.get(f"/api/shipments/{shipment['id']}"))["acts"]
    assert (act["by"], act["acted_by"]) == ("agent", agent_id)
    entries = {line["action"]: line for line in (await principal.timeline(case_id))["entries"]}
    for action in ("submit", "address_changed", "pay"):
        assert entries[action]["facts"]["acted_by"] == agent_id
        assert entries[action]["text"].startswith("由代理人钱**代您")
    (hand,) = (await officer.get(f"/api/cases/{case_id}"))["acted_by"]
    assert (hand["account_id"], hand["kind"], hand["name"]) == (agent_id, "proxy", "钱**")
    assert {"opened", "submitted", "address"} <= set(hand["did"])
    acts = {"case_submitted", "case_address_changed", "case_paid", "parcel_redirected"}

    async def both_told() -> bool:
        mine, theirs = set(await kinds_told(principal)), set(await kinds_told(agent))
        return {f"{act}_for_you" for act in acts} <= mine and {f"{act}_by_you" for act in acts} <= theirs

    await until("双方收到每次代办通知", both_told)
    told = (await principal.get("/api/identity/me/messages"))["items"]
    texts = [one["text"] for one in told if one["kind"].endswith("_for_you")]
    assert texts and all("代理人钱" in text and "钱大海" not in text for text in texts)


async def test_a_parent_applies_for_a_child_who_later_speaks_for_themselves(city: City):
    parent, _ = await newcomer(city, "孙志强")
    child = {"name": "孙小圣", "id_number": number_of(city, 2015)}
    mandate = await parent.post("/api/identity/wards", {**child, "until": last_day()})
    instead = await acting(city, parent, mandate["id"])
    case_id = await submitted(city, instead, "HUZHENG-004", LOST_NOTICE, branch="XC")
    themselves = await Citizen.register(city.platform, Phone(city.platform, phone_number(city.chance)))
    await themselves.prove_identity(child["name"], child["id_number"])
    (own,) = (await themselves.get("/api/identity/mandates?side=agent"))["items"]
    assert own["kind"] == "owner"
    assert (await (await acting(city, themselves, own["id"])).case(case_id))["id"] == case_id
    with pytest.raises(Refused) as refused:
        await acting(city, parent, mandate["id"])
    assert refused.value.problem["type"].endswith("mandate-over")


def number_of(city: City, year: int) -> str:
    """An identity number of somebody born in that year."""
    born = f"{year}{city.chance.randrange(1, 13):02d}{city.chance.randrange(1, 29):02d}"
    stem = f"610102{born}{city.chance.randrange(1000):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return stem + "10X98765432"[sum(int(d) * w for d, w in zip(stem, weights, strict=True)) % 11]
