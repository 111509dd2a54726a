# Needs python3 (3.11 or later) and make. All else goes into .venv, from the lock file, with hashes.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
BROWSER := .venv/browser
FUZZ := .venv/fuzz
DOCS := .venv/docs
UV := uv==0.13.9

# Only what the lock file names is imported.
unexport PYTHONPATH PYTHONHOME
# Of what is installed a small part is imported: it is compiled then, and once.
unexport PYTHONDONTWRITEBYTECODE
INSTALL := $(BIN)/python -m pip install --quiet --no-compile --only-binary :all: --require-hashes -r
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: review picture docs test style types tests laws bench bench-many bench-analyses mutants kills fuzz browser lock clean

review: $(READY)
	@mkdir -p build/review
	$(BIN)/incident-analytics review data/demo --period 2025Q3 -o build/review
	@echo "Open $(CURDIR)/build/review/review-2025Q3.html in a browser."

# The picture in README.md, after a change to what the first screen shows.
picture: $(BROWSER)
	$(BIN)/python data/demo/write_picture.py

# The documentation as a site of files that open without a server.
docs: $(DOCS)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict
	@echo "Open $(CURDIR)/build/site/index.html in a browser."

$(DOCS): requirements-docs.txt $(READY)
	$(INSTALL) requirements-docs.txt
	@touch $@

test: style types tests

style: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

tests: $(READY)
	$(BIN)/python -m pytest -n auto --dist loadfile

# The laws alone, on twenty times as many examples as `make test` draws, and on others each time.
laws: $(READY)
	LAWS=20 $(BIN)/python -m pytest -n auto --dist loadfile -m hypothesis

# What reading costs, as ratios to what it cannot do without, side by side in one run.
bench: $(READY)
	$(BIN)/python tests/benchmarks/loading.py

# The same for 100,000 reports, which take 0.9 GB and half an hour.
bench-many: $(READY)
	$(BIN)/python tests/benchmarks/many.py

bench-analyses: $(READY)
	$(BIN)/python tests/benchmarks/analyses.py

# Whether tests notice small changes of the code: 300 of them, each against the tests of its module. Takes an hour.
mutants: $(READY)
	$(BIN)/python tests/benchmarks/mutants.py

# What a verb leaves that is ended in the middle, 300 times. Takes an hour.
kills: $(READY)
	$(BIN)/python tests/benchmarks/kills.py

# Looks for an input that breaks what tests/fuzz/target.py holds, for ten minutes, by the code that inputs reach.
fuzz: $(FUZZ)
	@mkdir -p build/fuzz/corpus
	$(BIN)/python tests/fuzz/explore.py -max_total_time=600 -max_len=30000 -rss_limit_mb=4096 -artifact_prefix=build/fuzz/ \
	  build/fuzz/corpus tests/fuzz/corpus

$(FUZZ): requirements-fuzz.txt $(READY)
	$(INSTALL) requirements-fuzz.txt
	@touch $@

$(READY): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed; name one: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	$(INSTALL) requirements-dev.txt
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

# What the tests of pages, PDFs, notebooks and clusters need in addition to the system's Chromium; without it they are skipped.
browser: $(BROWSER)

$(BROWSER): requirements-browser.txt $(READY)
	$(INSTALL) requirements-browser.txt
	@touch $@

# requirements-base.txt is what checking needs, requirements.txt that with what reviews need, requirements-dev.txt that
# and the tools, requirements-browser.txt that with JupyterLab, Dask, the renderer of PDFs and what drives a browser,
# requirements-fuzz.txt what fuzzes, requirements-docs.txt what sets the documentation: all in the same versions.
LOCK := build/uv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --fork-strategy fewest \
  --generate-hashes --no-emit-index-url --custom-compile-command "make lock"

lock:
	$(PYTHON) -m venv build/uv
	build/uv/bin/python -m pip install --quiet $(UV)
	$(LOCK) pyproject.toml --extra review -o requirements.txt
	$(LOCK) pyproject.toml -c requirements.txt -o requirements-base.txt
	$(LOCK) pyproject.toml --extra review --group dev -c requirements.txt -o requirements-dev.txt
	$(LOCK) pyproject.toml --extra dask --extra lab --extra pdf --extra remote --group browser -c requirements-dev.txt -o requirements-browser.txt
	$(LOCK) --group fuzz -o requirements-fuzz.txt
	$(LOCK) --group docs -c requirements-browser.txt -o requirements-docs.txt

clean:
	rm -rf .venv build
