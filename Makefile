# `make help` lists the targets. Each makes its own environment first; nothing else is needed beforehand.

PORT ?= 8000
STAGE ?= dev
ARCH ?= arm64
TESTS ?=
# Tests run in a process for each core, whole files at a time: a file's tests share what is dear to start.
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

BIN := .venv/bin
TEMPLATES := template.yaml infrastructure/data.yaml infrastructure/auth.yaml infrastructure/web.yaml
SAM := SAM_CLI_TELEMETRY=0 PATH="$(CURDIR)/$(BIN):$$PATH" .tools/sam/bin/sam
COMPILE := .tools/uv/bin/uv pip compile --quiet --universal --python-version 3.13 --generate-hashes \
	--no-emit-index-url --no-header

.DEFAULT_GOAL := help
.PHONY: help run test prove screenshots lighthouse check format openapi lock build deploy clean environment environment-sam

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: environment ## start the whole portal on http://localhost:8000 (PORT=… for another)
	@PORT=$(PORT) exec $(BIN)/python -m infrastructure.local

test: environment ## all tests (TESTS=tests/unit for a part)
	@exec $(BIN)/python -m pytest -q $(SIDE_BY_SIDE) $(TESTS)

prove: environment ## the long proofs: 20 overlapping runs of the invoice job over 2,000 certifications
	@PROVE=1 exec $(BIN)/python -m pytest -q -o timeout=1800 tests/integration/test_overlapping_runs.py

screenshots: environment ## each page at desk and phone width, light and dark, in screenshots/
	@exec $(BIN)/python -m tests.e2e.browser.screenshots

lighthouse: environment ## Lighthouse's scores of each page, at least 95
	@cd tests/e2e/browser/lighthouse && npm ci --silent --no-audit --no-fund
	@exec $(BIN)/python -m tests.e2e.browser.lighthouse_report

check: environment-sam ## style, types, architecture, templates, and that docs/openapi.json is up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint $(TEMPLATES)
	@for template in $(TEMPLATES); do $(SAM) validate --lint --template $$template || exit 1; done
	$(BIN)/python -m infrastructure.openapi --check

format: environment ## let ruff sort imports and lay out the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

openapi: environment ## write docs/openapi.json from the code
	$(BIN)/python -m infrastructure.openapi

lock: environment ## resolve requirements/*.in and package.json again (UPGRADE=--upgrade for newer versions)
	@for name in uv runtime dev sam; do \
		$(COMPILE) $(UPGRADE) requirements/$$name.in --output-file requirements/$$name.txt || exit 1; done
	@cd infrastructure/local/dynoxide && npm install --package-lock-only --no-audit --no-fund
	@$(MAKE) --no-print-directory environment

build: environment-sam ## what is deployed, in .aws-sam/build (ARCH=host for this machine's processor)
	$(SAM) build

deploy: build ## put the stacks of STAGE=dev or prod into the account of your AWS credentials
	$(SAM) deploy --config-env $(STAGE)-data
	$(SAM) deploy --config-env $(STAGE)-auth
	$(SAM) deploy --config-env $(STAGE)

clean: ## remove everything that make has made
	rm -rf .venv .tools .aws-sam .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	rm -rf infrastructure/local/dynoxide/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

environment:
	@python3 infrastructure/setup_environment.py

environment-sam:
	@python3 infrastructure/setup_environment.py --sam

# --- called by `sam build`, which sets ARTIFACTS_DIR -----------------------------------------------------------------
# Lambda's code folder is read-only and Python without bytecode starts 2.6 times as slowly, so bytecode is shipped, and
# checked against nothing (unchecked-hash), for the files never change there.

COMPILEALL := $(CURDIR)/$(BIN)/python -m compileall -q --invalidation-mode unchecked-hash -s "$(ARTIFACTS_DIR)"

# Lambda's Python 3.13 runs on Amazon Linux 2023 (glibc 2.34), which takes wheels for 2.28.
ifeq ($(ARCH),arm64)
PLATFORM := --python-platform aarch64-manylinux_2_28
endif

# A function is its own folder and shared/. ImportMembersFunction lies in functions/import_members.
build-%Function:
	@folder=$$(echo '$*' | sed 's/\([a-z]\)\([A-Z]\)/\1_\2/g' | tr '[:upper:]' '[:lower:]') && \
	mkdir -p "$(ARTIFACTS_DIR)/functions" && \
	cp functions/__init__.py "$(ARTIFACTS_DIR)/functions/" && \
	cp -RL "functions/$$folder" "$(ARTIFACTS_DIR)/functions/" && \
	cp -RL shared "$(ARTIFACTS_DIR)/" && \
	find "$(ARTIFACTS_DIR)" -name __pycache__ -type d -prune -exec rm -rf {} + && \
	$(COMPILEALL) -p /var/task "$(ARTIFACTS_DIR)"

build-DependenciesLayer:
	@.tools/uv/bin/uv pip install --quiet --no-deps --require-hashes --only-binary :all: $(PLATFORM) \
		--python $(BIN)/python --target "$(ARTIFACTS_DIR)/python" --requirement requirements/runtime.txt
	@rm -rf "$(ARTIFACTS_DIR)/python/bin"
	@$(COMPILEALL) -p /opt "$(ARTIFACTS_DIR)/python"
