"""A browser's way to the city's identity platform, or to WeChat, and back, against the sandbox."""

from urllib.parse import parse_qsl, urlsplit

import httpx2


def browser(identity) -> httpx2.AsyncClient:
    """With cookies of its own."""
    return identity.from_address("127.0.0.1")


async def set_out(web, provider="city", return_to="/done"):
    """The provider's page, and what it is asked."""
    answer = await web.get(f"/api/identity/ways/{provider}/start", params={"return_to": return_to})
    assert answer.status_code == 303, answer.text
    address = urlsplit(answer.headers["location"])
    return address.path, dict(parse_qsl(address.query))


async def agree(identity, page, asked, **chosen):
    """Where the provider sends the browser, once the person chose who they are there."""
    answer = await identity.sandbox.http.post(page, data=asked | chosen)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def travel(identity, web, provider="city", **chosen):
    """All the way; where the browser stands then."""
    page, asked = await set_out(web, provider)
    back = await web.get(await agree(identity, page, asked, **chosen))
    return back.headers.get("location", back)


async def enter(identity, web, **body):
    answer = await web.post("/api/identity/sessions/vouched", json=body)
    return answer


async def come_in(identity, sub):
    """What a fresh browser gets for a person of the city's platform, and the browser."""
    web = browser(identity)
    assert await travel(identity, web, person=sub) == "/done?way_in=city"
    answer = await enter(identity, web)
    assert answer.status_code == 200, answer.text
    return answer.json(), web


async def a_person(identity, sub, phone, id_number, level="四级", name="王小明"):
    body = {"name": name, "id_number": id_number, "phone": phone, "level": level}
    await identity.sandbox.control("PUT", f"/city/people/{sub}", body)
    return sub


async def link(identity, web, phone):
    body = {"phone": phone, **await identity.proof(phone, "link")}
    return await web.post("/api/identity/sessions/linked", json=body)


async def me(identity, session):
    return (await identity.get("/me", session["access_token"])).json()
