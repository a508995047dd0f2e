# ruff: noqa: E501 - a table of names, and of parts of a workbook, is read better in one line each
"""Tables as strangers bring them, drawn by a seed: language, dialect, days, amounts, gaps, a hidden leak, a shape."""

import bz2
import csv
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

UTC = timezone.utc  # noqa: UP017 - also for Python 3.10
NAMES = {
    "en": {
        "customer": "customer_id", "machine": "machine_id", "claim": "claim_no", "day": "order_date", "seen": "snapshot_date",
        "amount": "amount", "order": "order_id", "outcome": "churned", "number": "days_late", "class": "outcome",
        "money": "balance", "group": "region", "mail": "email", "leak": "cancellation_date", "result": "final_result",
    },
    "de": {
        "customer": "Kundennummer", "machine": "Maschinennr", "claim": "Schadennummer", "day": "Rechnungsdatum",
        "seen": "Stichtag_Datum", "amount": "Umsatz", "order": "Auftragsnr", "outcome": "gekündigt", "number": "Verzug",
        "class": "Ergebnis", "money": "Betrag", "group": "Filiale", "mail": "E-Mail", "leak": "Kündigung bezahlt am",
        "result": "Ist_Ergebnis_nach",
    },
    "fr": {
        "customer": "client_id", "machine": "machine_no", "claim": "dossier_no", "day": "date_facture", "seen": "date_etat",
        "amount": "montant", "order": "facture", "outcome": "défaut", "number": "delay_jours", "class": "résultat",
        "money": "importe", "group": "zone", "mail": "courriel", "leak": "paid_date", "result": "result_final",
    },
    "es": {
        "customer": "cliente_id", "machine": "maquina_id", "claim": "siniestro_no", "day": "fecha", "seen": "fecha_estado",
        "amount": "importe", "order": "pedido", "outcome": "baja", "number": "delay_dias", "class": "resultado",
        "money": "balance", "group": "zone", "mail": "correo", "leak": "closed_date", "result": "resultado_final",
    },
}  # fmt: skip
DAYS: dict[str, Callable[[datetime], str]] = {
    "iso": lambda day: f"{day:%Y-%m-%d}",
    "iso zone": lambda day: f"{day:%Y-%m-%dT%H:%M:%S}+02:00",
    "german": lambda day: f"{day:%d.%m.%Y}",
    "british": lambda day: f"{day:%d/%m/%Y}",
    "american": lambda day: f"{day:%m/%d/%Y}",
    "excel": lambda day: str((day.date() - date(1899, 12, 30)).days),
    "epoch": lambda day: str(int(day.replace(tzinfo=UTC).timestamp())),
    "epoch ms": lambda day: str(int(day.replace(tzinfo=UTC).timestamp()) * 1000),
    "compact": lambda day: f"{day:%Y%m%d}",
    "words": lambda day: f"{day.day} {day:%b %Y}",
}
AMOUNTS: dict[str, Callable[[float], str]] = {
    "plain": lambda value: f"{value:.2f}",
    "comma": lambda value: f"{value:,.2f}".translate(str.maketrans(",.", ".,")),
    "euro": lambda value: f"€ {value:,.2f}",
    "swiss": lambda value: f"{value:,.2f}".replace(",", "'"),
    "brackets": lambda value: f"({-value:.2f})" if value < 0 else f"{value:.2f}",
    "n/a": lambda value: "n/a" if int(value * 100) % 29 == 0 else f"{value:.2f}",
}
REFUSALS = ("one value", "no outcome", "unreadable amount", "too short", "title above")
SHAPES = ("events", "yes_no", "number", "class")


@dataclass(frozen=True)
class Drawn:
    """A table's file, and the draft that is right for it: parts of columns, columns that must not be features."""

    seed: int
    about: str
    path: Path
    shape: str
    columns: dict[str, str]
    left_out: frozenset[str] = frozenset()
    positive: str | None = None
    refusal: str | None = None


@dataclass
class Plan:
    """What is drawn for one table before its rows are."""

    chance: Random
    language: str
    days: str
    amounts: str
    shape: str
    refusal: str | None = None
    rows: list[dict[str, str]] = field(default_factory=list)

    @property
    def names(self) -> dict[str, str]:
        return NAMES[self.language]

    def day(self, moment: datetime) -> str:
        return DAYS[self.days](moment)

    def amount(self, value: float) -> str:
        return AMOUNTS[self.amounts](value)

    def gap(self, value: str, share: float = 0.05) -> str:
        return "" if self.chance.random() < share else value


def draw_table(seed: int, folder: Path) -> Drawn:
    """Draw one table and write it."""
    chance = Random(seed)
    refusal = chance.choice(REFUSALS) if chance.random() < 0.2 else None
    shape = {"too short": "events", "unreadable amount": "events"}.get(str(refusal)) or (
        chance.choice(SHAPES[1:]) if refusal else SHAPES[seed % 4]
    )
    plan = Plan(
        chance, chance.choice(list(NAMES)), chance.choice(list(DAYS)), chance.choice(list(AMOUNTS)), shape, refusal
    )
    drawn = _events(plan) if shape == "events" else _snapshots(plan)
    columns, left_out, positive = drawn
    about = f"{plan.language}, {shape}, days {plan.days}, amounts {plan.amounts}"
    path, dialect = _write(plan, folder / f"table_{seed}")
    said = {
        "one value": "same value", "no outcome": "No column was found", "unreadable amount": "looks like numbers",
        "too short": "too short", "title above": "first line",
    }  # fmt: skip
    return Drawn(
        seed, f"{about}, {dialect}{', refused: ' + refusal if refusal else ''}", path,
        "events" if shape == "events" else "snapshots", columns, left_out, positive, said[refusal] if refusal else None,
    )  # fmt: skip


