"""How does a message read as plain text? The Markdown of the HTML part, laid out for text/plain."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from activities.channels.texts.sealing import Shaped, fill_text, is_wide


def plain_text(nodes: Sequence["Node"], values: Sequence[Shaped]) -> str:
    """The message as plain text: blocks separated by an empty line, line breaks where the author made them.

    `values` are those whose numbers stand in the nodes.
    """
    return _blocks(nodes, values)


@dataclass(slots=True)
class Node:
    """A block or a span of the message, with what stands in it."""

    type: str
    tag: str
    content: str
    attrs: Mapping[str, str | int | float]
    children: list["Node"]


def tree(tokens: Sequence[Token]) -> list[Node]:
    """The nodes that the tokens open and close; markdown-it's own tree takes four times as long."""
    top: list[Node] = []
    within = [top]
    for token in tokens:
        if token.nesting < 0:
            within.pop()
            continue
        children = tree(token.children) if token.children else []
        content = "".join(map(_inline, children)) if token.type == "inline" else token.content
        node = Node(token.type.removesuffix("_open"), token.tag, content, token.attrs, children)
        within[-1].append(node)
        if token.nesting > 0:
            within.append(node.children)
    return top


def _blocks(nodes: Sequence[Node], values: Sequence[Shaped], between: str = "\n\n") -> str:
    return between.join(text for node in nodes if (text := _block(node, values)))


def _block(node: Node, values: Sequence[Shaped]) -> str:
    if node.type == "heading":
        title = _blocks(node.children, values)
        return f"{title}\n{('=' if node.tag in {'h1', 'h2'} else '-') * _width(title)}"
    if node.type == "blockquote":
        return _hang(_blocks(node.children, values), first="→ ")
    if node.type == "bullet_list":
        return "\n".join(_hang(_blocks(entry.children, values, "\n"), first="- ") for entry in node.children)
    if node.type == "ordered_list":
        entries = enumerate(node.children, start=int(node.attrs.get("start", 1)))
        return "\n".join(_hang(_blocks(entry.children, values, "\n"), first=f"{number}. ") for number, entry in entries)
    if node.type == "table":
        return "\n".join(_table(node, values))
    if node.type == "hr":
        return "-" * 24
    if node.type in {"fence", "code_block"}:
        return fill_text(node.content, values).rstrip("\n")
    if node.type == "inline":
        return fill_text(node.content, values).strip()
    return _blocks(node.children, values)


def _inline(node: Node) -> str:
    if node.type in {"softbreak", "hardbreak"}:
        return "\n"
    if node.type == "link":
        words, target = "".join(_inline(child) for child in node.children), str(node.attrs["href"])
        return words if target in {words, f"mailto:{words}"} else f"{words}{_colon(words)}{target}"
    if node.children:
        return "".join(_inline(child) for child in node.children)
    return node.content


def _table(table: Node, values: Sequence[Shaped]) -> Iterator[str]:
    """Each row as one line: columns would not stay aligned in a proportional font or on a phone."""
    *head, body = table.children
    titles = [_blocks(cell.children, values) for cell in head[0].children[0].children] if head else []
    for row in body.children:
        cells = [_blocks(cell.children, values) for cell in row.children]
        if not titles:
            label, *others = cells
            yield _hang(f"{label}{_colon(label)}{' · '.join(others)}", first="")
            continue
        titled = [
            f"{title}{_colon(title)}{cell}" if title else cell
            for title, cell in zip(titles[1:], cells[1:], strict=True)
            if cell
        ]
        yield _hang(" · ".join([cells[0], *titled]), first="- ")


def _hang(text: str, *, first: str) -> str:
    """The text with `first` before its first line and the other lines indented under it."""
    lines = text.split("\n")
    return "\n".join([first + lines[0], *(f"{' ' * (len(first) or 2)}{line}" if line else "" for line in lines[1:])])


def _colon(label: str) -> str:
    """What stands between a label and its value: wide behind a Japanese label."""
    return "：" if is_wide(label[-1:]) else ": "


def _width(text: str) -> int:
    """The columns that the text takes: wide characters, such as kanji, take two."""
    return sum(2 if is_wide(character) else 1 for character in text)
