"""Certified relying parties of others, a real browser, the real provider: they understand one another."""

import json
import random

import pytest
from demo.api import until
from demo.samples import id_number

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("relying-parties")]


async def log_in(hand, world, phone):
    """By a code that comes to the phone, from the page that is open."""
    await hand.do("fill", label="手机号", text=phone.number)
    await hand.do("press", button="获取验证码")
    code = await fresh_code(phone)
    await hand.do("fill", label="短信验证码", text=code)
    await hand.do("press", button="登录")


async def fresh_code(phone):
    """The one for logging in: an earlier message was for registering."""

    async def look():
        messages = await phone.messages()
        return messages[0]["params"]["code"] if len(messages) > 1 else None

    return await until("a second code", look, 20)


async def test_a_certified_library_logs_in_refreshes_and_logs_out(hand, world):
    phone, _ = await world.citizen()
    await hand.do("open", url=f"{world.node}/login")
    page = await hand.look()
    assert page["url"].startswith(f"{world.issuer}/login?flow=") and "户籍预约系统" in page["text"]
    await log_in(hand, world, phone)
    assert "是否授权" in await hand.text()
    await hand.do("press", button="同意并继续")
    await hand.do("arrive", url=world.node)
    seen = json.loads(await hand.text())
    assert seen["acr"] == "urn:police-platform:level:1" and seen["amr"] == ["sms"]
    assert seen["account_kind"] == "person"

    for _ in range(2):
        again = await hand.shown(f"{world.node}/refresh")
        assert again == {"active": True, "sub": seen["sub"]}

    await hand.do("open", url=f"{world.node}/logout")
    assert (await hand.look())["url"] == f"{world.node}/bye"
    assert await hand.shown(world.node, lambda shown: not shown) == {}, "the back channel ended it there too"
    await hand.do("open", url=f"{world.node}/login")
    assert (await hand.look())["url"].startswith(f"{world.issuer}/login"), "and at the provider"


async def test_one_log_in_opens_the_apache_module_too_and_its_end_is_heard_by_both(hand, world):
    phone, citizen = await world.citizen()
    await hand.do("open", url=f"{world.node}/login")
    await log_in(hand, world, phone)
    await hand.do("press", button="同意并继续")
    await hand.do("arrive", url=world.node)
    first = json.loads(await hand.text())

    await hand.do("open", url=f"{world.apache}/private/")
    page = await hand.look()
    assert page["url"].startswith(f"{world.issuer}/login/consent") and "交管自助系统" in page["text"]
    await hand.do("press", button="同意并继续")
    await hand.do("arrive", url=f"{world.apache}/private/")
    second = json.loads(await hand.text())
    assert second["phone"] == f"+86{phone.number}" and second["acr"] == first["acr"]
    assert second["sub"] != first["sub"], "two departments cannot put their people side by side"

    browser = next(
        one for one in (await citizen.get("/api/identity/me/sessions"))["items"] if not one["current"]
    )
    await citizen.platform.call(
        "DELETE", f"/api/identity/me/sessions/{browser['id']}", headers=citizen.headers
    )
    assert await hand.shown(world.node, lambda shown: not shown) == {}

    async def turned_away():
        await hand.do("open", url=f"{world.apache}/private/")
        return (await hand.look())["url"].startswith(f"{world.issuer}/login") or None

    await until("the module has heard of the log-out", turned_away, 20)


async def test_a_higher_level_is_reached_on_the_way(hand, world):
    phone, _ = await world.citizen()
    await hand.do(
        "open", url=f"{world.node}/login?acr_values=urn:police-platform:level:2&scope=openid+identity"
    )
    await log_in(hand, world, phone)
    assert "需要更高的认证等级" in await hand.text()
    number = id_number(random.Random())
    await hand.do("fill", label="姓名", text="赵小雨")
    await hand.do("fill", label="居民身份证号", text=number)
    await hand.do("press", button="提交认证")
    assert "真实姓名和证件号码" in await hand.text()
    await hand.do("press", button="同意并继续")
    await hand.do("arrive", url=world.node)
    seen = json.loads(await hand.text())
    assert (seen["acr"], seen["name"], seen["id_number"]) == ("urn:police-platform:level:2", "赵小雨", number)


async def test_nobody_is_asked_anything_where_a_client_wants_no_page(hand, world):
    await hand.do("open", url=f"{world.node}/login?prompt=none")
    assert json.loads(await hand.text()) == {"error": "login_required"}


async def test_an_officer_logs_in_through_the_module_in_english(hand, world):
    await hand.do("anew", locale="en-GB", width=390, height=844)
    await hand.do("open", url=f"{world.apache}/private/")
    await hand.do("follow", link="Officers")
    await hand.do("fill", label="Badge number", text="XC-HUZHENG-2")
    await hand.do("fill", label="Password", text="wrong")
    await hand.do("press", button="Log in")
    assert "Login refused" in await hand.text()
    await hand.do("fill", label="Password", text=world.password)
    await hand.do("press", button="Log in")
    await hand.do("arrive", url=f"{world.apache}/private/")
    assert json.loads(await hand.text())["acr"] == "urn:police-platform:level:4"
    await hand.do("open", url=f"{world.apache}/private/callback?logout={world.apache}/")
    assert json.loads(await hand.text()) == {"public": True}
