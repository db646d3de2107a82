# The commands people use. Everything they make lies in .venv/, node_modules/ and var/, inside the checkout.
PYTHON ?= python3
PY := .venv/bin/python
PYTEST_ARGS ?=
export PYTHONPYCACHEPREFIX := $(CURDIR)/var/cache/python
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/var/cache/hypothesis

.PHONY: help run demo test e2e check bench lock ready ready-dev clean
.DEFAULT_GOAL := help

help:
	@echo "make run    the portal on http://127.0.0.1:8000, with demo data on the first run (HOST, PORT, DATABASE_URL, REDIS_URL)"
	@echo "make demo   throw the demo street away and build it anew"
	@echo "make test   the whole test suite (PYTEST_ARGS='tests/grids -k scope' narrows it)"
	@echo "make e2e    only the tests in the browser"
	@echo "make check  what CI runs: lint, types, imports, templates, migrations, deploy check, all tests"
	@echo "make bench  one JSON line per case: ratios against hand-written floors"
	@echo "make lock   refresh the pinned packages"
	@echo "make clean  remove what the other commands made, data included"

ready:
	@$(PYTHON) tools/bootstrap.py

ready-dev:
	@$(PYTHON) tools/bootstrap.py --dev

run: ready
	@exec $(PY) -m tools.serve

demo: ready
	@$(PY) manage.py migrate -v 0
	@$(PY) manage.py load_reference
	@$(PY) manage.py seed_demo --reset

test: ready-dev
	@$(PY) -m pytest -o cache_dir=var/cache/pytest -n 2 --dist worksteal $(PYTEST_ARGS)

e2e: ready-dev
	@CHENGDONG_NEED_BROWSER=1 $(PY) -m pytest -o cache_dir=var/cache/pytest -m e2e $(PYTEST_ARGS)

check: ready-dev
	@$(PY) -m tools.check

bench: ready-dev
	@$(PY) -m bench

lock: ready-dev
	@$(PY) -m tools.lock

clean:
	@$(PYTHON) tools/bootstrap.py --clean
