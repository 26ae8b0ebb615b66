PYTHON = .venv/bin/python
NPM = deploy/npm --prefix web

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "%-18s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## Start the stack and the practice server, and tell the address
	@python3 -m deploy up

down: ## Stop the stack; its data stays
	@python3 -m deploy down

status: ## Show each part and its state
	@python3 -m deploy status

logs: ## Follow the logs of all parts
	@python3 -m deploy logs

install: ## Make this clone ready to run and to be tested, without starting anything
	@deploy/install test

test: lint test-unit ## Run every test
	@echo "suites that wait for servers run two at a time, each is shown when it has ended (10 minutes)"
	$(MAKE) --jobs 2 --no-print-directory --output-sync=line test-stack test-bus test-faults test-servers test-nat SERVERS=Ejabberd
	$(MAKE) test-e2e

test-unit: install ## Run the tests that need no server
	$(PYTHON) -m pytest tests/unit tests/contract
	$(NPM) test

test-integration: test-bus test-stack test-faults test-servers ## Run the tests with real servers

test-bus: install
	$(PYTHON) -m pytest -p tests.monkey tests/integration/bus

test-stack: install
	$(PYTHON) -m pytest tests/integration/stack

test-faults: install
	$(PYTHON) -m pytest tests/integration/faults

test-servers: install ## Run the tests with ejabberd and Prosody 13; SERVERS= chooses one
	$(PYTHON) -m pytest tests/integration/servers -k "$(SERVERS)"

test-archive: install ## Break streams and kill parts for hours: SEEDS= says how many times
	ARCHIVE_SEEDS=$(or $(SEEDS),20) $(PYTHON) -m pytest tests/integration/faults/test_archive.py

test-nat: install ## Run the tests behind a router that they make themselves, as root
	$(PYTHON) -m pytest tests/integration/nat

test-e2e: install ## Run the tests with the whole stack and a browser
	$(PYTHON) -m pytest tests/e2e

test-compose: ## Run the tests that need a Docker engine
	@deploy/install test compose
	$(PYTHON) -m pytest --timeout 1000 tests/compose # images are built the first time

bench: install ## Measure Handset beside a native phone; NAME= runs one bench, MINUTES= makes a long call
	@deploy/packages bench
	$(PYTHON) -m tests.bench $(NAME) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(FIRST_UP),--first-up)

lint: install ## Check style and types
	$(PYTHON) -m ruff check && $(PYTHON) -m ruff format --check && $(PYTHON) -m mypy
	$(NPM) run lint && $(NPM) run types

generate: ## Write what follows from the code: the OpenAPI document and its types for the page
	$(PYTHON) -m gateway.openapi > web/openapi.json.new && mv web/openapi.json.new web/openapi.json
	$(NPM) run generate

.PHONY: help up down status logs install test test-unit test-integration test-bus test-stack test-faults test-servers test-archive test-nat test-e2e test-compose bench lint generate
