#!/usr/bin/env bash
# The fault suite: the grid of named points, every mutant with its test, and a seeded chaos run. On this machine only.
# Results of the chaos run are kept in runs/ of the data folder, where `manage.py promises` finds them.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0
part() {
  local name=$1; shift
  echo "--- $name" >&2; local begun=$SECONDS
  if "$@"; then echo "--- $name: ok after $((SECONDS - begun)) s" >&2; else echo "--- $name: FAILED after $((SECONDS - begun)) s" >&2; failed=1; fi
}
workers=${TEST_WORKERS:-2}
part "grid, kills, classes" .venv/bin/python -m pytest tests/faults -n "$workers" --dist load
part "mutants" .venv/bin/python -m pytest tests/mutants -n "$workers" --dist load
part "chaos" .venv/bin/python manage.py chaos --seconds 80 --seed 7 --faults 100 --json
exit "$failed"
