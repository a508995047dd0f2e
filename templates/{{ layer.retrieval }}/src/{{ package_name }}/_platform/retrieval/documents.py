"""Reads one document as Markdown: text as it is, everything else through a converter that runs no code of the file."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from .. import PilotError
from .readers import SIDECAR, UnreadableError, narrowed, part_front_matter, read_sidecar

PLAIN: Final = (".md", ".markdown", ".txt")
CONVERTED: Final = (".html", ".htm", ".pdf", ".docx", ".xlsx", ".pptx", ".odt")
SUFFIXES: Final = PLAIN + CONVERTED
CONVERTED_LINES: Final = 40  # that a converter may put above a page


@dataclass(frozen=True)
class FoundFile:
    """A file as it lies in its folder, before it is read."""

    path: Path
    name: str
    digest: str
    changed: datetime


@dataclass(frozen=True)
class Document:
    """What a file says, and for whom: no readers of its own are those of its folder."""

    title: str
    text: str
    readers: tuple[str, ...] = ()


def find_files(folder: Path, file_bytes: int) -> tuple[list[FoundFile], list[str]]:
    """Find all documents below a folder, and name what is left out; links out of the folder are not followed."""
    if not folder.is_dir():
        raise PilotError(
            f"There is no folder {folder}: put documents there, or name another one in [retrieval.sources]."
        )
    inside, found, left = folder.resolve(), [], []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or any(part.startswith((".", "~$")) for part in Path(name).parts):
            continue
        if path.suffix.lower() == SIDECAR:
            if not path.with_suffix("").is_file():
                left.append(f"{name}: there is no document {path.stem} beside it")
        elif path.suffix.lower() not in SUFFIXES:
            left.append(f"{name}: not one of {', '.join(SUFFIXES)}")
        elif not path.resolve().is_relative_to(inside):
            left.append(f"{name}: a link out of the folder")
        elif path.stat().st_size > file_bytes:
            left.append(f"{name}: larger than {file_bytes:,} bytes (retrieval.file_bytes)")
        else:
            changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            found.append(FoundFile(path, name, _digest(path), changed))
    return found, left


def _digest(path: Path) -> str:
    """Name the bytes of a document with those that say who may read it: other readers make it another document."""
    beside = path.with_name(path.name + SIDECAR)
    whole = sha256(path.read_bytes())
    if beside.is_file():
        whole.update(beside.read_bytes())
    return whole.hexdigest()


def read_document(path: Path) -> Document:
    """Read a file as Markdown; raise UnreadableError with the next step when it holds no text."""
    named = None
    if path.suffix.lower() in PLAIN:
        text, named = part_front_matter(_plain(path), path.name)
    else:
        text = _converted(path)
    readers = narrowed(path.name, named, read_sidecar(path))
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not text:
        raise UnreadableError(f"{path.name} holds no text: if it is a scan, put a version with text in its place.")
    return Document(_title(text) or path.stem.replace("_", " ").replace("-", " "), text, readers)


def _plain(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return path.read_text(encoding="cp1252", errors="replace")
    except OSError as error:
        raise UnreadableError(f"{path.name} cannot be read: {error.strerror}.") from error


def _converted(path: Path) -> str:
    import kreuzberg

    config = kreuzberg.ExtractionConfig(output_format="markdown", use_cache=False)
    try:
        text = kreuzberg.extract_bytes_sync(path.read_bytes(), _mime_type(path), config=config).content
    except (kreuzberg.KreuzbergError, OSError) as error:
        reason = str(error).splitlines()[0][:200]
        raise UnreadableError(f"{path.name} cannot be read: {reason}. Open it, and save it anew.") from error
    return _without_front_matter(text)


def _mime_type(path: Path) -> str:
    office = "application/vnd.openxmlformats-officedocument"
    return {
        ".html": "text/html",
        ".htm": "text/html",
        ".pdf": "application/pdf",
        ".docx": f"{office}.wordprocessingml.document",
        ".xlsx": f"{office}.spreadsheetml.sheet",
        ".pptx": f"{office}.presentationml.presentation",
        ".odt": "application/vnd.oasis.opendocument.text",
    }[path.suffix.lower()]


def _without_front_matter(text: str) -> str:
    """Take off what the converter puts above a page: `---`, then its metadata, up to the first heading."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != "---":
        return text
    for place, line in enumerate(lines[1:CONVERTED_LINES], start=1):
        if line.startswith("# ") or (line.strip() == "---" and place > 1):
            return "\n".join(lines[place + (line.strip() == "---") :])
    return text


def _title(text: str) -> str | None:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return first.lstrip("# ").strip() if first.startswith("# ") else None
