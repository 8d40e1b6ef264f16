"""The verb `fetch`: bring data products within reach, showing how far each file has come."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from tenbin.data import catalog


def list_products(console: Console) -> None:
    """Show every product of the catalog with its size, its licence and whether it is at hand."""
    table = Table(title="Data products", title_justify="left")
    for heading in ("name", "title", "MB", "licence class", "at hand"):
        table.add_column(heading, justify="right" if heading == "MB" else "left")
    roots = catalog.search_roots()
    for name, product in catalog.load().items():
        here = sum(any((root / file.path).is_file() for root in roots) for file in product.files)
        size = sum(file.size for file in product.files) / 1e6
        at_hand = "yes" if here == len(product.files) else f"{here} of {len(product.files)} files"
        table.add_row(name, product.title, f"{size:.1f}", product.licence_class, at_hand)
    console.print(table)


def fetch(names: list[str] | None, cache: Path | None, console: Console) -> None:
    """Download the products `names` (None: all that have an address); InputError lists what failed."""
    for name in names or ():
        catalog.product(name)  # an unknown name is told before anything is shown
    columns = (TextColumn("{task.description}"), BarColumn(20), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}

        def show(path: str, done: int, total: int) -> None:
            if path not in tasks:
                tasks[path] = progress.add_task(Path(path).name, total=total)
            progress.update(tasks[path], completed=done)

        paths = catalog.fetch(names, cache, show)
    console.print(f"{len(paths)} files are at hand.", highlight=False)
