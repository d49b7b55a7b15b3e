"""What the names in a function stand for, and of which type its expressions are, as far as annotations tell."""

import ast
import functools
import inspect
import types
import typing
from typing import Any

from .definitions import definition_of


class Names:
    """The names of one function, a method of `owner` where that is given."""

    def __init__(
        self, function: Any, node: ast.FunctionDef | ast.AsyncFunctionDef, owner: type | None = None
    ) -> None:
        self._globals: dict[str, Any] = function.__globals__
        self._closed = _closed_over(function)
        hints = _hints(function)
        self._types = {name: kind for name, hint in hints.items() if (kind := plain(hint)) is not None}
        self._local = {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
        arguments = [*node.args.posonlyargs, *node.args.args]
        if owner is not None and arguments and arguments[0].arg in ("self", "cls"):
            self._types[arguments[0].arg] = owner
        self._types.pop("return", None)
        self._learn(node)

    def value(self, node: ast.AST) -> Any:
        """The module's object that a name or a dotted name stands for; None where it is a local matter."""
        if isinstance(node, ast.Name):
            if node.id in self._local:
                return None
            return self._closed.get(node.id, self._globals.get(node.id))
        if isinstance(node, ast.Attribute):
            base = self.value(node.value)
            if isinstance(base, types.ModuleType):
                return getattr(base, node.attr, None)
            if isinstance(base, type):
                return inspect.getattr_static(base, node.attr, None)
        return None

    def type_of(self, node: ast.AST | None) -> type | None:
        """The class that objects of this expression have, None where nothing says so."""
        match node:
            case ast.Name():
                return self._types.get(node.id) or _type_of_value(self.value(node))
            case ast.Await():
                return self.type_of(node.value)
            case ast.Attribute():
                base = self.type_of(node.value)
                return attribute_type(base, node.attr) if base is not None else None
            case ast.Call():
                return self._returned(node.func)
        return None

    def _returned(self, called: ast.expr) -> type | None:
        value = self.value(called)
        if isinstance(value, type):
            return value
        if value is None and isinstance(called, ast.Attribute):
            base = self.type_of(called.value)
            value = inspect.getattr_static(base, called.attr, None) if base is not None else None
        if value is None and (kind := self.type_of(called)) is not None:
            value = inspect.getattr_static(kind, "__call__", None)
        if isinstance(value, staticmethod | classmethod):
            value = value.__func__
        return plain(_hints(value).get("return")) if isinstance(value, types.FunctionType) else None

    def _learn(self, node: ast.AST) -> None:
        """Locals that are given a value of a known type."""
        for line in ast.walk(node):
            if (
                isinstance(line, ast.Assign)
                and len(line.targets) == 1
                and isinstance(line.targets[0], ast.Name)
            ):
                name, value = line.targets[0].id, line.value
            elif isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                self._local.add(line.target.id)
                if (told := plain(self.value(line.annotation))) is not None:
                    self._types.setdefault(line.target.id, told)
                continue
            elif isinstance(line, ast.NamedExpr):
                name, value = line.target.id, line.value
            else:
                continue
            self._local.add(name)
            kind = self.type_of(value)
            if kind is not None:
                self._types.setdefault(name, kind)


def plain(hint: Any) -> type | None:
    """The class that a hint speaks of: `X`, `X | None`, `Annotated[X, …]`, `Awaitable[X]`."""
    origin = typing.get_origin(hint)
    if origin is typing.Annotated:
        return plain(typing.get_args(hint)[0])
    if origin in (typing.Union, types.UnionType):
        rest = [one for one in typing.get_args(hint) if one is not type(None)]
        return plain(rest[0]) if len(rest) == 1 else None
    if origin is not None:
        return None
    return hint if isinstance(hint, type) and hint.__module__ != "builtins" else None


@functools.cache
def attribute_type(kind: type, name: str) -> type | None:
    """The class of an object's attribute: as annotated, as a property gives it, or as `__init__` sets it."""
    hint = _hints(kind).get(name)
    if hint is not None:
        return plain(hint)
    member = inspect.getattr_static(kind, name, None)
    if isinstance(member, property | functools.cached_property):
        function = member.fget if isinstance(member, property) else member.func
        return plain(_hints(function).get("return"))
    return _set_by_init(kind, name)


def _set_by_init(kind: type, name: str) -> type | None:
    init = vars(kind).get("__init__")
    node = definition_of(init) if isinstance(init, types.FunctionType) else None
    if node is None:
        return None
    names = Names(init, node)  # without `self`: what it holds is what we are about to find out
    for line in ast.walk(node):
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Attribute):
            target = line.targets[0]
            if target.attr == name and isinstance(target.value, ast.Name) and target.value.id == "self":
                return names.type_of(line.value)
    return None


def _type_of_value(value: Any) -> type | None:
    """Of a module's own object, such as `TABLE = RoutingTable()`."""
    kind = type(value)
    return None if value is None or isinstance(value, type) or kind.__module__ == "builtins" else kind


def _closed_over(function: Any) -> dict[str, Any]:
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=False)
    found = {}
    for name, cell in cells:
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not set yet
            continue
    return found


@functools.cache
def _hints(thing: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(thing)
    except Exception:  # an annotation that only a type checker can see: it tells us nothing
        return {}
