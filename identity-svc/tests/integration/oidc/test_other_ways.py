"""The log-in pages of the other ways in: the city's platform, WeChat's browser, a code to scan; in plain browsers."""

import re
from html import unescape
from urllib.parse import parse_qsl

import pytest
from identity_svc.domain.demo import CITIZEN

PHONE = CITIZEN.phone.removeprefix("+86")
CITY_CITIZEN = "xa-10001"
"""The demonstration's citizen, whom the city's platform knows at 四级."""


async def choose(identity, left, **chosen):
    """The way back, for somebody who chose who they are on the provider's page."""
    asked = dict(parse_qsl(left.query.decode()))
    answer = await identity.sandbox.http.post(left.path, data=asked | chosen)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def travel(identity, browser, provider, **chosen):
    """The page one comes back to."""
    page = await browser.get(f"/login/ways/{provider}")
    assert page.left_for is not None, page.text
    return await browser.get(await choose(identity, page.left_for, **chosen))


async def code_for(identity, phone):
    await identity.running.run_jobs()
    return (await identity.sandbox.messages(phone))[0]["params"]["code"]


async def test_the_log_in_page_offers_what_this_browser_can_do(browser):
    page = await browser.get("/login")
    assert 'href="/login/ways/city"' in page.text and 'href="/login/qr"' in page.text
    assert "/login/ways/wechat" not in page.text
    page = await browser.get("/login", **{"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0.60"})
    assert 'href="/login/ways/wechat"' in page.text


async def test_the_citys_word_and_a_code_to_the_own_phone_log_in(identity, browser, citizen):
    back = await travel(identity, browser, "city", person=CITY_CITIZEN)
    assert "身份已由城市统一身份认证平台确认" in back.text
    asks = await browser.submit(back, "/login/vouched")
    assert "138****0001" in asks.text and PHONE not in asks.text
    sent = await browser.submit(asks, "/login/vouched/code")
    wrong = await browser.submit(sent, "/login/vouched/enter", code="12345")
    assert wrong.answer.status_code == 422 and "138****0001" in wrong.text
    home = await browser.submit(wrong, "/login/vouched/enter", code=await code_for(identity, PHONE))
    assert home.path == "/login/continue" and "138****0001" in home.text


async def test_once_linked_one_click_logs_in(identity, new_browser):
    first = new_browser()
    asks = await first.submit(await travel(identity, first, "city", person=CITY_CITIZEN), "/login/vouched")
    sent = await first.submit(asks, "/login/vouched/code")
    await first.submit(sent, "/login/vouched/enter", code=await code_for(identity, PHONE))
    second = new_browser()
    home = await second.submit(await travel(identity, second, "city", person=CITY_CITIZEN), "/login/vouched")
    assert home.path == "/login/continue" and "138****0001" in home.text


async def test_a_newcomer_from_wechat_registers(identity, browser, phone):
    user = await identity.sandbox.control("POST", "/wechat/users", {"phone": phone})
    back = await travel(identity, browser, "wechat", user=user["user_id"])
    asks = await browser.submit(back, "/login/vouched")
    again = await browser.submit(asks, "/login/vouched/code", phone="110")
    assert again.answer.status_code == 422
    sent = await browser.submit(again, "/login/vouched/code", phone=phone)
    home = await browser.submit(sent, "/login/vouched/enter", code=await code_for(identity, phone))
    assert home.path == "/login/continue" and phone[:3] + "****" in home.text


async def test_a_departments_log_in_goes_on_after_it(identity, browser, party):
    at_login = await browser.get(party.request())
    flow = re.search(r'href="(/login/ways/city\?flow=[^"]+)"', at_login.text)
    assert flow is not None
    page = await browser.get(flow[1])
    back = await browser.get(await choose(identity, page.left_for, person=CITY_CITIZEN))
    asks = await browser.submit(back, "/login/vouched")
    sent = await browser.submit(asks, "/login/vouched/code")
    after = await browser.submit(sent, "/login/vouched/enter", code=await code_for(identity, PHONE))
    assert after.path == "/login/consent"


async def test_who_cancels_there_reads_so_here(identity, browser):
    page = await travel(identity, browser, "city", person="")
    assert "没有登录成功" in page.text and page.forms() == []


async def test_a_way_back_that_is_stale_is_a_page(identity, browser, new_browser):
    page = await browser.get("/login/ways/city")
    back = await choose(identity, page.left_for, person=CITY_CITIZEN)
    stranger = await new_browser().get(back)
    assert stranger.answer.status_code == 401 and stranger.answer.json()["type"] == "/problems/return-stale"


