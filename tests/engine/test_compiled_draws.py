"""The compiled engine's draws are Philox-4x64-10 at the same addresses as the SimPy engine's, to the bit."""

import hashlib
import json
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numba import njit

from sim.engine.compiled.layout import SIZES, types_for
from sim.engine.compiled.philox import block, three_blocks, words
from sim.engine.compiled.uniforms import uniforms
from sim.engine.streams import STREAM_KEYS, STREAMS, Draws
from tests.engine.test_streams import GOLDENS, KNOWN, word

seeds, replications = st.integers(0, 2**32 - 1), st.integers(0, 2**40)
streams = st.sampled_from(sorted(STREAMS))
indices = st.one_of(st.integers(0, 200), st.integers(0, 2**62))


@njit
def _one(g: Any, stream: Any, entity: Any, index: Any) -> Any:
    return block(g[0], stream, entity, index)


@njit
def _three(g: Any, entity: Any, i: int, s: Any, j: int, q: Any, n: int, r: Any) -> Any:
    return three_blocks(g[0], entity, i, s, j, q, n, r)


def address_space(seed: int, replication: int, salt: int) -> Any:
    """The record that the compiled engine reads seed, replication and salt from."""
    g = np.zeros(1, types_for(SIZES[0]).clock)
    g["seed"], g["replication"], g["salt"] = seed, replication, salt
    return g


def compiled_words(counter: tuple[int, ...], key: tuple[int, ...]) -> tuple[int, ...]:
    """The four words of a block, as Python's integers."""
    return tuple(int(x) for x in words(*(np.uint64(x) for x in (*key, *counter))))


@pytest.mark.parametrize(("counter", "key", "result"), KNOWN)
def test_words_are_the_published_vectors(
    counter: tuple[int, ...], key: tuple[int, ...], result: tuple[int, ...]
) -> None:
    """Random123's known answers at 0, at all ones and at the digits of pi."""
    assert compiled_words(counter, key) == result


@given(st.tuples(word, word, word, word), st.tuples(word, word))
def test_words_are_those_of_numpy(counter: tuple[int, ...], key: tuple[int, ...]) -> None:
    """numpy.random.Philox adds one to its counter before each block."""
    before = (sum(x << 64 * i for i, x in enumerate(counter)) - 1) % 2**256
    start = np.array([(before >> 64 * i) % 2**64 for i in range(4)], np.uint64)
    theirs = np.random.Philox(counter=start, key=np.array(key, np.uint64)).random_raw(4)
    assert compiled_words(counter, key) == tuple(theirs.tolist())


@given(seeds, replications, streams, word, indices, word)
@example(0, 0, "attack.candidate", 0, 0, 0)
@example(1, 2, "attack.harm", 2**64 - 1, 32, 2**64 - 1)
@example(1, 2, "attack.harm", 3, 2**40, 0)
def test_a_block_is_that_of_the_simpy_engine(
    seed: int, replication: int, stream: str, entity: int, index: int, salt: int
) -> None:
    """At any address, salted or not."""
    g = address_space(seed, replication, salt)
    found = _one(g, np.uint64(STREAM_KEYS[stream]), np.uint64(entity), index)
    assert found == Draws(seed, replication, salt).block(stream, entity, index)
    assert all(0.0 < u < 1.0 for u in found)


@given(seeds, replications, word, st.lists(st.tuples(streams, indices), min_size=3, max_size=3), word)
def test_three_blocks_at_once_are_three_blocks(
    seed: int, replication: int, entity: int, addresses: list[tuple[str, int]], salt: int
) -> None:
    """Of one entity, at three addresses that may be the same."""
    g, draws = address_space(seed, replication, salt), Draws(seed, replication, salt)
    asked = [x for stream, index in addresses for x in (index, np.uint64(STREAM_KEYS[stream]))]
    assert _three(g, np.uint64(entity), *asked) == tuple(draws.block(s, entity, i) for s, i in addresses)


@given(seeds, st.lists(replications, max_size=9), streams, word, indices)
def test_uniforms_of_many_replications_are_theirs(
    seed: int, many: list[int], stream: str, entity: int, index: int
) -> None:
    """One address of each replication, in the order in which they are asked for; of none, none."""
    found = uniforms(seed, np.array(many, np.uint64), stream, entity, index)
    assert found.shape == (len(many), 4)
    assert [tuple(x) for x in found.tolist()] == [Draws(seed, r).block(stream, entity, index) for r in many]


def test_the_first_1000_draws_of_each_stream_are_the_goldens() -> None:
    """The goldens that the SimPy engine's draws are held against: seed 20231122, replication 0, entity 0."""
    g = address_space(20231122, 0, 0)
    found = {}
    for name, key in STREAM_KEYS.items():
        values = [u for i in range(250) for u in _one(g, np.uint64(key), np.uint64(0), i)]
        found[name] = hashlib.sha256(struct.pack("<1000d", *values)).hexdigest()
    assert found == json.loads(GOLDENS.read_text())["streams"]
