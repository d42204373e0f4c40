# One command each; `make` lists them. Needs Python 3.11 or newer and nothing else.
PY := .venv/bin/python
# Many processes start: what Python has compiled is kept, also where the environment says otherwise.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: faults mutation help setup bench-setup demo up test lint emergency-stop stop resume docs docs-site pythons

help:            ## what there is
	@grep -E '^[a-z-]+: .*##' Makefile | sed 's/:.*##/ -/'

setup: .venv/.ready   ## make .venv and install the pinned requirements

.venv/.ready: requirements.txt requirements-dev.txt constraints.txt tools/setup.sh
	@bash tools/setup.sh

bench-setup:     ## make .venv-bench: the systems that `bench engine` measures beside Chimera
	@bash tools/bench_setup.sh

demo: setup      ## run the demo (ARGS="--once --json", FEEDS="url-or-file ...")
	@$(PY) manage.py demo $(ARGS)

up: setup        ## run everything without demo data (ARGS="--port 8800")
	@$(PY) manage.py up $(ARGS)

test: setup      ## run the tests (ARGS="tests/core -k clock")
	@bash tools/test.sh $(ARGS)

faults: setup    ## the fault suite: grid, mutants, a seeded chaos run
	@bash tools/faults.sh

mutation: setup  ## how many changes of the deciding modules the tests notice (ARGS="--only governance/routing.py")
	@$(PY) tools/mutation.py $(ARGS)

lint: setup      ## ruff, mypy, the floors
	@bash tools/lint.sh

docs: setup      ## regenerate the generated pages
	@$(PY) manage.py traceability
	@$(PY) manage.py diagrams
	@$(PY) manage.py promises
	@$(PY) manage.py schema

docs-site: setup ## build the site into .chimera/site
	@bash tools/docs.sh

pythons: setup   ## try the other Pythons that are found (3.12, 3.13)
	@bash tools/pythons.sh

emergency-stop: setup  ## stop one agent now (AGENT=<handle or id>)
	@test -n "$(AGENT)" || { echo "Name the agent: make emergency-stop AGENT=<handle or id>"; exit 2; }
	@$(PY) manage.py emergency_stop "$(AGENT)"

stop: setup      ## an emergency stop (ARGS="--fleet", "--brand demo", "--platform plaza", "--spending")
	@$(PY) manage.py emergency_stop $(ARGS)

resume: setup    ## lift it (ARGS="--fleet --reason over")
	@$(PY) manage.py resume $(ARGS)
