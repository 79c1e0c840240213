"""Rebuilds ``models/repair``: word counts, and the letter sequences that running Thai is expected to hold.

    python -m pipeline.repair.build [--clean FILE[:FIRST-LAST] ...]

Only figures are kept: words of public word lists with their counts in PyThaiNLP's frequency lists (Thai National
Corpus, Thai Textbook Corpus) and, weighted up, in any clean documents named by ``--clean``. No running text is kept.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from pipeline.repair.lexicon import is_word_shaped
from pipeline.repair.quadgrams import ALPHABET, codes, save_seen

#: A count in a clean document of the field weighs as much as this many in the general corpora.
CLEAN_WEIGHT = 20
#: Names and rare dictionary words get this count: known, but never a reading to prefer.
RARE = 2
#: A word the dictionaries lack must be this common in the corpora, and this long, to be believed.
LONE_COUNT, LONE_LENGTH = 10, 4
#: A letter sequence is "seen" when running text is expected to hold it once in this many letters.
SEEN_ONCE_IN = 5_000_000
#: Share of word boundaries where something other than a Thai word follows (space, line end, digit).
BREAK_SHARE = 0.12


def main(argv: Sequence[str] | None = None) -> None:
    """Command line of the build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clean", nargs="*", default=[], metavar="FILE[:FIRST-LAST]", help="clean documents")
    parser.add_argument("--out", type=Path, default=Path("models/repair"))
    args = parser.parse_args(argv)
    counts = lexicon_counts(line for spec in args.clean for line in clean_lines(spec))
    args.out.mkdir(parents=True, exist_ok=True)
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    header = "# word<TAB>count; see pipeline/repair/build.py for the sources\n"
    text = header + "".join(f"{word}\t{count}\n" for word, count in rows)
    (args.out / "lexicon.tsv").write_text(text, encoding="utf-8", newline="\n")
    save_seen(args.out / "quadgrams.npz", expected_quadgrams(counts) >= 1 / SEEN_ONCE_IN)


def clean_lines(spec: str) -> Iterator[str]:
    """The lines that ``FILE`` or ``FILE:FIRST-LAST`` (from 1, both kept) names."""
    match = re.fullmatch(r"(.+?)(?::(\d+)-(\d+))?", spec)
    assert match is not None
    lines = Path(match[1]).read_text(encoding="utf-8").split("\n")
    yield from lines[int(match[2]) - 1 : int(match[3])] if match[2] else lines


def lexicon_counts(clean: Iterable[str]) -> dict[str, int]:
    """Words worth knowing with their counts, from the word lists, the corpora and the clean lines."""
    from pythainlp.corpus import common, core, tnc, ttc
    from pythainlp.tokenize import Tokenizer

    def listed(name: str) -> set[str]:
        return {w.strip().lstrip("\ufeff") for w in core.get_corpus(name)}

    dictionary = {w for w in set(common.thai_words()) | listed("orst_words_th.txt") | listed("icubrk_th.txt")
                  | listed("volubilis_words_th.txt") if is_word_shaped(w)}
    names = {w for w in set(common.thai_family_names()) | set(common.thai_male_names())
             | set(common.thai_female_names()) | set(common.provinces()) | set(common.countries())
             if is_word_shaped(w)}
    corpus: Counter[str] = Counter(tnc.unigram_word_freqs())
    corpus.update(ttc.unigram_word_freqs())
    tokenizer = Tokenizer(custom_dict=dictionary | names, engine="newmm")
    field: Counter[str] = Counter()
    for line in clean:
        field.update(tokenizer.word_tokenize(line))
    counts: dict[str, int] = {}
    for word in dictionary | names | {w for w in corpus if is_word_shaped(w)}:
        known = word in dictionary
        count = corpus[word] + (CLEAN_WEIGHT * field[word] if known else 0)
        if known:
            counts[word] = max(count, RARE)
        elif word in names:
            counts[word] = RARE
        elif count >= LONE_COUNT and len(word) >= LONE_LENGTH:
            counts[word] = max(RARE, count // 10)
    return counts


def expected_quadgrams(counts: dict[str, int]) -> np.ndarray:
    """How often each four-letter sequence is expected per letter of running text, shape (A, A, A, A).

    Words are taken to follow one another independently of each other; the first code stands for anything that
    is not Thai.
    """
    size = len(ALPHABET) + 1
    within = np.zeros((size,) * 4, np.float32)
    whole = {n: np.zeros((size,) * n) for n in (1, 2)}
    start = {n: np.zeros((size,) * n) for n in (1, 2, 3)}
    end = {n: np.zeros((size,) * n) for n in (1, 2, 3)}
    total = float(sum(counts.values()))
    breaks = total * BREAK_SHARE
    letters = breaks
    for word, count in counts.items():
        code = tuple(int(c) for c in codes(word))
        letters += count * len(code)
        for i in range(len(code) - 3):
            within[code[i : i + 4]] += count
        for n in (1, 2, 3):
            if len(code) >= n:
                start[n][code[:n]] += count
                end[n][code[-n:]] += count
        if len(code) <= 2:
            whole[len(code)][code] += count
    start[1][0] += breaks
    end[1][0] += breaks
    whole[1][0] += breaks
    total += breaks
    for tables in (start, end, whole):
        for n in tables:
            tables[n] /= total
    expected = within / np.float32(letters)
    words_per_letter = total / letters

    def joined(*tables: np.ndarray) -> None:
        product = tables[0].astype(np.float32)
        for table in tables[1:]:
            product = np.multiply.outer(product, table.astype(np.float32))
        np.multiply(product, np.float32(words_per_letter), out=product)
        np.add(expected, product, out=expected)

    joined(end[1], start[3])
    joined(end[2], start[2])
    joined(end[3], start[1])
    joined(end[1], whole[1], start[2])
    joined(end[1], whole[2], start[1])
    joined(end[2], whole[1], start[1])
    joined(end[1], whole[1], whole[1], start[1])
    return expected


if __name__ == "__main__":
    main()
