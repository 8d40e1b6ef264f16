"""What air was made with besides its settings: constants and defaults in the code, by which a kept file is known."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

__all__ = ["numbers_of"]


def numbers_of(*modules: ModuleType) -> dict[str, Any]:
    """By name, all numbers of `modules`, fit for JSON: constants in capitals, and defaults of the named tuples and of
    the arguments of functions that they define. What the code does with them is not among it."""
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": value
        for module in modules
        for name, value in _numbers(module)
    }


def _numbers(module: ModuleType) -> Iterator[tuple[str, Any]]:
    for name, value in sorted(vars(module).items()):
        if name.isupper() and _plain(value):
            yield name, value
        if getattr(value, "__module__", None) == module.__name__:
            defaults = getattr(value, "_field_defaults", {}) if isinstance(value, type) else _arguments(value)
            yield from ((f"{name}.{part}", own) for part, own in defaults.items() if _plain(own))


def _arguments(value: Any) -> dict[str, Any]:
    """Defaults of a function, behind what checks its types in tests."""
    function = inspect.unwrap(value) if callable(value) else value
    if not inspect.isfunction(function):
        return {}
    return {name: one.default for name, one in inspect.signature(function).parameters.items()}


def _plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(_plain(one) for one in value)
    return isinstance(value, (bool, int, float, str))
