# `make run` and `make test` need python3 (>= 3.11) with venv, gcc and make; everything else is
# installed into the virtual environment .venv, once: a stamp file says when that was.
#
#   make run     the whole course study -> results/report.html
#   make test    all tests and doctests, with coverage
#   make test-fast  those that are not marked slow, in two minutes; ARGS="-k dense" for some of them
#   make lint    ruff, mypy, codespell, cython-lint
#   make docs    the documentation -> docs/_build/html/index.html (asks no network when built)
#   make claims  every figure of README.md and docs/claims.md against what its command prints (half
#                an hour; with the data of docs/datasets.md); ARGS=--quick for those of seconds
#   make bench   how much faster than honest baselines -> benchmarks/RESULTS.md (a few minutes);
#                make bench-peers: than other packages, in an environment of their own (1 GB);
#                make bench-plots: time against N -> docs/_static/speed.png
#   make reliability  kills, damaged files, wild arguments, full disks: a table of what became of them
#                (minutes; ARGS="--long": an hour; ARGS="kills writers": some)
#   make sanitize  the kernels under gcc's sanitizers, which must find the bugs that are planted
#   make gpu-emulate  the GPU backend on the processor (needs g++): its kernels against the reference, the
#                tests of networks by it, planted mistakes, and NVIDIA's compiler where its wheel is to be
#                had; make gpu-emulate-long: every size and type (half an hour)
#   make gpu-check  the same tests on a GPU, by CuPy; NVIDIA's sanitizer; benchmarks/gpu.py
#   make profile where the time of a recall goes; ARGS="--update sync --neurons 400" for another one,
#                ARGS="--row storkey-32" for our side of a row of make bench
#   make clean   remove what these commands made
#
# Options of the study: make run ARGS="--quick"; its folder: make run OUT=mine; another interpreter:
# make run PYTHON=python3.12

PYTHON ?= python3
VENV ?= .venv
PEERS ?= .venv-peers
OUT ?=
ARGS ?=
COVERAGE ?= 95

