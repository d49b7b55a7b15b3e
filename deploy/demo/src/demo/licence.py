"""The second story: she lost her driving licence too; fee and postage are paid in one checkout, and it is sent."""

import random
from dataclasses import dataclass

from .api import Json, NeverHappened, Platform, once_possible
from .client import Citizen, Officer
from .partners import Bank
from .samples import photograph
from .walk import ANSWERS as OF_THE_FIRST
from .walk import Say

ITEM, OFFICER = "JIAOJING-003", "CITY-JIAOJING-1"
ANSWERS = {
    "licence_file_no": "610100123456",
    "lost_date": "2026-11-01",
    "not_detained": True,
    "delivery_address": OF_THE_FIRST["delivery_address"],
}


@dataclass
class Licence:
    """A case of `citizen` whose result is sent at her cost. `logins` and `say` as of `Walk`."""

    platform: Platform
    logins: dict[str, str]
    say: Say

    async def __call__(self, citizen: Citizen) -> None:
        """Returns once it is delivered; raises Refused or NeverHappened where the case stops."""
        case_id = await self._applies(citizen)
        if OFFICER not in self.logins:
            raise NeverHappened(f"没有演示警员 {OFFICER} · there is no demo officer {OFFICER}")
        officer = await Officer.log_in(self.platform, OFFICER, self.logins[OFFICER])
        await officer.accept(case_id)
        await officer.approve(case_id, "材料齐全，同意。")
        await self._pays(citizen, case_id)
        await officer.produce(case_id)
        await citizen.when(case_id, "completed", within=60)
        (shipment,) = await citizen.shipments(case_id)
        self.say(f"✓ 驾驶证制作完成，快递 {shipment['waybill_no']} 已妥投")

    async def _applies(self, citizen: Citizen) -> str:
        guide = await self.platform.call("GET", f"/api/catalog/items/{ITEM}")
        case_id = str((await once_possible(lambda: citizen.open_case(ITEM), 404, 422))["id"])
        await citizen.save(case_id, ANSWERS, (await citizen.answers(case_id))["version"])
        for paper in guide["materials"]:
            if paper["source"] == "applicant":
                content = photograph(random.Random(1))
                await citizen.upload(case_id, paper["key"], "statement.png", content, "image/png")
        case = await citizen.submit(case_id)
        self.say(f"✓ 再办一件《{guide['name']}》，办件编号 {case['case_no']}，寄递费自付")
        return case_id

    async def _pays(self, citizen: Citizen, case_id: str) -> None:
        view = await citizen.checkout(case_id, payments=2)
        for payment in await citizen.pay_all(case_id):
            await Bank(self.platform).pay(payment["attempt"]["pay_url"])
        await citizen.when(case_id, "in_production")
        self.say(f"✓ 收银台合计 {view['due_yuan']} 元：{'，'.join(map(_said, view['lines']))}，分别支付")


def _said(line: Json) -> str:
    return f"{line['kind_text']} {line['order']['amount_yuan']} 元（{line['payee_text']}）"
