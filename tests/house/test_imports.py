"""Starting Django loads no vendor SDK: a machine without one still checks, migrates and shows its help."""

import os
import subprocess
import sys

import house_tree
import pytest

VENDORS = ("anthropic", "google.genai", "openai", "mcp", "weaviate", "cdp", "web3", "boto3", "PIL", "c2pa")

PROGRAM = """
import sys, django
django.setup()
from django.core.management import call_command
call_command("check")
print("OFFENDING", *sorted(name for name in sys.argv[1:] if name in sys.modules))
"""


@pytest.mark.skipif(not (house_tree.ROOT / "chimera/settings/__init__.py").is_file(), reason="no settings yet")
def test_checking_the_project_imports_no_vendor_sdk() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "chimera.settings", "PYTHONPATH": str(house_tree.ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *VENDORS],
        cwd=house_tree.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    offending = done.stdout.splitlines()[-1].split()[1:]
    assert not offending, f"import these inside the functions of their seam: {offending}"
