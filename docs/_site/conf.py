"""How the site is built. `stage.py` writes what is read here; everything that a page needs lies on this machine."""

import os
import re
import sys
from itertools import groupby
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimera.settings")
os.environ.setdefault("SECRET_KEY", "only-to-read-docstrings")

import django

django.setup()

project = "Chimera"
author = "the Chimera project"
copyright = author  # the name that Sphinx asks for
extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_static_path = ["static"]
html_title = "Chimera"
html_show_sourcelink = False
html_copy_source = False
html_last_updated_fmt = None
smartquotes = False  # they would make one dash of the two of an option
pygments_style = "friendly"
# The specifications leave a level out: their requirements are H3 below one H1.
suppress_warnings = ["myst.header"]
myst_heading_anchors = 4
myst_enable_extensions = ["deflist"]
# Our docstrings write code between single backticks.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "separated"
add_module_names = False


def _as_written(app: object, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Keep what our docstrings show by their layout: paragraphs in columns, and lists right below a sentence."""
    made: list[str] = []
    for empty, group in groupby(lines, key=lambda line: not line.strip()):
        paragraph = list(group)
        if not empty and sum(bool(re.search(r"\S {2,}\S", line)) for line in paragraph) > 1:
            made += ["::", "", *(f"   {line}" for line in paragraph)]
            continue
        for number, line in enumerate(paragraph):
            if number and line.startswith("- ") and not paragraph[number - 1].startswith(("- ", "  ")):
                made.append("")
            made.append(line)
    lines[:] = made


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", _as_written)
    app.add_css_file("site.css")
