"""What a point must fulfil: sums of multiples of paths and numbers, compared. No other expression is read."""

import math
import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, cast

from sim.scenario.text import quoted

Relation = Literal["<=", ">=", "<", ">", "=="]
EQUAL = 1e-9  # sums of shares in binary are not quite what they are in decimals
_TOKEN = re.compile(
    r"\s*(?:(<=|>=|==|<|>)|([0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)|([A-Za-z_][A-Za-z0-9_.\[\]-]*)|([-+*]))"
)
_EXAMPLE = "such as «policy.delay_days <= 2 * policy.tempo.min_gap_days + 1»"


class Constraint(NamedTuple):
    """Σ coefficient·value + constant, compared with 0."""

    text: str
    terms: dict[str, float]
    constant: float
    relation: Relation

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Whether it holds at a point, whose numbers are by path."""
        total = self.constant + sum(factor * float(row[path]) for path, factor in self.terms.items())
        match self.relation:
            case "<=":
                return total <= EQUAL
            case ">=":
                return total >= -EQUAL
            case "<":
                return total < -EQUAL
            case ">":
                return total > EQUAL
            case _:
                return abs(total) <= EQUAL


def parse(text: str) -> Constraint | str:
    """A constraint read; or what is wrong with it.

    >>> parse("policy.delay_days <= 2 * policy.strength + 1").terms
    {'policy.delay_days': 1.0, 'policy.strength': -2.0}
    """
    tokens = _tokens(text)
    if isinstance(tokens, str):
        return tokens
    relations = [x for kind, x in tokens if kind == "relation"]
    if len(relations) != 1:
        return f"expected one comparison (<=, >=, <, >, ==) {_EXAMPLE}, found {len(relations)}"
    at = next(i for i, (kind, _) in enumerate(tokens) if kind == "relation")
    left, right = _sum(tokens[:at]), _sum(tokens[at + 1 :])
    if left is None or right is None:
        return f"expected sums of multiples of paths, {_EXAMPLE}, found {quoted(text)}"
    terms = dict(left[0])
    for path, factor in right[0].items():
        terms[path] = terms.get(path, 0.0) - factor
    if not terms:
        return f"expected a path {_EXAMPLE}, found {quoted(text)}"
    return Constraint(text, terms, left[1] - right[1], cast("Relation", relations[0]))


def _tokens(text: str) -> list[tuple[str, str]] | str:
    out, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            return f"expected paths, numbers, +, -, * and one comparison, found {quoted(text[at:].strip())}"
        kinds = zip(("relation", "number", "path", "sign"), match.groups(), strict=True)
        out += [(kind, x) for kind, x in kinds if x is not None]
        at = match.end()
    return out


def _sum(tokens: list[tuple[str, str]]) -> tuple[dict[str, float], float] | None:
    """Terms and constant of a sum; None if it is none."""
    terms: dict[str, float] = {}
    constant, sign, at = 0.0, 1.0, 0
    while at < len(tokens):
        if tokens[at][1] in ("+", "-"):
            sign = sign if tokens[at][1] == "+" else -sign
            at += 1
        elif at > 0 and tokens[at - 1][1] not in ("+", "-"):
            return None
        product = [tokens[at]] if at < len(tokens) else []
        while at + 2 < len(tokens) and tokens[at + 1][1] == "*":
            product.append(tokens[at + 2])
            at += 2
        at += 1
        paths = [x for kind, x in product if kind == "path"]
        if not product or len(paths) > 1 or any(kind not in ("path", "number") for kind, _ in product):
            return None
        factor = sign * math.prod(float(x) for kind, x in product if kind == "number")
        if paths:
            terms[paths[0]] = terms.get(paths[0], 0.0) + factor
        else:
            constant += factor
        sign = 1.0
    return (terms, constant) if tokens else None
