# The commands of this project. `make demo` and `make test` are all a newcomer needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test check venv tools practice-models clean
.DEFAULT_GOAL := help

help:
	@echo "make demo          the tour, then a running service (ONCE=1: only the tour)"
	@echo "make test          every test"
	@echo "make check         ruff, mypy, import-linter"
	@echo "make venv          only the environment in $(VENV)"
	@echo "make practice-models   the recogniser models of our own voices anew (REBUILD=1: only their words)"

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=24'
	$(BIN)/pip install --quiet --editable '.[dev]'
	$(BIN)/pip install --quiet --no-deps 'pyrnnoise>=0.4.5'  # RNNoise: its requirements (300 MB) serve only its own tool
	@touch $@

venv: $(VENV)/.ready

demo: venv
	$(BIN)/wanwan demo $(if $(ONCE),--once)

# The tests run real servers, which come from the system; where we may, we install them, else we say what is needed.
SERVERS := mosquitto openssl postgresql
tools:
	@PATH="$$PATH:/usr/sbin:/usr/local/sbin"; \
	if command -v mosquitto >/dev/null && command -v openssl >/dev/null \
	  && { command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; }; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "installing $(SERVERS) for the tests"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(SERVERS) >/dev/null; \
	else echo "Tests on real servers are skipped without them: sudo apt-get install $(SERVERS)"; fi

test: venv tools
	$(BIN)/pytest

# Anew from nothing: an hour for each language on two cores. REBUILD=1: only new words for the weights as shipped, a minute.
practice-models: venv
	$(BIN)/pip install --quiet --editable '.[practice]'
	$(BIN)/python -m tests.practice_models $(if $(REBUILD),--rebuild) $(or $(LANGUAGES),en ja)

check: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) build *.egg-info
