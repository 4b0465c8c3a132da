"""Random draws by address: every draw is a pure function of (seed, replication, stream, entity, index).

Philox-4x64-10 keyed by (seed, replication); its counter is (index, entity, stream, salt), so that no
draw depends on any other, nor on the order in which they are asked for. A block gives four uniforms,
u = ((x >> 12) + 1/2) · 2^-52, strictly inside (0, 1). The policy and the design point are absent from
the address (common random numbers); ``crn: false`` puts a hash of the policy's name in the salt.

Source: Salmon, Moraes, Dror & Shaw (2011), Parallel random numbers: as easy as 1, 2, 3, SC'11.
"""

import numpy as np

from sim.model.streamkeys import name_key

GENERATOR = "philox4x64-10/v1"
LANES = 4
Block = tuple[float, float, float, float]
_CHUNK = 32
_WORD = 2**64


# Each stream, with what its entity and index are; `docs/streams.md` is this table.
STREAMS = {
    "attack.candidate": "entity: place; index: candidate; lanes: budget, acceptance",
    "attack.kind": "entity: place; index: candidate; lanes: group, weapon, rounds, report",
    "attack.harm": "entity: place; index: candidate; lanes: interception, injuries, brain injuries, deaths",
    "response.trigger": "entity: place (0 for a schedule); index: candidate (occasion); lanes: consistency, delay, place, spontaneous fire",
    "strike.outcome": "entity: 0 (1 for the record's); index: response (its place in the record, from 1); lanes: killed, civilian harm",
    "sponsor.permission": "entity: 0; index: candidate; lanes: budget, acceptance, direction",
    "escalation.stage": "entity: 0; index: candidate; lanes: budget, acceptance",
    "escalation.war": "entity: 0; index: candidate; lanes: budget, acceptance",
    "opening.attack": "entity: 0; index: 0; lane: place",
    "given.attack": "entity: 0; index: attack of the stretch, one past the last for what is left; lanes: time, place",
    "given.particle": "entity: 0; index: 0 for resampling, else a split by place from 1 on; lane: which",
    "study.point": "entity: 0; index: 0; lanes: hypothesis, posterior draw, draw of the marks",
    "study.parameter": "entity: parameter; index: 0; lane: quantile under the prior",
}  # fmt: skip
STREAM_KEYS = {name: name_key(name) for name in STREAMS}
OPENING_INDEX = 2**40  # index of the marks of an attack that opens a window
FAR = 1e15  # days; a wait beyond it never ends


class Draws:
    """All draws of one replication, made in chunks and kept, so that policies can share them.

    >>> a, b = Draws(1, 7), Draws(1, 7)
    >>> b.block("attack.kind", 3, 900) == b.block("attack.kind", 3, 900) == a.block("attack.kind", 3, 900)
    True
    """

    def __init__(self, seed: int, replication: int, salt: int = 0) -> None:
        """Address space of one replication; ``salt`` is 0 under common random numbers."""
        self._key = np.array([seed, replication], dtype=np.uint64)
        self._salt = salt
        self._philox = np.random.Philox(key=self._key)
        self._state = self._philox.state
        self._chunks: dict[tuple[str, int, int], list[Block]] = {}

    def block(self, stream: str, entity: int, index: int) -> Block:
        """Four uniforms strictly inside (0, 1) at an address."""
        chunk, lane = divmod(index, _CHUNK)
        key = (stream, entity, chunk)
        blocks = self._chunks.get(key)
        if blocks is None:
            blocks = self._chunks[key] = self._make(STREAM_KEYS[stream], entity, chunk * _CHUNK)
        return blocks[lane]

    def _make(self, stream: int, entity: int, first: int) -> list[Block]:
        """A chunk of blocks. NumPy adds one to the counter before each block, so it starts one below."""
        counter = first + _WORD * (entity + _WORD * (stream + _WORD * self._salt)) - 1
        words = [(counter >> shift) % _WORD for shift in (0, 64, 128, 192)]
        self._state["state"] = {"counter": np.array(words, dtype=np.uint64), "key": self._key}
        self._state["buffer_pos"] = LANES
        self._philox.state = self._state
        raw = self._philox.random_raw(LANES * _CHUNK)
        uniforms = ((raw >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
        return [(a, b, c, d) for a, b, c, d in uniforms.reshape(-1, LANES).tolist()]
