"""Writes the reference pages from their source, so that they cannot drift: `python docs/make_reference.py`.

`--check` writes nothing and fails when a page is stale.
"""

import sys
from pathlib import Path

import click

from pilotline.about import CATALOG_SOURCE
from pilotline.catalog.advice import read_candidates, read_needs
from pilotline.catalog.architectures import list_architectures
from pilotline.catalog.loading import load_builtin
from pilotline.cli.main import group
from pilotline.readiness.registry import FAMILIES, builtin_checks
from pilotline.readiness.results import Card
from pilotline.template.answers import resolve_answers
from pilotline.template.question_roles import read_roles

PAGES = Path(__file__).resolve().parent / "reference"
TODAY = "2026-01-01"


def questions_page() -> str:
    """List every question of the built-in catalog with its default and choices."""
    catalog = load_builtin(CATALOG_SOURCE)
    answers, roles = resolve_answers(catalog, {"created_on": TODAY})[0], read_roles(catalog)
    asked = [item for item in answers.questions if item.asked]
    lines = [
        "# Questions",
        "",
        "Made by `python docs/make_reference.py` from `copier.yml`. Every question has a default that works",
        "unattended; the defaults of the outcome are the example's: a pilot made with them is marked as an example.",
        "",
        "| name | asks | default | choices |",
        "|---|---|---|---|",
    ]
    for item in asked:
        mark = "**" if item.question.name in roles.outcome else ""
        default = "the day of creation" if item.question.name == "created_on" else _cell(item.value)
        default = "180 days after creation" if item.question.name == "due_date" else default
        choices = ", ".join(f"`{choice.value}`" for choice in item.choices)
        lines.append(f"| {mark}`{item.question.name}`{mark} | {_cell(item.help)} | {default} | {choices} |")
    named = ", ".join(f"`{name}`" for name in roles.one_by_one)
    lines += [
        "",
        f"In bold: the outcome, which only the pilot's owner can answer ({len(roles.outcome)} questions).",
        f"The wizard asks {len(roles.one_by_one)} questions one by one: {named};",
        f"the other {len(asked) - len(roles.one_by_one)} stand on one screen with their defaults.",
        "",
    ]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "none"
    text = f"{value:,.10g}" if isinstance(value, float) else str(value)
    return " ".join(text.split()).replace("|", "\\|")


def architectures_page() -> str:
    """Compare the architectures by what they say of themselves."""
    catalog = load_builtin(CATALOG_SOURCE)
    described = list_architectures(catalog)
    candidates = {candidate.id: candidate for candidate in read_candidates(catalog)}
    lines = [
        "# Architectures compared",
        "",
        "Made by `python docs/make_reference.py` from each `architecture.yml` and `reference_architectures/needs.yml`.",
        "`pilotline architectures recommend` weighs the same, for the needs that you say.",
        "",
        "## What fits which need",
        "",
        "Points from -3 to 3 say how much an answer speaks for an architecture; **no** rules it out, and an empty",
        "cell says nothing.",
        "",
        f"| need | answer | {' | '.join(f'`{item.id}`' for item in described)} |",
        f"|---|---|{'---|' * len(described)}",
    ]
    for need in read_needs(catalog):
        for number, (answer, label) in enumerate(need.answers.items()):
            fits = [
                next((fit for fit in candidates[item.id].fits if (fit.need, fit.answer) == (need.id, answer)), None)
                for item in described
            ]
            marks = ["" if fit is None else "**no**" if fit.rules_out else f"{fit.points:+d}" for fit in fits]
            lines.append(
                f"| {'' if number else _cell(need.asks)} | {_cell(label)} (`{answer}`) | {' | '.join(marks)} |"
            )
    for item in described:
        because = [fit for fit in candidates[item.id].fits if fit.points > 1 or fit.rules_out]
        lines += [
            "",
            f"## {item.title}",
            "",
            f"`{item.id}`. {item.summary}",
            "",
            "Use it when:",
            "",
            *(f"- {reason}" for reason in item.use_when),
            "",
            "Choose another when:",
            "",
            *(f"- {reason}" for reason in item.avoid_when),
            "",
            "| for it, against it | because |",
            "|---|---|",
            *(
                f"| {'no' if fit.rules_out else f'{fit.points:+d}'}, `{fit.need}={fit.answer}` | {_cell(fit.because)} |"
                for fit in because
            ),
        ]
    return "\n".join([*lines, ""])


