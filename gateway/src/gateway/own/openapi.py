"""Several OpenAPI documents as one: what the outside cannot reach is left out, names cannot collide."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from contracts import platform

from ..routes import Route, RoutingTable
from . import door_problems

Document = dict[str, Any]

_TITLE = f"{platform.NAME} · {platform.NAME_EN}"
_DESCRIPTION = (
    "一次登录，办理全市公安业务。错误均为 RFC 9457 文档；写操作请带 Idempotency-Key；"
    "金额单位为分，时间为 UTC。\n\n"
    "Log in once and use every police department of the city. Errors are RFC 9457 documents; send an"
    " Idempotency-Key with writes; amounts are in fen, times in UTC."
)
# How the page groups routes, in the order of a case; a tag that is not here comes after these.
_TAGS = {
    "accounts": "账号",
    "sessions": "登录",
    "second factor": "双因素认证",
    "ways in": "其他登录方式",
    "oidc": "统一登录（OpenID Connect）",
    "clients": "接入的部门系统",
    "me": "我的",
    "my data": "我的个人数据",
    "addresses": "地址簿",
    "mandates": "授权与代办",
    "messages": "站内消息",
    "assurance": "实名认证等级",
    "organisation": "部门、单位与窗口",
    "catalogue": "办事指南",
    "drafts": "填写申请",
    "materials": "材料",
    "submission": "提交",
    "cases": "办件",
    "live": "实时状态",
    "officers": "工作人员",
    "duty": "值班与附加职责",
    "exceptions": "跨单位查阅",
    "documents": "证照与核验",
    "payments": "缴费",
    "receipts": "缴费票据与核验",
    "shipments": "寄递",
    "claims": "快件丢失与损坏",
    "courier statements": "快递对账",
    "reviews": "评价",
    "evaluation": "评价统计",
    "catalogue editing": "事项维护",
    "partners": "合作单位自助",
}
_LAST = {"webhooks": "合作单位推送", "keys": "签名公钥", "ops": "运维"}
# The chassis' own models are the same in every service.
_SHARED = frozenset(
    ("ProblemDocument", "WrongField", "StuckWork", "ParkedMessage", "FailingJob", "UnsentEvents", "Replayed")
)
_SCHEMAS = "#/components/schemas/"


def merge(
    documents: Mapping[str, Document],
    is_public: Callable[[str], bool],
    find: Callable[[str], Route | None] = RoutingTable().find,
) -> Document:
    """OpenAPI 3.1 of all `documents` (by service): schemas named for their service, unused ones dropped.

    `find` tells what the door does with a path before its service sees it: that can go wrong too.
    """
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    examples: dict[str, Any] = dict(door_problems.EXAMPLES)
    operation_ids: set[str] = set()
    for service, document in documents.items():
        for path, item in document.get("paths", {}).items():
            if is_public(path):
                paths[path] = _referring(item, service)
                _name_operations(paths[path], service, path, operation_ids)
                door_problems.add_to(paths[path], find(path))
        components = document.get("components", {})
        for name, schema in components.get("schemas", {}).items():
            schemas.setdefault(_component(service, name), _named(_referring(schema, service), service, name))
        examples = components.get("examples", {}) | examples
    return {
        "openapi": "3.1.0",
        "info": {"title": _TITLE, "version": "1", "description": _DESCRIPTION},
        "tags": _tags(paths),
        "paths": paths,
        "components": {
            "schemas": _reachable(paths, schemas, "schemas"),
            "examples": _reachable(paths, examples, "examples"),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
        "security": [{"bearer": []}, {}],
    }


def _component(service: str, name: str) -> str:
    context = service.capitalize()
    return name if name in _SHARED or name.startswith(context) else f"{context}_{name}"


def _named(schema: Document, service: str, name: str) -> Document:
    # Generators name classes by titles, where services agree by chance; without one, by the component's name.
    return schema if name in _SHARED else {key: value for key, value in schema.items() if key != "title"}


def _referring(value: Any, service: str) -> Any:
    """A copy of `value` whose references point at the service's own components."""
    if isinstance(value, dict):
        return {
            key: _reference(item, service) if isinstance(item, str) else _referring(item, service)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_referring(item, service) for item in value]
    return value


def _reference(text: str, service: str) -> str:
    # Values of `$ref` and of a discriminator's `mapping`; no other text begins so.
    return _SCHEMAS + _component(service, text.removeprefix(_SCHEMAS)) if text.startswith(_SCHEMAS) else text


def _name_operations(item: Document, service: str, path: str, taken: set[str]) -> None:
    """Gives `item` operation ids that read as names in a generated client: `catalog_list_items`."""
    for method, operation in item.items():
        if isinstance(operation, dict) and "operationId" in operation:
            given = operation["operationId"]
            short = given.removesuffix(re.sub(r"\W", "_", path) + "_" + method)  # what FastAPI appends
            name = f"{service}_{short}"
            operation["operationId"] = f"{service}_{given}" if name in taken else name
            taken.add(operation["operationId"])


def _tags(paths: dict[str, Any]) -> list[Document]:
    used = {tag: "" for operation in _each_operation(paths) for tag in operation.get("tags", ())}
    named = {tag: text for tag, text in (_TAGS | used | _LAST).items() if tag in used}
    ordered = sorted(named, key=lambda tag: tag in _LAST)
    return [{"name": tag, "description": (_TAGS | _LAST).get(tag, "")} for tag in ordered]


def _each_operation(paths: dict[str, Any]) -> Iterator[Document]:
    for item in paths.values():
        yield from (operation for operation in item.values() if isinstance(operation, dict))


def _reachable(paths: dict[str, Any], parts: dict[str, Any], kind: str) -> dict[str, Any]:
    """Of `parts` those that `paths` use: what only internal routes carry stays internal."""
    prefix = f"#/components/{kind}/"
    found: set[str] = set()
    open_ends: list[Any] = [paths]
    while open_ends:
        for name in _references(open_ends.pop(), prefix):
            if name in parts and name not in found:
                found.add(name)
                open_ends.append(parts[name])
    return {name: part for name, part in parts.items() if name in found}


def _references(value: Any, prefix: str) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _references(item, prefix)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item, prefix)
    elif isinstance(value, str) and value.startswith(prefix):
        yield value.removeprefix(prefix)
