"""Reports for machines, one module per format; each turns a verdict into text."""

from collections.abc import Callable
from importlib import import_module
from typing import Final

from pilotline.readiness.verdict import Verdict

FORMATS: Final = ("json", "sarif", "junit", "github", "markdown", "html")


def write_report(verdict: Verdict, name: str) -> str:
    """Write a verdict in one of the formats."""
    module = import_module(f"pilotline.readiness.reports.as_{name}")
    write: Callable[[Verdict], str] = module.write
    return write(verdict)
