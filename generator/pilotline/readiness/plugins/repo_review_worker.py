"""The process in which plug-ins of repo-review run: `python -m` this module, with FOLDER and FILE.

One plug-in that raises ends a run of repo-review, and one that prints spoils its output: both stay in here.
"""

import importlib
import json
import sys
from pathlib import Path


def main(folder: str, results: str) -> None:
    """Run every installed plug-in and write what it found."""
    processor = importlib.import_module("repo_review.processor")
    found = processor.process(Path(folder)).results
    fields = ("name", "description", "result", "err_msg", "url", "skip_reason")
    rows = [{field: getattr(result, field, None) for field in fields} for result in found]
    Path(results).write_text(json.dumps(rows), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:3])
