# The list of commands. `make` alone shows it. Needs Python 3.11 or newer with pip, make and git; nothing else.

PYTHON ?= python3
WORKERS ?= 2
ARGS ?=
BIN := .venv/bin
SETUP := build/setup.stamp
STYLES := build/styles.stamp
WORDS := src/hawl/locale/cy/LC_MESSAGES/django.mo
BENCH := build/bench.stamp
DESIGN := src/hawl/foundations/design

.DEFAULT_GOAL := help
.PHONY: help setup demo test drill-audit check format wheel bench bench-duties drill-canaries drill-contact drill-duties drill-keys mutants drill-signing spark serve doctor lock styles words clean
.SUFFIXES:

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  After make setup, .venv/bin/hawl is the command; .venv/bin/hawl --help lists what it does."

setup: $(SETUP) $(STYLES) $(WORDS) ## make the environment .venv, build styles and the Welsh catalogue

demo: setup ## lay out Gwent with an invented caseload and serve both sites
	@$(BIN)/hawl demo $(ARGS)

test: setup ## run all tests against a database of their own (ARGS="-k name" for some)
	@$(BIN)/pytest -n $(WORKERS) $(ARGS)

drill-audit: setup ## tamper with the audit in 16 ways at 100 places each: all must be found
	@DRILL_PLACES=100 $(BIN)/pytest -s src/hawl/foundations/audit/tests/test_tampering.py

check: setup ## lint, format, walls, house, Welsh, migrations, types: all that fails the build
	@$(BIN)/python tools/check.py

format: $(SETUP) ## put the code into its form
	@$(BIN)/ruff check --fix-only -q .
	@$(BIN)/ruff format .

wheel: setup ## build dist/hawl-….whl with styles, Welsh, rulebooks and areas inside
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist .

bench: setup $(BENCH) ## measure feed import and duties against others, as ratios
	@$(BIN)/python benchmarks/feed_import.py
	@$(BIN)/python benchmarks/duties.py
	@$(BIN)/python benchmarks/audit_verify.py

bench-duties: setup $(BENCH) build/bench-openfisca.stamp ## duties of a million cases against a bare copy, pandas and OpenFisca (SIZES="10000 1000000")
	@$(BIN)/python benchmarks/duties_at_scale.py $(SIZES)

drill-contact: setup ## a million decisions on reaching people and ten thousand races of closing against sending
	@HAWL_CONTACT_DECISIONS=1000000 HAWL_CONTACT_RACES=10000 $(BIN)/pytest tests/contact -q -s -o timeout=0 $(ARGS)

drill-duties: setup ## hold both engines against each other on 100,000 random cases, and the quick one against the contract on as many
	@HAWL_DUTIES_CASES=100000 $(BIN)/pytest src/hawl/rights/evaluating/tests/test_agreement.py -s -o timeout=0 $(ARGS)

drill-keys: setup ## rotate and renew the keys under twenty kills each, then look whether all still opens
	@$(BIN)/python drills/keys.py

mutants: setup ## plant every fault in the access matrix and see it caught
	@$(BIN)/hawl access mutants $(ARGS)

drill-signing: setup ## try 10,000 stolen passwords at the sign-in page, and time known accounts against unknown ones
	@HAWL_STUFFING_TRIES=10000 HAWL_STUFFING_TIMED=200 $(BIN)/pytest src/hawl/entrances/staff_site/tests/test_stuffing.py -s

serve: setup ## serve this machine's installation
	@$(BIN)/hawl serve $(ARGS)

doctor: setup ## say what is wrong with this machine's installation
	@$(BIN)/hawl doctor $(ARGS)

styles: $(STYLES) ## build the styles and scripts of the pages anew where they changed

words: $(SETUP) ## take new words into the Welsh catalogue, to be translated
	@$(BIN)/python tools/build_catalogue.py --update

drill-canaries: setup ## words put into every sealed field are found in no file; says how many files were read
	@$(BIN)/pytest tests/at_rest -s

spark: $(SETUP) build/spark.stamp ## add Spark (400 MB; needs Java 17) for hawl duties evaluate --engine spark and its tests

lock: $(SETUP) ## pin the newest allowed versions with their hashes into requirements/
	@sh tools/lock.sh

clean: ## take away all that was built, and .venv; an installation's data stays
	@rm -rf .venv build dist $(DESIGN)/static/hawl src/hawl/locale .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find src tools tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(SETUP): requirements/dev.txt requirements/uv.txt pyproject.toml CHANGELOG.md tools/setup.sh
	@PYTHON=$(PYTHON) sh tools/setup.sh
	@mkdir -p build
	@touch $@

$(STYLES): $(SETUP) package.json package-lock.json .npmrc tools/build_styles.py $(wildcard $(DESIGN)/styles/* $(DESIGN)/assets/*)
	@$(BIN)/python tools/build_styles.py
	@touch $@

$(WORDS): $(SETUP) tools/build_catalogue.py locale/cy/LC_MESSAGES/django.po
	@$(BIN)/python tools/build_catalogue.py
	@touch $@

build/spark.stamp: requirements/spark.txt $(SETUP)
	@echo "Installing Spark …" >&2
	@sh tools/setup.sh spark
	@touch $@

# A peer has an environment of its own, and is called as a process.
$(BENCH): requirements/bench.txt $(SETUP)
	@$(BIN)/uv venv -q --clear --python $(BIN)/python build/bench-venv
	@$(BIN)/uv pip sync -q --python build/bench-venv/bin/python --require-hashes requirements/bench.txt
	@touch $@

build/bench-openfisca.stamp: requirements/bench-openfisca.txt $(SETUP)
	@$(BIN)/uv venv -q --clear --python $(BIN)/python build/bench-openfisca
	@$(BIN)/uv pip sync -q --python build/bench-openfisca/bin/python --require-hashes requirements/bench-openfisca.txt
	@touch $@
