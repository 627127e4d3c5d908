# Everything a target needs it sets up itself: CPython >= 3.11, make and the package
# index are enough.  `make` alone lists the targets.

VENV := .venv
BIN := $(VENV)/bin
PEERS := .venv-peers
FRAMEWORKS := .venv-frameworks

# The first interpreter that is new enough; say PYTHON=... to choose.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

# Parallel test processes.
JOBS ?= auto

# Kept even where the environment says otherwise: to rewrite the asserts of all tests takes 15 s a process.
unexport PYTHONDONTWRITEBYTECODE

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test frameworks check lint fmt bench vectors-report lock clean python programs

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

demo: $(VENV)/.stamp ## sign, verify and weigh a few things in front of you
	@$(BIN)/provkit demo

test: lint programs $(PEERS)/.stamp frameworks ## everything: lint, all tests, other implementations, the built wheel
	@PROVKIT_REQUIRE_PEERS=1 $(if $(CI),PROVKIT_REQUIRE_PROGRAMS=1) $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup

# An environment of its own, because it is a gigabyte that nothing else needs.
frameworks: programs $(FRAMEWORKS)/.stamp ## the crawl adapters in Scrapy, datatrove, Spark and datasets
	@$(if $(CI),PROVKIT_REQUIRE_PROGRAMS=1) $(FRAMEWORKS)/bin/python -m pytest -q tests/frameworks

check: lint ## the quick part: lint and fast tests
	@$(BIN)/python -m pytest -q -n $(JOBS) -m "not slow and not interop"

lint: $(VENV)/.stamp ## ruff and mypy
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "make: run 'make fmt'" >&2; exit 1; }
	@$(BIN)/mypy --no-error-summary

fmt: $(VENV)/.stamp ## format the code and fix what can be fixed safely
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

bench: $(VENV)/.stamp $(PEERS)/.stamp ## measure, beside the other implementations
	@PYTHONPATH=tests $(BIN)/python -m bench

vectors-report: $(VENV)/.stamp $(PEERS)/.stamp ## every implementation runs every vector; spec/vectors/RESULTS.md
	@PYTHONPATH=tests $(BIN)/python -m vectors.report

# Pins stay as they are where they can; UPGRADE=--upgrade takes the newest of everything.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" $(UPGRADE)

lock: $(VENV)/.deps ## write requirements/*.txt anew from pyproject.toml
	@$(LOCK) pyproject.toml $(patsubst %,--extra %,crawl pkcs11 serve) --group dev --output-file requirements/dev.txt
	@$(LOCK) pyproject.toml --constraints requirements/dev.txt --output-file requirements/runtime.txt
	@$(LOCK) pyproject.toml --extra serve --constraints requirements/dev.txt \
		--output-file requirements/serve.txt
	@$(LOCK) pyproject.toml $(patsubst %,--extra %,crawl datatrove scrapy spark datasets) --group frameworks \
		--constraints requirements/dev.txt --output-file requirements/frameworks.txt
	@$(LOCK) --group pyproject.toml:peers --output-file requirements/peers.txt
	@! grep -n '://' requirements/*.txt || { echo "make: a lock names an address" >&2; exit 1; }

clean: ## remove the environments, caches and build results
	@rm -rf $(VENV) $(PEERS) $(FRAMEWORKS) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Programs of other people that render or check what was signed, and their packages.
PROGRAMS := chromium:chromium qpdf:qpdf pdftoppm:poppler-utils openssl:openssl java:default-jre-headless \
	softhsm2-util:softhsm2

programs:
	@missing=; for pair in $(PROGRAMS); do \
		command -v $${pair%%:*} >/dev/null || missing="$$missing $${pair##*:}"; done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ -n "$$CI" ] && [ "$$(id -u)" = 0 ]; then \
		echo "installing$$missing ..."; apt-get -qq update && \
		DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $$missing >/dev/null; \
	else echo "make: tests are skipped that need these; to run them: apt-get install$$missing" >&2; fi

python:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer found; say PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "make: $(PYTHON) is older than 3.11, or does not start; say PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "make: $(PYTHON) cannot make environments; install its venv package" >&2; exit 1; }

# The locked packages; a new lock gives a new environment, so that nothing is left over.
$(VENV)/.deps: requirements/dev.txt | python
	@echo "setting up $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements/dev.txt
	@touch $@

# provkit itself, editable: again when its metadata changes.
$(VENV)/.stamp: $(VENV)/.deps pyproject.toml
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

$(PEERS)/.stamp: requirements/peers.txt | python
	@echo "setting up $(PEERS) ..."
	@$(PYTHON) -m venv --clear $(PEERS)
	@$(PEERS)/bin/python -m pip install -qq --require-hashes -r requirements/peers.txt
	@touch $@

$(FRAMEWORKS)/.deps: requirements/frameworks.txt | python
	@echo "setting up $(FRAMEWORKS) ..."
	@$(PYTHON) -m venv --clear $(FRAMEWORKS)
	@$(FRAMEWORKS)/bin/python -m pip install -qq --require-hashes -r requirements/frameworks.txt
	@touch $@

$(FRAMEWORKS)/.stamp: $(FRAMEWORKS)/.deps pyproject.toml
	@$(FRAMEWORKS)/bin/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@