def commands_page() -> str:
    """Show the help of every command, as the terminal shows it."""
    lines = [
        "# Commands",
        "",
        "Made by `python docs/make_reference.py` from the commands themselves.",
        "",
        *_help_of(group, ["pilotline"]),
        "## Exit codes",
        "",
        "| code | meaning |",
        "|---|---|",
        "| 0 | done |",
        "| 1 | a check, plan or gate found something |",
        "| 2 | nothing was done: the request or its surroundings must change |",
        "| 3 | a fault of pilotline; the message names a log file that is ready for an issue |",
        "| 130 | interrupted; nothing was left half done |",
        "",
        "With `--json`, an error is one object on standard output:",
        '`{"format": 1, "error": {"message": …, "hint": …, "exit_code": …}}`.',
        "",
    ]
    return "\n".join(lines)


def _help_of(command: click.Command, path: list[str]) -> list[str]:
    context = click.Context(command, info_name=" ".join(path), max_content_width=100, terminal_width=100)
    lines = [f"## {' '.join(path)}", "", "```text", command.get_help(context), "```", ""]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                lines += _help_of(child, [*path, name])
    return lines


def checks_page() -> str:
    """Give every readiness check a section of its own, from its class."""
    lines = [
        "# Readiness checks",
        "",
        "Made by `python docs/make_reference.py` from the checks themselves. A stage asks for its own checks and for",
        "those of all earlier stages. How the verdict comes about: [the method](../explanation/readiness.md).",
        "Files that checks read, and their form: [evidence](evidence.md). The EU AI Act is Regulation (EU)",
        "2024/1689; this is no legal advice, verify on EUR-Lex.",
        "",
    ]
    family = ""
    for check in builtin_checks():
        if check.card.family != family:
            family = check.card.family
            lines += [f"## {FAMILIES[family]} ({family})", ""]
        lines += _check_section(check.card, is_network=getattr(check, "needs_network", False))
    return "\n".join(lines)


def _check_section(card: Card, *, is_network: bool) -> list[str]:
    grade = f"{card.grade.value}, needs the network" if is_network else card.grade.value
    law = f" By law from {card.applies_from}." if card.applies_from else ""
    lines = [
        f"({card.id.lower()})=",
        f"### {card.id}: {card.title}",
        "",
        card.why,
        "",
        f"From stage **{card.stage.label}** on; {card.severity.value}; proof: {grade}; takes {card.effort.value}.{law}",
        "",
        f"**Next step:** {card.advice}",
        "",
    ]
    if card.example:
        lines += ["```text", *card.example.splitlines(), "```", ""]
    return [*lines, f"Source: {card.source}.", ""]


def main() -> int:
    """Write the pages, or compare them."""
    check = "--check" in sys.argv[1:]
    stale = []
    for name, text in {
        "questions.md": questions_page(),
        "architectures.md": architectures_page(),
        "commands.md": commands_page(),
        "checks.md": checks_page(),
    }.items():
        page = PAGES / name
        if check and (not page.exists() or page.read_text(encoding="utf-8") != text):
            stale.append(name)
        elif not check:
            page.write_text(text, encoding="utf-8")
    if stale:
        sys.stdout.write(f"Stale: {', '.join(stale)}. Run: python docs/make_reference.py\n")
    return int(bool(stale))


if __name__ == "__main__":
    raise SystemExit(main())
