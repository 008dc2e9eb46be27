"""Sketches of texts, and the share of a text that another text covers.

A bigram is a pair of neighbouring words. A sketch holds the hashes of a sample of a text's bigrams, in order. MinHash
signatures of sketches propose pairs of similar texts (Broder 1997; banding: Leskovec, Rajaraman and Ullman, Mining of
Massive Datasets, chapter 3). The share of windows (runs of sampled bigrams) that are covered then decides.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

Integers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint32]

SAMPLED = 4
"""One in this many bigrams is kept. The bigram's hash decides, so two texts keep the same ones of
their common bigrams.
"""
WINDOW = 8
"""Number of kept bigrams in a window: about 32 words."""
COVERED = 0.5
"""A window is covered if the other text has at least this share of the window's bigrams. After edits of 10 %, four in
five bigrams remain.
"""

PERMUTATIONS = 64
SEED = 1
BIGRAMS_AT_ONCE = 2_000_000
"""The number of kept bigrams verified at once, which bounds memory."""
TEXTS_AT_ONCE = 2_000


class Sketches(NamedTuple):
    """Hashes of the kept bigrams of texts, in order. Those of text n are `values[offsets[n]:offsets[n + 1]]`."""

    values: Hashes
    offsets: Integers

    def of(self, rows: Integers) -> Sketches:
        """Return the sketches of the texts with these numbers (`rows`), in the order given."""
        lengths = np.diff(self.offsets)[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        places = np.repeat(self.offsets[:-1][rows] - offsets[:-1], lengths) + np.arange(offsets[-1])
        return Sketches(self.values[places], offsets)


def pack(sketches: Sketches) -> list[bytes]:
    """Return each sketch as bytes for storage. `unpack` reads these bytes on any machine."""
    values = sketches.values.astype("<u4")
    return [values[a:b].tobytes() for a, b in itertools.pairwise(sketches.offsets.tolist())]


def unpack(blobs: Sequence[bytes]) -> Sketches:
    """Return the sketches from which `pack` made these bytes."""
    lengths = np.fromiter((len(blob) // 4 for blob in blobs), np.int64, len(blobs))
    values = np.frombuffer(b"".join(blobs), "<u4").astype(np.uint32)
    return Sketches(values, np.concatenate([[0], np.cumsum(lengths)]))


_ODD = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
_END = b"\x01"
_PLAIN = bytes(
    byte | 0x20 if 0x41 <= byte <= 0x5A else byte if chr(byte).isalnum() or byte > 0x7F or byte == _END[0] else 0x20
    for byte in range(256)
)
_WIDE = 0x2E80
"""First character of the scripts without spaces between words. Each of their characters is a word."""
_HANGUL = range(0xAC00, 0xD7B0)


class _FoldedRuns(dict[bytes, bytes]):
    """Map runs of characters beyond ASCII to a folded form: NFKC, case folded, with a space for
    whatever is no letter.
    """

    def __missing__(self, raw: bytes) -> bytes:
        form = unicodedata.normalize("NFKC", raw.decode("utf-8", "replace")).casefold()
        pieces = (f" {c} " if ord(c) >= _WIDE and ord(c) not in _HANGUL else c if c.isalnum() else " " for c in form)
        return self.setdefault(raw, "".join(pieces).encode())


def sketch_texts(texts: Iterable[str]) -> Sketches:
    """Sketch texts, ignoring case, punctuation and white space. The result is the same on every machine."""
    return join([_sketch(chunk) for chunk in _chunks(texts)])


def join(parts: Sequence[Sketches]) -> Sketches:
    """Return the sketches of several lists of texts, one list after the other."""
    lengths = np.concatenate([np.zeros(0, np.int64), *(np.diff(part.offsets) for part in parts)])
    values = np.concatenate([np.zeros(0, np.uint32), *(part.values for part in parts)])
    return Sketches(values, np.concatenate([[0], np.cumsum(lengths)]))


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for text in texts:
        chunk.append(text)
        if len(chunk) == TEXTS_AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _sketch(texts: Sequence[str]) -> Sketches:
    runs = _FoldedRuns()
    together = b"".join(text.encode("utf-8", "replace").replace(_END, b" ") + b" \x01 " for text in texts)
    words = _ODD.sub(lambda match: runs[match[0]], together).translate(_PLAIN).split()
    hashes = np.fromiter(map(zlib.crc32, words), np.uint64, len(words))
    ends = np.flatnonzero(hashes == zlib.crc32(_END))
    if len(ends) != len(texts):  # once in 2**32 words, a word has the hash of an end
        ends = np.array([n for n, word in enumerate(words) if word == _END])
    bigrams = mix_bits(hashes[:-1] << np.uint64(32) | hashes[1:]).astype(np.uint32)
    is_kept = bigrams % SAMPLED == 0
    is_kept[ends[:-1]] = is_kept[ends[ends > 0] - 1] = False
    places = np.flatnonzero(is_kept)
    return Sketches(bigrams[places], np.concatenate([[0], np.searchsorted(places, ends)]))


def mix_bits(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Apply the finaliser of splitmix64 (Steele, Lea and Flood 2014) to each value. Every bit of the value affects
    every bit of the result.
    """
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def signatures_of(sketches: Sketches, permutations: int = PERMUTATIONS) -> Hashes:
    """Return the texts' MinHash signatures, with shape (texts, permutations)."""
    rows = len(sketches.offsets) - 1
    signatures = np.empty((rows, permutations), np.uint32)
    for begin in range(0, rows, TEXTS_AT_ONCE):
        offsets = sketches.offsets[begin : begin + TEXTS_AT_ONCE + 1]
        values = sketches.values[offsets[0] : offsets[-1]].astype(np.uint64)
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(
            values, (offsets - offsets[0]).astype(np.uint64), permutations, SEED
        )
        signatures[begin : begin + TEXTS_AT_ONCE] = matrix.to_rows()
    return signatures


