# Needs a shell, git, make and Python 3.11 or newer; everything else is fetched into this folder.
# `make setup` once, then `make run`. `make check` and `make test` are what CI runs.

UV_VERSION = 0.13.9

BIN = .venv/bin
export UV_PYTHON_DOWNLOADS = never

.PHONY: setup run test tests check format bench bundle clean distclean
.NOTPARALLEL:
.DELETE_ON_ERROR:

setup: .uv/system-run .uv/system-test .venv/.stamp ## the program and its tools, in .venv

run: .uv/system-run .venv/.stamp ## the window; with no display, the offline demonstration. ARGS="…" are passed on
	@scripts/run $(ARGS)

test: check tests ## all checks and all tests

tests: .uv/system-run .uv/system-test .venv/.stamp ## all tests. ARGS="-k name" are passed to pytest
	@$(BIN)/python scripts/run_tests.py $(ARGS)

check: .venv/.stamp ## lint, format, types, layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/mypy

format: .venv/.stamp ## mend what can be mended
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .uv/system-run .uv/system-test .venv/.stamp ## measurements, one JSON object a line. ARGS="start" takes one
	@$(BIN)/python -m bench $(ARGS)

bundle: .uv/system-run .uv/system-test .uv/.stamp ## a folder that runs without Python, in build/dist
	@scripts/bundle

clean: ## what was built; the environments stay
	rm -rf build dist .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis
	find desktop tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## all that git does not know: as freshly cloned
	rm -rf .venv .uv

# uv lives in an environment of its own, so that the system's Python stays as it is.
.uv/.stamp: Makefile
	@scripts/find-python >/dev/null 2>&1 || scripts/setup-system python
	@python=$$(scripts/find-python) && echo "uv $(UV_VERSION), with $$python" >&2 && "$$python" -m venv --clear .uv/venv
	@.uv/venv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.venv/.stamp: uv.lock pyproject.toml .uv/.stamp
	@UV_PYTHON=$$(scripts/find-python) .uv/venv/bin/uv sync --frozen --quiet
	@touch $@

# Not made while something that the window needs is missing: then it is looked for again each time.
.uv/system-run: scripts/setup-system
	@scripts/setup-system run $@

.uv/system-test: scripts/setup-system
	@scripts/setup-system test $@
