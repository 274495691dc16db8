# Xuntu: every task of a developer or an operator, one line each. Needs a POSIX make and sh; `make help` lists them.
# Settings are environment variables: make run PORT=9000 XUNTU_DATA=/srv/xuntu

FLASK = .venv/bin/flask --app wsgi
PY = .venv/bin/python
PYTEST = $(PY) -m pytest -n auto --maxprocesses 4 --dist worksteal

.PHONY: help run phone demo migrate worker test test-fast lint types bench release-check docs lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

run: ## Start Xuntu on 127.0.0.1 (PORT, default 8000) with a synthetic county; installs what is missing first
	@.ci/prepare runtime
	@XUNTU_DEMO=$${XUNTU_DEMO-1} exec $(FLASK) serve

phone: ## Start Xuntu for phones on this network: HTTPS with a certificate made here, and a QR that joins a phone
	@.ci/prepare runtime
	@XUNTU_DEMO=$${XUNTU_DEMO-1} exec $(FLASK) phone serve

demo: ## Live through a patrol day by the reference client and account for every report
	@.ci/prepare runtime
	@exec $(FLASK) demo run

migrate: ## Bring the database to the newest schema
	@.ci/prepare runtime
	@$(FLASK) store migrate

worker: ## Run jobs from the queue at XUNTU_REDIS_URL
	@.ci/prepare runtime
	@exec $(FLASK) worker

test: ## Run every test (with CI=true a missing PostgreSQL, Valkey or Chromium fails instead of skipping)
	@.ci/prepare dev
	@$(PYTEST)

test-fast: ## Run the tests that start no other process
	@.ci/prepare dev
	@$(PYTEST) -m "not processes and not both_stores and not postgresql"

lint: ## Check style and formatting
	@.ci/prepare dev
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

types: ## Check types
	@.ci/prepare dev
	@.venv/bin/mypy

bench: ## Measure speed, as ratios beside seconds; docs/benchmarks.md says what and the targets
	@.ci/prepare dev
	@$(PY) -m tests.bench

release-check: ## Prove what takes too long for every change (about half an hour) and write it down in docs/ledger
	@.ci/prepare dev
	@$(PY) -m tests.release

docs: ## Rewrite the pages that are generated from the source
	@.ci/prepare dev
	@$(PY) -m tests.contracts.problem_page
	@$(PY) -m tests.contracts.test_law
	@$(PY) -m tests.contracts.grants_page

lock: ## Rewrite constraints.txt from what .venv holds
	@.ci/prepare dev
	@sed -n '/^#/p' constraints.txt >constraints.new
	@$(PY) -m pip freeze | LC_ALL=C sort -f >>constraints.new
	@mv constraints.new constraints.txt

clean: ## Remove .venv and caches; never the data in var/
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -path ./var -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
