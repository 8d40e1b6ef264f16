"""Readers of what people say they emitted: inventories, budgets, fires and solvents."""
