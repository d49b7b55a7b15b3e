"""Codes and registration, with the sandbox's SMS operator."""

from contracts.identity import AccountRegistered


async def test_a_person_registers_with_the_code_they_were_sent(identity, phone):
    made = await identity.register(phone, password="correct horse battery")

    account, session = made["account"], made["session"]
    assert account["kind"] == "person" and account["ial"] == 1
    assert account["phone"] == f"{phone[:3]}****{phone[-4:]}"
    assert session["roles"] == ["citizen"] and session["expires_in"] == 600
    me = await identity.get("/me", session["access_token"])
    assert me.json() == account
    events = [event for event in await identity.running.emitted() if isinstance(event, AccountRegistered)]
    assert [str(event.account_id) for event in events] == [account["account_id"]]


async def test_a_company_registers_with_its_credit_code(identity, phone):
    made = await identity.register(
        phone, kind="enterprise", uscc="91610131ma6tdem00e", company_name="西安示范科技有限公司"
    )
    assert made["account"]["uscc"] == "91610131MA6TDEM00E"
    assert made["session"]["roles"] == ["company"]
