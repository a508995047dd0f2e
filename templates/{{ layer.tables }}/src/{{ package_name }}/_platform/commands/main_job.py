"""The main job of a pilot that has no domain yet: read the tables under contract, measure the KPIs, write the report.

The code that ranks, decides or predicts comes with the shape of the team's table, and its commands take these places.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .measure import measure_command
from .showing import AS_JSON

if TYPE_CHECKING:
    from ..kpi import Assessment
    from ..measuring import PlatformParts
    from ..settings import PlatformSettings
    from ..tables import Landed


def run_command() -> click.Command:
    """Make the command that does everything in one."""

    @click.command("run")
    @AS_JSON
    def run(*, as_json: bool) -> None:
        """Read the tables under contract, measure the KPIs, write the report."""
        _do("run", as_json=as_json)

    return run


def tables_measure_command() -> click.Command:
    """Make the command that measures the KPIs."""

    def settings() -> "PlatformSettings":
        from ..settings import PlatformPart

        return PlatformPart.load()

    return measure_command(_measure_job, settings)


def _measure_job(as_json: bool) -> None:  # noqa: FBT001 - as the command asks for it
    """Do the same when only the KPIs are asked for: measuring reads the tables anyway."""
    _do("measure", as_json=as_json)


def _do(command: str, *, as_json: bool) -> None:
    from ..measuring import PlatformParts
    from ..monitoring import configure_logging, span, timed
    from ..progress import heard_by

    parts = PlatformParts.build()
    configure_logging(parts.settings, parts.invocation)
    try:
        with heard_by(), span(command, run_id=parts.invocation), timed(command):
            _work(parts, command, as_json=as_json)
    finally:
        parts.database.close()


def _work(parts: "PlatformParts", command: str, *, as_json: bool) -> None:
    from ..evidence import record
    from ..kpi_report import as_data, write_report
    from ..measuring import measure_all

    settings = parts.settings
    _say("Reading the tables under their data contracts", as_json=as_json)
    landed = _read(parts)
    _say("Measuring the KPIs", as_json=as_json)
    assessments = measure_all(parts)
    with parts.tracking.run("measure", {"invocation": parts.invocation}) as run:
        kept = record(assessments, settings=settings, command=f"{settings.distribution} {command}", run=run)
    _say("Writing the report", as_json=as_json)
    report = write_report(settings, landed, assessments)
    evidence = [str(path.relative_to(settings.root)) for path in kept]
    if as_json:
        import json

        found = as_data(landed, assessments) | {"evidence": evidence, "report": str(report)}
        click.echo(json.dumps(found, ensure_ascii=False, default=str))
        return
    _show(landed, assessments)
    _show_places(parts, report, evidence)


def _read(parts: "PlatformParts") -> "tuple[Landed, ...]":
    from ..contracts import Access
    from ..tables import landed_tables

    settings = parts.settings
    files = [name for name, table in settings.contracted_tables.items() if table.path is not None]
    if not files:
        return ()
    access = Access(settings.role, "run", parts.invocation, settings.var / "reads.jsonl")
    with landed_tables(settings, files, access, keep=True) as tables:
        return tables.landed


def _say(text: str, *, as_json: bool) -> None:
    if not as_json:
        click.secho(text, bold=True, err=True)


def _show(landed: "tuple[Landed, ...]", assessments: "tuple[Assessment, ...]") -> None:
    from ..kpi_report import kpi_rows
    from .showing import show

    for table in landed:
        aside = f", set aside with reasons in {table.set_aside}" if table.set_aside else ""
        click.echo(f"\n{table.name}: {table.rows_read:,} rows read, {table.rows_valid:,} keep the contract{aside}")
    click.secho("\nKPIs", bold=True)
    columns = ("KPI", "value", "95 % interval", "baseline", "aim", "n")
    show(kpi_rows(assessments), columns, as_json=False)
    from ..wording import sentence

    for each in assessments:
        click.echo(f"{each.kpi.id}: {sentence(each)}")


def _show_places(parts: "PlatformParts", report: Path, evidence: list[str]) -> None:
    from ..kept_apart import name_earlier
    from ..kpi_report import next_step

    settings = parts.settings
    click.secho("\nWhere to look", bold=True)
    click.echo(f"  report    {report}")
    click.echo(f"  MLflow    {parts.tracking.uri}, experiment {settings.tracking.experiment or settings.distribution}")
    click.echo(f"  metrics   {settings.var / 'metrics'}")
    if earlier := name_earlier(settings):
        click.echo(f"  earlier   {earlier}")
    if evidence:
        what = "Evidence" if settings.evidence.to == "var" else "Evidence to commit"
        click.echo(f"{what}: {', '.join(evidence)}.")
    click.secho(f"\nNext: {next_step(settings)}", bold=True)
