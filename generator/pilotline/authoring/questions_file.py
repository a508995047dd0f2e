"""Editing `copier.yml` as text: a line is added where it belongs, and comments and layout stay as they are."""

import yaml

from pilotline.errors import CatalogError


def add_choice(text: str, question: str, label: str, value: str) -> str:
    """Add a choice to a question, after the last one.

    Raises:
        CatalogError: The question has no list of choices to add to.
    """
    choices = _find(text, question, "choices")
    lines = text.splitlines(keepends=True)
    if isinstance(choices, yaml.CollectionNode) and choices.flow_style:
        end = choices.end_mark
        item = f"{label}: {value}" if isinstance(choices, yaml.MappingNode) else value
        line = lines[end.line]
        before = line[: end.column - 1].rstrip()
        lines[end.line] = f"{before}{', ' if choices.value else ''}{item}{line[end.column - 1 :]}"
        return "".join(lines)
    if isinstance(choices, yaml.MappingNode):
        key, last = choices.value[-1]
        lines.insert(_after(lines, last), f"{' ' * key.start_mark.column}{label}: {value}\n")
        return "".join(lines)
    if isinstance(choices, yaml.SequenceNode):
        last = choices.value[-1]
        lines.insert(_after(lines, last), f"{' ' * choices.start_mark.column}- {value}\n")
        return "".join(lines)
    raise CatalogError(f"copier.yml: the choices of {question} are no list to add to.", f"Add {value} there by hand.")


def _after(lines: list[str], node: yaml.Node) -> int:
    """Number the line after a node. Of a block the end is where the next thing begins, comments and all."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style:
        return node.end_mark.line + 1
    end = node.end_mark.line
    while not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#"):
        end -= 1
    return end


def add_layer(text: str, name: str, condition: str) -> str:
    """Add a layer to the computed answer `layer`, after the last one.

    Raises:
        CatalogError: The answer is not written as a block of lines.
    """
    default = _find(text, "layer", "default")
    if not isinstance(default, yaml.ScalarNode) or default.style != "|":
        raise CatalogError("copier.yml: the answer `layer` is no block of lines.", f"Add the layer {name} by hand.")
    lines = text.splitlines(keepends=True)
    if not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    block = range(default.start_mark.line + 1, min(default.end_mark.line + 1, len(lines)))
    inside = [number for number in block if lines[number].startswith(" ") and lines[number].strip()]
    last = inside[-1]
    indent = lines[last][: len(lines[last]) - len(lines[last].lstrip())]
    lines.insert(last + 1, f"{indent}{name}: \"{{{{ '.' if {condition} else '' }}}}\"\n")
    return "".join(lines)


def _find(text: str, *keys: str) -> yaml.Node | None:
    """Follow keys into the document."""
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    for key in keys:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for name, value in pairs if name.value == key), None)
    return node
