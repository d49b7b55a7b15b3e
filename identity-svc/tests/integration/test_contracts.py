"""What identity-svc tells, held against the committed contracts. It reads nobody's events."""

from chassis.testing import bearer
from chassis.testing.contracts import assert_reads, assert_told_everything

DEMO = "demo-password-of-the-tests"


async def test_its_stories_tell_every_event_it_owns(start_identity, tmp_path, phone, id_number):
    identity = await start_identity(demo_accounts_file=tmp_path / "demo.json", demo_password=DEMO)
    session = (await identity.register(phone))["session"]
    person = {"name": "欧阳小明", "id_number": id_number}
    verified = await identity.post("/real-name", person, session["access_token"])
    assert verified.status_code == 200, verified.text
    officer = {"badge_no": "XC-9", "name": "赵一鸣", "unit": "XC-HUZHENG", "rank": 1, "roles": ["officer"]}
    operator = await identity.post("/sessions", {"badge_no": "OPERATOR-1", "password": DEMO})
    made = await identity.client.post(
        "/api/identity/officers", json=officer, headers=bearer(operator.json()["access_token"])
    )
    assert made.status_code == 201, made.text
    left = await identity.client.delete(
        "/api/identity/sessions/current", headers=bearer(session["access_token"])
    )
    assert left.status_code == 204, left.text
    secrets = [phone, id_number, person["name"], officer["name"], officer["badge_no"]]
    await assert_told_everything(identity.running.service, but_never=secrets)
    assert_reads(identity.running.service, ())
