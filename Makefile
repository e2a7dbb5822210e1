# The commands people type. `make` alone lists them.
SHELL := bash
export SAM_CLI_TELEMETRY := 0
python := PYTHONPATH=.:layers/newsreel .venv/bin/python

pin := $(python) -m uv pip compile --quiet --universal --python-version 3.13 --custom-compile-command "make lock"

.PHONY: help run test check sam-api sam-test format lock

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start newsreel on this machine: http://127.0.0.1:3000
	@local/setup run
	@$(python) -m local

test: ## Run all tests
	@local/setup dev
	@$(python) -m pytest --numprocesses 2

check: ## Check style, types and the template
	@local/setup dev
	@$(python) -m ruff check
	@$(python) -m ruff format --check
	@$(python) -m mypy
	@$(python) -m samcli validate --lint

sam-api: ## Answer HTTP from Lambda's own containers: http://127.0.0.1:3000
	@local/setup dev
	@$(python) -m local.sam

sam-test: ## Test both functions in Lambda's own containers
	@local/setup dev
	@$(python) -m pytest -m sam tests/sam

format: ## Bring the code into the project's format
	@local/setup dev
	@$(python) -m ruff check --fix-only
	@$(python) -m ruff format

lock: ## Pin the newest versions that requirements/*.in allow
	@local/setup dev
	@rm -f requirements/dev.txt requirements/run.txt
	@$(pin) requirements/dev.in --output-file requirements/dev.txt
	@$(pin) requirements/run.in --output-file requirements/run.txt --constraint requirements/dev.txt
	@$(pin) layers/newsreel/requirements.in --output-file layers/newsreel/requirements.txt \
	  --constraint requirements/dev.txt --generate-hashes
