"""What this distribution calls itself, so that version and catalog address stand in one place."""

from typing import Final

__version__ = "0.2.0.dev1"

CATALOG_SOURCE: Final = "https://pilotline.invalid/pilotline.git"
"""Address that pilots record for the built-in catalog.

The host is under the reserved name `.invalid` (RFC 6761) until the project is published, so that nobody can
register it. A user's configuration (`source = "…"`) overrides it.
"""

DOCUMENTATION: Final = "https://pilotline.invalid/pilotline/docs"
"""Where the documentation will be read, under the same reserved name until then."""

CATALOG_VERSION: Final = f"v{__version__}"
"""Version that pilots record for the built-in catalog: PEP 440 with the customary `v`."""
