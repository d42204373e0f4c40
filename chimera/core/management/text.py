"""How the commands print their help: as written, examples included (OPS-1)."""

import argparse

from django.core.management.base import DjangoHelpFormatter


class ExampleFormatter(DjangoHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Django's order of the options, with the line breaks of the examples kept."""
