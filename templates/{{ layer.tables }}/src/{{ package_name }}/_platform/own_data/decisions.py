"""Lists what the table cannot say, and people have to decide."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from .contract_columns import FUTURE_IS_USUAL
from .contract_draft import is_delivered
from .day_columns import possible_days
from .findings import Found
from .kpi_draft import KpiDraft
from .letters import SINGLE_BYTE
from .roles import BY_NAME, TOLD, Guess
from .shape import unreadable_sentence, windows

COMMITTED: Final = 2_000_000  # bytes; what is larger does not belong into a repository


def list_decisions(found: Found, kpi: KpiDraft | None, other_unit: str | None, root: Path) -> tuple[str, ...]:
    """Return one question or remark for each open decision, the weightiest first."""
    parts = (
        _shape,
        _questions,
        _personal,
        _left_out,
        _values,
        _days,
        _rule,
        lambda each: _measured(each, kpi, other_unit),
        _place(root),
    )
    return tuple(text for part in parts for text in part(found))


def _shape(found: Found) -> Iterator[str]:
    kind = "events, many lines of each case" if found.seen.shape == "events" else "snapshots, one row of each case"
    yield f"The table was taken for {kind}, because {found.seen.why}. Is that so? Else: --shape."
    dialect = found.table.dialect
    if dialect is not None and dialect.encoding in SINGLE_BYTE:
        told = next((name for name in dialect.columns if not name.isascii()), None)
        shown = f", as in {told}" if told else ""
        yield f"Its letters were read as {dialect.encoding}{shown}. Are they right? Else save the table as UTF-8."


def _questions(found: Found) -> Iterator[str]:
    for guess in found.guesses:
        if guess.why != TOLD and (guess.why != BY_NAME or guess.others):
            yield _question(guess)
    named = [f"{guess.column} ({guess.shown})" for guess in found.guesses if guess.why == BY_NAME and not guess.others]
    if named:
        yield f"Taken by their names alone: {', '.join(named)}. Are they that?"
    outcome = found.seen.outcome
    if outcome and outcome.kind == "yes_no" and outcome.why_positive != TOLD:
        yield (
            f"Yes of {outcome.guess.column} is {outcome.positive!r}, {outcome.why_positive}. "
            "Is that what is to be found? Else: --positive VALUE."
        )
    if found.seen.shape == "events" and found.column("amount"):
        yield "Is the amount that of the whole line? If it is the price of one piece, name --price and --quantity."
    if found.seen.shape == "events" and not found.column("order"):
        words = found.words
        yield f"No column numbers the {words.events}: lines of a {words.case} and day are one {words.event}, is it so?"
    if found.seen.shape == "snapshots" and not found.column("case"):
        yield "No column names the case: rows are numbered, and people cannot look a case up. Is there a key?"
    if found.seen.shape == "snapshots" and not found.column("day"):
        days = possible_days(found.profiles.values())
        asked = f"Is it {' or '.join(days)}? Then: --day {days[0]}." if days else "Is there a day?"
        yield f"No column says when a case was: models are judged by group or by chance, not on later cases. {asked}"


def _question(guess: Guess) -> str:
    others = f" It could also be {', '.join(guess.others)}." if guess.others else ""
    return f"Is {guess.column} the {guess.shown}? It was taken {guess.why}.{others}"


def _personal(found: Found) -> Iterator[str]:
    for name, what in found.personal.items():
        used = name in found.columns
        yield (
            f"{name} holds {what}: may they be used, or do numbers take their place first?"
            if used
            else f"{name} holds {what}: it is not read. Does the pilot need it? Then on which legal basis?"
        )
    for name, trait in (found.special or {}).items():
        yield (
            f"{name} tells {trait}, which law protects: it is no feature. May it be read to see whether all are "
            "treated alike?"
        )


def _left_out(found: Found) -> Iterator[str]:
    reasons = {name: why for name, why in found.left_out.items() if name not in found.personal}
    for name, why in reasons.items():
        if "afterwards" in why:
            yield f"{name} is left out: {why}. If it is known when the decision is made, put it into features."
    for name in found.strong:
        yield f"{name} alone tells much of the outcome. Is it known when the decision is made? Else: --ignore {name}."
    others = [name for name, why in reasons.items() if "afterwards" not in why]
    if others:
        yield f"Not read and not in the contract: {', '.join(others)}. Is one of them needed?"
    for each in found.profiles.values():
        if not each.readable:
            yield f"{unreadable_sentence(each)} It is not read as that: mend it at the source if it is needed."


def _values(found: Found) -> Iterator[str]:
    if days := [name for name in found.features if found.profiles[name].kind == "day" and name != found.column("day")]:
        own = found.column("day")
        read = f"the days since then, as of {own}" if own else "days of the calendar, which no later case has"
        yield f"{', '.join(days)}: the code for snapshots reads {read}. Is that known when the decision is made?"
    if found.duplicate > 0:
        yield (
            f"{100 * found.duplicate:.1f} % of the rows are exact repetitions. Exported twice (then limit "
            "them in the contract) or real?"
        )
    value = found.part("amount") or found.part("price")
    if value is not None and value.not_positive > 0:
        yield (
            f"{100 * value.not_positive:.1f} % of {value.name} are not above zero: credit notes, gifts, or mistakes?"
        )
    for name in found.columns:
        each = found.profiles[name]
        if each.wrong > 0 and each.readable:
            kind = "days" if each.kind == "day" else "numbers"
            told = f", such as {each.examples[0][1]!r} in row {each.examples[0][0]:,}" if each.examples else ""
            yield (
                f"{100 * each.wrong:.1f} % of {name} are no {kind}{told}: these rows are set aside, and the contract "
                "tolerates a little more. Is that so, or is it mended at the source?"
            )
        if each.tokens and each.kind != "text":
            yield f"{name}: {', '.join(map(repr, each.tokens))} count as missing. Is that what they say?"


def _days(found: Found) -> Iterator[str]:
    day = found.part("day")
    if day is None or day.format is None or found.days is None:
        return
    if day.format.ambiguous:
        yield (
            f"{day.name} was read as {day.format.shown}, but no value tells day from month: --dates "
            "day-first or month-first."
        )
    elif day.format.letters is None or "/" in day.format.letters:
        yield (
            f"{day.name} was read as {day.format.shown}: {found.days[0]:%Y-%m-%d} to "
            f"{found.days[1]:%Y-%m-%d}. Is that right?"
        )
    if found.beyond:
        yield (
            f"{found.beyond} rows have a day that cannot be believed, up to {day.most:%Y-%m-%d}: "
            "they are set aside. Typing errors?"
        )
    if day.future >= FUTURE_IS_USUAL:
        yield f"{100 * day.future:.0f} % of {day.name} lie after today: are these plans, and belong in the table?"
    if is_delivered(found) is None:
        yield (
            f"The newest row is of {found.days[1]:%Y-%m-%d}: is the table still delivered? Then promise how often, as "
            "slaProperties of the contract."
        )
    if found.seen.shape == "events":
        active, horizon, silent = windows(*found.days) or (0, 0, 0)
        yield (f"The windows (active {active} days, outcome {horizon}, silent {silent}) come from its length alone.")


def _rule(found: Found) -> Iterator[str]:
    if found.seen.shape == "events":
        return
    column = found.column("decision") or found.column("score")
    if column:
        yield (
            f"{column} was taken for what decides today: the pilot is held against it. Who made it, and by which rule?"
        )
    elif found.rule:
        yield (
            f"No column says what decides today: {found.rule.column} would be the best single rule "
            f"({found.why_rule}). What is done?"
        )
    else:
        yield (
            "No column says what decides today, and none alone tells the outcome: what is the rule "
            "that the pilot has to beat?"
        )


def _measured(found: Found, kpi: KpiDraft | None, other_unit: str | None) -> Iterator[str]:
    if kpi is not None:
        yield (
            f"{kpi.title} is measured as {kpi.words}, in {kpi.unit}. Is that what was meant? The query is in kpis.yml."
        )
    elif other_unit is not None:
        yield other_unit
    else:
        yield (
            "No KPI of kpis.yml waits for its measurement: baselines and targets there are not of "
            "this table. Measure them."
        )
    yield f"A case is named {found.words.case}, and what is done {found.words.decision}: see [case.words]."
    yield "Owner, roles, limits and purpose in the contract: its owner agrees to them."
    yield "pilot.yml: classification, personal data, legal basis and retention of this table, and the currency."


def _place(root: Path):  # type: ignore[no-untyped-def]  # noqa: ANN202
    def outside(found: Found) -> Iterator[str]:
        path = found.table.path
        inside = path is not None and path.resolve().is_relative_to(root)
        if path is not None and inside and path.stat().st_size > COMMITTED:
            size = path.stat().st_size / 1e6
            yield f"{found.table.shown} has {size:,.0f} MB: keep it out of git, or read it where it is made."
        if path is not None and not inside:
            yield f"The table stays where it is, {path}: is that a place that a scheduled run can read?"

    return outside
