"""Keys change under a case: what was filled in, uploaded, written and issued stays readable."""

import asyncio
import base64

from case_svc.bootstrap import build
from chassis.rotation.reseal import Reseal
from chassis.testing import TEST_KEYS, running

SM4 = "second:sm4-gcm:" + base64.b64encode(b"4" * 16).decode()


async def uploaded(world, case_id: str, pdf: bytes) -> str:
    answer = await world.citizen.post(f"/api/cases/{case_id}/materials?key=m1&name=x.pdf", content=pdf)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def with_keys(world, keys: str):
    return build(
        world.service.settings.model_copy(update={"data_keys": type(world.service.settings.data_keys)(keys)})
    )


async def test_a_case_stays_readable_while_its_keys_change(
    world, make_item, make_upload, pdf, capsys
) -> None:
    item = make_item(materials=(make_upload("m1"),))
    case_id = await world.draft(item)
    material_id = await uploaded(world, case_id, pdf)
    assert (await world.citizen.post(f"/api/cases/{case_id}/submit")).status_code == 200
    body = {"reason": "不属于本单位", "legal_basis": "行政许可法第三十二条"}
    rejected = await world.submitted(make_item("HUZHENG-102"))
    await world.officer().post(f"/api/cases/{rejected}/reject", body)
    other = await world.draft(make_item("HUZHENG-103"))

    both = with_keys(world, f"{SM4},{TEST_KEYS['data_keys']}")
    async with running(both, world.tokens) as now:
        citizen = type(world)(now).person()
        citizen._token, citizen.id = world.citizen._token, world.citizen.id

        async def write() -> None:
            for version in range(1, 11):
                body = {"answers": {"purpose": f"第{version}次"}, "version": version}
                answer = await citizen.put(f"/api/cases/{other}/answers", body)
                assert answer.status_code == 200, answer.text

        reseal = Reseal("case-svc", both.sealer, both.targets, both.begin)
        worked, _ = await asyncio.gather(reseal.run(), write())
        assert worked, capsys.readouterr().out
        assert await reseal.run()

    async with running(with_keys(world, SM4), world.tokens) as alone:
        citizen._running = alone
        answers = await citizen.get(f"/api/cases/{case_id}/answers")
        assert answers.json()["answers"] == {"purpose": "办理入学"}
        assert (await citizen.get(f"/api/cases/{other}/answers")).json()["answers"] == {"purpose": "第10次"}
        got = await citizen.get(f"/api/cases/{case_id}/materials/{material_id}")
        assert got.status_code == 200 and got.content.startswith(b"%PDF")
        told = (await citizen.get(f"/api/cases/{rejected}")).json()
        assert "不属于本单位" in str(told)
        keys = await alone.service.pool.fetch("SELECT key_id FROM sealing_key WHERE emptied_at IS NULL")
        assert {row["key_id"] for row in keys if not row["key_id"].startswith("lookup:")} == {"second"}
