# Two commands matter: `make run` and `make test`. `make help` lists the rest.
# The newest Python between 3.11 and 3.13 that this machine has; `make PYTHON=… run` names another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
ARGS ?=
# Two workers, each with whole files. `make test WORKERS=0` runs one test after the other, in one process.
WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: help run setup test test-all check format lint types imports benchmark texts screenshots lock clean

help: ## List what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: setup ## Start everything and open one address (ARGS="--no-browser")
	@exec $(BIN)/classroom up $(ARGS)

setup: ## Install what is missing
	@if [ -z "$(PYTHON)" ]; then echo "No Python 3.11, 3.12 or 3.13 was found."; exit 1; fi
	@$(PYTHON) deploy/set_up.py

test: setup ## Run every test: units, journeys, browser
	@$(PYTHON) deploy/find_chromium.py
	@$(PYTEST) $(ARGS)

test-all: setup ## Run every test, and the long fuzzing too, with other inputs each time
	@$(PYTHON) deploy/find_chromium.py
	@$(PYTEST) -m "slow or not slow" --hypothesis-profile searching $(ARGS)

check: setup format-check lint types imports test ## What CI runs: format, lint, types, import rules, tests

format: ## Format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

format-check:
	@$(BIN)/ruff format --check .

lint: ## Lint
	@$(BIN)/ruff check .

types: ## Check types
	@$(BIN)/mypy

imports: ## Check who imports whom
	@$(BIN)/lint-imports

benchmark: setup ## Measure a verdict, and its checks alone, beside their peers
	@$(BIN)/python benchmarks/verdict.py
	@$(BIN)/python benchmarks/checks_stage.py

WEB := platform/classroom/web
APPS := platform/classroom/apps
texts: setup ## Collect the texts of the pages for translators, and tell each language what is new
	@$(BIN)/pybabel --quiet extract --no-location --sort-output --omit-header -k marked -F $(WEB)/babel.cfg \
		-o $(WEB)/locale/portal.pot $(WEB) $(APPS)
	@for po in $(WEB)/locale/*/LC_MESSAGES/portal.po; do [ ! -e $$po ] || $(BIN)/pybabel --quiet update \
		--no-fuzzy-matching -i $(WEB)/locale/portal.pot -o $$po -l $$(basename $$(dirname $$(dirname $$po))); done

screenshots: setup ## Take the pictures of docs/gallery.md from a running classroom
	@cd tests && ../$(BIN)/python -m support.gallery $(ARGS)

lock: ## Resolve the dependencies anew (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --extra dev --upgrade -o requirements.lock pyproject.toml

clean: ## Remove what setup made
	@rm -rf .venv sandbox/node_modules platform/web-src/node_modules platform/classroom/static
