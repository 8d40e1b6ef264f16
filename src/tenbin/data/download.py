"""Download of a product's files over http(s): resumed where it stopped, verified, whole or not there at all.

Bytes are collected in a hidden sibling named after the expected checksum, `.NAME.SHA12.part`, which is kept
between attempts and runs only while it is shorter than the whole. It takes its final name after its size and
SHA-256 were found right.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.core.provenance import sha256

if TYPE_CHECKING:
    from tenbin.data.catalog import CatalogFile, Product

__all__ = ["Progress", "difference", "fetch"]

Progress = Callable[[str, int, int], None]
"""Called with (file path in the catalog, bytes so far, bytes in all)."""

CHUNK = 1 << 13
"""Bytes asked for at a time: what a broken transfer loses at most."""
ATTEMPTS = 4
"""How often a broken or stalled transfer is taken up again before giving up."""
_CHANGED = "nothing was kept; the file has changed at its source: update tenbin, or place it by hand"
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class _BrokenOff(Exception):
    """The transfer stopped early but may succeed if taken up again; says how in plain words."""


@dataclass(frozen=True)
class _Transfer:
    """One file on its way: where from, where to, and how patiently."""

    file: CatalogFile
    url: str
    target: Path
    timeout: float
    pause: float
    progress: Progress | None

    @property
    def part(self) -> Path:
        return self.target.with_name(f".{self.target.name}.{self.file.sha256[:12]}.part")

    def fault(self, found: str, expected: str, remedy: str) -> Fault:
        return Fault(self.url, self.file.path, found, expected, remedy)


def fetch(
    product: Product,
    cache: Path,
    progress: Progress | None = None,
    timeout: float = 30.0,
    *,
    only: Iterable[CatalogFile] | None = None,
    pause: float = 1.0,
) -> list[Path]:
    """Bring the files of `product` (or `only` some of them) into `cache`; return their paths.

    `timeout` [s] is how long the server may be silent, `pause` [s] the wait before the second attempt, which
    doubles before each later one. A file that is there and right is left alone. InputError lists every file
    that could not be had: no address, refused (404), stalled, cut short, wrong checksum, cache not writable.
    """
    paths, faults = [], []
    for file in product.files if only is None else only:
        try:
            paths.append(_fetch_one(product, file, Path(cache), progress, timeout, pause))
        except InputError as error:
            faults += error.faults
    raise_if_any(faults)
    return paths


def difference(path: Path, file: CatalogFile) -> Fault | None:
    """What is wrong with the file at `path`, if its size or SHA-256 is not the catalog's."""
    size = path.stat().st_size
    if size != file.size:
        found, expected = f"{size} bytes", f"{file.size} bytes"
    elif (checksum := sha256(path)) != file.sha256:
        found, expected = f"sha256 {checksum}", f"sha256 {file.sha256}"
    else:
        return None
    remedy = "delete it and fetch it again, or restore the version that the catalog names"
    return Fault(str(path), "checksum", found, expected, remedy)


def _fetch_one(
    product: Product, file: CatalogFile, cache: Path, progress: Progress | None, timeout: float, pause: float
) -> Path:
    target = _inside(cache, file)
    if target.is_file() and difference(target, file) is None:
        return target
    url = product.url(file)
    if url is None:
        remedy = f"ask the producer ({product.producer}) and put it at {target}"
        raise InputError(Fault(f"product {product.name}", file.path, "no address", "an address", remedy))
    transfer = _Transfer(file, url, target, timeout, pause, progress)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _collect(transfer)
        os.replace(transfer.part, target)
    except OSError as error:
        remedy = "set TENBIN_CACHE to a writable folder with room, or pass --cache"
        raise InputError(
            Fault(str(cache), "cache", str(error), "a folder that can be written", remedy)
        ) from error
    return target


def _inside(cache: Path, file: CatalogFile) -> Path:
    """Where `file` goes, refusing any name that would lead out of `cache` (through '..' or a link)."""
    target = cache / file.path
    plain = all(part not in ("", ".", "..") for part in re.split(r"[/\\]", file.path))
    if not plain or not target.resolve().is_relative_to(cache.resolve()):
        raise InputError(
            Fault(
                "catalog",
                "path",
                repr(file.path),
                f"a path inside {cache}",
                "correct the catalog entry or the link",
            )
        )
    return target


