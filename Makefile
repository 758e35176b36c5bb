# Two promises: `make run` serves the product, `make test` tests it. Each installs what it needs.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# A bundle carries its packages in wheels/ and asks no network.
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes \
	$(if $(wildcard wheels),--no-index --find-links wheels)
export SAMPLE ?= 1

.PHONY: run test check story bench soak bundle assets lock clean

run: $(VENV)/.installed assets ## serve on http://127.0.0.1:8000
	@exec $(BIN)/python start.py

test: check ## all tests; without Chromium or PostgreSQL those parts are left out, and it says so
	$(BIN)/pytest -q -n 2 --dist loadfile

check: $(VENV)/.installed-dev assets ## style, types, course library
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/flask content check content

story: $(VENV)/.installed-dev assets ## the whole story in Chromium, pictures in screenshots/
	$(BIN)/pytest -q tests/browser/test_story.py

bench: $(VENV)/.installed-dev assets ## what the README's figures come from
	for file in bench/*.py; do $(BIN)/python -m "bench.$$(basename "$$file" .py)" || exit 1; done

soak: $(VENV)/.installed-dev assets ## property, chaos and load tests at their full counts
	SOAK=1 $(BIN)/pytest -q -m "not browser"
	SOAK=1 $(BIN)/pytest -q tests/browser/test_exam_chaos.py

bundle: $(VENV)/.installed assets ## one archive that installs and runs without a network
	$(BIN)/python tools/bundle.py

assets: $(VENV)/.installed
	@$(BIN)/python -m core.assets

lock: $(VENV)/.installed-dev ## resolve the newest versions that fit pyproject.toml
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header \
		--extra postgres pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header \
		--extra postgres --extra dev pyproject.toml -o requirements-dev.txt

clean: ## everything that can be made again; never var/
	rm -rf $(VENV) static/built build dist .pytest_cache .mypy_cache .ruff_cache screenshots

$(VENV)/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "python3 -m venv does not work here. On Debian: apt install python3-venv"; exit 1; }
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(PIP) -r requirements-dev.txt
	@touch $@
