"""Bad input is always a clear 4xx problem, changes nothing, and is never a 500."""

from uuid import uuid4

import pytest
from chassis.testing import bearer

ROUTES = [
    ("POST", "/api/cases"),
    ("PATCH", "/api/cases/{id}"),
    ("PUT", "/api/cases/{id}/answers"),
    ("PATCH", "/api/cases/{id}/answers"),
    ("PUT", "/api/cases/{id}/delivery-address"),
    ("POST", "/api/cases/{id}/supplements"),
    ("POST", "/api/cases/{id}/withdraw"),
]
OFFICER_ROUTES = [
    ("POST", "/api/cases/{id}/reject"),
    ("POST", "/api/cases/{id}/decisions"),
    ("POST", "/api/cases/{id}/supplement-requests"),
]
LONG = "长" * 300_000
BODIES = [
    b"", b"{", b"nonsense", b"[]", b"null", b"5", b'"text"', b"\xff\xfe\x00", b'{"answers": NaN}',
    b'{"answers": {"a": "\\u0000"}, "version": 1}', b'{"answers": {"a": "\\ud800"}, "version": 1}',
    b'{"answers": {"a": 1e400}, "version": 1}', b'{"version": 99999999999999999999}', b'{"unknown": 1}',
    b'{"reason": 5, "decision": [], "item_code": {}, "lacking": "x", "branch": 7}',
    f'{{"reason": "{LONG}", "item_code": "", "note": ""}}'.encode(),
    b"[" * 50_000,
]  # fmt: skip


def assert_problem(answer) -> None:
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] and answer.json()["type"].startswith("/problems/")


async def test_no_body_makes_a_500(world, make_item) -> None:
    draft, submitted = await world.draft(make_item()), await world.submitted(make_item())
    officer = world.officer()
    for who, routes, case_id in ((world.citizen, ROUTES, draft), (officer, OFFICER_ROUTES, submitted)):
        for method, route in routes:
            for body in BODIES:
                headers = {"Content-Type": "application/json", "If-Match": '"1"'}
                answer = await who.call(method, route.format(id=case_id), content=body, headers=headers)
                assert answer.status_code < 500, (route, body[:60], answer.text[:300])
                if answer.status_code >= 400:
                    assert_problem(answer)
    assert await world.state(draft) == "draft"
    assert await world.state(submitted) == "submitted"


@pytest.mark.parametrize(
    "answers",
    [{"a": "x" * 1_000_000}, {"a": "bad\x00"}, {"a": [[[[[[[1]]]]]]]}, {"k" * 500: 1}, {"a": 2**70}],
)
async def test_unstorable_answers_are_named(world, make_item, answers) -> None:
    case_id = await world.draft(make_item())
    for method in ("PUT", "PATCH"):
        answer = await world.citizen.call(
            method, f"/api/cases/{case_id}/answers", json={"answers": answers, "version": 1}
        )
        assert answer.status_code in (413, 422)
        assert_problem(answer)
    assert (await world.citizen.get(f"/api/cases/{case_id}/answers")).json()["version"] == 1


@pytest.mark.parametrize(
    "path",
    [
        "/api/cases/not-a-uuid", "/api/cases/%00", "/api/cases/numbers/%00", "/api/cases?cursor=%00",
        "/api/cases?cursor=bm9uc2Vuc2U", "/api/cases?limit=0", "/api/cases?limit=1000", "/api/cases?state=?",
        "/api/cases?cursor=WyJcdTAwMDAiXQ", "/api/cases/" + "a" * 5000,
    ],
)  # fmt: skip
async def test_wrong_addresses_and_parameters_are_told(world, path) -> None:
    assert_problem(await world.citizen.get(path))


async def test_wrong_queue_cursors_are_told(world) -> None:
    for cursor in ("x", "W10", "WzEsMl0", "WyIyMDI2LTAxLTAxIiwiYSJd"):
        assert_problem(await world.officer().get("/api/cases/queue", params={"cursor": cursor}))


async def test_another_persons_case_does_not_exist(world, make_item) -> None:
    case_id = await world.draft(make_item())
    stranger = world.person()
    calls = [
        ("GET", "", None), ("GET", "/timeline", None), ("GET", "/answers", None), ("GET", "/views", None),
        ("PUT", "/answers", {"answers": {}, "version": 1}),
        ("PATCH", "/answers", {"answers": {}, "version": 1}),
        ("PATCH", "", {"branch": "XC"}), ("DELETE", "", None), ("POST", "/submit", None),
        ("POST", "/item-version", None), ("POST", "/withdraw", {}), ("POST", "/supplements", {}),
        ("PUT", "/delivery-address", {
            "province": "a", "city": "b", "county": "c", "address": "dd", "name": "e", "phone": "13800000000"}),
        ("PUT", "/pickup-address/saved", {"saved_address_id": str(uuid4())}),
    ]  # fmt: skip
    for method, path, body in calls:
        theirs = await stranger.call(method, f"/api/cases/{case_id}{path}", json=body)
        nobodys = await stranger.call(method, f"/api/cases/{uuid4()}{path}", json=body)
        assert theirs.status_code == nobodys.status_code == 404, (method, path)
        assert theirs.json()["type"] == nobodys.json()["type"] == "/problems/case-not-found"
    assert (await world.citizen.get(f"/api/cases/{case_id}/answers")).json()["version"] == 1


async def test_forged_expired_and_missing_tokens_are_refused(world, make_item) -> None:
    from chassis.testing import Tokens

    case_id = await world.draft(make_item())
    account = world.citizen.id
    for token in (
        Tokens().citizen(account),
        world.tokens.mint(account, ("citizen",), exp=1),
        world.tokens.mint(account, ("citizen",), iss="somebody"),
        "nonsense",
    ):
        answer = await world.client.get(f"/api/cases/{case_id}", headers=bearer(token))
        assert answer.status_code == 401
        assert_problem(answer)
    assert (await world.client.get(f"/api/cases/{case_id}")).status_code == 401


async def test_a_broken_multipart_upload_is_told(world, make_item, make_upload) -> None:
    case_id = await world.draft(make_item(materials=(make_upload(),)))
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        answer = await world.citizen.call(
            "POST", f"/api/cases/{case_id}/materials?key=m1", content=b"--x\r\nnonsense",
            headers={"Content-Type": kind},
        )  # fmt: skip
        assert_problem(answer)
