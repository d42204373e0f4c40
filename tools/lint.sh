#!/usr/bin/env bash
# What can be checked without running the product: style, types, the floors, and that generated pages are fresh.
set -euo pipefail
cd "$(dirname "$0")/.."
run() { echo "== $*" >&2; "$@"; }

run .venv/bin/ruff check .
run .venv/bin/ruff format --check .
run .venv/bin/mypy chimera governance publishing agents
run .venv/bin/lint-imports --no-logo
run .venv/bin/python manage.py check --fail-level WARNING
# As production would be: TLS everywhere, a real key. The dummy address is never asked.
SECRET_KEY="$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
  DATABASE_URL=postgres://nobody@127.0.0.1:1/none run .venv/bin/python manage.py check --deploy --fail-level WARNING
run .venv/bin/python manage.py makemigrations --check --dry-run
run .venv/bin/python manage.py traceability --check
run .venv/bin/python manage.py diagrams --check
run .venv/bin/python manage.py promises --check
