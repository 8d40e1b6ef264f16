"""The catalog of data products: what each is, who made it, under which licence, and where its files lie.

A file is looked for under $TENBIN_DATA, then in the user's cache ($TENBIN_CACHE, or the folder pooch chooses
for the system), then at its published address. Only that last step needs a network.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files as package_files
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.data import download

__all__ = [
    "CatalogFile",
    "Product",
    "cache_root",
    "data_root",
    "fetch",
    "load",
    "locate",
    "product",
    "search_roots",
    "verify",
]

_SAFE_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*")


def _safe_relative_path(path: str) -> str:
    """`path` itself if each of its parts is a plain name: joined to a folder, it can only lie inside."""
    parts = path.split("/")
    if not all(_SAFE_PART.fullmatch(part) for part in parts):
        raise ValueError(f"{path!r} is not a relative path of plain names ('folder/file.csv')")
    return path


def _http_address(address: str) -> str:
    if not re.fullmatch(r"https?://[^\s/@]+/\S*", address):
        raise ValueError(f"{address!r} is not an http or https address")
    return address


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CatalogFile(_Entry):
    """One file: path below a data root, SHA-256, size [bytes], and its own address if it has one."""

    path: Annotated[str, AfterValidator(_safe_relative_path)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=0)]
    address: Annotated[str, AfterValidator(_http_address)] | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return PurePosixPath(self.path).name


class Product(_Entry):
    """One data product: its credit, its licence, its files, and the module that reads it.

    `licence_class` is A (open), B (cite the producers and inform them) or C (unclear: local use only, never
    redistributed, and nothing of it stands in the package). `address` is a folder that holds every file that
    has no address of its own.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: str
    producer: str
    version: str
    licence: str
    licence_class: Literal["A", "B", "C"]
    citation: str
    files: Annotated[tuple[CatalogFile, ...], Field(min_length=1)]
    address: Annotated[str, AfterValidator(_http_address)] | None = None
    reader: Annotated[str, Field(pattern=r"^[a-z_][\w.]*$")]
    notes: tuple[str, ...] = ()

    def url(self, file: CatalogFile) -> str | None:
        """Where `file` was published, or None if it has to be placed by hand."""
        if file.address or not self.address:
            return file.address
        return f"{self.address.rstrip('/')}/{file.name}"

    def file(self, tail: str) -> CatalogFile:
        """The one file whose path ends in `tail`, for example 'raw_samples/x.txt'; InputError if not one."""
        matches = [file for file in self.files if f"/{file.path}".endswith(f"/{tail}")]
        if len(matches) != 1:
            names = ", ".join(file.name for file in self.files)
            raise InputError(
                Fault(
                    f"product {self.name}",
                    "file",
                    repr(tail),
                    f"one of {names}",
                    "choose a file of the product",
                )
            )
        return matches[0]


class _Catalog(_Entry):
    products: tuple[Product, ...]

    @model_validator(mode="after")
    def _names_are_unique(self) -> _Catalog:
        for what, values in (
            ("product name", [product.name for product in self.products]),
            ("file path", [file.path for product in self.products for file in product.files]),
        ):
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise ValueError(f"each {what} may stand once; twice: {', '.join(twice)}")
        return self


def load(path: Path | None = None) -> dict[str, Product]:
    """Every product by name, from the packaged catalog or from the YAML file at `path`.

    InputError lists every entry that is malformed, misspelt or unknown.
    """
    return _packaged() if path is None else _parse(Path(path).read_text(encoding="utf-8"), str(path))


@lru_cache(maxsize=1)
def _packaged() -> dict[str, Product]:
    source = package_files("tenbin.data") / "catalog.yaml"
    return _parse(source.read_text(encoding="utf-8"), "catalog.yaml")


def _parse(text: str, where: str) -> dict[str, Product]:
    try:
        catalog = _Catalog.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        fault = Fault(where, "file", f"text that is not YAML ({error})", "YAML", "mend the syntax")
        raise InputError(fault) from error
    except ValidationError as error:
        raise InputError([_fault_of(detail, where) for detail in error.errors()]) from error
    return {product.name: product for product in catalog.products}


def _fault_of(detail: ErrorDetails, where: str) -> Fault:
    """One pydantic error in our words."""
    key = ".".join(str(part) for part in detail["loc"]) or "catalog"
    return Fault(where, key, repr(detail["input"])[:80], detail["msg"], "correct the catalog entry")


def product(name: str) -> Product:
    """The product called `name`; InputError with the known names otherwise."""
    known = load()
    if name not in known:
        names = ", ".join(sorted(known))
        raise InputError(
            Fault("catalog", "product", repr(name), f"one of {names}", "choose a name from the list")
        )
    return known[name]


