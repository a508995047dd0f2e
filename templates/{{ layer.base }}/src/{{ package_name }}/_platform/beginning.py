"""Reads which data contract and which KPI definition a pilot works under now; `rules.beginning` says what they mean."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from .rules.beginning import Beginning, contract_meaning, is_of, make_beginning, read_beginning
from .yaml_text import load_yaml

__all__ = ["Beginning", "contract_meaning", "find_beginning", "is_of", "make_beginning", "read_beginning"]


def find_beginning(root: Path) -> Beginning | None:
    """Read contracts and definitions of a pilot; None where they cannot be read, which the commands say themselves."""
    try:
        listed = _parsed((root / "pilot.yml").read_text(encoding="utf-8"))["data"]["contracts"] or []
        paths = [root / str(path) for path in listed]
        contracts = [_parsed(path.read_text(encoding="utf-8")) for path in paths if path.is_file()]
        return make_beginning(contracts, _parsed((root / "kpis.yml").read_text(encoding="utf-8"))["kpis"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError, yaml.YAMLError):
        return None


@lru_cache(maxsize=16)
def _parsed(text: str) -> Any:  # noqa: ANN401 - as it is written; whoever reads it changes nothing in it
    """Parse a text once: each step of a run asks for its beginning, and the files seldom change in between."""
    return load_yaml(text)
