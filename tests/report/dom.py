"""A tree of a page by the standard library's parser, enough for tests to walk."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input", "path", "use"}


class Element:
    """A tag with its attributes and what is inside."""

    def __init__(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tag = tag
        self.attributes = {k: v or "" for k, v in attributes}
        self.inside: list[Element | str] = []

    def walk(self) -> "Iterator[Element]":
        """Itself and all below, in order of the page."""
        yield self
        for x in self.inside:
            if isinstance(x, Element):
                yield from x.walk()

    def all(self, tag: str, **attributes: str) -> "list[Element]":
        """Elements below with this tag and these attributes."""
        return [
            e for e in self.walk()
            if e.tag == tag and all(e.attributes.get(k.rstrip("_").replace("_", "-")) == v for k, v in attributes.items())
        ]  # fmt: skip

    def by_id(self, name: str) -> "Element":
        """The one element with an id."""
        (found,) = (e for e in self.walk() if e.attributes.get("id") == name)
        return found

    @property
    def text(self) -> str:
        """All text inside, white space as one blank."""
        return re.sub(
            r"\s+", " ", "".join(x.text + " " if isinstance(x, Element) else x for x in self.inside)
        ).strip()

    @property
    def own(self) -> str:
        """Text directly inside."""
        return re.sub(r"\s+", " ", "".join(x for x in self.inside if isinstance(x, str))).strip()


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("document", [])
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, attrs)
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def parse(page: str) -> Element:
    """The tree of a page whose tags are well nested; fails where they aren't."""
    builder = _Builder()
    builder.feed(page)
    builder.close()
    assert builder.open == [builder.root], f"<{builder.open[-1].tag}> is never closed"
    return builder.root


def rows(table: Element) -> list[list[Element]]:
    """Cells of the body of a table."""
    return [
        [c for c in r.inside if isinstance(c, Element)] for body in table.all("tbody") for r in body.all("tr")
    ]


def table(root: Element, caption: str) -> Element:
    """The table whose caption begins so."""
    found = [t for t in root.all("table") if t.all("caption")[0].text.startswith(caption)]
    assert len(found) == 1, [t.all("caption")[0].text for t in root.all("table")]
    return found[0]


def agrees(text: str, value: float) -> bool:
    """Is the text this value, rounded to as many decimals as it shows?"""
    plain = text.replace("−", "-").replace(",", "").replace("+", "")
    decimals = len(plain.partition(".")[2])
    return abs(float(plain) - value) <= 0.5 * 10.0**-decimals + 1e-12
