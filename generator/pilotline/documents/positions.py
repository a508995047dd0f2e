"""Where something stands in a YAML document, so that a problem can name its line."""

from collections.abc import Iterator

import yaml

from pilotline.documents.yaml_text import SafeLoader, YamlError

Key = str | int


def compose(text: str | bytes) -> yaml.Node | None:
    """Read a document as nodes that know their place.

    Raises:
        yaml.YAMLError: The text is not YAML.
    """
    node: yaml.Node | None = yaml.compose(text, Loader=SafeLoader)
    return node


def follow(node: yaml.Node | None, keys: tuple[Key, ...]) -> Iterator[yaml.Node]:
    """Follow keys and indexes down a document; yield the node of each that is there, up to the first that is not."""
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            pair = next(((name, value) for name, value in node.value if name.value == str(key)), None)
            if pair is None:
                return
            yield pair[0]
            node = pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            yield node
        else:
            return


def line_of(content: str | bytes, *keys: Key) -> int:
    """Find the line of a key or item, as deep as it can be followed; the first line where nothing can."""
    line = 1
    try:
        for node in follow(compose(content), keys):
            line = node.start_mark.line + 1
    except YamlError:
        return 1
    return line


def repeated_keys(content: str | bytes, *, deep: bool = True) -> Iterator[tuple[str, int]]:
    """Name each key that stands twice in one mapping, with its line; YAML lets the last one win silently.

    Args:
        content: The document.
        deep: Whether to look into what it holds, too.

    Raises:
        yaml.YAMLError: The text is not YAML.
    """
    pending = [compose(content)]
    while pending:
        node = pending.pop()
        if isinstance(node, yaml.SequenceNode) and deep:
            pending += node.value
        if not isinstance(node, yaml.MappingNode):
            continue
        seen: set[str] = set()
        for name, value in node.value:
            if deep:
                pending.append(value)
            if isinstance(name, yaml.ScalarNode):
                if name.value in seen:
                    yield name.value, name.start_mark.line + 1
                seen.add(name.value)
