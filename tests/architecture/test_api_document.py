"""The merged API document: what every operation must say of itself."""

import keyword
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from case_svc.domain.step_up import StepUp
from clients.document import merged_document
from identity_svc.api.assurance.views import WAYS_UP
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

Json = dict[str, Any]
METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}
BOTH_LANGUAGES = re.compile(r"[\u4e00-\u9fff].* · .*[A-Za-z]")
PARTNERS = "webhooks"
"""Tag of what answers in a partner's own words."""


@cache
def document() -> Json:
    return merged_document()


def operations() -> Iterator[tuple[str, str, Json]]:
    """(label, path, operation) of every operation."""
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", path, operation


def lacking(says: Any) -> list[str]:
    """The labels of the operations of which `says` is not true."""
    return [label for label, _, operation in operations() if not says(operation)]


def ours(operation: Json) -> bool:
    return PARTNERS not in operation["tags"]


def test_the_document_is_valid_openapi_3_1() -> None:
    assert not [str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(document())]


def test_every_operation_has_a_summary_in_both_languages() -> None:
    assert not lacking(lambda operation: BOTH_LANGUAGES.search(operation.get("summary", ""))), (
        "the first line of its docstring, or `summary=`: 中文 · English"
    )


def test_every_operation_has_one_tag() -> None:
    """What the page calls it in Chinese stands in gateway/own/openapi.py."""
    assert not lacking(lambda operation: len(operation.get("tags", ())) == 1)


def test_operation_ids_are_unique_names_of_functions() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert not [name for name, count in Counter(names).items() if count > 1], "name one of the functions anew"
    odd = [
        name
        for name in names
        if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", name) or keyword.iskeyword(name)
    ]
    assert not odd
    assert max(map(len, names)) <= 60


def test_operation_ids_do_not_come_from_addresses() -> None:
    assert not lacking(lambda operation: not operation["operationId"].endswith(("_get", "_post", "_put")))


def test_models_are_named_apart() -> None:
    """Where a service has two models of one name, FastAPI names them for their modules, and clients with them."""
    assert not [name for name in document()["components"]["schemas"] if "__" in name], "name one of them anew"


def test_every_operation_says_whether_it_wants_a_token() -> None:
    assert not lacking(lambda operation: operation.get("security") in ([], [{"bearer": []}]))


def test_every_operation_says_how_it_succeeds() -> None:
    assert not lacking(lambda operation: any(status[0] in "23" for status in operation["responses"]))


def test_every_operation_lists_its_problems_by_status() -> None:
    def has_problems(operation: Json) -> bool:
        told = {status: answer for status, answer in operation["responses"].items() if status >= "4"}
        needed = {"422", "429", "500", "503"} | ({"401"} if operation["security"] else set())
        return needed <= told.keys() and all(
            "application/problem+json" in answer["content"] and answer["x-problems"]
            for answer in told.values()
        )

    assert not lacking(lambda operation: not ours(operation) or has_problems(operation)), (
        "routes of `chassis.http.Router` have them by themselves"
    )


def test_problems_have_the_status_they_are_listed_under() -> None:
    examples = document()["components"]["examples"]
    for label, _, operation in operations():
        for status, answer in operation["responses"].items():
            for content in answer.get("content", {}).values() if status >= "4" else ():
                for reference in content.get("examples", {}).values():
                    example = examples[reference["$ref"].rsplit("/", 1)[1]]["value"]
                    assert example["status"] == int(status), label


def contents() -> Iterator[tuple[str, Json]]:
    """Every JSON body that is asked for or answered with, and where."""
    for label, _, operation in operations():
        bodies = {"request": operation.get("requestBody", {})} | operation["responses"]
        for place, body in bodies.items():
            if place == "request" or place.startswith("2"):
                for kind, content in body.get("content", {}).items():
                    if kind == "application/json" and "schema" in content:
                        yield f"{label} {place}", content


def validator(schema: Json) -> Any:
    return jsonschema_rs.Draft202012Validator(
        {"components": {"schemas": document()["components"]["schemas"]}, **schema}, validate_formats=True
    )


def test_every_body_has_an_example_that_fits_its_schema(subtests: pytest.Subtests) -> None:
    for place, content in contents():
        with subtests.test(place):
            examples = [content["example"]] if "example" in content else list(content["examples"].values())
            for example in examples:
                value = example["value"] if "example" not in content else example
                errors = [
                    f"{error.instance_path}: {error.message}"
                    for error in validator(content["schema"]).iter_errors(value)
                ]
                assert not errors, "say what fits: Field(examples=[…]), or contracts/samples.py"


def test_every_parameters_example_fits_its_schema(subtests: pytest.Subtests) -> None:
    for label, _, operation in operations():
        for parameter in operation.get("parameters", ()):
            if "example" in parameter:
                with subtests.test(f"{label} {parameter['name']}"):
                    assert validator(parameter["schema"]).is_valid(parameter["example"]), parameter["example"]


@pytest.mark.parametrize(
    "ways",
    [StepUp(required=1, present=0).ways, [way.model_dump() for way in WAYS_UP]],
    ids=["a case asks for more", "my assurance"],
)
def test_every_way_to_a_higher_level_begins_with_a_call_that_is_there(ways: list[Json]) -> None:
    offered = {label for label, _, _ in operations()}
    assert ways and not [way for way in ways if f"{way['method']} {way['href']}" not in offered]


def test_every_group_of_operations_is_named_in_chinese() -> None:
    unnamed = [
        tag["name"] for tag in document()["tags"] if not re.search(r"[\u4e00-\u9fff]", tag["description"])
    ]
    assert not unnamed, "say what they are in gateway/own/openapi.py"