def _events(plan: Plan) -> tuple[dict[str, str], frozenset[str], str | None]:
    names, chance = plan.names, plan.chance
    span = 60 if plan.refusal == "too short" else 720
    with_order = chance.random() < 0.5
    for customer in range(80):
        for visit in range(chance.randint(3, 12)):
            moment = datetime(2023, 1, 2, 9, tzinfo=UTC) + timedelta(
                days=chance.randrange(span), minutes=chance.randrange(300)
            )
            value = chance.lognormvariate(4, 1.2) * (-1 if chance.random() < 0.04 else 1)
            row = {names["customer"]: f"K{1000 + customer}", names["day"]: plan.day(moment)}
            if with_order:
                row[names["order"]] = str(50_000 + customer * 50 + visit // 2)
            row[names["amount"]] = plan.amount(value)
            if plan.refusal == "unreadable amount" and chance.random() < 0.3:
                row[names["amount"]] = chance.choice(["see annex", "siehe Anlage", "tbd."])
            row["note"] = chance.choice(["", "web", "shop", "phone"])
            plan.rows.append(row)
    chance.shuffle(plan.rows)
    parts = {"customer": names["customer"], "day": names["day"], "amount": names["amount"]}
    return parts | ({"order": names["order"]} if with_order else {}), frozenset(), None


def _snapshots(plan: Plan) -> tuple[dict[str, str], frozenset[str], str | None]:
    names, chance = plan.names, plan.chance
    key = chance.choice(["customer", "machine", "claim"])
    with_leak, with_mail = chance.random() < 0.6 and not plan.refusal, chance.random() < 0.4
    with_day, with_money = chance.random() < 0.7, chance.random() < 0.6
    yes, no = chance.choice([("yes", "no"), ("1", "0"), ("true", "false"), ("ja", "nein"), ("bad", "good")])
    outcome = names[{"yes_no": "outcome", "number": "number", "class": "class"}[plan.shape]]
    if plan.refusal == "no outcome":
        outcome = "x17"
    for row_number in range(400):
        strain = chance.gauss(0, 1)
        happened = strain + chance.gauss(0, 1.5) > 1.2
        moment = datetime(2023, 1, 2, tzinfo=UTC) + timedelta(days=chance.randrange(600))
        row = {names[key]: f"{key[0].upper()}-{10_000 + row_number * 7}"}
        if with_day:
            row[names["seen"]] = plan.day(moment)
        row["tenure"] = plan.gap(str(chance.randrange(1, 120)))
        row["strain"] = plan.gap(
            plan.amount(round(50 + 15 * strain, 2)) if plan.amounts != "n/a" else f"{50 + 15 * strain:.2f}"
        )
        row[names["group"]] = chance.choice(["north", "south", "east", "west"])
        if with_money:
            row[names["money"]] = plan.amount(chance.lognormvariate(6, 1))
        if with_mail:
            row[names["mail"]] = f"p{row_number}@example.org"
        value = {"yes_no": yes if happened else no, "number": str(max(0, round(20 + 9 * strain + chance.gauss(0, 8))))}
        label = "broken" if happened else chance.choice(["fine", "worn"])
        said = value.get(plan.shape, label)
        if with_leak and plan.shape == "yes_no":
            row[names["leak"]] = plan.day(moment + timedelta(days=40)) if happened else ""
        elif with_leak:
            row[names["result"]] = f"{float(said) * 1.1 + 3:.1f}" if plan.shape == "number" else f"code {said}"
        row[outcome] = "1" if plan.refusal == "one value" else said
        if plan.refusal == "no outcome":
            row[outcome] = f"{chance.random():.5f}" + chance.choice(["a", "b"])
        plan.rows.append(row)
    columns = {"case": names[key], "outcome": outcome} | ({"day": names["seen"]} if with_day else {})
    columns |= {"money": names["money"]} if with_money else {}
    leaks = {names["leak" if plan.shape == "yes_no" else "result"]} if with_leak else set()
    left = leaks | ({names["mail"]} if with_mail else set())
    return columns, frozenset(left), yes if plan.shape == "yes_no" else None


def _write(plan: Plan, stem: Path) -> tuple[Path, str]:
    """Write the rows in a dialect of their own."""
    chance = plan.chance
    kind = chance.choice(["csv", "csv", "csv", "gz", "bz2", "xz", "xlsx"])
    if kind == "xlsx" and plan.refusal != "title above":
        return write_workbook(plan.rows, stem.with_suffix(".xlsx")), "workbook"
    separator = chance.choice([";", "\t", "|"] if plan.amounts == "comma" else [",", ";", "\t", "|"])
    encoding = chance.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    stream = io.StringIO()
    if plan.refusal == "title above":
        stream.write("Export of the system\n")
    writer = csv.DictWriter(
        stream, list(plan.rows[0]), delimiter=separator, lineterminator=chance.choice(["\n", "\r\n"])
    )
    writer.writeheader()
    writer.writerows(plan.rows)
    content = stream.getvalue().encode(encoding)
    packing: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}
    packed = packing.get(kind, bytes)(content)
    path = stem.with_suffix(f".csv.{kind}" if kind in ("gz", "bz2", "xz") else ".csv")
    path.write_bytes(packed)
    return path, f"{kind}, {separator!r}, {encoding}"


def write_workbook(table: Sequence[Mapping[str, str]], path: Path) -> Path:
    """Write a workbook of one sheet by hand, all cells as text: the smallest that the standard lets be (ECMA-376)."""
    rows = [list(table[0]), *(list(row.values()) for row in table)]
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row) + "</row>"
        for row in rows
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/'
        f'vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.'
        f'main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Data" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/'
        'worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + text)
    return path
