"""Where something stands in a YAML file, so that a problem can name its line."""

from collections.abc import Iterator

import yaml


def line_of(content: bytes, *keys: str | int) -> int:
    """Find the line of a key or item, as deep as it can be followed; the first line where nothing can."""
    try:
        node = yaml.compose(content, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return 1
    line = 1
    for key in keys:
        found = _step(node, key)
        if found is None:
            break
        place, node = found
        line = place.start_mark.line + 1
    return line


def _step(node: yaml.Node | None, key: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((name, value) for name, value in node.value if name.value == key), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key]
    return None


def repeated_keys(content: bytes) -> Iterator[tuple[str, int]]:
    """Name each key that stands twice in one mapping, with its line; YAML lets the last one win silently."""
    pending = [yaml.compose(content, Loader=yaml.SafeLoader)]
    while pending:
        node = pending.pop()
        if isinstance(node, yaml.SequenceNode):
            pending += node.value
        if not isinstance(node, yaml.MappingNode):
            continue
        seen: set[str] = set()
        for name, value in node.value:
            pending.append(value)
            if isinstance(name, yaml.ScalarNode):
                if name.value in seen:
                    yield name.value, name.start_mark.line + 1
                seen.add(name.value)
