"""What a user should know beside the result of a command: a warning, by the logger that is called as the package is."""


def warn(message: str, *parts: object) -> None:
    """Say something that stops nothing."""
    import logging  # noqa: PLC0415 - most runs have nothing to say

    logging.getLogger("pilotline").warning(message, *parts)
