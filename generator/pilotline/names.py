"""Under which names a team goes on with its pilot: it may rename the package that its answers named first.

The answer stays as it was recorded. The manifest `pilot.yml` says what the package is called now.
"""

import re
from typing import Final

MANIFEST: Final = "pilot.yml"
_LINE: Final = re.compile(r"""^(package|distribution): *["']?([a-z][a-z0-9_-]*)["']? *(?:#.*)?$""", re.MULTILINE)


def read_names(manifest: bytes) -> dict[str, str]:
    """Read what a manifest calls package and distribution, as the answers that once named them."""
    return {f"{key}_name": name for key, name in _LINE.findall(manifest.decode("utf-8", errors="replace"))}
