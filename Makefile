# Two commands matter: `make run` sets everything up and runs the sample month; `make test` sets everything up and
# passes the tests. `make check` never writes. PYTHON may name another interpreter (`make test PYTHON=python3.13`), which
# has a virtual environment of its own; VENV may name any other.
PYTHON ?= python3
VENV ?= .venv$(addprefix -,$(filter-out python3,$(notdir $(PYTHON))))
BIN := $(VENV)/bin
MONTH ?= 2017-06
STAMP := $(VENV)/.minsheng-installed

.PHONY: run test test-fast coverage soak bench golden sample map digests check format lock setup clean

run: setup
	$(BIN)/minsheng run $(MONTH)

PYTEST = $(BIN)/pytest -n auto --dist loadfile

# `make test ROOM=intake` runs the tests of one room, without the linters.
test: setup
	sh .ci/setup tests
ifdef ROOM
	$(PYTEST) -m "not soak and not bench" tests/$(ROOM)
else
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell
	$(PYTEST) -m "not soak and not bench"
endif

# What asks for no month that was run, no browser and no wheel.
test-fast: setup
	$(PYTEST) -m "not slow and not soak and not bench" $(addprefix tests/,$(ROOM))

# The tests of `make test` with coverage; what is left out, and why, stands in pyproject.toml.
coverage: setup
	sh .ci/setup tests
	$(PYTEST) -m "not soak and not bench" --cov --cov-report=term

soak: setup
	sh .ci/setup tests
	sh .ci/setup soak
	$(BIN)/pytest -m soak

bench: setup
	VENV="$(VENV)" sh .ci/setup bench
	$(BIN)/python -m pytest tests/benchmarks -m bench -s -o filterwarnings=default

# Makes a month again and approves it as the golden one; WHY goes into CHANGELOG.md word for word.
golden: setup
	$(BIN)/python tests/golden/golden.py $(MONTH) "$(WHY)"

# Writes the sample year (示例数据) into data/ again.
sample: setup
	$(BIN)/python -m tests.sample

# The digests of the product's notebooks, as a release carries them; a test holds them to the notebooks.
digests:
	sha256sum notebooks/*.ipynb $$(find lib/minsheng/skeleton/notebooks -type f -name '*.ipynb' | LC_ALL=C sort) \
		> lib/minsheng/runs/notebooks.sha256

# The map of the rooms, drawn from the imports; ARCHITECTURE.md shows it.
map: setup
	$(BIN)/python -m tests.room_map

check: setup
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell
	$(BIN)/minsheng plan check

format: setup
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

# The lock pins everything with hashes for every supported Python and names no index.
lock: setup
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
	  --extra charts --extra cluster --extra dev --extra notify pyproject.toml -o requirements.lock
	$(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['bench'])" | \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
	  --constraint requirements.lock - -o tests/benchmarks/requirements.lock
	$(BIN)/python .ci/conda.py > environment.yml

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml .ci/setup
	PYTHON="$(PYTHON)" sh .ci/setup system
	PYTHON="$(PYTHON)" VENV="$(VENV)" sh .ci/setup python
	touch $@

clean:
	rm -rf outputs/2* outputs/index.html outputs/ledger.sqlite* outputs/.staging data/accepted
