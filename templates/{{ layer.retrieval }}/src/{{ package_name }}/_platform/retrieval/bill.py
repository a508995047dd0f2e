"""The documents that a pilot answers from, as components of a CycloneDX bill."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from .documents import find_files
from .section import RetrievalSettings

Json = Mapping[str, object]


def describe_sources(root: Path) -> Sequence[Json]:
    """Describe each source by what its folder holds now; its hash changes with any document."""
    section = RetrievalSettings.load(root).retrieval
    found = []
    for name, source in sorted(section.sources.items()):
        if not (root / source.folder).is_dir():
            continue
        files, _ = find_files(root / source.folder, section.file_bytes)
        whole = sha256("".join(f"{each.name}\n{each.digest}\n" for each in files).encode()).hexdigest()
        found.append(
            {
                "type": "data",
                "bom-ref": f"data:{name}",
                "name": name,
                "description": f"{len(files)} documents in {source.folder}, owned by {source.owner}",
                "hashes": [{"alg": "SHA-256", "content": whole}],
            }
        )
    return found
