"""Files that a command writes for people to fill: whole folders that look like what they make.

Every file ends in `.skel`, so that no tool takes it for a live one. Names are put in between `[[` and `]]`, because
what is written may hold templates of its own.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pilotline.files.disk import read_tree
from pilotline.files.tree import File, Tree
from pilotline.template.environment import Templating

_SUFFIX: Final = ".skel"
_MARKS: Final[Mapping[str, object]] = {
    "variable_start_string": "[[",
    "variable_end_string": "]]",
    "block_start_string": "[%",
    "block_end_string": "%]",
    "comment_start_string": "[#",
    "comment_end_string": "#]",
    "trim_blocks": True,
    "undefined": "jinja2.StrictUndefined",
}


def read_skeleton(name: str) -> Tree:
    """Read one skeleton of this package."""
    return read_tree(Path(__file__).parent / name)


def render_skeleton(skeleton: Tree, context: Mapping[str, object]) -> Tree:
    """Render a skeleton: its paths and its contents."""
    files = {path: file for path, file in skeleton.items() if path.endswith(_SUFFIX)}
    templating = Templating(files, _MARKS)
    return Tree(
        {
            templating.render_text(path.removesuffix(_SUFFIX), context): File(
                templating.render_file(path, context).encode(), file.executable
            )
            for path, file in files.items()
        }
    )
