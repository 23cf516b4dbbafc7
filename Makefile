# The commands of this project. `make demo` and `make test` are all a newcomer needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check venv tools clean
.DEFAULT_GOAL := help

help:
	@echo "make demo          the tour, then a running service (ONCE=1: only the tour)"
	@echo "make test          every test"
	@echo "make check         ruff, mypy, import-linter"
	@echo "make venv          only the environment in $(VENV)"

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=24'
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@

venv: $(VENV)/.ready

demo: venv
	$(BIN)/wanwan demo $(if $(ONCE),--once)

