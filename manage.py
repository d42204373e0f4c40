#!/usr/bin/env python
"""Chimera's commands. Without DATABASE_URL they run on the embedded servers of this folder."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - run by an older Python, before anything it cannot read
    sys.exit("Chimera needs Python 3.11 or newer, this is %d.%d; run: make setup" % sys.version_info[:2])  # noqa: UP031

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimera.settings")
    from chimera.embedded.entry import main

    sys.exit(main(sys.argv))
