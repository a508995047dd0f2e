"""`pilotline kpi`: what this pilot's KPIs say, what that is worth, and which decision is asked."""

import sys
import textwrap
from pathlib import Path

import click

from pilotline.cli.options.common import echo_json, json_option
from pilotline.cli.views.terminal import say
from pilotline.files.disk import write_where_it_leads
from pilotline.kpi.drawing import aim, number, span, sparkline
from pilotline.kpi.evidence import Measured, Win
from pilotline.kpi.manifest import KpiError
from pilotline.kpi.report import Report, Trend, read_report

_TONES = {"better": "green", "reached": "green", "kept": "green", "worse": "red"}
_WIDTH = 100
_MOST_WINS = 3


@click.command("kpi")
@click.argument("path", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".", required=False)
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write one self-contained page.")
@json_option
def command(path: Path, page: Path | None, as_json: bool) -> None:
    """Show a pilot's KPIs against their baseline, their trend, their worth, and the decision that is asked.

    Reads the evidence in the pilot's repository; runs nothing and needs no network.
    """
    report = read_report(path)
    if page is not None:
        from pilotline.kpi.page import render_page  # noqa: PLC0415 - Jinja is loaded only for a page

        _write(page, render_page(report))
    if as_json:
        from pilotline.kpi.as_json import to_json  # noqa: PLC0415 - with the page's reason

        echo_json(to_json(report))
        return
    say(_text(report))
    if page is not None:
        click.echo(f"\nPage: {page}")


def _write(page: Path, text: str) -> None:
    try:
        write_where_it_leads(page, text.encode())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise KpiError(f"{page} cannot be written: {reason}.", "Give a file in a folder of yours.") from error


def _text(report: Report) -> str:
    pilot = report.pilot
    flag = " (the catalog's example)" if pilot.objective_is_example else ""
    head = f"{click.style(pilot.name, bold=True)}  stage {pilot.stage}; {pilot.objective}{flag}"
    blocks = [head, *(_kpi(trend) for trend in report.trends), _money(report)]
    asked = click.style(report.decision.asked, bold=True)
    blocks.append(f"Asked of {pilot.approves}, by {pilot.review_by}: {asked}\n{_wrap(report.decision.why)}")
    if report.wins:
        blocks.append("\n".join(["What got better", *(_wrap(_win(win)) for win in report.wins[-_MOST_WINS:])]))
    if report.other_rules:
        blocks.append(_wrap(report.other_rules).strip())
    if pilot.example:
        blocks.append(f"Still the example's figures: {', '.join(pilot.example)}")
    return "\n\n".join(blocks)


def _kpi(trend: Trend) -> str:
    kpi, newest = trend.kpi, trend.newest
    title = f"{click.style(kpi.title, fg='cyan')} ({kpi.kind})"
    goal = f"target {aim(kpi)}" if kpi.margin is None else aim(kpi)
    typed = " (typed, not measured)" if kpi.baseline_typed else ""
    if newest is None:
        before = "" if kpi.baseline is None else f"baseline {number(kpi.baseline)}{typed}, "
        return f"{title}\n{_wrap(trend.unmeasured)}\n  {before}{goal}"
    verdict = click.style(newest.verdict.replace("_", " "), fg=_TONES.get(newest.verdict, "yellow"))
    if newest.value is None or newest.gain is None:
        return f"{title}\n  {verdict}: {_cases(newest)}; baseline {number(newest.baseline)}{typed}, {goal}"
    drawn = sparkline([line.value.value for line in trend.lines if line.value][-40:], unicode=_unicode())
    return (
        f"{title}\n"
        f"  {verdict}: {number(newest.value.value)} {kpi.unit} ({span(newest.value)}), n = {newest.n:,}\n"
        f"  improvement {number(newest.gain.value, '+')} to the {newest.against} ({span(newest.gain, '+')}); "
        f"baseline {number(newest.baseline)}{typed}, {goal}\n"
        f"  {drawn}  {len(trend.lines)} measured, last {newest.measured_at[:10]}"
    )


def _cases(newest: Measured) -> str:
    return newest.sentence.removeprefix("Not enough data yet: ").rstrip(".") if newest.n else "no case yet"


def _money(report: Report) -> str:
    value = report.value
    if value is None:
        return f"Worth: not known yet. {report.no_value}"
    worth = value.worth
    returned = f", return on cost {worth.return_on_cost.value:+.0%}" if worth.return_on_cost else ""
    first = (
        f"First year, {worth.currency}: brings {number(worth.benefit.value)} ({span(worth.benefit)}), "
        f"costs {number(worth.spending.first_year)}, leaves {number(worth.net.value, '+')}{returned}"
    )
    assumed = "; ".join(
        f"{'' if each.share is None else f'{100 * each.share:g} % '}{each.text} ({each.basis})"
        for each in value.assumptions
    )
    return "\n".join([first, _wrap(value.break_even), _wrap(f"Rests on: {assumed}")])


def _win(win: Win) -> str:
    """Tell a win in a line: when, for whom, what, and by what that is known."""
    whom = f", for {win.whom}" if win.whom else ""
    known = f" ({win.measured})" if win.measured else ""
    return f"{win.on}{whom}: {win.sentence}{known}"


def _unicode() -> bool:
    return "utf" in (sys.stdout.encoding or "").lower()


def _wrap(text: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent="  ", subsequent_indent="  ")
