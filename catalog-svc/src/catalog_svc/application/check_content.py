"""What an editor sent, checked as the linter would."""

from typing import Any

from chassis.db import UnitOfWork
from chassis.problems import FieldError

from ..domain.content import ItemContent
from ..domain.errors import ItemBreaksRules
from ..domain.finding import Finding
from ..domain.rules import check_item
from ..domain.rules.catalogue import department_is_known
from ..domain.search_text import joined
from ..domain.shape import parse_content
from .ports import ItemStore, OrganisationStore


def parse_sent(raw: dict[str, Any], *, code: str | None = None) -> ItemContent:
    """The content, its shape being right. `code`: the item it must be of. Raises ItemBreaksRules."""
    content, findings = parse_content(raw)
    if content is None:
        raise breaks_rules(findings)
    if code is not None and content.code != code:
        wrong = Finding(
            "code-fixed", "/code", f"事项编码应为 {code}，不能更改", f"the code is {code} and stays so"
        )
        raise breaks_rules([wrong])
    return content


async def all_findings(
    uow: UnitOfWork, items: ItemStore, organisation: OrganisationStore, content: ItemContent
) -> list[Finding]:
    """Every rule the content breaks, those among all items included."""
    findings = check_item(content)
    departments = await organisation.department_codes(uow)
    if departments:  # empty until identity has told us: then nothing can be said
        findings += department_is_known(content, departments)
    if other := await items.item_named(uow, joined(content.name), content.code):
        findings.append(
            Finding("duplicate-name", "/name", f"名称与 {other} 相同", f"{other} has the same name")
        )
    return findings


def breaks_rules(findings: list[Finding]) -> ItemBreaksRules:
    return ItemBreaksRules(
        f"事项内容有 {len(findings)} 处不符合规则，请按 errors 逐项修改。",
        f"The item breaks {len(findings)} rules; correct what `errors` lists.",
        errors=[FieldError(f"/content{found.field}", found.zh, found.en) for found in findings],
        rules=[found.rule for found in findings],
    )
