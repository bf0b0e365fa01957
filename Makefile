# Needs Python 3.11 or newer and make; everything else is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# What Python compiled is kept: every command of the tests would compile all of it again.
unexport PYTHONDONTWRITEBYTECODE

STAMP := $(VENV)/.installed

.PHONY: run web test check audit docs bench tck lock clean help

help:
	@echo "make run    the service with sample cases and an account of each role"
	@echo "make web    the web app alone, into web/dist"
	@echo "make test   all tests, on SQLite and a real PostgreSQL"
	@echo "make check  style, types, direction of imports"
	@echo "make audit  dependencies against the database of known holes (needs the network)"
	@echo "make docs   docs/permissions.md, written from the code"
	@echo "make bench  measurements, on PostgreSQL with fsync on"
	@echo "make contract  ten minutes of Schemathesis against the real server"
	@echo "make tck    the official DMN conformance cases, where they are at hand (TCK=folder)"
	@echo "make lock   renew requirements*.lock (needs uv)"
	@echo "make clean  remove what was installed and built"

$(STAMP): requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

web: $(STAMP)
	$(BIN)/python web/build.py

run: web
	$(BIN)/bihuan demo --serve --cases 20 --past 120

# The pages in a browser are among the tests, so they are built before.
test: web
	$(BIN)/python -m pytest -n 2 --dist loadfile
	$(BIN)/python web/build.py test

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive engine api worker
	$(BIN)/python web/build.py check

audit: $(STAMP)
	$(BIN)/python -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	$(VENV)/audit/bin/pip-audit --strict --requirement requirements.lock --require-hashes --disable-pip

docs: $(STAMP)
	$(BIN)/python -m api.auth.document > docs/permissions.md

bench: $(STAMP)
	$(BIN)/python -m bench.floor
	$(BIN)/python -m bench.kernel
	$(BIN)/python -m bench.calendars
	$(BIN)/python -m bench.feel
	$(BIN)/python -m bench.load saturation

contract: $(STAMP)
	$(BIN)/python -m tests.api.schemathesis_long

TCK ?= ../shared/tck
tck: $(STAMP)
	$(BIN)/python -m bench.tck $(TCK)

UV_COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --quiet
lock:
	$(UV_COMPILE) -o requirements.lock
	$(UV_COMPILE) --extra dev --constraint requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