APT := sudo apt install python3-venv python3-dev gcc make
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Its many lines go to a file, which is shown when something went wrong.
LOG := $(VENV)/install.log
INSTALL = { $(PIP) install --editable $(1) >$(LOG) 2>&1 || { cat $(LOG); false; }; }
# More for an environment whose kernels are built: they stay beside their sources as they are.
MORE = export HOPFIELD_SIM_KERNELS=none && $(call INSTALL,$(1))
# Tests and attacks start many commands: none shall compile the package anew.
unexport PYTHONDONTWRITEBYTECODE
# Tests in as many processes as there are cores; one that has no more takes some of another's. The
# linear algebra of each has one thread: more would wait for each other.
SHARED_OUT := --numprocesses auto --dist worksteal
test test-fast: export OPENBLAS_NUM_THREADS = 1
BUILD_INPUTS := pyproject.toml setup.py hopfield_sim/__init__.py \
    $(wildcard hopfield_sim/backends/kernels/*.pyx hopfield_sim/backends/kernels/*.pxd hopfield_sim/backends/kernels/*.h)

.PHONY: help run test test-fast lint docs claims bench bench-peers bench-plots profile reliability sanitize gpu-emulate gpu-emulate-long gpu-check clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' $(firstword $(MAKEFILE_LIST))

# What the study tells its users to type again.
run: export HOPFIELD_SIM_COMMAND = make run$(if $(OUT), OUT='$(OUT)')$(if $(ARGS), ARGS='$(ARGS)')
run: $(VENV)/.run
	@$(BIN)/python -m hopfield_sim.experiment $(if $(OUT),--out '$(OUT)') $(ARGS)

# The fast ones reach the coverage; counting lines of the slow ones would add time and no lines.
test: $(VENV)/.test
	HOPFIELD_SIM_KERNELS=require $(BIN)/python -m pytest $(SHARED_OUT) -m "not slow" \
	    --cov --cov-report=term-missing:skip-covered --cov-fail-under=$(COVERAGE)
	HOPFIELD_SIM_KERNELS=require $(BIN)/python -m pytest $(SHARED_OUT) -m slow
	@echo "make test: all tests passed, coverage of the fast ones at least $(COVERAGE) %"

test-fast: $(VENV)/.test
	HOPFIELD_SIM_KERNELS=require $(BIN)/python -m pytest $(SHARED_OUT) -m "not slow" $(ARGS)

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	git ls-files -z | grep -zvE '\.(ipynb|npz|gif|png|sqlite)$$' | xargs -0 $(BIN)/codespell
	PATH="$(abspath $(BIN)):$$PATH" cython-lint hopfield_sim
	@echo "make lint: clean"

docs: $(VENV)/.docs
	$(BIN)/python -m sphinx -W --keep-going -b html docs docs/_build/html
	$(BIN)/python docs/check_offline.py docs/_build/html
	@echo "Docs: open $(abspath docs/_build/html)/index.html in a browser"

claims: $(VENV)/.test
	$(BIN)/python docs/check_claims.py $(ARGS)

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks own $(ARGS)

bench-peers: $(PEERS)/.bench
	$(PEERS)/bin/python -m benchmarks peers $(ARGS)

bench-plots: $(VENV)/.bench
	$(BIN)/python -m benchmarks plots

reliability: $(VENV)/.reliability
	$(BIN)/python -m benchmarks.reliability $(ARGS)

sanitize: $(VENV)/.bench $(VENV)/.test
	$(BIN)/python -m benchmarks.reliability.sanitize

BY_GPU := tests/backends/test_pairs.py tests/models/test_hopfield.py tests/models/test_couplings.py tests/models/test_modern.py \
    tests/models/test_classifier.py tests/models/test_check_memory.py

# What is left out bounds the processor's memory, which is the device's here as well.
HERE := -k "cupy or test_pairs" --deselect "tests/models/test_couplings.py::test_curves_take_the_memory_of_one_network[cupy]"

# Tests that leave the backend open, all by the GPU's. What is left out bounds memory, or is among those above.
LEFT_OPEN := -p by_gpu -m "not slow" tests/models/test_distributed.py \
    --deselect tests/models/test_distributed.py::test_memory_does_not_grow_with_the_directions \
    --deselect tests/models/test_distributed.py::test_it_keeps_what_all_memories_promise

gpu-emulate: EFFORT ?= 1
gpu-emulate: $(VENV)/.test
	HOPFIELD_SIM_EMULATE=$(EFFORT) $(BIN)/python -m pytest -q tests/cuda
	PYTHONPATH=tests/cuda $(BIN)/python -m pytest -q -p stand_in $(BY_GPU) $(HERE)
	PYTHONPATH=tests/cuda $(BIN)/python -m pytest -q $(LEFT_OPEN)
	$(BIN)/python tests/cuda/mutants.py
	$(BIN)/python tests/cuda/coverage_of_kernels.py
	@if $(PIP) install --quiet nvidia-cuda-nvrtc; \
	    then HOPFIELD_SIM_EMULATE=$(EFFORT) $(BIN)/python tests/cuda/nvrtc.py; \
	    else echo "no wheel of nvidia-cuda-nvrtc is to be had: NVIDIA's compiler has seen no kernel"; fi

gpu-emulate-long:
	$(MAKE) gpu-emulate EFFORT=2

# CUDA is the CUDA of the driver: make gpu-check CUDA=12
CUDA ?= 13
SANITIZED := $(BIN)/python -m pytest -q tests/cuda/test_kernels.py
gpu-check: $(VENV)/.test
	$(PIP) install --quiet '.[gpu-cuda$(CUDA)]'
	$(BIN)/python -c "from hopfield_sim import backends; backends.get('cupy')"
	HOPFIELD_SIM_GPU=1 HOPFIELD_SIM_EMULATE=2 $(BIN)/python -m pytest -q tests/cuda
	$(BIN)/python -m pytest -q $(BY_GPU)
	HOPFIELD_SIM_GPU=1 PYTHONPATH=tests/cuda $(BIN)/python -m pytest -q $(LEFT_OPEN)
	for TOOL in memcheck racecheck synccheck; do \
	    HOPFIELD_SIM_GPU=1 compute-sanitizer --tool $$TOOL --error-exitcode 1 $(SANITIZED) || exit 1; done
	$(BIN)/python -m benchmarks.gpu $(ARGS)

profile: $(VENV)/.bench
	$(BIN)/python -m benchmarks profile $(ARGS)

clean:
	rm -rf $(VENV) $(PEERS) build dist hopfield_sim.egg-info docs/_build docs/gallery docs/api docs/annotated docs/course_notebook.ipynb docs/sg_execution_times.rst \
	    .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find hopfield_sim \( -name '*.so' -o -name '__pycache__' -o -path '*/backends/kernels/*.c' \) -prune \
	    -exec rm -rf {} +
	@echo "make clean: done; results are left where they are"

# --- the virtual environment, in steps that are skipped when nothing they depend on has changed ---

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "$(PYTHON) must be Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "== creating the virtual environment $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	    echo "$(PYTHON) cannot make virtual environments. On Debian or Ubuntu: $(APT)"; exit 1; }
	@touch $@

$(VENV)/.run: $(VENV)/.created $(BUILD_INPUTS)
	@echo "== installing hopfield_sim and compiling its kernels (a minute the first time)"
	@$(call INSTALL,.)
	@touch $@

# Tests demand the kernels: a machine without a compiler is told here, and not by slow tests.
$(VENV)/.test: $(VENV)/.created $(BUILD_INPUTS)
	@echo "== installing hopfield_sim with its test tools and compiling its kernels"
	@export HOPFIELD_SIM_KERNELS=require; $(call INSTALL,'.[test]') || { \
	    echo "The tests need the compiled kernels. If a compiler or Python.h is missing: $(APT)"; exit 1; }
	@touch $@ $(VENV)/.run

$(VENV)/.lint: $(VENV)/.run
	@echo "== installing its linters"
	@$(call MORE,'.[lint]')
	@touch $@

$(VENV)/.docs: $(VENV)/.run
	@echo "== installing its documentation tools"
	@$(call MORE,'.[docs]')
	@touch $@

# What is measured or attacked are the kernels, too.
$(VENV)/.bench: $(VENV)/.test
	@echo "== installing what its benchmarks need"
	@$(call MORE,'.[bench]')
	@touch $@

# Attacks also reach what needs the extras. (A comma in a call would end its argument.)
ATTACKED := .[bench,cluster,data]
$(VENV)/.reliability: $(VENV)/.test
	@echo "== installing what its attacks need"
	@$(call MORE,'$(ATTACKED)' ipython)
	@touch $@ $(VENV)/.bench

# A peer that cannot be installed is no error here: its rows of the table say so.
$(PEERS)/.bench: $(BUILD_INPUTS) benchmarks/peers.py
	@echo "== making $(PEERS), with other packages to compare with"
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip --disable-pip-version-check install --upgrade pip
	HOPFIELD_SIM_KERNELS=require $(PEERS)/bin/python -m pip install --editable '.[bench]'
	$(PEERS)/bin/python -m benchmarks install-peers
	@touch $@