def _collect(transfer: _Transfer) -> None:
    """Fill the part file until it is whole and right; two rounds, as an old prefix may turn out to be bad."""
    resumed = _usable_prefix(transfer) > 0
    _collect_bytes(transfer)
    fault = difference(transfer.part, transfer.file)
    if fault is not None and resumed:
        transfer.part.unlink()
        _collect_bytes(transfer)
        fault = difference(transfer.part, transfer.file)
    if fault is not None:
        transfer.part.unlink()
        remedy = (
            "nothing was kept; the file has changed at its source: update tenbin, or place the file by hand"
        )
        raise InputError(transfer.fault(fault.found, fault.expected, remedy))


def _usable_prefix(transfer: _Transfer) -> int:
    """Bytes already collected; a part that is not shorter than the whole is no prefix and is removed."""
    with suppress(FileNotFoundError):
        size = transfer.part.stat().st_size
        if size < transfer.file.size:
            return size
        transfer.part.unlink()
    return 0


def _collect_bytes(transfer: _Transfer) -> None:
    """Take the transfer up again, up to ATTEMPTS times, until all bytes are there."""
    reason = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(transfer.pause * 2 ** (attempt - 1))
        try:
            return _attempt(transfer)
        except _BrokenOff as broken:
            reason = str(broken)
    kept = _usable_prefix(transfer)
    remedy = f"check the network and run it again: it goes on after the {kept} bytes that were kept"
    raise InputError(transfer.fault(f"{reason}, {ATTEMPTS} times", f"{transfer.file.size} bytes", remedy))


def _attempt(transfer: _Transfer) -> None:
    import requests  # not needed, and slow to import, where nothing is downloaded

    offset = _usable_prefix(transfer)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={offset}-"} if offset else {})
    try:
        with requests.get(transfer.url, headers=headers, stream=True, timeout=transfer.timeout) as response:
            _write(transfer, response, _start(transfer, response, offset))
    except (requests.ConnectionError, requests.Timeout) as error:
        raise _BrokenOff(_in_plain_words(error, transfer)) from error
    except requests.exceptions.ChunkedEncodingError as error:
        raise _BrokenOff(f"a transfer cut short after {_usable_prefix(transfer)} bytes") from error
    except requests.RequestException as error:
        raise InputError(
            transfer.fault(str(error), "a file", "correct the address in the catalog")
        ) from error


def _in_plain_words(error: Exception, transfer: _Transfer) -> str:
    if "timed out" in str(error).lower():
        return f"a server silent for {transfer.timeout:g} s after {_usable_prefix(transfer)} bytes"
    return f"no connection, or one cut after {_usable_prefix(transfer)} bytes"


def _start(transfer: _Transfer, response: Any, offset: int) -> int:
    """The byte at which the body of `response` starts; InputError or _BrokenOff if it has no such body."""
    if response.status_code == 206 and response.headers.get("Content-Range") == _range(transfer, offset):
        return offset
    if response.status_code in (206, 416):
        # The server holds something of another size, or counts otherwise: what we have is no prefix of it.
        transfer.part.unlink(missing_ok=True)
        raise _BrokenOff("a server that could not go on where it stopped")
    if response.status_code in _PASSING:
        raise _BrokenOff(f"HTTP status {response.status_code}")
    if response.status_code != 200:
        found = f"HTTP status {response.status_code} ({response.reason})"
        remedy = "the file has moved: update tenbin, or place the file by hand"
        raise InputError(transfer.fault(found, "the file (status 200)", remedy))
    _require_length(transfer, response.headers)
    return 0


def _require_length(transfer: _Transfer, headers: Any) -> None:
    """Refuse at once a file whose announced length is not the catalog's."""
    announced = headers.get("Content-Length")
    if announced is not None and "Content-Encoding" not in headers and announced != str(transfer.file.size):
        transfer.part.unlink(missing_ok=True)
        raise InputError(transfer.fault(f"{announced} bytes", f"{transfer.file.size} bytes", _CHANGED))


def _range(transfer: _Transfer, offset: int) -> str:
    return f"bytes {offset}-{transfer.file.size - 1}/{transfer.file.size}"


def _write(transfer: _Transfer, response: Any, offset: int) -> None:
    """Append the body to the part (or begin it anew at 0), at most one byte past the expected size."""
    done = offset
    with open(transfer.part, "ab" if offset else "wb") as stream:
        for chunk in response.iter_content(CHUNK):
            stream.write(chunk[: transfer.file.size + 1 - done])
            done = min(done + len(chunk), transfer.file.size + 1)
            _report(transfer, min(done, transfer.file.size))
            if done > transfer.file.size:
                return  # longer than it should be: the check of size in `_collect` says so
        if done < transfer.file.size:
            stream.flush()
            raise _BrokenOff(f"a transfer cut short after {done} bytes")


def _report(transfer: _Transfer, done: int) -> None:
    if transfer.progress is not None:
        transfer.progress(transfer.file.path, done, transfer.file.size)