async def test_a_face_reaches_the_level_that_a_department_asks_for(identity, phone_browser, party):
    page = await phone_browser.get(party.request(acr_values="urn:police-platform:level:3"))
    assert page.path == "/login/level" and 'href="/login/face?flow=' in page.text, page.text
    start = re.search(r'href="(/login/face\?flow=[^"]+)"', page.text)
    at_service = (await phone_browser.get(start[1])).left_for
    early = await phone_browser.get(await camera(identity, at_service, None))
    assert "还没有完成" in (await phone_browser.submit(early, "/login/face/result")).text
    back = await phone_browser.get(await camera(identity, at_service, "yes"))
    after = await phone_browser.submit(back, "/login/face/result")
    assert after.path == "/login/consent"


async def camera(identity, at_service, answer):
    """Where the service's page leads back to, after the person answered, or did not."""
    http = identity.sandbox.http
    if answer is None:
        check_no = at_service.path.rpartition("/")[2]
        row = identity.sandbox.app.state.sandbox.faces.find(check_no)
        return row["return_url"]
    await http.post(at_service.path, data={"answer": answer})
    page = (await http.get(at_service.path)).text
    return unescape(re.search(r'href="([^"]+)"', page)[1])


async def scan_address(browser):
    """What the picture on the page says, which only a camera reads: the browser keeps it in its cookie too."""
    page = await browser.get("/login/qr")
    assert "<svg" in page.text and 'http-equiv="refresh" content="3"' in page.text
    _, code, secret = browser.client.cookies["way-in-qr"].split(".")
    assert secret not in page.text
    return f"/login/scan?code={code}"


@pytest.fixture
async def phone_browser(new_browser, citizen):
    """Logged in as the citizen, in the same network."""
    phone = new_browser()
    home = await phone.submit(await phone.get("/login?way=password"), "/login/password", **citizen)
    assert home.path == "/login/continue", home.text
    return phone


async def test_a_computer_is_let_in_by_a_phones_own_browser(browser, phone_browser):
    address = await scan_address(browser)
    asked = await phone_browser.get(address)
    assert "有电脑请求登录您的账号" in asked.text and "不在您附近" not in asked.text
    waiting = await browser.get("/login/qr")
    assert "138****0001" in waiting.text and "<svg" not in waiting.text
    done = await phone_browser.submit(asked, "/login/scan/confirm")
    assert "已确认" in done.text
    home = await browser.submit(await browser.get("/login/qr"), "/login/qr")
    assert home.path == "/login/continue" and "138****0001" in home.text


async def test_a_computer_elsewhere_is_warned_of_and_may_be_refused(new_browser, phone_browser):
    computer = new_browser(address="203.0.113.9")
    asked = await phone_browser.get(await scan_address(computer))
    assert "不在您附近的网络" in asked.text
    await phone_browser.submit(asked, "/login/scan/refuse")
    assert "手机上已拒绝登录" in (await computer.get("/login/qr")).text
    again = await computer.get("/login/qr?new=1")
    assert "<svg" in again.text


async def test_a_phone_that_is_not_logged_in_lets_nobody_in(browser, new_browser):
    stranger = new_browser()
    page = await stranger.get(await scan_address(browser))
    assert "请先在手机上登录" in page.text
    assert "<svg" in (await browser.get("/login/qr")).text


async def test_a_scan_waits_for_the_phones_log_in_and_still_asks(browser, new_browser, citizen):
    phone = new_browser()
    await phone.get(await scan_address(browser))
    asked = await phone.submit(await phone.get("/login?way=password"), "/login/password", **citizen)
    assert asked.path == "/login/scan" and "有电脑请求登录您的账号" in asked.text
    assert "已确认" not in (await browser.get("/login/qr")).text
    assert (await phone.get("/login/continue")).path == "/login/continue", "it leads there once"
    assert "已确认" in (await phone.submit(asked, "/login/scan/confirm")).text


async def test_a_form_of_another_site_confirms_nothing(browser, phone_browser):
    asked = await phone_browser.get(await scan_address(browser))
    form = asked.form("/login/scan/confirm")
    forged = await phone_browser.post("/login/scan/confirm", {"id": form.fields["id"], "form": "guess"})
    assert forged.answer.status_code == 403 or "已确认" not in forged.text
    assert "已确认" not in (await browser.get("/login/qr")).text


async def test_a_code_that_is_none_is_a_page(phone_browser):
    page = await phone_browser.get("/login/scan?code=nonsense")
    assert page.answer.status_code == 404 and "二维码已失效" in page.text
