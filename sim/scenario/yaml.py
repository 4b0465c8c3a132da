"""The one YAML loader: YAML 1.2 without anchors, aliases, tags and merge keys, into a tree with positions."""

from functools import lru_cache
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
)

from sim.errors import ConfigError
from sim.scenario.scalars import resolve
from sim.scenario.shelf import put, ships, taken
from sim.scenario.source import decode, mistake, read_bytes
from sim.scenario.text import clean, quoted
from sim.scenario.tree import Node, Spot, dotted

DEEPEST = 50
MOST_NODES = 50_000
REMEMBERED = 32 * 1024  # bytes; larger files would take up too much memory

_IN_WORDS = {
    "mapping values are not allowed here": "expected «key: value», found a colon too many: indent the line less, or quote the text",
    "expected <block end>, but found '<block mapping start>'": "expected the key to line up with those above, found it further in",
    "expected <block end>, but found '<block sequence start>'": "expected the item to line up with those above, found it further in",
    "expected <block end>, but found '<scalar>'": "expected «key: value», found text that belongs to neither",
    "expected <block end>, but found ','": "expected «key: value», found a comma after a closing quote",
    "expected <block end>, but found '-'": "expected the item to line up with those above, found it further out",
    "expected <block end>, but found '?'": "expected the key to line up with those above, found it elsewhere",
    "could not find expected ':'": "expected «key: value», found a line without a colon",
    "found unexpected end of stream": "expected a closing quote, found the end of the file",
    "sequence entries are not allowed here": "expected a value, found «- »: begin the list on the next line",
    "expected ',' or ']', but got '<stream end>'": "expected a closing ], found the end of the file",
    "expected ',' or '}', but got '<stream end>'": "expected a closing }, found the end of the file",
    "found character '@' that cannot start any token": "expected a value, found @: put the text in quotes",
    "found character '`' that cannot start any token": "expected a value, found `: put the text in quotes",
    "found character '%' that cannot start any token": "expected a value, found %: put the text in quotes",
}


def read(path: Path, shown: str) -> tuple[Node, bytes]:
    """The tree of a file and its bytes. ``shown`` is the path as errors name it.

    Raises ConfigError with one located line, and nothing else, whatever the bytes.
    """
    data = read_bytes(path, shown)
    if not ships(path):
        return parse(data, shown), data
    tree = taken(data, shown, scalar)
    if tree is None:
        tree = parse(data, shown)
        put(data, tree)
    return tree, data


def parse(data: bytes, shown: str) -> Node:
    """The tree of a file's bytes; errors as for ``read``. Nobody writes to a tree."""
    return (_remembered if len(data) <= REMEMBERED else _parse)(data, shown)


def _parse(data: bytes, shown: str) -> Node:
    text = decode(data, shown)
    yaml = YAML(typ="safe", pure=True)
    builder = _Builder(shown)
    try:
        for event in yaml.parse(text):
            builder.take(event)
    except ConfigError:
        raise
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = clean(str(error.problem or error.context)).replace(r"'\x00'", "the end of the file")
        said = _IN_WORDS.get(problem, f"expected YAML, found what can't be read: {problem}")
        raise mistake(shown, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, "", said) from None
    except Exception as error:  # whatever else the parser trips over is a mistake in the file as well
        said = f"expected YAML, found what can't be read: {clean(str(error)) or type(error).__name__}"
        raise mistake(shown, yaml.reader.line + 1, yaml.reader.column + 1, "", said) from None
    return builder.whole()


_remembered = lru_cache(maxsize=64)(_parse)  # a base is read again by every file that it is the base of


