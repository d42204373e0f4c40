#!/usr/bin/env python
"""Chimera's commands. Without DATABASE_URL they run on the embedded servers of this folder."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimera.settings")
    from chimera.embedded.entry import main

    sys.exit(main(sys.argv))
