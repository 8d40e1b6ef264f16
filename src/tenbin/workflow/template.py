"""The default configuration as YAML to edit: every key with its meaning, unit and accepted values."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tenbin.workflow.config import load_config
from tenbin.workflow.settings import RunConfig

OPENING = """\
# Configuration of a tenbin run. Every key may be left out; the values shown are the defaults.
# Quantities are numbers in the unit named, or texts with a unit: 0.3 or "30 %", 2 or "18 months".
# Use it with: tenbin run run.yaml --out tenbin-run
"""


OPENING_LAND = """\
# Configuration of a run of the land. Every key may be left out; the values shown are the defaults.
# Use it with: tenbin land land.yaml --out tenbin-land
"""


OPENING_TRANSPORT = """\
# Configuration of a run of the moving air. Every key may be left out; the values shown are the defaults.
# Use it with: tenbin transport transport.yaml --out tenbin-transport
"""


def describe(path: Path | None) -> str:
    """The commented defaults, or the file `path` read, checked and printed with every default filled in."""
    if path is None:
        return commented_defaults()
    return str(yaml.safe_dump(load_config(path).model_dump(mode="json"), sort_keys=False, allow_unicode=True))


def describe_land(path: Path | None) -> str:
    """As `describe`, for the settings of a run of the land."""
    from tenbin.workflow.config import load_as
    from tenbin.workflow.land_settings import LandConfig

    if path is None:
        return OPENING_LAND + commented(LandConfig())
    settled = load_as(LandConfig, path).model_dump(mode="json")
    return str(yaml.safe_dump(settled, sort_keys=False, allow_unicode=True))


def describe_transport(path: Path | None) -> str:
    """As `describe`, for the settings of a run of the moving air."""
    from tenbin.workflow.config import load_as
    from tenbin.workflow.transport_settings import TransportConfig

    if path is None:
        return OPENING_TRANSPORT + commented(TransportConfig())
    settled = load_as(TransportConfig, path).model_dump(mode="json")
    return str(yaml.safe_dump(settled, sort_keys=False, allow_unicode=True))


def commented_defaults() -> str:
    """The YAML text; reading it back gives the default RunConfig."""
    return OPENING + commented(RunConfig())


def commented(model: BaseModel) -> str:
    """Every key of `model` as YAML with its meaning, unit and accepted values."""
    return "".join(_section(model, 0))


def _section(model: BaseModel, depth: int) -> list[str]:
    lines = []
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        lines += _comment(field, depth)
        if isinstance(value, BaseModel):
            lines += [f"{'  ' * depth}{name}:\n", *_section(value, depth + 1)]
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            lines += [f"{'  ' * depth}{name}:\n", *_listed(value, depth + 1)]
        else:
            lines.append(f"{'  ' * depth}{name}: {_yaml(value)}\n")
    return lines


def _listed(models: tuple[BaseModel, ...], depth: int) -> list[str]:
    """The keys of a section that may be repeated, then each of them on a line."""
    indent, lines = "  " * depth, []
    for name, field in type(models[0]).model_fields.items():
        first, *others = _comment(field, depth)
        lines += [first.replace("# ", f"# {name}: ", 1), *others]
    for one in models:
        told = yaml.safe_dump(
            one.model_dump(mode="json"), default_flow_style=True, sort_keys=False, width=200
        )
        lines.append(f"{indent}- {str(told).strip()}\n")
    return lines


def _comment(field: FieldInfo, depth: int) -> list[str]:
    indent = "  " * depth
    text = (field.description or "").rstrip(".")
    unit, choices = _unit(field), _choices(field.annotation)
    text += f" [{unit}]" if unit else ""
    text += f"; of: {', '.join(choices)}" if choices else ""
    wrapped = textwrap.wrap(text, width=100, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ")
    return [f"{line}\n" for line in wrapped]


def _unit(field: FieldInfo) -> str | None:
    extra = field.json_schema_extra
    return str(extra["unit"]) if isinstance(extra, dict) and "unit" in extra else None


def _choices(annotation: Any) -> list[str]:
    """The names a field accepts, also inside a list type."""
    inner = [arg for arg in get_args(annotation) if arg is not Ellipsis]
    if inner and all(isinstance(arg, str) for arg in inner):
        return [str(arg) for arg in inner]
    return [name for arg in inner for name in _choices(arg)]


def _yaml(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    # Dumped by the YAML library, which puts quotes where a text would be read back as something else.
    return str(yaml.safe_dump(value, default_flow_style=True)).removesuffix("\n...\n").rstrip("\n")
