# `make demo` judges a photo; `make test` proves the installation. Both make their own .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
endif
WORKERS ?= auto

.PHONY: demo test bench soak clean

demo: $(VENV)/.installed
	@$(BIN)/python -m samples.demo

test: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n $(WORKERS) --benchmark-disable -m "not soak"
	NUMBA_DISABLE_JIT=1 $(BIN)/pytest -n $(WORKERS) --benchmark-disable -m "kernels and not soak"

bench: $(VENV)/.installed-dev
	$(BIN)/pytest benchmarks --benchmark-only

soak: $(VENV)/.installed-dev
	$(BIN)/pytest -m soak -n 0 --benchmark-disable
	NUMBA_DISABLE_JIT=1 $(BIN)/pytest -n $(WORKERS) --benchmark-disable -m "not soak"

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	@$(PYTHON) -c "open('$@', 'w').close()"

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --group dev
	@$(PYTHON) -c "open('$@', 'w').close()"

clean:
	rm -rf $(VENV) .numba-cache demo dist build
