# Everything from an empty clone: needs Python 3.11 or newer, make, and the package registries.
#
#   make run      the demo company on this machine, at http://localhost:8000
#   make test     linters, types, unit tests, browser journeys
#   make lint     linters and types alone
#   make bench    the measurements
#   make soak     the sync promise under every kind of trouble; MINUTES=10 or SECONDS=90
#   make messages collect what is said in Python, Jinja and JavaScript into the catalogue
#   make locks    pin the newest allowed packages
#   make clean    throw away what was built (the database in .daywork stays)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
STAMPS := $(VENV)/stamps
NPM := $(BIN)/python hatch_build.py npm

.PHONY: run test lint bench soak messages locks clean browser
.DEFAULT_GOAL := run
.DELETE_ON_ERROR:

run: $(STAMPS)/run
	@exec $(BIN)/daywork up --demo $(ARGS)

test: $(STAMPS)/dev browser lint
	@if find tests/pwa -name '*.test.mjs' | grep -q .; then $(NPM) test --silent; fi
	$(BIN)/python -m pytest -n 4 $(ARGS)

lint: $(STAMPS)/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(NPM) run --silent check

bench: $(STAMPS)/dev
	$(BIN)/python -m pytest tests/bench -p no:xdist -o 'python_files=bench_*.py' -s $(ARGS)

MINUTES ?= 5
SECONDS ?= $(shell expr $(MINUTES) \* 60)
soak: $(STAMPS)/dev
	DAYWORK_SOAK_SECONDS=$(SECONDS) $(BIN)/python -m pytest tests/sync/machine -p no:xdist -q -s $(ARGS)

messages: $(STAMPS)/dev
	$(BIN)/python pwa/locale/collect.py

# Debian's Chromium and Chinese fonts for the browser tests, where we may install them.
browser:
	@if command -v chromium >/dev/null 2>&1 || [ -n "$$DAYWORK_CHROMIUM" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  echo "Installing Chromium for the browser tests …"; \
	  apt-get -qq update >/dev/null && \
	  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium fonts-noto-cjk >/dev/null \
	  || echo "Chromium could not be installed."; \
	else echo "No Chromium: the browser tests will be skipped (install chromium and fonts-noto-cjk)."; fi

locks: $(STAMPS)/dev
	$(PIP) install --upgrade uv
	$(BIN)/uv $(LOCK) pyproject.toml --upgrade -o requirements.lock
	printf 'hatchling>=1.27\nnodejs-wheel-binaries>=22\n' | $(BIN)/uv $(LOCK) - --upgrade -c requirements.lock -o requirements-build.lock
	$(BIN)/uv $(LOCK) pyproject.toml --upgrade --extra dev -c requirements.lock -c requirements-build.lock -o requirements-dev.lock
LOCK := pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header

clean:
	rm -rf $(VENV) pwa/node_modules pwa/dist pwa/dist.building dist build
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find backend tests migrations -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Daywork needs Python 3.11 or newer; '$(PYTHON)' is: $$($(PYTHON) --version 2>&1)."; \
	  echo "Name a newer one like this:  make run PYTHON=python3.12"; exit 1; }
	@echo "Making the environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "On Debian and Ubuntu the venv module is a package of its own: apt-get install python3-venv"; \
	  rm -rf $(VENV); exit 1; }

# The locks carry hashes: what is installed is what was tested. They are complete, and an older pip
# that resolves them again stumbles over the hashes of extras ("pydantic[email]"): --no-deps.
$(STAMPS)/packages: requirements.lock requirements-build.lock | $(VENV)/bin/python
	@echo "Installing the pinned packages …"
	@$(PIP) install --require-hashes --no-deps -r requirements.lock -r requirements-build.lock
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: $(STAMPS)/packages pyproject.toml pwa/dist/assets.json
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/dev: $(STAMPS)/run requirements-dev.lock
	@echo "Installing the tools for testing …"
	@$(PIP) install --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

PWA_SOURCES := pwa/build.mjs pwa/package-lock.json $(shell find pwa/js pwa/css pwa/icons pwa/locale pwa/templates -type f -not -name '*.pot' 2>/dev/null)
pwa/dist/assets.json: $(PWA_SOURCES) | $(STAMPS)/packages
	@echo "Building what reaches the browser …"
	@$(BIN)/python hatch_build.py
	@touch $@
