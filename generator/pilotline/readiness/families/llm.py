"""Language models: they do what they are told, also by those who should not tell them anything."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from pilotline.documents.section import Location, Section
from pilotline.pilot.paths import EVALUATION, RED_TEAM
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check
from pilotline.readiness.facts import needs_language_model, prompt_files
from pilotline.readiness.field_checks import FieldCheck
from pilotline.readiness.field_rules import FieldRule
from pilotline.readiness.pilot_evidence import is_older_than_model
from pilotline.readiness.results import Card, Effort, Grade, Problem
from pilotline.readiness.secrets import find_secrets
from pilotline.readiness.view.pilot_view import Repository

# Patterns as texts: most pilots ask no language model, and what is never searched for is never compiled.
_DANGEROUS_WORDS: Final = r"\b(?:eval|exec|system|popen|execute\w*)\s*\(|shell\s*="
_CALLS: Final = r"\btools\s*=|@\w*\.?tool\b|function_call"
_VALIDATION: Final = r"model_validate|TypeAdapter|jsonschema|response_format|response_model|output_type|json_schema"
_ASKING: Final = r"(?i)\b(?:prompts?|completions?|chat|llm|repl(?:y|ies)|language model)\b"
_RULES: Final = (
    r"(?i)\b(?:only|if|unless)\b[^.\n]{0,60}\b(?:admins?|administrators?|authori[sz]ed|permissions?|managers? may|logged in)\b"
    r"|\b(?:password|api[ _-]?key|access token)\b\s*(?:is|:|=)"
)
_LIMITS: Final = {
    "tokens": r"max_\w*tokens|token_limit",
    "rate": r"requests_per_\w+|rate_limit\w*|max_concurren\w+",
    "time": r"timeout\w*|deadline\w*",
    "cost": r"cost_per_day|max_cost\w*|budget\w*|cost_limit\w*",
}
_GROUNDED: Final = r"(?i)ground|faithful|hallucinat|citation"


class _LanguageModelCheck(Check):
    """A check that applies where a language model is part of the pilot."""

    def not_applicable(self, repo: Repository) -> str:
        return needs_language_model(repo)


class RedTeamHasTried(_LanguageModelCheck):
    """Instructions hidden in a text are followed, until somebody has tried and mended."""

    id = "LLM001"
    title = "A red-team suite was run against this version, and nothing came through"
    stage = Stage.PILOT
    grade = Grade.EXECUTED
    source = "OWASP LLM01; NIST AI RMF MEASURE 2.7"
    effort = Effort.DAYS
    advice = "Run the pilot's `red-team` after each change of model, prompts or settings, and commit its evidence; attacks of your own stand in tests/team/red_team.yml, and another tool may write the same file."
    example = """
{"format": 1, "commit": "4f1c2d9", "at": "2026-11-20T08:00:00Z", "tool": "own suite", "attacks": 120, "succeeded": 0}
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        report, place = repo.document(RED_TEAM), Location(RED_TEAM)
        if not report:
            yield Problem(f"Nothing tells whether attacks were tried ({RED_TEAM})")
            return
        if not report.number("attacks"):
            yield Problem("No attack was tried", place)
        succeeded = report.number("succeeded")
        if succeeded is None or succeeded > 0:
            yield Problem(
                f"{succeeded:.0f} attacks came through" if succeeded else "How many came through is not said", place
            )
        if is_older_than_model(repo, report.text("commit")):
            yield Problem("Model, prompts or their settings changed since the attacks were tried", place)


class OutputIsValidated(_LanguageModelCheck):
    """What a model writes is input from outside, however politely it was asked."""

    id = "LLM002"
    title = "What the model writes is validated, and never run"
    stage = Stage.PILOT
    source = "OWASP LLM05"
    effort = Effort.HOURS
    advice = "Parse the answer into a schema (pydantic's model_validate_json) before anything uses it; no eval, exec, shell or SQL that is put together from text."
    example = """
answer = Answer.model_validate_json(reply.text)     # refused when it is anything else
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        for path in repo.team_modules:
            tree = repo.syntax(path) if re.search(_DANGEROUS_WORDS, repo.text(path)) else None
            for node in ast.walk(tree) if tree else ():
                if isinstance(node, ast.Call) and (what := _danger(node)):
                    yield Problem(f"{path} {what}", Location(path, node.lineno))
        asking = [text for path in repo.modules if re.search(_ASKING, text := repo.text(path))]
        if not any(re.search(_VALIDATION, text) for text in asking):
            yield Problem("No schema holds what the model writes")


def _danger(call: ast.Call) -> str:
    name = ast.unparse(call.func)
    if name in {"eval", "exec", "os.system", "os.popen"}:
        return f"runs text as code or command ({name})"
    if any(
        word.arg == "shell" and isinstance(word.value, ast.Constant) and word.value.value is True
        for word in call.keywords
    ):
        return "runs a command through a shell"
    query = call.args[0] if call.args else None
    if name.rpartition(".")[2] in {"execute", "executemany", "executescript"} and _is_put_together(query):
        return "runs SQL that is put together from text"
    return ""


def _is_put_together(node: ast.expr | None) -> bool:
    """Tell whether a query is made of parts: an f-string, a sum, a format; also inside `text(…)`."""
    if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "text" and node.args:
        return _is_put_together(node.args[0])
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    formats = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"
    return formats or isinstance(node, ast.BinOp)


def _without_tools(repo: Repository) -> str:
    if missing := needs_language_model(repo):
        return missing
    calls = repo.manifest.has("agent") or any(re.search(_CALLS, repo.text(path)) for path in repo.modules)
    return "" if calls else "The language model calls no tools"


_TOOLS_ARE_LISTED: Final = FieldCheck(
    Card(
        id="LLM003",
        title="Tools are on a list, and side effects need an approval",
        why="A model that may call anything will, one day, call the wrong thing.",
        stage=Stage.PILOT,
        source="EU AI Act, Article 14; OWASP LLM06",
        effort=Effort.HOURS,
        advice="List each tool that a model may call in agent.tools in pilot.yml, with what it does and whether it changes anything; say who approves a call that does.",
        example="""
