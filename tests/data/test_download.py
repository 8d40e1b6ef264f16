"""A download is whole and right, or it is not there and the reason is told."""

from __future__ import annotations

import hashlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import pytest

from tenbin.core.errors import InputError
from tenbin.data import catalog, download

BODY = bytes(range(256)) * 1200  # 300 KiB: several chunks
QUICK = {"timeout": 0.3, "pause": 0.01}


class Server(ThreadingHTTPServer):
    """Serves BODY; `behaviour` decides how, `starts` remembers at which byte each request began."""

    daemon_threads = True
    block_on_close = False  # a handler that stalls must not hold up the end of the test

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviour, self.starts, self.over = whole, [], threading.Event()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        text = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-")
        self.server.starts.append(int(text))
        self.server.behaviour(self, int(text))

    def head(self, start, length, status=None):
        self.send_response(status or (206 if start else 200))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(BODY) - 1}/{len(BODY)}")
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_):
        pass


def whole(handler, start):
    handler.head(start, len(BODY) - start)
    handler.wfile.write(BODY[start:])


def cut_in_the_middle(handler, start):
    """Promises all, sends at most 100 000 bytes, and hangs up."""
    handler.head(start, len(BODY) - start)
    handler.wfile.write(BODY[start : start + 100_000])


def silent_after_a_while(handler, start):
    handler.head(start, len(BODY) - start)
    handler.wfile.write(BODY[start : start + 70_000])
    handler.wfile.flush()
    handler.server.over.wait(5.0)


def never_answering(handler, start):
    handler.server.over.wait(5.0)


def cut_without_ranges(handler, start):
    """Knows no ranges: always begins anew; hangs up the first two times."""
    handler.head(0, len(BODY))
    handler.wfile.write(BODY if len(handler.server.starts) > 2 else BODY[:100_000])


def missing(handler, start):
    handler.send_error(404)


def out_of_order(handler, start):
    if len(handler.server.starts) < 3:
        handler.send_error(503)
    else:
        whole(handler, start)


def another_content(handler, start):
    handler.head(start, len(BODY) - start)
    handler.wfile.write(bytes(len(BODY) - start))


def shorter_content(handler, start):
    handler.head(0, 1000, 200)
    handler.wfile.write(BODY[:1000])


def longer_content(handler, start):
    handler.head(0, len(BODY) + 9, 200)
    handler.wfile.write(BODY + b"and again")


def longer_than_announced_nowhere(handler, start):
    """Gives no length, and more than it should."""
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(BODY + b"and again")


def range_refused(handler, start):
    if start:
        handler.send_error(416)
    else:
        whole(handler, start)


@pytest.fixture
def server():
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def product(server):
    file = {"path": "folder/a.bin", "sha256": hashlib.sha256(BODY).hexdigest(), "size": len(BODY)}
    return catalog.Product(
        name="thing", title="A thing", producer="Someone", version="1", licence="CC0", licence_class="A",
        citation="Someone (2020)", reader="tenbin.data.thing", files=[file],
        address=f"http://127.0.0.1:{server.server_port}/files/",
    )  # fmt: skip


def files_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def part_of(product, cache):
    return cache / "folder" / f".a.bin.{product.files[0].sha256[:12]}.part"


def failure(product, cache):
    with pytest.raises(InputError) as error:
        download.fetch(product, cache, **QUICK)
    assert "folder/a.bin" not in files_in(cache), "half a file stands under the final name"
    assert product.files[0].path in str(error.value) and product.url(product.files[0]) in str(error.value)
    return str(error.value)


def test_a_whole_file_arrives_and_is_not_fetched_twice(server, product, tmp_path):
    seen = []
    (path,) = download.fetch(product, tmp_path, lambda *step: seen.append(step), **QUICK)
    assert path.read_bytes() == BODY and files_in(tmp_path) == ["folder/a.bin"]
    assert seen[-1] == ("folder/a.bin", len(BODY), len(BODY))
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
    download.fetch(product, tmp_path, **QUICK)
    assert len(server.starts) == 1


def test_a_cut_transfer_goes_on_where_it_stopped(server, product, tmp_path):
    server.behaviour = cut_in_the_middle
    (path,) = download.fetch(product, tmp_path, **QUICK)
    assert path.read_bytes() == BODY
    assert server.starts[0] == 0 and len(server.starts) == 4
    gains = [later - earlier for earlier, later in pairwise(server.starts)]
    assert all(100_000 - download.CHUNK < gain <= 100_000 for gain in gains)


def test_the_next_run_goes_on_after_an_interruption(server, product, tmp_path):
    part = part_of(product, tmp_path)
    part.parent.mkdir()
    part.write_bytes(BODY[:12345])
    download.fetch(product, tmp_path, **QUICK)
    assert server.starts == [12345]


