#!/usr/bin/env bash
# Reads what the tests measured: 80% overall, and every line and branch of the rooms that keep money and permissions.
set -euo pipefail
cd "$(dirname "$0")/.."
strict="governance/transitions.py,governance/routing.py,governance/budgets/*,governance/audit/*,governance/grants/*"
.venv/bin/python -m coverage report --fail-under=80 --skip-covered --skip-empty | tail -n 40
.venv/bin/python -m coverage report --fail-under=100 --include="$strict"
