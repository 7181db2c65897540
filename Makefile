# The two commands of the README are `make run` and `make test`; both work on a bare clone with Python 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin
LINKS := .typed/hueandcry/domain .typed/hueandcry/store .typed/hueandcry/operator

.PHONY: run test dev check bench bench-screen proof docs clean

run: .venv/installed
	@$(BIN)/hue demo

test: dev
	@$(BIN)/pytest -n 3 --dist worksteal

dev: .venv/developed $(LINKS)
	@:

check: dev
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@PYTHONPATH=.typed $(BIN)/lint-imports --no-cache > .venv/imports.log 2>&1 || { cat .venv/imports.log; exit 1; }
	@$(BIN)/pytest tests/tidy

bench: dev
	@$(BIN)/python -m tests.bench.journal
	@$(BIN)/python -m tests.bench.night

bench-screen: dev
	@$(BIN)/python -m tests.bench.screen

proof: dev
	@HUE_PROOF=1 $(BIN)/pytest -m proof -s

docs: dev
	@$(BIN)/python -m tests.docs.write

clean:
	@rm -rf .venv .typed build dist *.egg-info

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..." >&2; exit 2; }
	@$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml constraints.txt | .venv/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/developed: pyproject.toml constraints.txt | .venv/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ .venv/installed

.typed/hueandcry/%:
	@mkdir -p .typed/hueandcry && ln -sfn ../../$* $@
