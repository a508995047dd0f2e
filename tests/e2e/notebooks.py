"""The code of a notebook, to run it without Jupyter."""

import json


def code_of(notebook: str) -> str:
    """Put the code cells of a notebook together, in their order."""
    cells = json.loads(notebook)["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
