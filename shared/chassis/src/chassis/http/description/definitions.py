"""Where in its file a function is written."""

import ast
import functools
from typing import Any


@functools.cache
def _definitions(path: str) -> dict[int, ast.FunctionDef | ast.AsyncFunctionDef]:
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    return {
        min([node.lineno, *(one.lineno for one in node.decorator_list)]): node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def definition_of(function: Any) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    code = getattr(function, "__code__", None)
    if code is None or code.co_filename.startswith("<"):
        return None  # what dataclasses write for us
    return _definitions(code.co_filename).get(code.co_firstlineno)
