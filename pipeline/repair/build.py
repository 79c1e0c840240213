"""Rebuilds ``models/repair``: word counts, and the letter sequences that running Thai is expected to hold.

    python -m pipeline.repair.build [--clean FILE[:FIRST-LAST] ...]

Only figures are kept: words of public word lists with their counts in PyThaiNLP's frequency lists (Thai National
Corpus, Thai Textbook Corpus) and, weighted up, in any clean documents named by ``--clean``. No running text is kept.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.repair.decode import copy_cost, split_cost
from pipeline.repair.lexicon import Lexicon, is_word_shaped, read_lexicon
from pipeline.repair.misread import misreadings
from pipeline.repair.quadgrams import ALPHABET, Array, codes, save_quadgrams
from pipeline.thai import CONSONANTS

#: A count in a clean document of the field weighs as much as this many in the general corpora.
CLEAN_WEIGHT = 20
#: Names and rare dictionary words get this count: known, but never a reading to prefer.
RARE = 2
#: A word the dictionaries lack must be this common in the corpora, and this long, to be believed.
LONE_COUNT, LONE_LENGTH = 10, 4
#: A word this long must be cheaper by this much (nats) than its best split into shorter words.
PHRASE_LENGTH, PHRASE_GAIN = 6, 3.0
#: A letter sequence is "seen", or "usual", when running text is expected to hold it once in this many letters.
SEEN_ONCE_IN, USUAL_ONCE_IN = 5_000_000, 200_000
#: Share of word boundaries where something other than a Thai word follows (space, line end, digit).
BREAK_SHARE = 0.12
#: A short word that makes up less than this share of all words it begins (or ends) is mostly a torn-off piece
#: of them: tokenizers leave many such behind.
FREE_SHARE = 0.05
FREE_LENGTH = 4
#: Words this common (cost in nats) are looked for with their SARA AM lost, if that costs so much more to read.
TRACELESS_COST, TRACELESS_SURPRISE = 10.5, 7.0
#: The nominaliser never ends a phrase: next to no break follows it.
BOUND, BOUND_FREEDOM = "ผู้", 0.0002


def main(argv: Sequence[str] | None = None) -> None:
    """Command line of the build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clean", nargs="*", default=[], metavar="FILE[:FIRST-LAST]", help="clean documents")
    parser.add_argument("--out", type=Path, default=Path("models/repair"))
    args = parser.parse_args(argv)
    counts = lexicon_counts(line for spec in args.clean for line in clean_lines(spec))
    args.out.mkdir(parents=True, exist_ok=True)
    freedom = freedoms(counts)
    counts = {w: max(1, round(n * freedom.get(w, 1.0))) for w, n in counts.items()}
    freedom |= dict.fromkeys((w for w in counts if w.endswith(BOUND)), BOUND_FREEDOM)
    write_lexicon(args.out / "lexicon.tsv", counts, freedom)
    words = traceless_words(counts)
    (args.out / "traceless.txt").write_text("\n".join(words) + "\n", encoding="utf-8", newline="\n")
    expected = expected_quadgrams(counts, freedom)
    save_quadgrams(args.out / "quadgrams.npz", expected, seen=1 / SEEN_ONCE_IN, usual=1 / USUAL_ONCE_IN)
    phrases = lookalike_phrases(dictionary() | proper_names(), read_lexicon(args.out / "lexicon.tsv"))
    (args.out / "lookalikes.txt").write_text("\n".join(phrases) + "\n", encoding="utf-8", newline="\n")


def clean_lines(spec: str) -> Iterator[str]:
    """The lines that ``FILE`` or ``FILE:FIRST-LAST`` (from 1, both kept) names."""
    match = re.fullmatch(r"(.+?)(?::(\d+)-(\d+))?", spec)
    assert match is not None
    lines = Path(match[1]).read_text(encoding="utf-8").split("\n")
    yield from lines[int(match[2]) - 1 : int(match[3])] if match[2] else lines