def cover_shares(sketches: Sketches, left: Integers, right: Integers) -> npt.NDArray[np.float64]:
    """Return what share of each `left` text's windows its `right` text covers, and the reverse. Shape (pairs, 2).

    If two texts share only boilerplate, some windows are fully covered and others not at all. If one text is an edit of
    the other, every window is covered.
    """
    shares = np.zeros((len(left), 2))
    lengths = np.diff(sketches.offsets)
    series = _sort_within(sketches)
    sizes = lengths[left] + lengths[right]
    batches = np.cumsum(sizes) // BIGRAMS_AT_ONCE
    cuts = [0, *(np.flatnonzero(np.diff(batches)) + 1), len(left)]
    for begin, end in itertools.pairwise(cuts):
        here, there = left[begin:end], right[begin:end]
        shares[begin:end, 0] = _cover_share(sketches, series, here, there)
        shares[begin:end, 1] = _cover_share(sketches, series, there, here)
    return shares


def _sort_within(sketches: Sketches) -> Hashes:
    rows = np.repeat(np.arange(len(sketches.offsets) - 1, dtype=np.uint64), np.diff(sketches.offsets))
    return np.sort(rows << np.uint64(32) | sketches.values).astype(np.uint32)


def _cover_share(sketches: Sketches, series: Hashes, left: Integers, right: Integers) -> npt.NDArray[np.float64]:
    mine, theirs = sketches.of(left), Sketches(series, sketches.offsets).of(right)
    queries, keys = (_pair_values(values, offsets) for values, offsets in (mine, theirs))
    at = np.minimum(np.searchsorted(keys, queries), max(len(keys) - 1, 0))
    stands = keys[at] == queries if len(keys) else np.zeros(len(queries), bool)
    lengths = np.diff(mine.offsets)
    windows = np.maximum(lengths // WINDOW, 1)
    row = np.repeat(np.arange(len(left)), lengths)
    within = np.arange(len(queries)) - mine.offsets[:-1][row]
    window = np.minimum(within // WINDOW, windows[row] - 1)  # the last window also takes the remaining bigrams
    begins = np.concatenate([[0], np.cumsum(windows)])
    number = begins[:-1][row] + window
    size = np.bincount(number, minlength=begins[-1])
    hits = np.bincount(number, weights=stands, minlength=begins[-1])
    is_covered = hits >= COVERED * np.maximum(size, 1)
    shares: npt.NDArray[np.float64] = np.add.reduceat(is_covered, begins[:-1], dtype=np.int64) / windows
    return shares


def _pair_values(values: Hashes, offsets: Integers) -> npt.NDArray[np.uint64]:
    rows = np.repeat(np.arange(len(offsets) - 1, dtype=np.uint64), np.diff(offsets))
    pairs: npt.NDArray[np.uint64] = rows << np.uint64(32) | values
    return pairs
