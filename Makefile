# The commands of Canon. A newcomer needs two: `make run` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: audit help run dev test test-sqlite test-postgres check format messages bench costs lighthouse cluster growth soak settings lock curator clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 20

run: $(VENV)/runtime ## start the site on http://127.0.0.1:8000 (PORT= changes the port)
	@$(BIN)/python manage.py serve

dev: $(VENV)/development ## start the development server, which reloads on every change
	@DEBUG=true $(BIN)/python manage.py serve --reload

curator: $(VENV)/runtime ## make a user who may do everything in the admin
	@$(BIN)/python manage.py createsuperuser

test: test-sqlite test-postgres ## run all tests: on SQLite, in a browser, on PostgreSQL

test-sqlite: $(VENV)/development
	@$(BIN)/python -m pytest --numprocesses auto $(ONLY)

test-postgres: $(VENV)/development
	@$(BIN)/python -m tests.postgres --numprocesses auto -m "not browser" $(ONLY)

check: $(VENV)/development ## run linters, type checks and Django's own checks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint --quiet --lint templates
	@$(BIN)/mypy
	@$(BIN)/python manage.py makemigrations --check --dry-run --verbosity 0
	@SITE_URL=https://canon.example.org $(BIN)/python manage.py check --deploy --fail-level INFO

format: $(VENV)/development ## put the code into its form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

messages: $(VENV)/development ## collect the strings to translate, and compile what is translated
	@$(BIN)/python manage.py messages

bench: $(VENV)/runtime ## measure what pages cost, in multiples of Django's own floor
	@$(BIN)/python -m benchmarks.bench

costs: $(VENV)/runtime ## measure what middleware and back ends cost, and what others would
	@$(BIN)/python -m benchmarks.costs

lighthouse: $(VENV)/runtime ## let Lighthouse judge the site (needs Node.js and Chromium)
	@$(BIN)/python -m benchmarks.lighthouse

cluster: $(VENV)/development ## run a cluster under load while parts of it are killed (needs nginx, pgbouncer, redis, postgresql)
	@$(BIN)/python -m benchmarks.cluster

growth: $(VENV)/development ## measure the pages with 10,000 items, and with 100,000 readers on PostgreSQL
	@$(BIN)/python -m benchmarks.growth

soak: $(VENV)/development ## let 200 readers use the site for ten minutes: no error, no lost write, no growth
	@$(BIN)/python -m benchmarks.soak

settings: $(VENV)/development ## write docs/settings.md from the list of settings
	@$(BIN)/python manage.py settings_table

lock: ## compile requirements*.in into hashed locks (needs uv)
	@uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 requirements.in --output-file requirements.txt
	@uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 requirements-operate.in --output-file requirements-operate.txt
	@uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 requirements-dev.in --output-file requirements-dev.txt

audit: $(VENV)/development ## look for known flaws in packages and code; needs the network, and uv
	@$(BIN)/python -m tests.licences
	@uvx bandit==1.9.4 --quiet --recursive canon accounts --exclude '*/migrations/*' --severity-level medium --skip B308,B608,B703
	@uvx pip-audit==2.10.1 --strict --require-hashes --disable-pip --requirement requirements.txt

clean: ## remove the environment; the data in var/ stays
	@rm -rf $(VENV)

# $(call install,LOCK): make the environment, with uv where there is one, and install a lock.
define install
@command -v "$(PYTHON)" > /dev/null || { echo "There is no $(PYTHON): install Python 3.11 or newer, or name it, as in PYTHON=python3.12 make run." >&2; exit 1; }
@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11: install a newer Python, or name one, as in PYTHON=python3.12 make run." >&2; exit 1; }
@command -v uv > /dev/null || "$(PYTHON)" -c 'import ensurepip, venv' 2> /dev/null || { echo "$(PYTHON) has no venv module: install it (on Debian: apt install python3-venv), or install uv." >&2; exit 1; }
@echo "Installing $(1) into $(VENV)..."
@if command -v uv > /dev/null; then \
	uv venv --quiet --allow-existing --python "$(PYTHON)" $(VENV) && \
	uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1); \
else \
	"$(PYTHON)" -m venv $(VENV) && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1); \
fi || { echo "The packages of $(1) could not be installed: see the message above, and check the network." >&2; exit 1; }
@touch $@
endef

$(VENV)/runtime: requirements.txt
	$(call install,$<)

$(VENV)/development: requirements-dev.txt
	$(call install,$<)