class _Builder:
    """Puts a parser's events together; keeps its own stack, so that depth costs no recursion."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.root: Node | None = None
        self.open: list[Node] = []  # mappings and lists whose end has not come
        self.names: list[str | None] = []  # the key that waits for its value, for each of them
        self.keys: list[Spot] = []
        self.nodes = 0
        self.documents = 0

    def take(self, event: object) -> None:
        """Take the next event of the parser."""
        if isinstance(event, ScalarEvent | CollectionStartEvent | AliasEvent):
            self._take_node(event)
        elif isinstance(event, CollectionEndEvent):
            self.open.pop()
            self.names.pop()
            self.keys.pop()
            if self.names:
                self.names[-1] = None
        elif isinstance(event, DocumentStartEvent):
            self._start_document(event)

    def whole(self) -> Node:
        """The finished tree: a mapping."""
        if self.root is None or self.root.value is None:
            raise mistake(
                self.shown, 1, 1, "", "expected a config that begins with «kind:», found an empty file"
            )
        if not isinstance(self.root.value, dict):
            raise mistake(
                *self.root.spot, "", "expected a config that begins with «kind:», found no «key: value»"
            )
        return self.root

    def _take_node(self, event: "ScalarEvent | CollectionStartEvent | AliasEvent") -> None:
        spot = Spot(self.shown, event.start_mark.line + 1, event.start_mark.column + 1)
        self._refuse_sharing(event, spot)
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise self._mistake(spot, f"expected at most {MOST_NODES} values in a file, found more")
        if self.open and self.names[-1] is None and isinstance(self.open[-1].value, dict):
            self._take_key(event, spot, self.open[-1].value)
            return
        node = _node(event, spot)
        self._put(node)
        if not isinstance(event, CollectionStartEvent):
            if self.names:
                self.names[-1] = None
        else:
            if len(self.open) == DEEPEST:
                raise mistake(*spot, "", f"expected at most {DEEPEST} levels of nesting, found more")
            self.open.append(node)
            self.names.append(None)
            self.keys.append(spot)

    def _put(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        members = self.open[-1].value
        if isinstance(members, dict):
            node.key = self.keys[-1]
            members[str(self.names[-1])] = node
        elif isinstance(members, list):
            members.append(node)

    def _take_key(self, event: object, spot: Spot, members: dict[str, Node]) -> None:
        if not isinstance(event, ScalarEvent):
            raise self._mistake(spot, "expected a key of text, found a mapping or a list")
        name: str = event.value
        if name == "<<" and event.style is None:
            raise self._mistake(spot, "expected a key, found the merge key <<: write the values out")
        if name == "":
            raise self._mistake(spot, "expected a key, found nothing before the colon")
        self.names[-1], self.keys[-1] = name, spot
        if name in members:
            line = members[name].key.line
            raise self._mistake(
                spot, f"expected each key once, found {quoted(name)} again: line {line} has it"
            )

    def _refuse_sharing(self, event: "ScalarEvent | CollectionStartEvent | AliasEvent", spot: Spot) -> None:
        if isinstance(event, AliasEvent):
            raise self._mistake(
                spot, f"expected a value, found the alias *{clean(str(event.anchor))}: write it out"
            )
        if event.anchor is not None:
            raise self._mistake(
                spot, f"expected a value, found the anchor &{clean(str(event.anchor))}: leave it out"
            )
        if event.ctag is not None:
            raise self._mistake(
                spot, f"expected a value, found the tag {clean(str(event.ctag))}: leave it out"
            )

    def _mistake(self, spot: Spot, message: str) -> ConfigError:
        path: list[str | int] = []
        for depth, (node, name) in enumerate(zip(self.open, self.names, strict=True), 1):
            if isinstance(node.value, list):
                path.append(len(node.value) - (depth < len(self.open)))
            elif name is not None:
                path.append(name)
        return mistake(*spot, dotted(tuple(path)), message)

    def _start_document(self, event: DocumentStartEvent) -> None:
        self.documents += 1
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if self.documents > 1:
            raise mistake(
                self.shown, line, column, "", "expected one document in a file, found «---» and a second"
            )
        if event.version is not None or event.tags:
            raise mistake(
                self.shown,
                line,
                column,
                "",
                "expected no directive, found one that begins with %: leave it out",
            )


def scalar(text: str, spot: Spot, in_quotes: bool) -> Node:
    """A scalar as YAML 1.2 reads it; one in quotes is text."""
    return Node(text, spot, quoted(text)) if in_quotes else Node(resolve(text), spot, text)


def _node(event: object, spot: Spot) -> Node:
    if isinstance(event, ScalarEvent):
        return scalar(event.value, spot, event.style is not None)
    return Node({} if isinstance(event, MappingStartEvent) else [], spot)