def data_root() -> Path | None:
    """The folder $TENBIN_DATA, or None if it is not set; InputError if it is set and is not a folder."""
    setting = os.environ.get("TENBIN_DATA", "").strip()
    if not setting:
        return None
    root = Path(setting).expanduser()
    if not root.is_dir():
        found = f"{setting!r}, which is not a folder"
        remedy = "set it to the folder that holds atmosphere/ and inventory/, or unset it"
        raise InputError(Fault("environment", "TENBIN_DATA", found, "an existing folder", remedy))
    return root


def cache_root() -> Path:
    """The user's cache: $TENBIN_CACHE, or the system's usual place. It need not exist yet."""
    setting = os.environ.get("TENBIN_CACHE", "").strip()
    if setting:
        return Path(setting).expanduser()
    import pooch  # only the system's default place needs it

    return Path(pooch.os_cache("tenbin"))


def search_roots() -> list[Path]:
    """Folders in which a product's files are looked for, first to last."""
    root = data_root()
    return [cache_root()] if root is None else [root, cache_root()]


def locate(name: str, file: str | None = None) -> Path:
    """Path of a product's file, or of the folder of its files if it has several and none is named.

    Looks under $TENBIN_DATA, then in the cache, then downloads (resumed and verified) what has an address.
    InputError names every missing file and the three ways to provide it.
    """
    wanted = product(name)
    files = wanted.files if file is None else (wanted.file(file),)
    paths = _provide(wanted, files)
    if len(paths) == 1:
        return paths[0]
    return Path(os.path.commonpath([path.parent for path in paths]))


def _provide(wanted: Product, files: Iterable[CatalogFile]) -> list[Path]:
    """Paths of `files`, all below one root, downloading into the cache what no root has."""
    files = tuple(files)
    for root in search_roots():
        if all((root / file.path).is_file() for file in files):
            return [root / file.path for file in files]
    missing = [file for file in files if _found(file) is None]
    raise_if_any(_missing_fault(wanted, file) for file in missing if wanted.url(file) is None)
    return download.fetch(wanted, cache_root(), only=files)


def _found(file: CatalogFile, *more_roots: Path) -> Path | None:
    candidates = (root / file.path for root in (*search_roots(), *more_roots))
    return next((path for path in candidates if path.is_file()), None)


def _missing_fault(wanted: Product, file: CatalogFile) -> Fault:
    looked = " and ".join(str(root) for root in search_roots())
    remedy = (
        f"either set TENBIN_DATA to a folder that holds {file.path}, or put the file at "
        f"{cache_root() / file.path}, or run `tenbin fetch {wanted.name}`"
    )
    if wanted.url(file) is None:
        remedy += f" (no address is known for this one: ask the producer, {wanted.producer})"
    return Fault(str(file.path), f"file of {wanted.name}", f"nothing in {looked}", "the file", remedy)


def fetch(
    names: Iterable[str] | None = None,
    cache: Path | None = None,
    progress: download.Progress | None = None,
) -> list[Path]:
    """Bring products within reach (all that have an address if `names` is None); return their paths.

    Files already under $TENBIN_DATA or in the cache are not fetched again. InputError lists every file that
    could not be had; those that could are kept.
    """
    cache = cache_root() if cache is None else Path(cache)
    paths, faults = [], []
    for wanted in load().values() if names is None else [product(name) for name in names]:
        for file in wanted.files:
            if names is None and wanted.url(file) is None:
                continue
            try:
                paths.append(_fetch_one(wanted, file, cache, progress))
            except InputError as error:
                faults += error.faults
    raise_if_any(faults)
    return paths


def _fetch_one(wanted: Product, file: CatalogFile, cache: Path, progress: download.Progress | None) -> Path:
    if (path := _found(file, cache)) is not None:
        return path
    if wanted.url(file) is None:
        raise InputError(_missing_fault(wanted, file))
    return download.fetch(wanted, cache, progress, only=[file])[0]


def verify(wanted: Product | str) -> list[Path]:
    """Paths of a product's files after comparing each with its checksum.

    InputError lists every file that is absent or differs, with what was found and expected.
    """
    wanted = product(wanted) if isinstance(wanted, str) else wanted
    faults, paths = [], []
    for file in wanted.files:
        path = _found(file)
        if path is None:
            faults.append(_missing_fault(wanted, file))
        elif (fault := download.difference(path, file)) is not None:
            faults.append(fault)
        else:
            paths.append(path)
    raise_if_any(faults)
    return paths
