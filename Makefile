PYTHON = .venv/bin/python

help: ## Show what can be made
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | column -t -s '	'

up: ## Start the stack and the practice server, and tell the address
	@deploy/install
	@$(PYTHON) -m deploy.local up

down: ## Stop the stack; its data stays
	@$(PYTHON) -m deploy.local down

status: ## Show each part and its state
	@$(PYTHON) -m deploy.local status

logs: ## Follow the logs of all parts
	@$(PYTHON) -m deploy.local logs

install: ## Make this clone ready to run and to be tested, without starting anything
	@deploy/install test

test: test-unit test-integration test-e2e ## Run every test

test-unit: install ## Run the tests that need no server
	$(PYTHON) -m pytest tests -m "not integration and not e2e"

test-integration: install ## Run the tests with real servers
	$(PYTHON) -m pytest tests -m integration

test-e2e: install ## Run the tests with the whole stack and a browser
	$(PYTHON) -m pytest tests -m e2e

lint: install ## Check style and types
	.venv/bin/ruff check && .venv/bin/ruff format --check && .venv/bin/mypy

.PHONY: help up down status logs install test test-unit test-integration test-e2e lint
