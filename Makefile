# Each target sets up what it needs. `make help` lists the targets.
#   PYTHON    any Python 3.10 or newer             ENGINE    what builds the pages: mkdocs or zensical
#   SITE_URL  the public address of the guide      PORT      where `make serve` shows the guide
#   REPOSITORY_URL  where the source is, such as https://github.com/OWNER/REPO; pages link there when it is known

PYTHON         ?= python3
ENGINE         ?= mkdocs
SITE_URL       ?= http://127.0.0.1:8000/
REPOSITORY_URL ?=
PORT           ?= 8000
# In a workflow run, problems appear on the lines of the pull request.
FORMAT         ?= $(if $(GITHUB_ACTIONS),github,text)
export PYTHON ENGINE SITE_URL REPOSITORY_URL PORT FORMAT
# Python reads and writes UTF-8 whatever the system's language is.
export PYTHONUTF8 := 1
# Material warns about MkDocs 2 on every build; pyproject.toml keeps us below it.
export NO_MKDOCS_2_WARNING := 1

BIN   := .venv/bin
SETUP := @scripts/setup.sh requirements.txt

.PHONY: help site serve check test bench watch lock rules clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

site: ## validate the sources, build the guide into site/, bind the books, validate the links
	$(SETUP) $(if $(filter zensical,$(ENGINE)),requirements-zensical.txt)
	@scripts/build.sh

serve: site ## preview the guide with its downloads; saving a page reloads it
	@scripts/serve.sh

check: ## check the sources, in seconds
	$(SETUP) requirements-test.txt
	@scripts/check.sh

test: check site ## run everything that CI runs
	@tests/browsers.sh
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

bench: site ## measure validating, binding and reading beside the usual tools
	$(SETUP) requirements-test.txt
	@tests/bench.sh

watch: ## list what is out of date, dead or has a known vulnerability; asks other hosts
	$(SETUP)
	@scripts/setup.sh requirements-watch.txt
	@scripts/watch.sh

lock: ## resolve the newest allowed versions again
	$(SETUP) requirements-test.txt
	@scripts/lock.sh

rules: ## write .github/RULES.md, what each code means, from the docstrings of the rules
	$(SETUP)
	@$(BIN)/python scripts/validate.py --list-rules > .github/RULES.md

clean: ## remove everything that was built
	@rm -rf .venv .build .cache site
