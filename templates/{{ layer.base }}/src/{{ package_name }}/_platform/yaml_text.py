"""Reading YAML: by the C library where it is there, plain values only, and one kind of error for all that is wrong."""

from typing import Any, Final

import yaml

LOADER: Final[type[yaml.SafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(text: str | bytes) -> Any:  # noqa: ANN401 - plain values, as they are written
    """Parse one document into plain values.

    Raises:
        yaml.YAMLError: The text is not YAML, or a value is none of its kind, such as the 30th of February: PyYAML
            itself raises whatever Python says of that.
    """
    try:
        loader = LOADER(text)
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except (ValueError, KeyError, OverflowError, TypeError, AttributeError, RecursionError) as error:
        raise yaml.YAMLError(f"a value cannot be read ({str(error) or type(error).__name__})") from error
