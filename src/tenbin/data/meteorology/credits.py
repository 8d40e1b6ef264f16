"""Whose weather it is, and what kind: an analysis is tied to observations, a free model makes weather of its own."""

from __future__ import annotations

from typing import Any, Literal

from tenbin.data import catalog

__all__ = ["Kind", "credit"]

Kind = Literal["analysis", "forecast", "mean of analyses", "free model"]


def credit(product: str, kind: Kind, **more: Any) -> dict[str, Any]:
    """Attributes of the catalog's `product`, with `is_analysis` and `is_model` (0 or 1; a forecast is neither)."""
    entry = catalog.product(product)
    keys = ("title", "producer", "citation", "licence", "licence_class")
    facts = {"product": product} | {key: str(getattr(entry, key)) for key in keys}
    kinds = {"kind": kind, "is_analysis": int("anal" in kind), "is_model": int(kind == "free model")}
    return facts | kinds | more
