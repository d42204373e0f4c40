#!/usr/bin/env bash
# The tests: real servers, network closed but for loopback, two processes. Prints the ten slowest.
# Without arguments all but the fault suite, which `make faults` runs.
set -euo pipefail
cd "$(dirname "$0")/.."
unset PYTHONDONTWRITEBYTECODE  # also when it is called without make
[ "$#" -gt 0 ] || set -- --ignore=tests/faults --ignore=tests/mutants
exec .venv/bin/python -m pytest -n "${TEST_WORKERS:-2}" --dist loadfile --no-loadscope-reorder \
  --cov=chimera --cov=governance --cov=publishing --cov=agents --cov-branch --cov-report= "$@"
