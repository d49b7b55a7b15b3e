import asyncio
from datetime import timedelta

import pytest
from chassis.clock import now
from chassis.jobs import Begin, Job
from chassis.jobs.job import LeaseLost
from chassis.jobs.runner import FAILING_AFTER, LEASE, JobRunner
from chassis.testing import Running, bearer, running
from sample.service import build, raise_counter
from waiting import until


async def enqueue(service: Running, kind: str, key: str, **more) -> None:
    async with service.uow() as uow:
        uow.enqueue(kind, key, **more)


async def jobs(service: Running) -> list:
    return await service.service.pool.fetch("SELECT * FROM job WHERE kind NOT LIKE 'chassis.%' ORDER BY id")


async def test_due_job_runs_once_and_is_gone(sample: Running):
    await sample.client.post("/api/counters/a/later")
    assert await sample.run_jobs() == 1
    assert await sample.run_jobs() == 0
    assert (await sample.client.get("/api/counters/a")).json()["value"] == 5


async def test_job_of_the_future_waits(sample: Running):
    await enqueue(sample, "sample.raise", "a", payload={"by": 1}, run_at=now() + timedelta(hours=1))
    assert await sample.run_jobs() == 0
    assert len(await jobs(sample)) == 1


async def test_same_kind_and_key_replaces(sample: Running):
    for by in (1, 7):
        await enqueue(sample, "sample.raise", "a", payload={"by": by})
    assert await sample.run_jobs() == 1
    assert (await sample.client.get("/api/counters/a")).json()["value"] == 7


async def test_a_job_that_is_there_is_kept_with_its_time_and_its_failures(sample: Running):
    await enqueue(sample, "sample.raise", "a", payload={"wrong": 1})
    await sample.run_jobs()
    (before,) = await jobs(sample)
    async with sample.uow() as uow:
        uow.enqueue("sample.raise", "a", {"by": 1}, keep=True)
        uow.enqueue("sample.raise", "b", {"by": 2}, keep=True)
        uow.enqueue("sample.raise", "c", {"by": 3})
        uow.enqueue("sample.raise", "c", {"by": 4}, keep=True)
    found = {job["key"]: job for job in await jobs(sample)}
    assert {key: job["payload"] for key, job in found.items()} == {
        "a": {"wrong": 1},
        "b": {"by": 2},
        "c": {"by": 3},
    }
    assert dict(found["a"]) == dict(before)


async def test_a_job_that_was_cancelled_before_is_not_kept(sample: Running):
    await enqueue(sample, "sample.raise", "a", payload={"by": 1})
    async with sample.uow() as uow:
        uow.cancel_job("sample.raise", "a")
        uow.enqueue("sample.raise", "a", {"by": 7}, keep=True)
    assert [job["payload"] for job in await jobs(sample)] == [{"by": 7}]


async def test_cancelled_job_does_not_run(sample: Running):
    await enqueue(sample, "sample.raise", "a", payload={"by": 1})
    async with sample.uow() as uow:
        uow.cancel_job("sample.raise", "a")
    assert await sample.run_jobs() == 0


async def test_failing_job_keeps_its_cause_and_is_tried_again(sample: Running):
    await enqueue(sample, "sample.raise", "a", payload={"wrong": 1})
    assert await sample.run_jobs() == 1
    (job,) = await jobs(sample)
    assert "KeyError" in job["last_error"]
    assert job["run_at"] > now()
    assert job["leased_until"] is None


async def test_failing_job_stands_on_the_stuck_page_and_can_be_retried(sample: Running):
    await enqueue(sample, "sample.raise", "a", payload={"wrong": 1})
    for _ in range(FAILING_AFTER):
        await sample.service.pool.execute("UPDATE job SET run_at = now() WHERE last_error IS NOT NULL")
        await sample.run_jobs()
    operator = bearer(sample.tokens.operator())
    (failing,) = (await sample.client.get("/api/ops/sample-svc/stuck", headers=operator)).json()[
        "failing_jobs"
    ]
    assert "KeyError" in failing["cause"]
    await sample.service.pool.execute("UPDATE job SET payload = '{\"by\": 3}'")
    answer = await sample.client.post(f"/api/ops/sample-svc/jobs/{failing['id']}/retry", headers=operator)
    assert answer.status_code == 200
    await sample.run_jobs()
    assert (await sample.client.get("/api/counters/a")).json()["value"] == 3


