import asyncio
import threading
from uuid import uuid4

import asyncpg
import pytest
from chassis.db import UnitOfWork
from chassis.testing import Running, bearer
from contracts.tokens import Role


def headers(sample: Running, key: str | None = "k-1", account=None) -> dict[str, str]:
    found = bearer(sample.tokens.citizen(account or uuid4()))
    return found | {"Idempotency-Key": key} if key else found


async def test_write_commits_and_event_stands_in_outbox(sample: Running):
    answer = await sample.client.post("/api/counters/a/raise", json={"by": 2}, headers=headers(sample))
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"name": "a", "value": 2}
    assert [event.value for event in await sample.emitted()] == [2]


async def test_failed_write_leaves_nothing(sample: Running):
    answer = await sample.client.post("/api/counters/a/raise", json={"by": -1}, headers=headers(sample))
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await sample.client.get("/api/counters/a")).json()["value"] == 0
    assert await sample.emitted() == []


async def test_missing_key_is_400_where_one_is_required(sample: Running):
    answer = await sample.client.post("/api/counters/a/raise", json={}, headers=headers(sample, None))
    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/idempotency-key-required"


async def test_same_key_and_body_gives_the_first_answer(sample: Running):
    mine = headers(sample)
    first = await sample.client.post("/api/counters/a/raise", json={"by": 1}, headers=mine)
    second = await sample.client.post("/api/counters/a/raise", json={"by": 1}, headers=mine)
    assert first.content == second.content
    assert second.headers["idempotency-replayed"] == "true"
    assert (await sample.client.get("/api/counters/a")).json()["value"] == 1


async def test_same_key_with_another_body_is_422(sample: Running):
    mine = headers(sample)
    await sample.client.post("/api/counters/a/raise", json={"by": 1}, headers=mine)
    answer = await sample.client.post("/api/counters/a/raise", json={"by": 2}, headers=mine)
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/idempotency-key-reused"


async def test_a_key_stays_what_it_was_until_it_is_forgotten(sample: Running):
    mine = headers(sample)
    first = await sample.client.post("/api/counters/a/raise", json={"by": 1}, headers=mine)
    await sample.service.pool.execute("UPDATE idempotency_key SET created_at = now() - interval '25 hours'")
    again = await sample.client.post("/api/counters/a/raise", json={"by": 1}, headers=mine)
    assert (again.status_code, again.content) == (200, first.content)


async def test_who_may_not_pass_is_not_asked_for_a_key(sample: Running):
    nobody = await sample.client.post("/api/counters/a/raise", json={})
    assert nobody.status_code == 401
    officer = bearer(sample.tokens.officer(uuid4(), unit="U", department="D", rank=1, roles=(Role.OFFICER,)))
    assert (await sample.client.post("/api/counters/a/raise", json={}, headers=officer)).status_code == 403


async def test_another_caller_may_use_the_same_key(sample: Running):
    for _ in range(2):
        await sample.client.post("/api/counters/a/raise", json={"by": 1}, headers=headers(sample, "same"))
    assert (await sample.client.get("/api/counters/a")).json()["value"] == 2


async def test_failure_is_not_kept_so_a_retry_may_pass(sample: Running):
    mine = headers(sample)
    assert (
        await sample.client.post("/api/counters/a/raise", json={"by": -1}, headers=mine)
    ).status_code == 409
    await sample.client.post("/api/counters/a/secret")
    await sample.client.post("/api/counters/a/secret")
    answer = await sample.client.post("/api/counters/a/raise", json={"by": -1}, headers=mine)
    assert answer.json()["value"] == 1


async def test_same_key_many_times_at_once_takes_effect_once(sample: Running):
    mine = headers(sample)
    answers = await asyncio.gather(
        *(sample.client.post("/api/counters/a/raise", json={"by": 1}, headers=mine) for _ in range(8))
    )
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert (await sample.client.get("/api/counters/a")).json()["value"] == 1


