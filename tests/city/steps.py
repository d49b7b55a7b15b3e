"""Steps that several stories share."""

import random
from typing import Any

from demo.client import Citizen
from demo.samples import photograph

from .people import City

ADDRESS = {
    "province": "陕西省",
    "city": "西安市",
    "county": "新城区",
    "address": "尚德路 1 号 2 单元 301 室",
    "name": "赵小雨",
    "phone": "13800000000",
}
LOST_CARD = {
    "lost_date": "2026-11-01",
    "lost_place": "解放路",
    "loss_cause": "遗失",
    "delivery_address": ADDRESS,
}
LOST_NOTICE = {"lost_date": "2026-11-01", "lost_place": "解放路", "is_guardian": False}


async def drafted(citizen: Citizen, item: str, answers: dict[str, Any], **place: str) -> str:
    """A draft with its answers saved; returns the case id."""
    case_id = str((await citizen.open_case(item, **place))["id"])
    version = (await citizen.answers(case_id))["version"]
    await citizen.save(case_id, answers, version)
    return case_id


async def with_papers(city: City, citizen: Citizen, case_id: str, item: str) -> None:
    """Uploads every required electronic paper of the applicant's."""
    guide = await city.platform.call("GET", f"/api/catalog/items/{item}")
    for paper in guide["materials"]:
        if paper["required"] and paper["source"] == "applicant" and paper["form"] == "electronic":
            content = photograph(random.Random(1), 80, 100)
            await citizen.upload(case_id, paper["key"], "paper.png", content, "image/png")


async def submitted(city: City, citizen: Citizen, item: str, answers: dict[str, Any], **place: str) -> str:
    case_id = await drafted(citizen, item, answers, **place)
    await with_papers(city, citizen, case_id, item)
    await citizen.submit(case_id)
    return case_id


async def lost_card_awaiting_payment(city: City) -> tuple[Citizen, str]:
    """A lost card applied for and approved: fee, production and parcel are still to come."""
    citizen = await city.citizen()
    case_id = await submitted(city, citizen, "HUZHENG-003", LOST_CARD, branch="XC")
    await (await city.officer("XC-HUZHENG-1")).accept(case_id)
    await (await city.officer("XC-HUZHENG-2")).approve(case_id, "同意")
    return citizen, case_id


async def paid(city: City, citizen: Citizen, case_id: str) -> dict[str, Any]:
    order = await citizen.order_to_pay(case_id)
    await city.bank.pay(await citizen.start_payment(order["id"]))
    await citizen.when(case_id, "in_production")
    return order
