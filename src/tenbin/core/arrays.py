"""The one door to JAX: importing it switches 64-bit arithmetic on, once and before any array exists."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version

__all__ = ["collector_at_rest", "flags_with_ours", "jax", "jnp", "narrow_vectors"]

_TRIED_WITH = "0.10."
"""Release of the compiler that knows the flags below; it ends the process at one that it does not know."""
_PROCESSOR_FLAGS = {
    "--xla_cpu_prefer_vector_width": "512",
    # its library takes over sums of a few rows, which our loops do in a fraction of the time
    "--xla_cpu_experimental_ynn_fusion_type": "",
    # a loop that touches less than this is one function of machine code, where each step of it would be a call;
    # what stays in a core's cache gains most, what is larger is shared out over threads
    "--xla_backend_extra_options": "xla_cpu_small_while_loop_byte_threshold=8388608",
}


def flags_with_ours(environment: Mapping[str, str], release: str) -> str:
    """XLA_FLAGS with what makes the land twice as fast on a processor, and a single place ten times.

    What the user has set stays as it is.
    """
    given = environment.get("XLA_FLAGS", "")
    if not release.startswith(_TRIED_WITH):
        return given
    ours = (f"{name}={value}" for name, value in _PROCESSOR_FLAGS.items() if name not in given)
    return " ".join([given, *ours]).strip()


os.environ["XLA_FLAGS"] = flags_with_ours(os.environ, version("jaxlib"))

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

# Budgets are small differences of large sums; 32-bit loses a megatonne in the mass of the air.
jax.config.update("jax_enable_x64", True)


def narrow_vectors() -> dict[str, str]:
    """`compiler_options` of `jax.jit` for functions that are mostly exponentials in 64 bits, such as the P-model.

    The compiler has them for vectors of 256 bits only: they take a third of the time with these. Nothing where the
    compiler is not the one that was tried, or another device works.
    """
    known = version("jaxlib").startswith(_TRIED_WITH) and jax.default_backend() == "cpu"
    return {"xla_cpu_prefer_vector_width": "256"} if known else {}


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Keep Python's collector of garbage away while a large program is traced.

    It would walk through all that has been traced so far again and again, for a third of the time it takes.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
