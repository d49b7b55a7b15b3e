"""Which problems a function can raise, read from its code: those it names, and those named by what it calls.

Nothing is run. Calls are followed through names, imports and annotations; behind a port stands every class of the
service that has the port's methods. A problem that is caught on the way does not count. What is found may be a little
too much (a branch this route never takes), and too little where a call goes through something without a type: such a
route says the rest itself, with `raises`, and the tests notice when it does not.
"""

import ast
import functools
import inspect
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from ...problems import Problem
from .definitions import definition_of
from .names import Names

Problems = frozenset[type[Problem]]

_NONE: Problems = frozenset()
# What lists, dicts, strings, paths and moments have, a name alone says nothing about.
_COMMON = frozenset(
    name for kind in (list, dict, set, str, bytes, tuple, int, memoryview) for name in dir(kind)
) | {"close", "put", "wait", "fetch", "send", "start", "stop", "run", "open"}


class CodeReader:
    """Reads the code of one service (its top package) and of ours that it stands on; remembers what it found."""

    def __init__(self, package: str) -> None:
        self._packages = (package, "chassis")
        self._service = package
        self._known: dict[tuple[Any, Any], Problems] = {}

    def problems_of(self, function: Callable[..., Any], owner: type | None = None) -> Problems:
        """The kinds of problem that calling `function` (a method of `owner`) may end in."""
        function = inspect.unwrap(function)
        key = (getattr(function, "__code__", function), owner)
        if key not in self._known:
            self._known[key] = _NONE  # where functions call each other, the one that is read now adds nothing
            node = definition_of(function) if self._is_ours(function) else None
            if node is not None:
                names = Names(function, node, owner)
                self._known[key] = _Walk(self, names, guesses=self._is_of_service(function)).of(node.body)
        return self._known[key]

    def of_value(self, value: Any, owner: type | None = None) -> Problems:
        """What a mention of `value` may lead to: it is raised, called, or chosen from."""
        if isinstance(value, staticmethod | classmethod):
            value = value.__func__
        if isinstance(value, property):
            value = value.fget
        if isinstance(value, functools.cached_property):
            value = value.func
        if isinstance(value, functools.partial):
            value = value.func
        if isinstance(value, types.FunctionType):
            return self.problems_of(value, owner)
        if isinstance(value, type):
            return self._of_class(value)
        if isinstance(value, dict):
            value = tuple(value.values())
        if isinstance(value, tuple | list | set | frozenset) and len(value) < 100:
            return _NONE.union(*(self.of_value(one) for one in value if callable(one)))
        return _NONE

    def of_member(self, kind: type, name: str) -> Problems:
        """What `name` of an object of `kind` may lead to: its own, or that of those who play the port."""
        found = [kind, *(one for one in self._classes if one is not kind and _plays(one, kind))]
        return _NONE.union(
            *(self.of_value(member, one) for one in found if (member := _member(one, name)) is not None)
        )

    def of_any(self, name: str) -> Problems:
        """What any method called `name` in the service may lead to: its object has no type that we know."""
        if name in _COMMON or name.startswith("__"):
            return _NONE
        return _NONE.union(
            *(self.of_value(vars(one)[name], one) for one in self._classes if name in vars(one))
        )

    def _of_class(self, kind: type) -> Problems:
        if issubclass(kind, Problem):
            return frozenset({kind})
        if not self._is_ours(kind):
            return _NONE
        makers = (vars(kind).get(name) for name in ("__init__", "__post_init__"))
        return _NONE.union(*(self.of_value(maker, kind) for maker in makers if maker is not None))

    def _is_ours(self, thing: Any) -> bool:
        return (getattr(thing, "__module__", None) or "").split(".")[0] in self._packages

    def _is_of_service(self, thing: Any) -> bool:
        return thing.__module__.split(".")[0] == self._service

    @functools.cached_property
    def _classes(self) -> tuple[type, ...]:
        inside = [
            module
            for name, module in list(sys.modules.items())
            if name == self._service or name.startswith(self._service + ".")
        ]
        found = {
            value
            for module in inside
            for value in vars(module).values()
            if isinstance(value, type) and value.__module__ == module.__name__
        }
        return tuple(sorted(found, key=lambda kind: (kind.__module__, kind.__qualname__)))


