"""One HTML file without scripts or network: the first screen is for whoever decides, the rest for whoever mends."""

import re
from pathlib import Path
from typing import Final

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from pilotline.readiness.registry import FAMILIES
from pilotline.readiness.results import Result
from pilotline.readiness.verdict import Verdict

_TEMPLATE: Final = Path(__file__).with_name("report.html.jinja")
_WORDS: Final = {"not_applicable": "does not apply", "not_proven": "not proven"}


def write(verdict: Verdict) -> str:
    """Write a verdict as one HTML file."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["code"] = _code
    environment.tests["blocking"] = Result.blocks
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    return template.render(verdict=verdict, families=_families(verdict), names=FAMILIES, word=_word)


def _families(verdict: Verdict) -> list[tuple[str, list[Result]]]:
    families: dict[str, list[Result]] = {}
    for result in verdict.results:
        families.setdefault(result.card.family, []).append(result)
    return list(families.items())


def _code(text: str) -> Markup:
    """Show what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def _word(result: Result) -> str:
    """Say in words how a check ended."""
    return _WORDS[result.reason.value] if result.reason else result.status.value
