"""WeChat, the city's identity platform and the face check, as their callers see them."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

MINI, OFFICIAL = "wx6101000000000001", "wx6101000000000002"
OURS = "http://127.0.0.1:8080"
PERSON = {"name": "张三", "id_number": "11010519491231002X"}


def secret(caller, name):
    return (caller.keys / f"{name}.secret").read_text().strip()


async def session(caller, code, **changed):
    query = {
        "appid": MINI,
        "secret": secret(caller, "wechat-mini"),
        "js_code": code,
        "grant_type": "authorization_code",
    }
    answer = await caller.http.get("/sns/jscode2session", params=query | changed)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain")
    return answer.json()


@pytest.fixture
async def user(caller):
    return await caller.control("POST", "/wechat/users", {"nickname": "小李", "phone": "13800000077"})


async def code_of(caller, user, **asked):
    path = f"/wechat/users/{user['user_id']}/codes"
    return (await caller.control("POST", path, asked))["code"]


async def test_a_login_code_gives_the_openid_once(caller, user):
    code = await code_of(caller, user)
    first = await session(caller, code)
    assert first["openid"] == user["openids"]["mini"] and first["unionid"] == user["unionid"]
    assert len(base64.b64decode(first["session_key"])) == 16
    assert (await session(caller, code))["errcode"] == 40163


async def test_an_app_that_is_not_bound_hears_no_unionid(caller, user):
    await caller.control("PATCH", f"/wechat/users/{user['user_id']}", {"bound": False})
    assert "unionid" not in await session(caller, await code_of(caller, user))


async def test_what_is_wrong_is_said_by_number(caller, user):
    path = f"/wechat/users/{user['user_id']}"
    assert (await session(caller, "no-such-code"))["errcode"] == 40029
    assert (await session(caller, await code_of(caller, user, age_seconds=300)))["errcode"] == 40029
    assert (await session(caller, await code_of(caller, user, kind="phone")))["errcode"] == 40029
    code = await code_of(caller, user)
    assert (await session(caller, code, appid="wx0"))["errcode"] == 40013
    assert (await session(caller, code, secret="wrong"))["errcode"] == 40125
    assert (await session(caller, code, grant_type="password"))["errcode"] == 40002
    for state, errcode in (("blocked", 40226), ("limited", 45011)):
        await caller.control("PATCH", path, {"state": state})
        assert (await session(caller, code))["errcode"] == errcode
    await caller.control("PATCH", path, {"state": "ok"})
    await caller.control("PUT", "/faults/wechat", {"busy_next": 1})
    assert (await session(caller, code))["errcode"] == -1
    assert "openid" in await session(caller, code)


async def api_token(caller, **more):
    body = {"grant_type": "client_credential", "appid": MINI, "secret": secret(caller, "wechat-mini")}
    return (await caller.http.post("/cgi-bin/stable_token", json=body | more)).json()


async def phone_number(caller, token, code):
    return (
        await caller.http.post(
            "/wxa/business/getuserphonenumber", params={"access_token": token}, json={"code": code}
        )
    ).json()


async def test_the_token_stays_the_same_until_another_is_forced(caller):
    first = await api_token(caller)
    assert (await api_token(caller))["access_token"] == first["access_token"]
    forced = await api_token(caller, force_refresh=True)
    assert forced["access_token"] != first["access_token"]
    assert (await phone_number(caller, first["access_token"], "any"))["errcode"] == 40001
    assert (await api_token(caller, secret="wrong"))["errcode"] == 40125
    assert (await caller.control("GET", "/wechat"))["token_requests"] == 4


async def test_a_phone_code_gives_the_number_once(caller, user):
    token = (await api_token(caller))["access_token"]
    code = await code_of(caller, user, kind="phone")
    told = (await phone_number(caller, token, code))["phone_info"]
    assert (told["purePhoneNumber"], told["countryCode"]) == ("13800000077", "86")
    assert (await phone_number(caller, token, code))["errcode"] == 40163


async def test_the_official_account_asks_on_a_page_of_its_own(caller, user):
    asked = {
        "appid": OFFICIAL,
        "redirect_uri": f"{OURS}/back?from=wechat",
        "response_type": "code",
        "scope": "snsapi_userinfo",
        "state": "the state",
    }
    page = await caller.http.get("/connect/oauth2/authorize", params=asked)
    assert "小李" in page.text
    chosen = asked | {"user": user["user_id"]}
    answer = await caller.http.post("/connect/oauth2/authorize", data=chosen)
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert answer.status_code == 302 and query["state"] == ["the state"] and query["from"] == ["wechat"]
    refused = await caller.http.post("/connect/oauth2/authorize", data=asked | {"user": ""})
    assert "code" not in parse_qs(urlsplit(refused.headers["location"]).query)

    exchange = {
        "appid": OFFICIAL,
        "secret": secret(caller, "wechat-official"),
        "code": query["code"][0],
        "grant_type": "authorization_code",
    }
    granted = (await caller.http.get("/sns/oauth2/access_token", params=exchange)).json()
    assert (granted["openid"], granted["unionid"]) == (user["openids"]["official"], user["unionid"])
    known = {"access_token": granted["access_token"], "openid": granted["openid"], "lang": "zh_CN"}
    told = (await caller.http.get("/sns/userinfo", params=known)).json()
    assert (told["nickname"], told["unionid"]) == ("小李", user["unionid"])
    assert (await caller.http.get("/sns/oauth2/access_token", params=exchange)).json()["errcode"] == 40163


@pytest.mark.parametrize(
    "wrong", [{"redirect_uri": "http://evil.example/"}, {"appid": "wx0"}, {"scope": "all"}]
)
async def test_the_official_accounts_page_sends_nobody_elsewhere(caller, wrong):
    asked = {"appid": OFFICIAL, "redirect_uri": f"{OURS}/", "response_type": "code", "scope": "snsapi_base"}
    for ask in (caller.http.get, caller.http.post):
        how = {"params": asked | wrong} if ask == caller.http.get else {"data": asked | wrong}
        assert (await ask("/connect/oauth2/authorize", **how)).status_code == 400


VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
RETURN = f"{OURS}/api/identity/ways/city/return"
ASKED = {
    "client_id": "police-platform",
    "redirect_uri": RETURN,
    "response_type": "code",
    "scope": "openid profile identity",
    "state": "s",
    "nonce": "n",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


async def city_code(caller, sub="xa-10001", **changed):
    answer = await caller.http.post("/city/authorize", data=ASKED | {"person": sub} | changed)
    assert answer.status_code == 302, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


async def city_tokens(caller, code, **changed):
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": RETURN,
        "code_verifier": VERIFIER,
    }
    return await caller.http.post(
        "/city/token", data=body | changed, auth=("police-platform", secret(caller, "city"))
    )


async def keys_of(caller):
    return KeySet.import_key_set((await caller.http.get("/city/jwks")).json())


async def test_the_city_tells_who_it_is_and_how_far_it_trusts_that(caller):
    about = (await caller.http.get("/city/.well-known/openid-configuration")).json()
    assert about["issuer"] == "http://sandbox/city"
    assert "王小明" in (await caller.http.get("/city/authorize", params=ASKED)).text
    back = await city_code(caller)
    assert (back["state"], back["iss"]) == ("s", about["issuer"])
    tokens = (await city_tokens(caller, back["code"])).json()
    claims = jwt.decode(tokens["id_token"], await keys_of(caller)).claims
    assert (claims["sub"], claims["nonce"], claims["trust_level"]) == ("xa-10001", "n", "四级")
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    told = (await caller.http.get("/city/userinfo", headers=bearer)).json()
    assert (told["name"], told["cert_no"]) == ("王小明", "610102199003070016")
    # The same code again: refused, and what it gave before is worth nothing any more.
    assert (await city_tokens(caller, back["code"])).json()["error"] == "invalid_grant"
    assert (await caller.http.get("/city/userinfo", headers=bearer)).status_code == 401


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "another" * 7}, "invalid_grant"),
        ({"redirect_uri": f"{OURS}/"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"code": "no-such-code"}, "invalid_grant"),
    ],
)
async def test_the_city_gives_no_token_for_less_than_everything(caller, changed, error):
    asked = {"code": (await city_code(caller))["code"]} | changed
    assert (await city_tokens(caller, **asked)).json()["error"] == error


async def test_the_city_wants_its_clients_secret(caller):
    answer = await caller.http.post(
        "/city/token", data={"client_id": "police-platform", "client_secret": "x"}
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_the_city_sends_nobody_to_an_address_it_does_not_know(caller):
    wrong = ASKED | {"redirect_uri": f"{RETURN}/more"}
    assert (await caller.http.get("/city/authorize", params=wrong)).status_code == 400
    assert (await caller.http.post("/city/authorize", data=wrong)).status_code == 400


@pytest.mark.parametrize("missing", ["code_challenge", "response_type", "scope"])
async def test_the_city_answers_a_wrong_request_where_it_came_from(caller, missing):
    asked = {name: value for name, value in ASKED.items() if name != missing}
    answer = await caller.http.get("/city/authorize", params=asked)
    assert "error=" in answer.headers["location"]


async def test_keys_turn_over(caller):
    old = (await city_tokens(caller, (await city_code(caller))["code"])).json()["id_token"]
    await caller.control("POST", "/city/keys/rotate", {})
    new = (await city_tokens(caller, (await city_code(caller))["code"])).json()["id_token"]
    keys = await keys_of(caller)
    assert {jwt.decode(token, keys).header["kid"] for token in (old, new)} == {key.kid for key in keys}
    await caller.control("POST", "/city/keys/rotate", {"forget_old": True})
    with pytest.raises((JoseError, ValueError)):
        jwt.decode(old, await keys_of(caller))


@pytest.mark.parametrize("how", ["alg_none", "hs256", "foreign_key", "issuer", "nonce", "expired"])
async def test_bad_tokens_are_bad_in_one_way(caller, how):
    await caller.control("PUT", "/faults/city", {"bad_token_next": 1, "bad_token_how": how})
    bad = (await city_tokens(caller, (await city_code(caller))["code"])).json()["id_token"]
    keys = await keys_of(caller)
    if how in ("alg_none", "hs256", "foreign_key"):
        with pytest.raises((JoseError, ValueError)):
            jwt.decode(bad, keys, algorithms=["RS256"])
    else:
        jwt.decode(bad, keys, algorithms=["RS256"])
    good = (await city_tokens(caller, (await city_code(caller))["code"])).json()["id_token"]
    jwt.decode(good, keys, algorithms=["RS256"])


async def face_check(caller, out_no="face-1", **more):
    return await caller.ok("POST", "/realname/v1/face-checks", PERSON | {"out_no": out_no} | more)


async def status_of(caller, check):
    return (await caller.ok("GET", f"/realname/v1/face-checks/{check['check_no']}"))["status"]


async def test_a_face_check_is_confirmed_by_the_person(caller):
    check = await face_check(caller, return_url=f"{OURS}/back")
    assert await face_check(caller) == check
    path = urlsplit(check["url"]).path
    assert await status_of(caller, check) == "PENDING"
    assert "我是本人" in (await caller.http.get(path)).text
    assert (await caller.http.post(path, data={"answer": "yes"})).status_code == 303
    assert await status_of(caller, check) == "PASSED"
    assert f"{OURS}/back" in (await caller.http.get(path)).text
    await caller.http.post(path, data={"answer": "no"})
    assert await status_of(caller, check) == "PASSED"


async def test_a_face_check_fails_for_somebody_else(caller):
    check = await face_check(caller)
    await caller.http.post(urlsplit(check["url"]).path, data={"answer": "no"})
    assert await status_of(caller, check) == "FAILED"
    await caller.control("PUT", f"/realname/{PERSON['id_number']}", {"result": "MISMATCH"})
    other = await face_check(caller, "face-2")
    await caller.http.post(urlsplit(other["url"]).path, data={"answer": "yes"})
    assert await status_of(caller, other) == "FAILED"
    await caller.control("PUT", f"/faces/{other['check_no']}", {"result": "PASSED"})
    assert await status_of(caller, other) == "PASSED"


async def test_a_number_stands_for_one_person(caller):
    await face_check(caller)
    other = {"out_no": "face-1", "id_number": "110105194912310038", "name": "李四"}
    assert await caller.refused("POST", "/realname/v1/face-checks", other) == (409, "OUT_NO_CONFLICT")
    assert await caller.refused("GET", "/realname/v1/face-checks/none") == (404, "CHECK_NOT_EXIST")


@pytest.mark.parametrize("path", ["/sns/jscode2session", "/city/jwks", "/realname/faces/x"])
async def test_partners_that_are_down_answer_nothing_of_use(caller, path):
    for partner in ("wechat", "city", "realname"):
        await caller.control("PUT", f"/faults/{partner}", {"down": True})
    assert (await caller.http.get(path)).status_code == 503
