"""The story: a citizen lost her ID card, applies for another, pays, gets it by post, rates the service."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from .api import Json, NeverHappened, Platform, once_possible, until
from .client import Citizen, Officer
from .partners import Bank, Phone
from .samples import id_number, phone_number, photograph
from .told import told

SEARCH, ITEM, BRANCH = "sfz", "HUZHENG-003", "XC"
NAME = "赵小雨"
ANSWERS = {
    "lost_date": "2026-11-01",
    "lost_place": "西安市新城区解放路地铁站",
    "loss_cause": "遗失",
    "delivery_address": {
        "province": "陕西省",
        "city": "西安市",
        "county": "新城区",
        "address": "尚德路 1 号 2 单元 301 室",
        "name": NAME,
        "phone": "13800000000",
    },
}

Say = Callable[[str], None]


@dataclass
class Walk:
    """One case on `platform`. `logins`: badge number → password of the demonstration's officers."""

    platform: Platform
    logins: dict[str, str]
    say: Say

    async def __call__(self) -> Citizen:
        """Returns once the review is stored, with whose it is; raises Refused or NeverHappened where the case stops."""
        citizen = await self._registers()
        case_id = await self._applies(citizen, await self._finds_item())
        reviewer, head = await self._officer("1"), await self._officer("2")
        await self._decide(reviewer, head, case_id)
        await self._pays(citizen, case_id)
        await self._gets_it_by_post(citizen, reviewer, case_id)
        await citizen.review(case_id, "very_satisfied", "很快，不用跑腿。", ("efficiency",))
        self.say("✓ 已评价：非常满意")
        self.say("")
        for line in told(await self._whole_timeline(citizen, case_id)):
            self.say(line)
        return citizen

    async def _whole_timeline(self, citizen: Citizen, case_id: str) -> Json:
        """With the review in it, which comes to the case as an event."""

        async def look() -> Json | None:
            timeline = await citizen.timeline(case_id)
            actions = {entry["action"] for entry in timeline["entries"]}
            return timeline if "reviewed_by_applicant" in actions else None

        return await until("评价记入办理过程", look)

    async def _registers(self) -> Citizen:
        chance = random.Random()
        phone = Phone(self.platform, phone_number(chance))
        citizen = await Citizen.register(self.platform, phone)
        self.say(f"✓ 手机 {phone.number} 凭短信验证码注册")
        account = await citizen.prove_identity(NAME, id_number(chance))
        self.say(f"✓ 实名认证通过：{account['name']} {account['id_number']}")
        return citizen

    async def _finds_item(self) -> Json:
        found = await self.platform.call("GET", f"/api/catalog/items?q={SEARCH}&limit=50")
        codes = [item["code"] for item in found["items"]]
        if ITEM not in codes:
            raise NeverHappened(f"搜索 {SEARCH} 没有找到 {ITEM} · searching {SEARCH} does not find {ITEM}")
        guide = await self.platform.call("GET", f"/api/catalog/items/{ITEM}")
        fee, promise = guide["fee"]["text"]["zh"], guide["promised_text"]["zh"]
        self.say(f"✓ 搜索 {SEARCH} 找到 {len(codes)} 个事项，选择《{guide['name']}》（{fee}，{promise}）")
        return guide

    async def _applies(self, citizen: Citizen, guide: Json) -> str:
        case_id = str((await self._opens_draft(citizen))["id"])
        version = (await citizen.answers(case_id))["version"]
        await citizen.save(case_id, ANSWERS, version)
        photo = next(paper for paper in guide["materials"] if paper["source"] == "applicant")
        await citizen.upload(case_id, photo["key"], "photo.png", photograph(random.Random()), "image/png")
        self.say(f"✓ 填写表单并自动保存，上传{photo['name']}")
        case = await citizen.submit(case_id)
        self.say(f"✓ 提交申请，办件编号 {case['case_no']}，受理单位 {case['unit']}")
        return case_id

    async def _opens_draft(self, citizen: Citizen) -> Json:
        """On a platform just started, items (404) and units (422) are still on their way to case-svc."""
        return await once_possible(lambda: citizen.open_case(ITEM, branch=BRANCH), 404, 422)

    async def _officer(self, rank: str) -> Officer:
        badge_no = f"{BRANCH}-{ITEM.partition('-')[0]}-{rank}"
        if badge_no not in self.logins:
            raise NeverHappened(f"没有演示警员 {badge_no} · there is no demo officer {badge_no}")
        return await Officer.log_in(self.platform, badge_no, self.logins[badge_no])

    async def _decide(self, reviewer: Officer, head: Officer, case_id: str) -> None:
        case = await reviewer.accept(case_id)
        due = "（暂定）" if case["promise_is_provisional"] else ""
        self.say(f"✓ 民警受理，承诺 {case['promise_due_at'][:10]} 前办结{due}")
        case = await head.approve(case_id, "材料齐全，同意。")
        self.say("✓ 另一名更高级别的民警审批同意")

    async def _pays(self, citizen: Citizen, case_id: str) -> None:
        order = await citizen.order_to_pay(case_id)
        paid = await Bank(self.platform).pay(await citizen.start_payment(order["id"]))
        await citizen.when(case_id, "in_production")
        self.say(f"✓ 在银行收银台缴费 {order['amount_yuan']} 元，银行流水 {paid['transaction_id']}")
        receipt = await citizen.receipt(order["id"])
        self.say(
            f"✓ 财政电子票据 {receipt['receipt_code']}-{receipt['receipt_no']} 已开具，可在 /receipts/check 核验"
        )

    async def _gets_it_by_post(self, citizen: Citizen, officer: Officer, case_id: str) -> None:
        await officer.produce(case_id)
        self.say("✓ 证件制作完成，交寄")
        await citizen.when(case_id, "completed", within=60)
        shipment = (await citizen.shipments(case_id))[0]
        self.say(f"✓ 快递 {shipment['waybill_no']} 已妥投")
