"""Which words belong together, learned from the findings themselves.

Words that keep the same company are near: positive pointwise mutual information between the words of a finding,
reduced to a few dimensions, compared by cosine. It needs no model from outside and no network.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

#: Findings that a word is in at least, and the share of them at most; words at most, the most frequent ones.
FEWEST, MOST, WORDS = 3, 0.3, 1500
#: Dimensions that company is reduced to; what a word of a place's title counts beside one that is said.
DIMENSIONS, TITLE_SHARE = 50, 0.5
#: How near (0..1) a word must be, and how many near ones are kept of each.
NEAR, KEPT = 0.55, 6


def learn(postings: Iterable[tuple[str, bool, np.ndarray]], place: np.ndarray) -> Iterator[tuple[str, str, float]]:
    """Pairs of words that are near, with how near.

    `postings` are terms with the findings that hold them, or, where the flag is set, with the places whose titles
    do; `place` is the place of each finding, -1 for none, and only the findings it covers count.
    """
    from scipy import sparse
    from scipy.sparse.linalg import svds

    held = _matrix(postings, place)
    if held is None:
        return
    names, matrix = held
    together = (matrix.T @ matrix).tocoo()
    weight = np.asarray(matrix.sum(axis=0)).ravel()
    information = np.log(together.data * matrix.shape[0] / (weight[together.row] * weight[together.col]))
    kept = information > 0
    company = sparse.csr_matrix(
        (information[kept], (together.row[kept], together.col[kept])), shape=together.shape, dtype=float
    )
    size = min(DIMENSIONS, len(names) - 2)
    left, strength, _ = svds(
        company, k=size, v0=np.ones(len(names))
    )  # a fixed start: the same findings, the same words
    vectors = left * np.sqrt(strength)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-12
    for start in range(0, len(names), 500):
        nearness = vectors[start : start + 500] @ vectors.T
        for row, of in enumerate(nearness, start):
            of[row] = -1.0
            found = [
                o
                for o in np.argsort(-of, kind="stable")[: 3 * KEPT]
                if of[o] >= NEAR and not _same(names[row], names[o])
            ]
            for other in found[:KEPT]:
                yield names[row], names[other], round(float(of[other]), 3)


def _same(a: str, b: str) -> bool:
    """Whether one word is a part of the other: it finds the same anyway."""
    return a in b or b in a


def _matrix(postings: Iterable[tuple[str, bool, np.ndarray]], place: np.ndarray):  # type: ignore[no-untyped-def]
    """Words, and the findings (rows) that hold each of them (columns); None if there are too few."""
    from scipy import sparse

    numbers: dict[str, int] = {}
    rows, columns, values = [], [], []
    for term, is_title, holders in postings:
        if is_title:
            at, value = np.flatnonzero(np.isin(place, holders)), TITLE_SHARE
        else:
            at, value = holders[holders < len(place)], 1.0
            at = at[place[at] >= 0]
        if len(at):
            rows.append(at)
            columns.append(np.full(len(at), numbers.setdefault(term, len(numbers))))
            values.append(np.full(len(at), value))
    if not rows:
        return None
    matrix = sparse.csr_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=(len(place), len(numbers))
    )
    matrix.data = np.minimum(matrix.data, 1.0)
    matrix = matrix[place >= 0]
    holders = np.asarray((matrix > 0).sum(axis=0)).ravel()
    kept = np.flatnonzero((holders >= FEWEST) & (holders <= MOST * matrix.shape[0]))
    kept = np.sort(kept[np.argsort(-holders[kept], kind="stable")[:WORDS]])
    if len(kept) < 5:
        return None
    terms = list(numbers)
    return [terms[k] for k in kept], matrix[:, kept]
