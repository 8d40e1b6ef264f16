"""The one door to JAX: importing it switches 64-bit arithmetic on, once and before any array exists."""

from __future__ import annotations

import jax
import jax.numpy as jnp

__all__ = ["jax", "jnp"]

# Budgets are small differences of large sums; 32-bit loses a megatonne in the mass of the air.
jax.config.update("jax_enable_x64", True)
