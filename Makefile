# The only entry to every tool. `make` alone lists the targets.

PORT ?= 8080
DATA ?= .data
CASES ?= 300
SEED ?= 0

PY := .venv/bin/python
READY := .venv/.ready
PACKAGES := $(patsubst %/pyproject.toml,%,$(sort $(wildcard shared/*/pyproject.toml gateway/pyproject.toml \
	*-svc/pyproject.toml deploy/*/pyproject.toml)))
TESTED := $(wildcard shared/*/tests gateway/tests *-svc/tests deploy/*/tests tests)
# The wheel's program itself: its start script .venv/bin/docker-compose always exits with 0.
COMPOSE := .venv/lib/python3*/site-packages/compose/docker-compose -f deploy/compose.yaml

# The machine's own certificates, so that a company's proxy or mirror works.
export UV_SYSTEM_CERTS := true
export PYTHONUTF8 := 1
export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.PHONY: help setup clients run demo up down secrets lock schemas clean
.PHONY: test relying-parties test-isolated test-kafka proof bench bench-bill lint
.PHONY: reseal audit-verify

help: ## list these targets
	@echo "互联网+公安服务平台 · Internet + police services"
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 22

$(READY): requirements.lock deploy/requirements-bootstrap.lock deploy/bootstrap.sh $(PACKAGES:=/pyproject.toml)
	@sh deploy/bootstrap.sh $(PACKAGES)
	@touch $@

setup: $(READY) ## make .venv from the lock (the other targets do it by themselves)

clients: $(READY) ## make the Python client and the TypeScript types from the API document, where it changed
	@$(PY) -m clients

client: $(READY)
	@$(PY) -m clients --python

run: client ## start everything on this machine, PORT=8080 DATA=.data, until Ctrl-C
	@$(PY) -m embedded run --port $(PORT) --data $(DATA)

demo: client ## walk one case on a running platform, PORT=8080
	@$(PY) -m embedded demo --port $(PORT)

test: clients relying-parties ## every test but the long ones
	$(PY) -m pytest -n 2 --dist loadgroup -m "not long" $(TESTED)

relying-parties: ## what tests with others' OpenID clients need: Apache and its module, Chromium, npm packages
	@sh tests/relying_parties/install.sh

test-isolated: client ## each service's tests in an environment of its own
	$(PY) deploy/isolated_tests.py $(PACKAGES)

test-kafka: client ## event and end-to-end tests against real Apache Kafka
	cd tests && $(CURDIR)/$(PY) -m real_kafka -m "not long" ../shared/chassis/tests/test_delivery.py e2e

proof: client ## the long tests: faults at volume, races, a million rows
	$(PY) -m pytest -m long -s $(TESTED)

bench: client ## drive CASES=300 whole cases over SEED=0 finished ones, into .bench/latest.json
	cd tests/load && $(CURDIR)/$(PY) -m load --cases $(CASES) --seed $(SEED) --out $(CURDIR)/.bench

bench-bill: client ## a bill of a million lines fetched, loaded and matched, into .bench/bill.json
	cd tests/load && $(CURDIR)/$(PY) -m load --bill --out $(CURDIR)/.bench

reseal: $(READY) ## bring everything sealed under the active keys while all runs, DATA=.data
	@$(PY) -m embedded reseal --data $(DATA)

audit-verify: $(READY) ## walk every service's audit log for tampering, DATA=.data
	@$(PY) -m embedded audit-verify --data $(DATA)

lint: $(READY) ## ruff, import-linter
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports

UP = PORT=$(PORT) SECRETS="$$(cksum < deploy/secrets/platform.json)" $(COMPOSE) up --detach --wait

up: client secrets ## build and start the containers of deploy/compose.yaml, PORT=8080
	$(COMPOSE) --profile demo build
	$(UP) postgres
	$(COMPOSE) exec -T postgres sh /docker-entrypoint-initdb.d/databases.sh
	$(UP)

down: $(READY) ## stop the containers; volumes stay
	$(COMPOSE) down

secrets: $(READY) ## make the secrets the containers need, in deploy/secrets (kept when there)
	@$(PY) -m embedded secrets --out deploy/secrets

lock: $(READY) ## recompile requirements.lock from every pyproject.toml
	VIRTUAL_ENV=.venv .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" \
		$(addprefix --no-emit-package ,$(notdir $(PACKAGES))) \
		--group dev pyproject.toml $(PACKAGES:=/pyproject.toml) -o requirements.lock

schemas: $(READY) ## write every event's JSON Schema again, after a compatible change
	$(PY) -m contracts write shared/contracts/schemas

clean: ## remove what tests and benchmarks leave; .data and .venv stay
	rm -rf deploy/demo/src/police_api deploy/clients/typescript/node_modules deploy/clients/typescript/api.ts
	rm -rf .bench .venv/isolated .pytest_cache .hypothesis .ruff_cache .mypy_cache .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
