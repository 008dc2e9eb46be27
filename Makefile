# make run and make test need only Python 3.11 and make; everything else is installed into .venv, once.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# Tests allocate and free a great deal: with jemalloc, where it is installed, they take an eighth less CPU time.
JEMALLOC := $(firstword $(wildcard /usr/lib/*/libjemalloc.so.2 /usr/lib64/libjemalloc.so.2))
PYTHON_OF_TESTS := $(if $(JEMALLOC),LD_PRELOAD=$(JEMALLOC)) $(BIN)/python
PYTEST := $(PYTHON_OF_TESTS) -m pytest
INSTALLED := .venv/installed
# Where this is set, each process that the tests start compiles the whole project anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test quick long wheel check bench known-truth lint types sample generated answers screenshots lock clean

run: $(INSTALLED)  ## run the main job on the bundled sample, without a network
	$(BIN)/jobmarket run --sample

test: $(INSTALLED)  ## run the tests, without a network; say what they cost
	$(PYTHON_OF_TESTS) -m tests.budgets --suite -n 2

quick: $(INSTALLED)  ## the tests of readers and sources, in a minute
	$(PYTEST) -n 2 tests/transforms tests/extractors/sources tests/extractors/refine/test_refine.py \
		tests/extractors/test_source_list.py tests/reports/release/test_licences.py tests/warehouse/test_dictionary.py tests/test_imports.py

long: $(INSTALLED)  ## tests that take many minutes, the sample from a wheel, what thirty nights, a million jobs and 36,000 boards cost
	$(PYTEST) -m long
	$(BIN)/python -m tests.bench.month
	$(BIN)/python -m tests.bench.million
	$(BIN)/python -m tests.bench.boards_night --boards 360 3600 36000 --nights 7
	$(BIN)/python -m tests.wheel --whole

wheel: $(INSTALLED)  ## build the wheel, install it into an empty environment, run a small sample from it
	$(BIN)/python -m tests.wheel

check: lint types test  ## everything a change must pass

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/deptry .
	$(BIN)/python -m tests.budgets

types: $(INSTALLED)
	$(BIN)/mypy

bench: $(INSTALLED)  ## adverts per second of each stage, beside floor and plain version
	$(BIN)/python -m tests.bench.bench

known-truth: $(INSTALLED)  ## hold the estimators against markets of known truth, write docs/known_truth.md and .csv
	nice -n 10 $(BIN)/python -m tests.known_truth.simulation

sample: $(INSTALLED)  ## write the bundled sample again (same bytes)
	$(BIN)/python -m tests.sample.make

generated: $(INSTALLED)  ## write DICTIONARY.md, SOURCES.md, SETTINGS.md and what goes with them again
	$(BIN)/python -m warehouse.dictionary
	$(BIN)/python -m extractors.source_list
	$(BIN)/python -m flows.runtime.settings_reference
	$(BIN)/python -m reports.definition_words
	$(BIN)/python -m reports.search.cities

answers: $(INSTALLED)  ## run the sample, write its answers into docs/analyst.md and its row counts into DICTIONARY.md
	folder=$$(mktemp -d) && JOBMARKET_DATA=$$folder $(BIN)/jobmarket run --sample >/dev/null && \
		$(BIN)/python -m tests.worked_questions $$folder && rm -rf $$folder
	$(BIN)/python -m warehouse.dictionary

screenshots: $(INSTALLED)  ## picture every kind of page in build/screenshots: of DATA, else of the sample
	folder=$$(mktemp -d) && if test -z "$(DATA)"; then JOBMARKET_DATA=$$folder $(BIN)/jobmarket run --sample >/dev/null; fi && \
		$(BIN)/python -m tests.reports.site.screenshots "$(or $(DATA),$$folder)" build/screenshots && rm -rf $$folder

lock:  ## resolve pyproject.toml into requirements.lock: hashes, no URL; with extras, else pip asks for their newest release
	uv pip compile pyproject.toml --extra dev --extra build --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-strip-extras --no-header --quiet --output-file requirements.lock

$(INSTALLED): requirements.lock pyproject.toml
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

clean:  ## remove the environment and all run-time files
	rm -rf .venv data build *.egg-info
