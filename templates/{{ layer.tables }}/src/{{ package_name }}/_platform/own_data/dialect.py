"""Finds out how a text file writes a table: letters, separator, names of the columns."""

import bz2
import csv
import gzip
import lzma
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import Final

from .. import PilotError
from .letters import tell_letters

SEPARATORS: Final = (",", ";", "\t", "|")
BLANKS: Final = " "  # columns are set apart by any number of blanks
HEAD: Final = 262_144
LINES: Final = 200
VALUE: Final = r"\s*[-+]?\d+([.,]\d+)*\s*|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*"  # numbers and days name no column
OPENERS: Final[dict[str, Callable[[Path], BufferedIOBase]]] = {
    ".bz2": bz2.BZ2File,
    ".gz": gzip.GzipFile,
    ".xz": lzma.LZMAFile,
}


@dataclass(frozen=True)
class Dialect:
    """What a contracted table's settings say of its file; `header` is false where the names are not in it."""

    separator: str = ","
    encoding: str = "utf-8"
    columns: tuple[str, ...] = ()
    header: bool = True


def read_dialect(path: Path) -> Dialect:
    """Look at the beginning of a file."""
    try:
        head = _head(path)
    except (OSError, EOFError, lzma.LZMAError) as error:
        reason = getattr(error, "strerror", None) or error
        raise PilotError(
            f"{path} cannot be read: {reason}. Give a CSV file, also as .gz, .bz2 or .xz, a Parquet file or a workbook."
        ) from error
    encoding = _encoding(head, path)
    text = head.decode(encoding, errors="replace")
    if not text.strip():
        raise PilotError(f"{path} is empty: give a table with a row for each case, or for each event.")
    whole = text if len(head) < HEAD else text[: text.rfind("\n")]
    lines = [line for line in whole.splitlines() if line.strip()][:LINES]
    return _named(path, lines, _separator(lines), encoding)


def refuse_unknown(named: Iterable[str], columns: Sequence[str]) -> None:
    """Refuse names that a table does not have."""
    unknown = sorted(set(named) - set(columns))
    if unknown:
        raise PilotError(f"There is no column {', '.join(unknown)}; there are: {', '.join(columns)}.")


def _head(path: Path) -> bytes:
    opened = OPENERS.get(path.suffix.lower())
    with opened(path) if opened else path.open("rb") as file:
        return file.read(HEAD)


def _encoding(head: bytes, path: Path) -> str:
    """Tell UTF-8 from what Windows and spreadsheets write."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in head:
        raise PilotError(f"{path.name} is no text file: save its table as CSV in UTF-8, and give that.")
    try:
        head[: head.rfind(b"\n") if len(head) == HEAD else None].decode("utf-8-sig")
    except UnicodeDecodeError:
        return tell_letters(head)
    return "utf-8-sig" if head.startswith(b"\xef\xbb\xbf") else "utf-8"


def _separator(lines: list[str]) -> str:
    """Choose the sign that gives the most lines the same number of cells, and more than one."""
    best, found = (0.0, 0), ""
    for separator in SEPARATORS:
        counts = Counter(len(row) for row in csv.reader(lines, delimiter=separator))
        cells, times = counts.most_common(1)[0]
        if cells > 1 and (times / len(lines), cells) > best:
            best, found = (times / len(lines), cells), separator
    return found or (BLANKS if len(lines[0].split()) > 1 else ",")


def _named(path: Path, lines: list[str], separator: str, encoding: str) -> Dialect:
    """Take the names from the first line, or number the columns where it holds values."""
    rows = [line.split() for line in lines] if separator == BLANKS else list(csv.reader(lines, delimiter=separator))
    first = [cell.strip() for cell in rows[0]]
    usual = Counter(map(len, rows)).most_common(1)[0][0]
    if len(first) != usual:
        raise PilotError(
            f"{path.name}: its first line has {len(first)} cells, the others {usual}. "
            "A table begins with the names of its columns: take out what stands above them."
        )
    header = not any(re.fullmatch(VALUE, cell) for cell in first)
    if header and len(rows) == 1:
        raise PilotError(f"{path.name} is empty: it has names of columns and no row.")
    names = [cell or f"Unnamed: {place}" for place, cell in enumerate(first)]
    columns = tuple(names) if header else tuple(f"column_{place}" for place in range(1, usual + 1))
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise PilotError(f"{path.name} has the column {', '.join(twice)} more than once: give each a name of its own.")
    return Dialect(separator, encoding, columns, header)
