"""Tells tables apart by all their rows; MLflow's own digest knows the first of a long table only."""

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

LENGTH: Final = 16


def digest_of(frame: "pd.DataFrame") -> str:
    """Give the beginning of a SHA-256 over the names of the columns and all rows, in their order."""
    import pandas as pd

    rows = pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes()
    return hashlib.sha256(",".join(map(str, frame.columns)).encode() + rows).hexdigest()[:LENGTH]