async def test_job_replaced_while_it_runs_rolls_its_effect_back(sample: Running):
    async def run(job: Job, begin: Begin) -> None:
        await enqueue(sample, "sample.raise", job.key, payload={"by": 10})
        async with begin() as uow:
            await raise_counter(uow, job.key, job.payload["by"])
            await job.done(uow)

    handlers = sample.service.runner._handlers
    original = handlers["sample.raise"]
    handlers["sample.raise"] = run
    await enqueue(sample, "sample.raise", "a", payload={"by": 1})
    (claimed,) = await sample.service.runner._claim(1)
    with pytest.raises(LeaseLost):
        await run(claimed[0], sample.service.begin)
    handlers["sample.raise"] = original
    await sample.run_jobs()
    assert (await sample.client.get("/api/counters/a")).json()["value"] == 10


async def test_job_of_a_dead_instance_is_taken_over(sample: Running):
    await enqueue(sample, "sample.raise", "a", payload={"by": 1})
    assert len(await sample.service.runner._claim(1)) == 1  # claimed, and its instance dies here
    assert await sample.run_jobs() == 0
    await sample.service.pool.execute("UPDATE job SET leased_until = now() - interval '1 second'")
    assert await sample.run_jobs() == 1


async def test_job_that_may_take_long_is_leased_so_long(sample: Running):
    runner = sample.service.runner
    longer = JobRunner(
        sample.service.pool,
        runner._handlers,
        sample.service.begin,
        leases={"sample.raise": timedelta(hours=1)},
    )
    for key, one in (("a", runner), ("b", longer)):
        await enqueue(sample, "sample.raise", key, payload={"by": 1})
        assert len(await one._claim(1)) == 1
    ends = {job["key"]: job["leased_until"] for job in await jobs(sample)}
    assert ends["a"] <= now() + LEASE and ends["b"] > now() + timedelta(minutes=59)


async def test_many_runners_run_each_job_once(settings, tokens):
    async with running(build(settings), tokens) as one, running(build(settings), tokens) as two:
        for number in range(30):
            await enqueue(one, "sample.raise", f"n{number}", payload={"by": 1})
        counts = await asyncio.gather(one.run_jobs(), two.run_jobs(), one.run_jobs())
        assert sum(counts) == 30
        assert await one.service.pool.fetchval("SELECT count(*) FROM counter WHERE value = 1") == 30


async def test_recurring_job_plans_its_next_run(settings, tokens):
    service = build(settings)
    ran = []

    async def tick(job: Job, begin: Begin) -> None:
        ran.append(job.key)

    service.job("sample.tick", tick, every=timedelta(minutes=5))
    async with running(service, tokens) as live:
        async with live.uow() as uow:
            await uow.execute("INSERT INTO job (kind, key) VALUES ('sample.tick', 'recurring')")
        await live.run_jobs()
        row = await live.service.pool.fetchrow("SELECT run_at, attempts FROM job WHERE kind = 'sample.tick'")
    assert ran == ["recurring"]
    assert row["run_at"] > now() + timedelta(minutes=4)
    assert row["attempts"] == 0


async def test_what_runs_one_at_a_time_leaves_the_room_to_others(settings, tokens):
    service, started, go = build(settings), [], asyncio.Event()

    async def slow(job: Job, begin: Begin) -> None:
        started.append(job.key)
        await go.wait()

    service.job("sample.slow", slow, at_once=1)
    async with running(service, tokens) as live:
        async with live.uow() as uow:
            for number in range(20):
                uow.enqueue("sample.slow", f"n{number}", run_at=now() - timedelta(hours=1))
            uow.enqueue("sample.raise", "a", {"by": 1})
        worker = asyncio.create_task(service.runner.run())
        await until(lambda: live.service.pool.fetchval("SELECT count(*) = 1 FROM counter"))
        leased = await live.service.pool.fetchval(
            "SELECT count(*) FROM job WHERE kind = 'sample.slow' AND leased_until IS NOT NULL"
        )
        assert (len(started), leased) == (1, 1)
        go.set()
        await until(
            lambda: live.service.pool.fetchval(
                "SELECT NOT EXISTS (SELECT FROM job WHERE kind = 'sample.slow')"
            )
        )
        worker.cancel()
        await asyncio.wait([worker])
    assert sorted(started) == sorted(f"n{number}" for number in range(20))