def lexicon_counts(clean: Iterable[str]) -> dict[str, int]:
    """Words worth knowing with their counts, from the word lists, the corpora and the clean lines."""
    from pythainlp.corpus import tnc, ttc
    from pythainlp.tokenize import Tokenizer

    words, names = dictionary(), proper_names()
    corpus: Counter[str] = Counter(tnc.unigram_word_freqs())
    corpus.update(ttc.unigram_word_freqs())
    tokenizer = Tokenizer(custom_dict=words | names, engine="newmm")
    field: Counter[str] = Counter()
    for line in clean:
        field.update(tokenizer.word_tokenize(line))
    counts: dict[str, int] = {}
    for word in words | names | {w for w in corpus if is_word_shaped(w)}:
        known = word in words
        count = corpus[word] + (CLEAN_WEIGHT * field[word] if known else 0)
        if known:
            counts[word] = max(count, RARE)
        elif word in names:
            counts[word] = RARE
        elif count >= LONE_COUNT and len(word) >= LONE_LENGTH:
            counts[word] = max(RARE, count // 10)
    return without_phrases(counts)


def dictionary() -> set[str]:
    """The words and phrases of the public dictionaries."""
    from pythainlp.corpus import common, core

    lists = ("orst_words_th.txt", "icubrk_th.txt", "volubilis_words_th.txt")
    return _shaped(common.thai_words()).union(*(_shaped(core.get_corpus(name)) for name in lists))


def proper_names() -> set[str]:
    """Names of people, provinces and countries."""
    from pythainlp.corpus import common

    people = (common.thai_family_names(), common.thai_male_names(), common.thai_female_names())
    return set().union(*map(_shaped, (*people, common.provinces(), common.countries())))


def _shaped(words: Iterable[Any]) -> set[str]:
    return {w for w in (str(word).strip().lstrip("\ufeff") for word in words) if is_word_shaped(w)}


def lookalike_phrases(phrases: Iterable[str], lexicon: Lexicon) -> list[str]:
    """The phrases and names that would be taken for misreadings of a word."""
    return sorted(phrase for phrase in phrases if misreadings(phrase, lexicon))


def without_phrases(counts: Mapping[str, int]) -> dict[str, int]:
    """The words without those that explain hardly more than the shorter words they are set together of."""
    lexicon = Lexicon(counts)
    return {
        word: count
        for word, count in counts.items()
        if len(word) < PHRASE_LENGTH or split_cost(word, lexicon) > lexicon.cost(word) + PHRASE_GAIN
    }


def freedoms(counts: Mapping[str, int]) -> dict[str, float]:
    """Short words that are mostly pieces of longer ones: how far (0..1) each can be believed to stand alone."""
    begun: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    for word, count in counts.items():
        for n in range(2, FREE_LENGTH + 1):
            begun[word[:n]] += count
            ended[word[-n:]] += count
    shares = {w: counts[w] / max(begun[w], ended[w]) for w in counts if len(w) <= FREE_LENGTH}
    return {w: share / FREE_SHARE for w, share in shares.items() if share < FREE_SHARE}


def traceless_words(counts: Mapping[str, int]) -> list[str]:
    """Common words whose SARA AM can become SARA AA without a strange sequence, as they look then.

    Only those that as they stand cost so much more than the word that finding one is evidence of damage.
    """
    lexicon = Lexicon(counts)
    found: list[str] = []
    for word in sorted((w for w in counts if "ำ" in w and lexicon.cost(w) < TRACELESS_COST), key=len):
        damaged = word.replace("ำ", "า")
        surprise = copy_cost(damaged, lexicon) - lexicon.cost(word)
        if len(word) > 3 and surprise >= TRACELESS_SURPRISE and not any(f in damaged for f in found):
            found.append(damaged)
    return sorted(found)


def write_lexicon(path: Path, counts: Mapping[str, int], freedom: Mapping[str, float]) -> None:
    """Writes the words, the most frequent first."""
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    lines = ["# word<TAB>count[<TAB>how far a break may follow it, 1 = as after any word]"]
    lines += (f"{w}\t{n}\t{freedom[w]:.4g}" if w in freedom else f"{w}\t{n}" for w, n in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def expected_quadgrams(counts: Mapping[str, int], freedom: Mapping[str, float]) -> Array:
    """How often each four-letter sequence is expected per letter of running text, shape (A, A, A, A).

    Words are taken to follow one another independently of each other; the first code stands for anything that
    is not Thai.
    """
    size = len(ALPHABET) + 1
    within = np.zeros((size,) * 4, np.float32)
    whole = {n: np.zeros((size,) * n) for n in (1, 2)}
    start = {n: np.zeros((size,) * n) for n in (1, 2, 3)}
    end = {n: np.zeros((size,) * n) for n in (1, 2, 3)}
    last = {n: np.zeros((size,) * n) for n in (1, 2, 3)}  # ends before a break
    lone = {n: np.zeros((size,) * n) for n in (1, 2)}  # whole words before a break
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
                last[n][code[-n:]] += count * freedom.get(word, 1.0)
        if len(code) <= 2:
            whole[len(code)][code] += count
            lone[len(code)][code] += count * freedom.get(word, 1.0)
    end[1][0] += breaks
    total += breaks
    for tables in (start, end, whole, last, lone):
        for table in tables.values():
            table /= total
    gap = np.zeros(size)
    gap[0] = breaks / total
    expected = within / np.float32(letters)
    words_per_letter = total / letters

    def joined(*tables: Array) -> None:
        product = tables[0].astype(np.float32)
        for table in tables[1:]:
            product = np.multiply.outer(product, table.astype(np.float32))
        np.multiply(product, np.float32(words_per_letter), out=product)
        np.add(expected, product, out=expected)

    for left in (1, 2, 3):
        joined(end[left], start[4 - left])
    joined(end[1], whole[1], start[2])
    joined(end[1], whole[2], start[1])
    joined(end[2], whole[1], start[1])
    joined(end[1], whole[1], whole[1], start[1])
    # the same with a break as one of the pieces
    joined(last[3], gap)
    joined(last[2], gap, start[1])
    joined(last[1], gap, start[2])
    joined(gap, start[3])
    joined(end[1], lone[2], gap)
    joined(end[2], lone[1], gap)
    joined(gap, whole[2], start[1])
    joined(gap, whole[1], start[2])
    joined(gap, lone[2], gap)
    joined(gap, lone[1], gap, start[1])
    joined(end[1], lone[1], gap, start[1])
    joined(last[1], gap, whole[1], start[1])
    joined(gap, whole[1], whole[1], start[1])
    expected[0, 0] = expected[:, 0, 0] = expected[:, :, 0, 0] = 1.0  # runs of signs are no matter of spelling
    letters_alone = slice(1, len(CONSONANTS) + 1)  # nor are letters that stand alone: ก.พ., ผนวก ก
    expected[0, letters_alone, 0] = expected[:, 0, letters_alone, 0] = 1.0
    return expected


if __name__ == "__main__":
    main()
