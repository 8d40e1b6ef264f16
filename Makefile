# Everything a newcomer needs; relies on python3 and make alone.
PYTHON ?= python3
VENV ?= .venv
OUT ?= tenbin-run
JOBS ?= 2
BIN := $(VENV)/bin

# Compiled kernels are kept between runs, so that only the first one waits for the compiler.
CACHE := $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/tenbin
JAX_COMPILATION_CACHE_DIR ?= $(CACHE)/jax
JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS ?= 0.1
export JAX_COMPILATION_CACHE_DIR JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS

.PHONY: run test lint format bench docs validate clean

run: $(VENV)/.installed
	$(BIN)/tenbin run --out $(OUT)
	@echo "The report is $(abspath $(OUT))/report.html"

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed
	$(BIN)/python benchmarks/balance.py --quick

validate: $(VENV)/.installed
	$(BIN)/tenbin run --out $(OUT)
	$(BIN)/tenbin check $(OUT)

docs: $(VENV)/.installed-dev
	$(BIN)/mkdocs build --strict --site-dir site

clean:
	rm -rf $(OUT) site build dist

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@ $(VENV)/.installed