async def test_answers_with_secrets_are_never_kept(sample: Running):
    for _ in range(2):
        await sample.client.post("/api/counters/a/secret", headers={"Idempotency-Key": "k"})
    async with sample.uow() as uow:
        assert await uow.fetchval("SELECT count(*) FROM idempotency_key") == 0


async def test_bad_bodies_are_4xx_problems(sample: Running):
    mine = headers(sample)
    for body in (
        b"{",
        b"[]",
        b'{"by": "x"}',
        b'{"by": "\\u0000"}',
        b'{"by": "\\ud800"}',
        b"\xff\xfe",
        b'"' + b"9" * 10**6,
    ):
        answer = await sample.client.post(
            "/api/counters/a/raise", content=body, headers=mine | {"Content-Type": "application/json"}
        )
        assert 400 <= answer.status_code < 500, (body[:20], answer.status_code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["request_id"]


async def test_nul_in_the_path_or_query_is_422(sample: Running):
    assert (await sample.client.get("/api/counters/a%00b")).status_code == 422
    assert (await sample.client.get("/api/counters/a?x=%00")).status_code == 422


async def test_body_over_the_limit_is_413(sample: Running):
    answer = await sample.client.post(
        "/api/counters/a/raise",
        content=b" " * 2_000_000,
        headers=headers(sample) | {"Content-Type": "application/json"},
    )
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_unknown_path_and_method_are_problems(sample: Running):
    assert (await sample.client.get("/nowhere")).json()["type"] == "/problems/not-found"
    assert (await sample.client.put("/api/counters/a")).json()["type"] == "/problems/method-not-allowed"


async def test_problem_speaks_the_readers_language(sample: Running):
    chinese = await sample.client.get("/nowhere")
    english = await sample.client.get("/nowhere", headers={"Accept-Language": "en-GB,en;q=0.9,zh;q=0.1"})
    assert chinese.json()["title"] == "没有找到"
    assert english.json()["title"] == "Not found"


async def test_request_id_is_kept_or_made(sample: Running):
    mine = "abcdef0123456789"
    assert (await sample.client.get("/healthz", headers={"X-Request-Id": mine})).headers[
        "x-request-id"
    ] == mine
    bad = (await sample.client.get("/healthz", headers={"X-Request-Id": "<script>"})).headers["x-request-id"]
    assert len(bad) == 32


async def test_ready_says_what_it_checked(sample: Running):
    answer = await sample.client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"] == {"started": True, "database": True}


async def test_metrics_are_labelled_by_route_template(sample: Running):
    await sample.client.get("/api/counters/some-name")
    text = (await sample.client.get("/metrics")).text
    assert 'route="/api/counters/{name}"' in text
    assert "some-name" not in text


async def test_rollback_of_a_broken_connection_does_not_fail_and_the_next_request_works(sample: Running):
    uow = UnitOfWork(sample.service.pool)
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await uow.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    await uow.rollback()
    answer = await sample.client.post("/api/counters/a/raise", json={"by": 1}, headers=headers(sample))
    assert answer.status_code == 200


async def test_a_database_that_goes_away_while_the_first_answer_is_looked_up_is_503(
    sample: Running, monkeypatch: pytest.MonkeyPatch
):
    async def gone(self: UnitOfWork, sql: str, *args: object) -> None:
        raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    monkeypatch.setattr(UnitOfWork, "read_row", gone)
    answer = await sample.client.post("/api/counters/a/raise", json={"by": -1}, headers=headers(sample))
    assert answer.status_code == 503, answer.text


async def test_others_are_answered_while_the_document_is_made(sample: Running):
    app, release = sample.client._transport.app, threading.Event()  # type: ignore[attr-defined]
    generate = app.openapi

    def slowly():
        assert release.wait(30)
        return generate()

    app.openapi = slowly
    asked = [asyncio.create_task(sample.client.get("/openapi.json")) for _ in range(2)]
    assert (await sample.client.get("/healthz")).status_code == 200
    release.set()
    first, second = await asyncio.gather(*asked)
    assert first.content == second.content
    assert "/api/counters/{name}/raise" in first.json()["paths"]
