# Each target does its own set-up and works a second time without network.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
VENV := .venv
BIN := $(VENV)/bin
# One more than there are processors, for browsers and servers are waited for; at most four.
WORKERS := $(shell n=$$(nproc 2>/dev/null || echo 2); echo $$((n < 4 ? n + 1 : 4)))
# Compiled modules are kept even where Python is told not to: workers, and hundreds of commands they start, share them.
unexport PYTHONDONTWRITEBYTECODE
APT_TEST := age bubblewrap caddy fonts-noto-core libreoffice-writer-nogui nginx openssl postgresql systemd
# Chromium without windows: its pages cost a third. The journeys make do with chromium where there is no other.
APT_BROWSER := chromium-headless-shell

.PHONY: serve test test-faults test-languages lint check docs bench soak bench-phone translations clean

serve: $(VENV)/.runtime  ## the service with demo content at http://127.0.0.1:8000
	@$(BIN)/survey-service serve --demo --host $(HOST) --port $(PORT)

test: $(VENV)/.test .system-test .enketo lint  ## everything: lint, unit, contract, browser journeys with axe
	@$(BIN)/python -m pytest -m "not faults and not languages" -n $(WORKERS) --dist worksteal

test-faults: $(VENV)/.test .system-test  ## all injected faults, the long runs included; prints what was counted
	@$(BIN)/python -m pytest -m "fault or faults or injected" --timeout 3600

test-languages: $(VENV)/.test .system-test  ## every page in every language, light and dark; pictures in test-artefacts/
	@$(BIN)/python -m pytest tests/journeys -m languages -n $(WORKERS) --dist worksteal

lint: $(VENV)/.test
	@$(BIN)/ruff check survey_service plugins tests translations docs
	@$(BIN)/ruff format --check survey_service plugins tests translations docs
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache > $(VENV)/lint-imports.log || { cat $(VENV)/lint-imports.log; exit 1; }
	@$(BIN)/djlint survey_service --lint --quiet

check: $(VENV)/.runtime  ## the questionnaire files, settings, languages and plugins
	@$(BIN)/survey-service check

docs: $(VENV)/.test  ## the documentation as HTML: build/docs/index.html
	@$(BIN)/python -m sphinx -b html -W --keep-going -q -j auto docs build/docs
	@echo "build/docs/index.html"

bench: $(VENV)/.test
	@$(BIN)/python -m tests.bench $(BENCH)

soak: $(VENV)/.test  ## ten minutes of a busy day at once: nothing lost, doubled, 5xx; memory, slowest pages
	@$(BIN)/python -m tests.bench.soak $(SECONDS_OF_SOAK)

bench-phone: $(VENV)/.test .system-test  ## weight and speed on a phone beside SurveyJS and enketo-core (Node 20 and npm)
	@command -v chromium >/dev/null || $(call apt,chromium)
	@$(BIN)/python -m tests.bench.phone

translations: $(VENV)/.runtime  ## bring all catalogs up to date with the source texts
	@$(BIN)/python translations/update.py

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .hypothesis test-artefacts

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (set PYTHON=…)."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(call apt,python3-venv)
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: setup.cfg pyproject.toml .ci/constraints.txt | $(VENV)/bin/python
	@echo "Installing the service into $(VENV) …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c .ci/constraints.txt -e . && touch $@

$(VENV)/.test: setup.cfg pyproject.toml .ci/constraints.txt $(VENV)/.runtime
	@echo "Installing the test tools into $(VENV) …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c .ci/constraints.txt -e '.[docs,postgres,s3,test]' && touch $@

.PHONY: .system-test
.system-test:
	@dpkg -s $(APT_TEST) >/dev/null 2>&1 || $(call apt,$(APT_TEST))
	@dpkg -s $(APT_BROWSER) >/dev/null 2>&1 || ($(call apt,$(APT_BROWSER))) || command -v chromium >/dev/null

.PHONY: .enketo
.enketo: $(VENV)/.test .system-test  # Enketo's page for its journey, built once; needs Node 18 or newer with npm
	@command -v npm >/dev/null || $(call apt,nodejs npm)
	@$(BIN)/python -m tests.journeys.enketo.building

# Debian packages: installed when root, else the one command is named.
define apt
{ if [ "$$(id -u)" = 0 ]; then echo "Installing Debian packages: $(1) …"; \
    (apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $(1)) >/dev/null; \
  else echo "Please run: sudo apt-get install $(1)"; exit 1; fi; }
endef