agent:
  tools:
    - {name: find_order, does: Reads one order, side_effects: false}
    - {name: send_reply, does: Sends a mail, side_effects: true, approval: "A clerk reads and sends it"}
""".strip(),
    ),
    (
        FieldRule("agent.tools", kind="list", missing="Code gives the model tools, and none is listed (agent.tools)"),
        FieldRule(
            "agent.tools.*.does",
            kind="text",
            answer="settled",
            named="name",
            unnamed="A tool",
            missing="{name}: what it does is not said",
        ),
        FieldRule(
            "agent.tools.*.side_effects",
            kind="yes_or_no",
            named="name",
            unnamed="A tool",
            missing="{name}: whether it changes anything is not said",
        ),
        FieldRule(
            "agent.tools.*.approval",
            kind="text",
            answer="settled",
            when=((".side_effects", True),),
            named="name",
            unnamed="A tool",
            missing="{name} changes things and nobody approves a call",
        ),
    ),
    _without_tools,
)


class PromptsKeepNoSecrets(_LanguageModelCheck):
    """A system prompt is public: sooner or later the model tells it."""

    id = "LLM004"
    title = "Prompts hold no secrets and no rules of authorisation"
    stage = Stage.PILOT
    source = "OWASP LLM07"
    effort = Effort.HOURS
    advice = (
        "Take secrets out (and change them), and decide in code who may see and do what, before the model is asked."
    )
    example = """
documents = [found for found in search(question) if user.may_read(found)]    # not: "only tell managers …"
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        for path in prompt_files(repo):
            text = repo.text(path)
            for line, kind in find_secrets(text):
                yield Problem(f"{path} seems to hold {kind}", Location(path, line))
            if found := re.search(_RULES, text):
                line = text.count("\n", 0, found.start()) + 1
                yield Problem(f"{path} leaves to the model who may do what", Location(path, line))


class ConsumptionIsBounded(_LanguageModelCheck):
    """One loop, or one bored visitor, can spend the budget of a year over night."""

    id = "LLM005"
    title = "Tokens, rate, time and cost are limited"
    stage = Stage.PILOT
    source = "OWASP LLM10"
    effort = Effort.HOURS
    advice = "Set all four limits in the settings that the pilot obeys (config/), or in llm.limits in pilot.yml where a gateway enforces them."
    example = """
[llm]
max_tokens = 800
requests_per_minute = 60
timeout_seconds = 30
max_cost_per_day = 20
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        keys = set(repo.manifest.names("llm", "limits"))
        for document in repo.settings.values():
            keys |= set(_keys(document))
        for what, pattern in _LIMITS.items():
            if not any(re.fullmatch(pattern, key) for key in keys):
                yield Problem(f"There is no limit of {what}", repo.manifest.place("llm"))


def _keys(section: Section) -> Iterator[str]:
    for name in section.names():
        yield name
        yield from _keys(section.at(name))


class AnswersAreGrounded(_LanguageModelCheck):
    """A fluent answer is believed, also when it was made up."""

    id = "LLM006"
    title = "Groundedness of answers is measured, and good enough"
    stage = Stage.PRODUCTION
    grade = Grade.EXECUTED
    source = "OWASP LLM09"
    effort = Effort.DAYS
    advice = "Measure on held-out questions how many claims the sources bear out, with a threshold, and write it as a metric into governance/evidence/evaluation.json."
    example = """
{"format": 1, "metrics": [{"name": "groundedness", "value": 0.93, "threshold": 0.9, "passed": true}]}
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        metrics = [
            each for each in repo.document(EVALUATION).items("metrics") if re.search(_GROUNDED, each.text("name"))
        ]
        if not metrics:
            yield Problem(f"Whether answers are borne out by sources is not measured ({EVALUATION})")
        for metric in metrics:
            if metric.number("threshold") is None or metric.flag("passed") is not True:
                yield Problem(f"{metric.text('name')} has no threshold, or misses it", metric.place())


CHECKS: Final[tuple[Check, ...]] = (
    RedTeamHasTried(),
    OutputIsValidated(),
    _TOOLS_ARE_LISTED,
    PromptsKeepNoSecrets(),
    ConsumptionIsBounded(),
    AnswersAreGrounded(),
)
