"""Every draw is a pure function of (seed, replication, stream, entity, index)."""

import hashlib
import json
import re
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.engine.streams import GENERATOR, STREAM_KEYS, STREAMS, Draws
from sim.model.streamkeys import name_key
from tests.chance import assert_distributed
from tests.engine.philox import philox, uniform

GOLDENS = Path(__file__).parents[1] / "goldens" / "streams.json"
PAGE = Path(__file__).parents[2] / "docs" / "streams.md"

# Known-answer vectors of Random123 (kat_vectors, philox4x64 10): counter, key, result.
KNOWN = (
    ((0, 0, 0, 0), (0, 0),
     (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B)),
    ((2**64 - 1,) * 4, (2**64 - 1,) * 2,
     (0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0)),
    ((0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89),
     (0x452821E638D01377, 0xBE5466CF34E90C6C),
     (0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6)),
)  # fmt: skip
word = st.integers(0, 2**64 - 1)


@pytest.mark.parametrize(("counter", "key", "result"), KNOWN)
def test_the_oracle_gives_the_published_vectors(
    counter: tuple[int, int, int, int], key: tuple[int, int], result: tuple[int, int, int, int]
) -> None:
    """The plain-Python Philox of these tests agrees with Random123's own answers."""
    assert philox(counter, key) == result


@given(
    seed=st.integers(0, 2**32 - 1), replication=st.integers(0, 2**40), stream=st.sampled_from(sorted(STREAMS)),
    entity=word, index=word, salt=word,
)  # fmt: skip
@example(0, 0, "attack.candidate", 0, 0, 0)
@example(1, 2, "attack.harm", 2**64 - 1, 31, 0)
@example(1, 2, "attack.harm", 2**64 - 1, 32, 2**64 - 1)
@example(1, 2, "attack.harm", 0, 2**40, 5)
@example(1, 2, "attack.harm", 7, 2**64 - 32, 0)
@example(1, 2, "attack.harm", 7, 2**64 - 1, 0)
def test_a_block_is_philox_at_its_address(
    seed: int, replication: int, stream: str, entity: int, index: int, salt: int
) -> None:
    """At any address, at the borders of chunks and of 64 bits: counter (index, entity, stream, salt)."""
    words = philox((index, entity, STREAM_KEYS[stream], salt), (seed, replication))

    block = Draws(seed, replication, salt).block(stream, entity, index)

    assert block == tuple(uniform(x) for x in words)
    assert all(type(u) is float and 0.0 < u < 1.0 for u in block)


def test_uniforms_stay_strictly_inside_0_and_1() -> None:
    """The lowest and the highest 64-bit words give 2^-53 and 1 - 2^-53, exactly."""
    assert uniform(0) == 2.0**-53
    assert uniform(2**64 - 1) == 1.0 - 2.0**-53 < 1.0
    lowest_and_highest = (np.array([0, 2**64 - 1], dtype=np.uint64) >> np.uint64(12)).astype(np.float64)
    assert list((lowest_and_highest + 0.5) * 2.0**-52) == [uniform(0), uniform(2**64 - 1)]


@given(
    st.lists(st.tuples(st.sampled_from(sorted(STREAMS)), st.integers(0, 3), st.integers(0, 200)), max_size=30)
)
def test_the_order_of_asking_does_not_matter(addresses: list[tuple[str, int, int]]) -> None:
    """Forward, backward, twice or alone: the same draws."""
    forward, backward = Draws(3, 4), Draws(3, 4)
    first = [forward.block(*x) for x in addresses]
    again = [backward.block(*x) for x in reversed(addresses)]

    assert first == again[::-1]
    assert first == [Draws(3, 4).block(*x) for x in addresses]


def test_seed_replication_stream_entity_and_salt_each_matter() -> None:
    """No two of the addresses that differ in one part share a draw."""
    variants = [
        Draws(1, 2).block("attack.kind", 3, 4),
        Draws(9, 2).block("attack.kind", 3, 4),
        Draws(1, 9).block("attack.kind", 3, 4),
        Draws(2, 1).block("attack.kind", 3, 4),
        Draws(1, 2, salt=9).block("attack.kind", 3, 4),
        Draws(1, 2).block("attack.harm", 3, 4),
        Draws(1, 2).block("attack.kind", 9, 4),
        Draws(1, 2).block("attack.kind", 4, 3),
        Draws(1, 2).block("attack.kind", 3, 9),
    ]

    assert len({u for block in variants for u in block}) == 4 * len(variants)


def test_keys_of_streams_and_places_are_hashes_of_their_names() -> None:
    """The first 8 bytes of SHA-256, little-endian: no position, no hash of Python's own."""
    digest = hashlib.sha256(b"iraq").digest()
    assert name_key("iraq") == struct.unpack("<Q", digest[:8])[0]
    assert {name: name_key(name) for name in STREAMS} == STREAM_KEYS
    assert len(set(STREAM_KEYS.values())) == len(STREAMS)
    assert 0 not in STREAM_KEYS.values()  # entity 0 and index 0 of stream 0 would borrow from nothing


def test_draws_of_all_streams_are_uniform() -> None:
    """Kolmogorov-Smirnov over 44,000 draws; false alarm 6.4e-5."""
    draws = Draws(20231122, 0)
    assert_distributed(
        [u for s in STREAMS for i in range(1000) for u in draws.block(s, name_key("iraq"), i)], "uniform"
    )


def first_draws(stream: str) -> str:
    """SHA-256 of the first 1,000 draws of a stream: seed 20231122, replication 0, entity 0, little-endian doubles."""
    draws = Draws(20231122, 0)
    values = [u for i in range(250) for u in draws.block(stream, 0, i)]
    return hashlib.sha256(struct.pack("<1000d", *values)).hexdigest()


def test_the_first_1000_draws_of_each_stream_are_the_goldens() -> None:
    """A golden: a change here changes every number that was ever published with this generator's name."""
    golden = json.loads(GOLDENS.read_text())
    assert golden == {"generator": GENERATOR, "streams": {name: first_draws(name) for name in STREAMS}}


def test_the_page_lists_every_stream() -> None:
    """The table in docs/streams.md is STREAMS, in its order and its words."""
    rows = re.findall(r"^\| `([a-z.]+)` \| (.+?) \| (.+?) \| (.+?) \|$", PAGE.read_text(), re.MULTILINE)

    def cells(says: str) -> tuple[str, ...]:
        return tuple(part.split(": ", 1)[1] for part in says.split("; "))

    assert [(name, cells_) for name, *cells_ in rows] == [
        (name, list(cells(says))) for name, says in STREAMS.items()
    ]
    assert f"`{GENERATOR}`" in PAGE.read_text()
