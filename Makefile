# Two commands matter: `make run` sets everything up and runs the sample month; `make test` sets everything up and
# passes the tests. `make check` never writes. PYTHON may name another interpreter (`make test PYTHON=python3.13`), which
# has a virtual environment of its own; VENV may name any other.
PYTHON ?= python3
VENV ?= .venv$(addprefix -,$(filter-out python3,$(notdir $(PYTHON))))
BIN := $(VENV)/bin
MONTH ?= 2017-06
STAMP := $(VENV)/.minsheng-installed

.PHONY: run test soak bench golden sample manual check format lock setup clean

run: setup
	$(BIN)/minsheng run $(MONTH)

test: setup
	sh .ci/setup tests
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -m "not soak and not bench" -n auto --dist loadfile

soak: setup
	sh .ci/setup tests
	sh .ci/setup soak
	$(BIN)/pytest -m soak

bench: setup
	$(BIN)/python -m pytest tests/benchmarks -m bench -s

# Makes a month again and approves it as the golden one; WHY goes into CHANGELOG.md word for word.
golden: setup
	$(BIN)/python tests/golden/golden.py $(MONTH) "$(WHY)"

# Writes the sample year (示例数据) into data/ again.
sample: setup
	$(BIN)/python -m tests.sample

# The worked cases of tests/spec as 评分细则手册: outputs/manual/manual.html and .pdf.
manual: setup
	$(BIN)/python -m minsheng.handbook.rubric_manual

check: setup
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/minsheng plan check

format: setup
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

# The lock pins everything with hashes for every supported Python and names no index.
lock: setup
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
	  --all-extras pyproject.toml -o requirements.lock
	$(BIN)/python .ci/conda.py > environment.yml

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml .ci/setup
	PYTHON="$(PYTHON)" sh .ci/setup system
	PYTHON="$(PYTHON)" VENV="$(VENV)" sh .ci/setup python
	touch $@

clean:
	rm -rf outputs/2* outputs/index.html outputs/ledger.sqlite* outputs/.staging data/accepted
