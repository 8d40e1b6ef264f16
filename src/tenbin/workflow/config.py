"""From a YAML file to a RunConfig, with every fault of the file listed at once."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from tenbin.core.errors import Fault, InputError
from tenbin.workflow.settings import RunConfig

__all__ = ["RunConfig", "load_as", "load_config"]

Model = TypeVar("Model", bound=BaseModel)

Location = tuple[str | int, ...]


def load_config(path: str | Path | None = None) -> RunConfig:
    """The run asked for by the YAML file `path`, or the default run.

    Raises InputError with one Fault for each unknown, repeated or wrong key; nothing else is done first.
    """
    return load_as(RunConfig, path)


def load_as(model: type[Model], path: str | Path | None = None) -> Model:
    """The `model` that the YAML file `path` describes, or its defaults; all faults at once, as `load_config`."""
    if path is None:
        return model()
    file = Path(path)
    tree, content = _parse(file)
    lines, faults = _survey(tree, file)
    if not isinstance(content, dict):
        found = f"a {type(content).__name__}"
        raise InputError(Fault(str(file), "configuration", found, "keys and values", _SEE_DEFAULTS))
    try:
        config = model.model_validate(content)
    except ValidationError as error:
        faults += [_fault(model, detail, file, lines) for detail in error.errors()]
    if faults:
        raise InputError(faults)
    return config


_SEE_DEFAULTS = "see the commented defaults printed by 'tenbin config'"


def _parse(file: Path) -> tuple[yaml.Node | None, Any]:
    """The file as nodes with line numbers and as plain values, or an InputError that says why not."""
    try:
        text = file.read_text(encoding="utf-8")
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        return tree, {} if tree is None else yaml.safe_load(text)
    except FileNotFoundError:
        found, remedy = "no such file", "check the path, or write one with 'tenbin config > run.yaml'"
    except (OSError, UnicodeDecodeError) as error:
        found, remedy = f"a file that cannot be read ({error})", "check its permissions and encoding (UTF-8)"
    except yaml.YAMLError as error:
        found, remedy = f"text that is not YAML ({_one_line(error)})", _SEE_DEFAULTS
    raise InputError(Fault(str(file), "configuration", found, "a YAML file", remedy))


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _survey(node: yaml.Node | None, file: Path) -> tuple[dict[Location, int], list[Fault]]:
    """Line of every key, and a fault for every key given twice (YAML would silently keep the last)."""
    lines: dict[Location, int] = {}
    faults: list[Fault] = []

    def visit(node: yaml.Node | None, place: Location) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                here = (*place, str(key.value))
                line = key.start_mark.line + 1
                if here in lines:
                    found = f"the key twice, on lines {lines[here]} and {line}"
                    faults.append(
                        Fault(f"{file}:{line}", _dotted(here), found, "it once", "remove one of them")
                    )
                lines[here] = line
                visit(value, here)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                lines[(*place, index)] = value.start_mark.line + 1
                visit(value, (*place, index))

    visit(node, ())
    return lines, faults


def _dotted(place: Location) -> str:
    return ".".join(str(part) for part in place) or "configuration"


def _fault(root: type[BaseModel], detail: Any, file: Path, lines: dict[Location, int]) -> Fault:
    """A pydantic error told in our words, with the line of the file it stands on."""
    place = tuple(detail["loc"])
    line = next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), None)
    where = f"{file}:{line}" if line else str(file)
    if detail["type"] == "extra_forbidden":
        return _unknown_key(root, where, place)
    context = detail.get("ctx", {})
    found = f"{_shown(detail['input'])}{context.get('found', '')}"
    return Fault(where, _dotted(place), found, _expected(root, detail, place), _meaning(root, place))


def _expected(root: type[BaseModel], detail: Any, place: Location) -> str:
    """What the key takes, in plain words."""
    kind = detail["type"]
    if "expected" in detail.get("ctx", {}):
        return str(detail["ctx"]["expected"])
    if kind == "model_type":
        return f"a section with the keys {', '.join(_section(root, place).model_fields)}"
    if kind == "tuple_type":
        return "a list in brackets, such as [a, b]"
    return str(detail["msg"]).removeprefix("Input should be ").removeprefix("a valid ")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _unknown_key(root: type[BaseModel], where: str, place: Location) -> Fault:
    accepted = list(_section(root, place[:-1]).model_fields)
    close = difflib.get_close_matches(str(place[-1]), accepted, n=1)
    remedy = f"did you mean {close[0]!r}?" if close else "remove it"
    return Fault(where, _dotted(place), "an unknown key", f"one of {', '.join(accepted)}", remedy)


def _section(root: type[BaseModel], place: Location) -> type[BaseModel]:
    """The model that holds the keys under `place`."""
    model = root
    for part in place:
        field = model.model_fields.get(str(part))
        candidates = [field.annotation, *get_args(field.annotation)] if field else []
        inner = [item for item in candidates if isinstance(item, type) and issubclass(item, BaseModel)]
        model = inner[0] if inner else model
    return model


def _meaning(root: type[BaseModel], place: Location) -> str:
    """The description of the key, so that the message teaches what to write."""
    names = [part for part in place if isinstance(part, str)]
    if not names:
        return _SEE_DEFAULTS
    field = _section(root, tuple(names[:-1])).model_fields.get(names[-1])
    description = field.description if field else None
    return f"correct it ({description.rstrip('.')})" if description else _SEE_DEFAULTS
