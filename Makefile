# `make help` lists the targets. Each makes its own environment first; nothing else is needed beforehand.

PORT ?= 8000
STAGE ?= dev
# Not taken from the environment, where the name is common and means another thing.
ARCH := arm64
TESTS ?=
# Tests run in a process more than there are cores, whole files at a time: a file's tests share what is dear to start.
SIDE_BY_SIDE := --numprocesses auto --dist loadfile --no-loadscope-reorder

# Images of containers often keep Python from writing bytecode. Here a dozen processes start, and each would compile
# everything anew: a third of a portal's start, half of what collecting the tests takes.
export PYTHONDONTWRITEBYTECODE :=

BIN := .venv/bin
TEMPLATES := template.yaml infrastructure/data.yaml infrastructure/auth.yaml infrastructure/web.yaml infrastructure/pipeline.yaml
SAM := SAM_CLI_TELEMETRY=0 PATH="$(CURDIR)/$(BIN):$$PATH" .tools/sam/bin/sam
DEPLOYMENT := $(BIN)/python -m infrastructure.deployment
COMPILE := .tools/uv/bin/uv pip compile --quiet --universal --python-version 3.13 --generate-hashes \
	--no-emit-index-url --no-header

.DEFAULT_GOAL := help
.PHONY: help run test meter prove load bench cost screenshots lighthouse check format openapi lock build deploy publish versions rollback smoke \
	destroy clean environment environment-tests environment-checks environment-prove environment-sam audit sbom

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: environment ## start the whole portal on http://localhost:8000 (PORT=… for another)
	@PORT=$(PORT) exec $(BIN)/python -m infrastructure.local

test: environment-tests ## all tests (TESTS=tests/unit for a part)
	@exec $(BIN)/python -m pytest -q $(SIDE_BY_SIDE) $(TESTS)

meter: environment-tests ## what each route and job asks of AWS, into docs/units.json and docs/data-model.md
	@METER=write exec $(BIN)/python -m pytest -q -k written_down tests/integration/meter

prove: environment-prove ## the long proofs: 1,000,000 histories (HISTORIES=…), 20,000 requests made up twice over (EXAMPLES=…)
	@$(MAKE) --no-print-directory build ARCH=host
	@$(MAKE) --no-print-directory build ARCH=arm64
	@PROVE=1 exec $(BIN)/python -m pytest -q -s -m "" -o timeout=0 tests/properties tests/unit/use_cases/test_every_order.py \
		tests/integration/test_fuzz.py tests/integration/test_overlapping_runs.py tests/integration/test_restoring.py \
		tests/integration/test_room.py tests/performance/test_build.py tests/e2e/made_up \
		tests/e2e/test_mixed_load.py tests/e2e/test_calendar_year.py tests/e2e/test_six_years.py

load: environment-tests ## a mixed day over HTTP, and 100,000 members (a quarter of an hour), into docs/scale.md (LOAD=day, routes, invoices: that alone)
	@exec $(BIN)/python -m tests.load $(LOAD)

screenshots: environment ## each page at desk and phone width, light and dark, in screenshots/
	@exec $(BIN)/python -m tests.e2e.browser.screenshots

lighthouse: environment ## Lighthouse's scores of each page, at least 95, and interactions on a slow processor, into docs/lighthouse.md (PAGES=…: some)
	@cd tests/e2e/browser/lighthouse && npm ci --silent --no-audit --no-fund
	@exec $(BIN)/python -m tests.e2e.browser.lighthouse_report $(PAGES)

bench: environment ## what starts and requests cost, as ratios, into docs/benchmarks.md (after make build ARCH=host)
	@exec $(BIN)/python -m tests.performance.bench

cost: environment ## what the portal costs to run a year, into docs/cost.md
	@$(BIN)/python -m infrastructure.cost

check: environment-checks ## style, types, architecture, templates, and that docs/openapi.json is up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint $(TEMPLATES)
	@for template in $(TEMPLATES); do $(SAM) validate --lint --template $$template || exit 1; done
	$(BIN)/python -m infrastructure.openapi --check
	$(BIN)/python -m infrastructure.sbom --check
	@LOG_LEVEL=ERROR .tools/checkov/bin/checkov --config-file .checkov.yaml --skip-download $(addprefix -f ,$(TEMPLATES))

audit: environment ## ask for advisories about everything that is locked (needs an index that has them)
	@python3 infrastructure/setup_environment.py --audit
	@exec $(BIN)/python -m infrastructure.audit

sbom: environment ## write docs/sbom.json (CycloneDX), the parts that are shipped, from the locks
	@$(BIN)/python -m infrastructure.sbom

format: environment ## let ruff sort imports and lay out the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

openapi: environment ## write docs/openapi.json from the code
	$(BIN)/python -m infrastructure.openapi

lock: environment ## resolve requirements/*.in and package.json again (UPGRADE=--upgrade for newer versions)
	@for name in uv runtime printing dev sam checkov audit schemathesis; do \
		case $$name in \
			runtime) without="requests charset-normalizer idna";; \
			printing) without=pillow;; \
			*) without=;; \
		esac; \
		$(COMPILE) $(UPGRADE) $$(for each in $$without; do echo --no-emit-package $$each; done) \
			requirements/$$name.in --output-file requirements/$$name.txt || exit 1; done
	@cd infrastructure/local/dynoxide && npm install --package-lock-only --no-audit --no-fund
	@$(MAKE) --no-print-directory environment

build: environment-sam ## what is deployed, in .aws-sam/build (ARCH=host for this machine's processor), and its sizes
	$(SAM) build $(if $(filter host,$(ARCH)),--build-dir .aws-sam/host)
	@$(BIN)/python -m infrastructure.built $(if $(filter host,$(ARCH)),.aws-sam/host,.aws-sam/build)

deploy: ## put STAGE=dev or prod into your AWS account; asks what it has to know (YES=--yes: nothing; WATCH=off: no alarm takes it back)
	@$(MAKE) --no-print-directory build ARCH=arm64
	@$(DEPLOYMENT) deploy $(STAGE) $(YES) $(if $(filter off,$(WATCH)),--unwatched)

publish: environment ## the pages alone, of a stage that is deployed (DRY_RUN=--dry-run to look first)
	@$(DEPLOYMENT) publish $(STAGE) $(DRY_RUN)

versions: environment ## the versions of a stage's pages
	@$(DEPLOYMENT) versions $(STAGE)

rollback: environment ## the pages of VERSION=… again
	@$(DEPLOYMENT) rollback $(STAGE) $(VERSION) $(DRY_RUN)

smoke: environment ## look at a deployed stage from outside (URL=https://…)
	@$(DEPLOYMENT) smoke $(URL)

destroy: environment ## take a stage's functions away; data, log-ins and address stay
	@$(DEPLOYMENT) destroy $(STAGE)

clean: ## remove everything that make has made
	rm -rf .venv .tools .aws-sam .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	rm -rf infrastructure/local/dynoxide/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

environment:
	@python3 infrastructure/setup_environment.py

environment-tests:
	@python3 infrastructure/setup_environment.py --tests --schemathesis

environment-checks:
	@python3 infrastructure/setup_environment.py --sam --checkov

environment-prove:
	@python3 infrastructure/setup_environment.py --schemathesis

environment-sam:
	@python3 infrastructure/setup_environment.py --sam

# --- called by `sam build`, which sets ARTIFACTS_DIR -----------------------------------------------------------------

build-%:
	@$(BIN)/python -m infrastructure.build $* "$(ARTIFACTS_DIR)" --arch $(ARCH)
