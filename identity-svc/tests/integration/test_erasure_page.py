"""The report of an erasure, opened by people."""

import pytest


@pytest.mark.parametrize("receipt", ["AaIh3qphc8iBlzrveglItlO9BGEC", "AaIh3q", "注销"])
async def test_a_receipt_of_nothing_is_a_page_for_people_and_a_problem_for_programs(identity, receipt: str):
    missing = f"/api/erasures/{receipt}/document"
    page = await identity.client.get(missing, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有这个注销申请" in page.text and "style-src 'sha256-" in page.headers["content-security-policy"]
    answer = await identity.client.get(missing)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