def test_an_interrupted_transfer_keeps_its_prefix(server, product, tmp_path):
    def stop(path, done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download.fetch(product, tmp_path, stop, **QUICK)
    kept = part_of(product, tmp_path).read_bytes()
    assert 0 < len(kept) < len(BODY) and BODY.startswith(kept)


def test_a_server_without_ranges_begins_anew(server, product, tmp_path):
    server.behaviour = cut_without_ranges
    (path,) = download.fetch(product, tmp_path, **QUICK)
    assert path.read_bytes() == BODY


def test_a_stalled_server_is_left_and_the_prefix_kept(server, product, tmp_path):
    server.behaviour = silent_after_a_while
    begin = time.monotonic()
    text = failure(product, tmp_path)
    assert time.monotonic() - begin < 5.0
    assert "silent for 0.3 s" in text and "goes on after the" in text
    assert files_in(tmp_path) == [part_of(product, tmp_path).relative_to(tmp_path).as_posix()]


def test_a_stall_in_the_middle_is_overcome(server, product, tmp_path):
    server.behaviour = lambda handler, start: (whole if start else silent_after_a_while)(handler, start)
    (path,) = download.fetch(product, tmp_path, **QUICK)
    assert path.read_bytes() == BODY
    assert len(server.starts) == 2 and 70_000 - download.CHUNK < server.starts[1] <= 70_000


def test_a_server_that_never_answers_is_left(server, product, tmp_path):
    server.behaviour = never_answering
    assert "silent for 0.3 s after 0 bytes" in failure(product, tmp_path)


def test_no_server_at_all_is_told(server, product, tmp_path):
    server.shutdown()
    server.server_close()
    assert "no connection" in failure(product, tmp_path)


def test_a_missing_page_is_not_asked_for_again(server, product, tmp_path):
    server.behaviour = missing
    assert "HTTP status 404" in failure(product, tmp_path)
    assert len(server.starts) == 1 and files_in(tmp_path) == []


def test_a_busy_server_is_asked_again(server, product, tmp_path):
    server.behaviour = out_of_order
    download.fetch(product, tmp_path, **QUICK)
    assert len(server.starts) == 3


def test_a_wrong_checksum_leaves_nothing(server, product, tmp_path):
    server.behaviour = another_content
    text = failure(product, tmp_path)
    assert f"expected sha256 {product.files[0].sha256}" in text and "found sha256" in text
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("behaviour", [shorter_content, longer_content, longer_than_announced_nowhere])
def test_a_file_of_another_length_leaves_nothing(server, product, tmp_path, behaviour):
    server.behaviour = behaviour
    assert f"expected {len(BODY)} bytes" in failure(product, tmp_path)
    assert files_in(tmp_path) == [] and len(server.starts) == 1


def test_a_bad_prefix_is_thrown_away_and_the_file_fetched_anew(server, product, tmp_path):
    part = part_of(product, tmp_path)
    part.parent.mkdir()
    part.write_bytes(b"x" * 5000)
    (path,) = download.fetch(product, tmp_path, **QUICK)
    assert path.read_bytes() == BODY and server.starts == [5000, 0]


@pytest.mark.parametrize("length", [len(BODY), len(BODY) + 5])
def test_a_prefix_that_is_no_prefix_is_not_resumed(server, product, tmp_path, length):
    part = part_of(product, tmp_path)
    part.parent.mkdir()
    part.write_bytes(b"x" * length)
    download.fetch(product, tmp_path, **QUICK)
    assert server.starts == [0]


def test_a_refused_range_begins_anew(server, product, tmp_path):
    server.behaviour = range_refused
    part = part_of(product, tmp_path)
    part.parent.mkdir()
    part.write_bytes(BODY[:5000])
    download.fetch(product, tmp_path, **QUICK)
    assert server.starts == [5000, 0]


def test_a_damaged_file_in_the_cache_is_replaced(server, product, tmp_path):
    target = tmp_path / "folder" / "a.bin"
    target.parent.mkdir()
    target.write_bytes(BODY[:-1])
    download.fetch(product, tmp_path, **QUICK)
    assert target.read_bytes() == BODY


def test_a_cache_that_cannot_be_written_is_named(server, product, tmp_path):
    cache = tmp_path / "a_file"
    cache.write_text("in the way")
    with pytest.raises(InputError, match="TENBIN_CACHE") as error:
        download.fetch(product, cache, **QUICK)
    assert str(cache) in str(error.value)


def test_a_read_only_cache_is_named(server, product, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(30, "Read-only file system")

    # Permissions do not bind a superuser, so the refusal itself is imitated.
    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(InputError, match="Read-only file system"):
        download.fetch(product, tmp_path, **QUICK)


def test_a_path_out_of_the_cache_is_refused_even_unvalidated(product, tmp_path):
    outside = product.files[0].model_copy(update={"path": "../outside.bin"})
    with pytest.raises(InputError, match="a path inside"):
        download.fetch(product, tmp_path / "cache", only=[outside], **QUICK)


def test_a_link_out_of_the_cache_is_refused(server, product, tmp_path):
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "folder").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(InputError, match="a path inside"):
        download.fetch(product, cache, **QUICK)


def test_every_file_that_failed_is_listed(server, product, tmp_path):
    server.behaviour = missing
    second = product.files[0].model_copy(update={"path": "folder/b.bin"})
    both = product.model_copy(update={"files": (product.files[0], second)})
    with pytest.raises(InputError) as error:
        download.fetch(both, tmp_path, **QUICK)
    assert [fault.name for fault in error.value.faults] == ["folder/a.bin", "folder/b.bin"]


def test_locate_downloads_what_is_nowhere_else(server, product, tmp_path, monkeypatch):
    monkeypatch.delenv("TENBIN_DATA", raising=False)
    monkeypatch.setenv("TENBIN_CACHE", str(tmp_path))
    monkeypatch.setattr(catalog, "load", lambda: {"thing": product})
    assert catalog.locate("thing").read_bytes() == BODY
    assert catalog.fetch(["thing"]) == catalog.fetch() == [tmp_path / "folder" / "a.bin"]
    assert len(server.starts) == 1
