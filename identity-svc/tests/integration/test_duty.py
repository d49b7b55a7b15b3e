"""Duty rosters: planned, conflicting, seen, and asked by our own services."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from chassis.clock import SHANGHAI, now
from chassis.testing import bearer, plan_of
from identity_svc.channels.spreadsheet import write_csv, write_workbook
from identity_svc.persistence import duty

DEMO = "demo-password-of-the-tests"
TOMORROW = (now() + timedelta(days=1)).replace(hour=1, minute=0, second=0, microsecond=0)


@pytest.fixture
async def identity(start_identity, tmp_path):
    return await start_identity(demo_accounts_file=tmp_path / "demo.json", demo_password=DEMO)


async def token_of(identity, badge):
    answer = await identity.post("/sessions", {"badge_no": badge, "password": DEMO})
    assert answer.status_code == 201, answer.text
    return answer.json()["access_token"]


def shift(badge="XC-HUZHENG-1", unit="XC-HUZHENG", start=0, hours=8):
    starts = TOMORROW + timedelta(hours=start)
    ends = starts + timedelta(hours=hours)
    return {"badge_no": badge, "unit": unit, "starts_at": starts.isoformat(), "ends_at": ends.isoformat()}


async def plan(identity, *shifts, by="HUZHENG-S"):
    return await identity.post("/duty", {"shifts": list(shifts)}, await token_of(identity, by))


async def on_duty(identity, unit="XC-HUZHENG", at=0.0):
    secret = {"service": "case-svc", "secret": "the-secret-of-case-svc"}
    service = (await identity.client.post("/internal/service-tokens", json=secret)).json()["access_token"]
    params = {"unit": unit, "at": (TOMORROW + timedelta(hours=at)).isoformat()}
    answer = await identity.client.get("/internal/duty", params=params, headers=bearer(service))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def paths(answer):
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/roster-invalid"), answer.text
    return sorted(error["path"] for error in answer.json()["errors"])


async def test_who_is_planned_is_on_duty_from_the_first_moment_until_before_the_last(identity):
    answer = await plan(identity, shift(), shift("XC-HUZHENG-2", start=4))
    assert answer.status_code == 201, answer.text
    one, two = [row["officer_id"] for row in answer.json()]
    for hours, officers in ((-0.1, []), (0, [one]), (5, [two, one]), (8, [two]), (12, [])):
        assert [row["officer_id"] for row in await on_duty(identity, at=hours)] == officers
    assert await on_duty(identity, "BL-HUZHENG", 1) == []


async def test_officers_see_their_own_and_their_units_roster(identity):
    await plan(identity, shift(), shift("BL-HUZHENG-1", "BL-HUZHENG"))
    token = await token_of(identity, "XC-HUZHENG-1")
    assert [row["unit"] for row in (await identity.get("/me/duty", token)).json()] == ["XC-HUZHENG"]
    assert [row["badge_no"] for row in (await identity.get("/duty", token)).json()] == ["XC-HUZHENG-1"]
    assert (await identity.get("/duty", token, unit="BL-HUZHENG")).status_code == 403
    supervisor = await token_of(identity, "HUZHENG-S")
    listed = await identity.get("/duty", supervisor, unit="BL-HUZHENG")
    assert [row["badge_no"] for row in listed.json()] == ["BL-HUZHENG-1"]
    assert (await identity.get("/duty", supervisor, unit="BL-JIAOJING")).status_code == 403


async def test_everything_wrong_is_said_by_line_and_nothing_is_planned(identity):
    answer = await plan(
        identity,
        shift(),
        shift("XC-HUZHENG-2", "XC-NOWHERE"),
        shift("XC-JIAOJING-1", "XC-JIAOJING"),
        shift("BL-HUZHENG-1", "XC-HUZHENG"),
        shift("XC-9999"),
        shift("XC-HUZHENG-AUX", hours=37),
        shift("XC-HUZHENG-AUX", hours=-1),
        shift("XC-HUZHENG-2", start=-48),
        shift(start=7),
    )
    assert await paths(answer) == [
        "/1/unit", "/2/unit", "/3/badge_no", "/4/badge_no", "/5/ends_at", "/6/ends_at",
        "/7/starts_at", "/8/starts_at",
    ]  # fmt: skip
    assert await identity.sql("SELECT 1 FROM duty_shift") == []
    assert (await plan(identity, shift(), by="XC-HUZHENG-2")).status_code == 403


async def test_nobody_is_on_duty_twice_even_when_planned_at_once(identity):
    token = await token_of(identity, "HUZHENG-S")
    answers = await asyncio.gather(
        *(identity.post("/duty", {"shifts": [shift(start=hours)]}, token) for hours in (0, 1, 2, 3))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    assert len(await identity.sql("SELECT 1 FROM duty_shift")) == 1
    (first,) = await identity.sql("SELECT ends_at FROM duty_shift")
    after = (first["ends_at"] - TOMORROW) / timedelta(hours=1)
    assert (await plan(identity, shift(start=after))).status_code == 201  # one ends as the next begins
    assert await paths(await plan(identity, shift(start=after + 1))) == ["/0/starts_at"]


async def test_a_shift_is_taken_back_by_the_department(identity):
    (made,) = (await plan(identity, shift())).json()
    path = f"/api/identity/duty/{made['id']}"
    for by, status in (("JIAOJING-S", 404), ("XC-HUZHENG-2", 403), ("HUZHENG-S", 204), ("HUZHENG-S", 404)):
        headers = bearer(await token_of(identity, by))
        assert (await identity.client.delete(path, headers=headers)).status_code == status
    assert await on_duty(identity) == []
    headers = bearer(await token_of(identity, "OPERATOR-1"))
    assert (await identity.client.delete(f"/api/identity/duty/{uuid4()}", headers=headers)).status_code == 404


async def test_who_left_the_unit_is_not_on_duty_there_unless_assigned(identity):
    (made,) = (await plan(identity, shift())).json()
    officer, operator = made["officer_id"], await token_of(identity, "OPERATOR-1")
    moved = await identity.client.patch(
        f"/api/identity/officers/{officer}",
        json={"version": 1, "unit": "BL-HUZHENG"},
        headers=bearer(operator),
    )
    assert moved.status_code == 200
    assert await on_duty(identity) == []
    (listed,) = (await identity.get("/duty", operator, unit="XC-HUZHENG")).json()
    assert listed["valid"] is False
    for place in ({"unit": "XC-HUZHENG"}, {"department": "HUZHENG", "branch": "XC"}, {}):
        scope = {"role": "officer", **place}
        granted = await identity.post(f"/officers/{officer}/scopes", scope, operator)
        assert granted.status_code == 201, granted.text
        assert [row["officer_id"] for row in await on_duty(identity)] == [officer]
        await identity.sql("DELETE FROM officer_scope")


async def test_a_roster_comes_from_a_sheet_in_local_time(identity):
    token = await token_of(identity, "HUZHENG-S")
    local = TOMORROW.astimezone(SHANGHAI)
    starts, ends = f"{local:%Y-%m-%d %H:%M}", f"{local + timedelta(hours=8):%Y/%m/%d %H:%M}"
    head = ["警号", "单位代码", "开始", "结束"]
    url = "/api/identity/duty/sheet"

    async def send(content):
        return await identity.client.post(url, content=content, headers=bearer(token))

    wrong = await send(write_csv([head, ["XC-HUZHENG-1", "XC-HUZHENG", "明天", ends]]))
    assert await paths(wrong) == ["/0/starts_at"]
    for write, badge in ((write_csv, "XC-HUZHENG-1"), (write_workbook, "XC-HUZHENG-2")):
        made = await send(write([head, [badge, "xc-huzheng", starts, ends]]))
        assert made.status_code == 201, made.text
        assert datetime.fromisoformat(made.json()[0]["starts_at"]).astimezone(UTC) == TOMORROW
    assert (await send(write_csv([head]))).status_code == 422
    assert (await send(b"")).status_code == 422


async def test_who_is_on_duty_is_found_by_index(identity):
    async with identity.running.uow() as uow:
        connection = await uow.connection()
        await connection.execute(
            """INSERT INTO duty_shift SELECT gen_random_uuid(), o.id, u.code, now() + n * interval '8 hours',
              now() + (n + 1) * interval '8 hours', o.id
            FROM (SELECT id FROM officer LIMIT 20) o, unit u, generate_series(1, 300) AS n"""
        )
        await connection.execute("ANALYZE duty_shift")
        for sql in (duty.ON_DUTY, duty.LIST, duty.MINE):
            found = await plan_of(connection, sql)
            assert "duty_shift_" in found and "Seq Scan on duty_shift" not in found
