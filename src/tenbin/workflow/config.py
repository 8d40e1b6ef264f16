"""From a YAML file to a RunConfig, with every fault of the file listed at once."""

from __future__ import annotations

import copy
import difflib
import operator
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.workflow.settings import RunConfig

__all__ = ["Reading", "RunConfig", "load_as", "load_config", "read_as"]

Model = TypeVar("Model", bound=BaseModel)

Location = tuple[str | int, ...]


def load_config(path: str | Path | None = None) -> RunConfig:
    """The run asked for by the YAML file `path`, or the default run.

    Raises InputError with one Fault for each unknown, repeated or wrong key; nothing else is done first.
    """
    return load_as(RunConfig, path)


def load_as(model: type[Model], path: str | Path | None = None) -> Model:
    """The `model` that the YAML file `path` describes, or its defaults; all faults at once, as `load_config`."""
    reading = read_as(model, path)
    raise_if_any(reading.faults)
    return reading.config


class Reading(NamedTuple, Generic[Model]):
    """What a file could be read as: `doubtful` are the sections and keys at the top that hold a fault."""

    config: Model
    faults: list[Fault]
    doubtful: frozenset[str]

    def is_sure(self, *keys: str) -> bool:
        """Whether `config` says of all these `keys` what the file meant, so that more may be checked by them."""
        return not self.doubtful.intersection(keys)


def read_as(model: type[Model], path: str | Path | None = None) -> Reading[Model]:
    """The YAML file `path` with every faulty key put back to its default, and all the faults.

    By it what stands outside the file (data, folders) can be checked in the same go. InputError if there is
    nothing to read.
    """
    if path is None:
        return Reading(model(), [], frozenset())
    file = Path(path)
    tree, content = _parse(file)
    lines, faults = _survey(tree, file)
    if not isinstance(content, dict):
        found = f"a {type(content).__name__}"
        raise InputError(Fault(str(file), "configuration", found, "keys and values", _SEE_DEFAULTS))
    config, details, removed = _validated(model, content)
    twice = {fault.name.split(".")[0] for fault in faults}
    faults += [_fault(model, detail, file, lines) for detail in details]
    doubtful = {str(place[0]) for place in removed if place} if all(removed) else set(model.model_fields)
    return Reading(config, faults, frozenset(twice | doubtful))


def _validated(model: type[Model], content: dict[Any, Any]) -> tuple[Model, list[Any], list[Location]]:
    """The model of `content` without its faulty keys, pydantic's errors and the places of those keys.

    Keys are held against each other only where each is right by itself, and one check after another: so the
    faulty ones are taken out and the rest is validated again, until it stands.
    """
    found: list[Any] = []
    removed: list[Location] = []
    while True:
        try:
            return model.model_validate(content), found, removed
        except ValidationError as error:
            details = error.errors()
        # What was held against a key that is gone was held against its default, which nobody wrote.
        found += [detail for detail in details if not _meet(_places(model, detail), removed)]
        removed += [place for detail in details for place in _places(model, detail)]
        content = _without(content, removed)


def _meet(places: list[Location], others: list[Location]) -> bool:
    """Whether a place of one list is, holds or lies in one of the other."""
    return any(all(map(operator.eq, one, other)) for one in places for other in others)


def _places(root: type[BaseModel], detail: Any) -> list[Location]:
    """The keys that an error of pydantic is about; of an unknown key also the one that was meant."""
    place = tuple(detail["loc"])
    if detail["type"] == "extra_forbidden":
        close = difflib.get_close_matches(str(place[-1]), _section(root, place[:-1]).model_fields, n=1)
        return [place, *((*place[:-1], key) for key in close)]
    return [(*place, key) for key in _held_together(detail)] or [place]


def _held_together(detail: Any) -> tuple[str, ...]:
    return tuple(detail.get("ctx", {}).get("of", ()))


def _without(content: dict[Any, Any], places: list[Location]) -> dict[Any, Any]:
    """`content` without what stands at the `places`; nothing at all where that takes nothing out."""
    kept = copy.deepcopy(content)
    for place in places:
        section = kept
        for depth, part in enumerate(place, start=1):
            if depth == len(place) or not isinstance(section.get(part), dict):
                section.pop(part, None)
                break
            section = section[part]
    return kept if kept != content else {}


_SEE_DEFAULTS = (
    "see the commented defaults printed by 'tenbin config', with --land or --transport for these verbs"
)


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
    place, context = tuple(detail["loc"]), detail.get("ctx", {})
    places = _places(root, detail)
    line = next((lines[at[:n]] for at in places for n in range(len(at), 0, -1) if at[:n] in lines), None)
    where = f"{file}:{line}" if line else str(file)
    if detail["type"] == "extra_forbidden":
        return _unknown_key(root, where, place)
    name = ", ".join(map(_dotted, places))
    found = f"{_found(detail)}{context.get('found', '')}"
    return Fault(
        where, name, found, _expected(root, detail, place), context.get("remedy") or _meaning(root, place)
    )


def _found(detail: Any) -> str:
    """The faulty value, or of keys that do not go together those that were given."""
    given = detail["input"]
    pairs = [f"{key} {_shown(given[key])}" for key in _held_together(detail) if key in given]
    return ", ".join(pairs) if pairs else _shown(given)


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