class _Walk:
    """Through the statements of one function."""

    def __init__(self, reader: CodeReader, names: Names, *, guesses: bool) -> None:
        self._reader = reader
        self._names = names
        self._guesses = guesses

    def of(self, nodes: list[Any]) -> Problems:
        return _NONE.union(*(self._of(node) for node in nodes if node is not None))

    def _of(self, node: ast.AST) -> Problems:
        match node:
            case ast.Try() | ast.TryStar():
                return self._of_try(node)
            case ast.AnnAssign():
                return self.of([node.value])
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return self.of(list(node.body))
            case ast.Call(func=ast.Name(id="isinstance" | "issubclass")):
                return self.of(node.args[:1])
            case ast.Call():
                return self._of_called(node.func) | self._below(node, without=node.func)
            case ast.Attribute():
                return self._of_attribute(node, is_called=False)
            case ast.Name():
                return self._reader.of_value(self._names.value(node))
            case _:
                return self._below(node)

    def _of_try(self, node: ast.Try | ast.TryStar) -> Problems:
        caught = tuple(kind for handler in node.handlers for kind in self._caught(handler.type))
        tried = frozenset(kind for kind in self.of(list(node.body)) if not issubclass(kind, caught))
        rest = [line for handler in node.handlers for line in handler.body]
        again = any(
            isinstance(line, ast.Raise) and line.exc is None for one in rest for line in ast.walk(one)
        )
        tried = self.of(list(node.body)) if again else tried
        return tried | self.of([*rest, *node.orelse, *node.finalbody])

    def _caught(self, node: ast.expr | None) -> Iterator[type[BaseException]]:
        if isinstance(node, ast.Tuple):
            for one in node.elts:
                yield from self._caught(one)
        elif node is not None:
            value = self._names.value(node)
            values = value if isinstance(value, tuple) else (value,)
            yield from (one for one in values if isinstance(one, type) and issubclass(one, BaseException))

    def _of_called(self, node: ast.expr) -> Problems:
        kind = self._names.type_of(node)
        if kind is not None and not isinstance(self._names.value(node), type):
            return self._of(node) | self._reader.of_member(kind, "__call__")  # a use case that is an object
        return self._of_attribute(node, is_called=True) if isinstance(node, ast.Attribute) else self._of(node)

    def _of_attribute(self, node: ast.Attribute, *, is_called: bool) -> Problems:
        value = self._names.value(node)
        if value is not None:
            return self._reader.of_value(value)
        before = self._of(node.value)
        kind = self._names.type_of(node.value)
        if kind is not None:
            return before | self._reader.of_member(kind, node.attr)
        return before | (self._reader.of_any(node.attr) if is_called and self._guesses else _NONE)

    def _below(self, node: ast.AST, without: ast.AST | None = None) -> Problems:
        return self.of([child for child in ast.iter_child_nodes(node) if child is not without])


def _member(kind: type, name: str) -> Any:
    if getattr(kind, "_is_protocol", False):
        return None
    member = inspect.getattr_static(kind, name, None)
    is_code = isinstance(
        member, types.FunctionType | staticmethod | classmethod | property | functools.cached_property
    )
    return member if is_code else None


def _plays(kind: type, port: type) -> bool:
    """Whether an object of `kind` may stand where `port` is asked for."""
    if getattr(kind, "_is_protocol", False):
        return False
    if port in kind.__mro__:
        return True
    if not getattr(port, "_is_protocol", False):
        return False
    wanted = {name for name in (*vars(port), *inspect.get_annotations(port)) if not name.startswith("_")}
    return bool(wanted) and all(hasattr(kind, name) for name in wanted)
