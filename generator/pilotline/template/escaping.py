"""Letting a template write a text that looks like its own syntax."""

from typing import Final

_MARKS: Final = ("{{", "{%", "{#")


def is_marked(text: str) -> bool:
    """Tell whether a template would take a part of a text for its own syntax."""
    return any(mark in text for mark in _MARKS)


def escape_line(line: str) -> str:
    """Write a line, or a part of one, so that a template gives it as it is."""
    if not is_marked(line):
        return line
    text = line.rstrip("\r\n")
    return f"{{% raw %}}{text}{{% endraw %}}{line[len(text) :]}"
