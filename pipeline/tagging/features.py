"""Features of a passage: its words, the words inside its compounds, pairs of words, what judges besides words; hashed.

Words tell subjects apart better than n-grams of characters do on documents not seen in training. No word is left
out: ไม่ ขาด ยัง ควร ต้อง carry the verdict. White space and signs are: damaged text has wrong ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from pipeline.tagging.directions import directions
from pipeline.thai import NIKHAHIT, SARA_AA, SARA_AM, arabic_digits, is_thai, squeeze
from pipeline.words import AFFIXES, WordList, tiling

#: Characters of a passage that are read: what is said later does not change what it is about.
LIMIT = 1200
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SIGNS = re.compile(r"[^\w\u0e00-\u0e7f%/:?]+")
_TOKEN = re.compile(r"[\u0e00-\u0e7f]+|[^\W\d_\u0e00-\u0e7f]+|\d|[%/:?]")
#: Which strategy, project or step a line is, by number, says nothing; that it is one may.
_ORDINAL = re.compile(
    r"(ยุทธศาสตร์|กลยุทธ์|แผนงาน|โครงการ|เป้าประสงค์|พันธกิจ|มาตรการ|กิจกรรม|ตัวชี้วัด|เป้าหมาย|ประเด็น|ด้าน|แนวทาง|ข้อ|ขั้นตอน"
    r"|วัตถุประสงค์|ภารกิจ|องค์ประกอบ|มิติ|เสาหลัก|กลุ่ม)ที่0+"
)
#: A line of a table of contents ends in leader dots, or a cell, and a page.
_CONTENTS = re.compile(r"(?:[.…]{3,}|\|)\s*[\d๐-๙ก-ฮ]{1,3}(?:\s*[–-]\s*[\d๐-๙]{1,3})?\s*$")
#: A line that only names units, posts or people begins with one of these and holds none of those.
_UNIT_OR_POST = re.compile(
    r"0*(?:กลุ่ม|กอง|สำนัก|ฝ่าย|ศูนย์|ส่วน|งาน|หน่วย|กรม|สถาบัน|คณะ|กรรมการ|อนุกรรมการ|ประธาน|เลขา|ที่ปรึกษา|อธิบดี|ปลัด|ผู้ว่า|ผู้อำนวยการ|ผู้ช่วย"
    r"|ผู้แทน|ผู้เชี่ยวชาญ|หัวหน้า|รอง|ข้าราชการ|ลูกจ้าง|พนักงาน|เจ้าหน้าที่|ตำแหน่ง|นัก|นิติกร|นาย|นาง|ดร|พล)"
)
# fmt: off
_SAYING = frozenset((
    "การ", "ความ", "มี", "เป็น", "ได้", "ได้รับ", "ให้", "จะ", "ต้อง", "ควร", "ไม่", "ยัง", "ขาด", "แล้ว", "แต่",
    "ว่า", "ที่", "ซึ่ง", "หาก", "เมื่อ", "เพื่อ", "เพื่อให้", "โดย", "ด้วย", "ผ่าน", "ตาม", "ใน", "จาก", "แก่",
    "ต่อ", "ดำเนินการ", "จัดทำ", "จัด", "ทำ", "กำหนด", "ใช้", "รับ", "นำ", "เข้า", "สามารถ", "ร่วม", "ร่วมกัน",
    "อย่าง", "ทุก", "ครบ", "ร้อยละ", "จำนวน", "ระดับ",
))
# fmt: on
#: A passage that names an act begins so; one that tells something of it holds one of these.
_NAMED_ACT = re.compile(r"[-–•\s\d.()]*การ")
_TOLD_OF = re.compile(
    "ได้|ทำให้|ช่วย|ส่งผล|ไม่|ยัง(?!ยืน|บุค|หน่วย|ผู้|ทุก|ประ)|ควร|ขาด|(?<!ให้)มี(?!ประสิทธ|ส่วน|คุณ|ความ)|แล้ว|ครบ|พบ|จะ|(?<!ความ)ต้อง(?!การ)|คือ|หมายถึง"
    "|อย่างไร|[0-9๐-๙]"
)
_ACT = "act"
#: How often either counts, among the dozens of features of a line's words.
_TELLING = 8
#: How often what judges counts by itself.
_TOLD = 4
#: The part of a compound that says something has as many letters.
_PART = 3
#: An odd multiplier: the hash of a pair is that of its first word times this, plus that of its second.
_PRIME = np.uint64(0x9E3779B97F4A7C15)
#: The lowest bit of a hash: set where the feature only judges.
_ODD = np.uint64(1)
#: Tells pairs with a word between from pairs of neighbours.
_APART = np.uint64(0x632BE59BD9B4E019)
#: Marks the two ends of a passage ("ร้อยละ" means most where it stands first), a line of contents, a line of
#: names, and what judges.
_START, _END, _OF_CONTENTS, _OF_NAMES, _JUDGED = "\x02", "\x03", "\x04", "\x05", "\x06"


def normalise(text: str) -> str:
    """What of a text is compared: no spaces or signs, ำ in one piece, every number as 0, small letters.

    >>> normalise("ร้อยละ ๘๕.๕ ของ KPI (ที่สำเร็จ)")
    'ร้อยละ0ของkpiที่สำเร็จ'
    """
    text = squeeze(arabic_digits(text)).replace(NIKHAHIT + SARA_AA, SARA_AM).lower()
    return _SIGNS.sub("", _NUMBER.sub("0", text))[:LIMIT]


def tokens(text: str, words: WordList) -> list[str]:
    """The words of a passage in order, between marks of its beginning and end; every number is 0.

    >>> tokens("โครงการที่ ๓ ร้อยละ ๘๕.๕ ของ KPI", WordList(["โครงการ", "ร้อยละ", "ของ"]))[1:-1]
    ['โครงการ', 'ร้อยละ', '0', 'ของ', 'kpi']
    """
    found = [_START]
    for token in _TOKEN.findall(_ORDINAL.sub(r"\1", normalise(text))):
        found += words.segment(token) if is_thai(token[0]) else (token,)
    found.append(_END)
    return found


def names_only(found: Sequence[str]) -> bool:
    """Whether the words of a passage only name units, posts or people and say nothing of them.

    >>> words = WordList(["กลุ่มงาน", "พัฒนา", "โครงสร้าง", "และ", "ได้"])
    >>> [names_only(tokens(text, words)) for text in ("กลุ่มงานพัฒนาโครงสร้าง", "กลุ่มงานได้พัฒนาโครงสร้าง")]
    [True, False]
    """
    return _UNIT_OR_POST.match("".join(found[1:9])) is not None and _SAYING.isdisjoint(found)


def act_only(text: str) -> bool:
    """Whether a passage only names an act and says nothing of it: what assessors so name, they miss.

    >>> [act_only(text) for text in ("การทบทวนแผนอย่างต่อเนื่อง", "การทบทวนแผนทำให้งานเร็วขึ้น", "มีการทบทวนแผน")]
    [True, False, False]
    """
    named = _NAMED_ACT.match(text)
    return named is not None and not _TOLD_OF.search(text, named.end())


def features(texts: Sequence[str], words: WordList) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
    """The hashed features of texts: for each feature the index of its text, and its hash. Repeats are kept.

    Hashes of what only judges are odd, all others even: see `of_judgement`.
    """
    ids: dict[str, int] = {}
    said = [tokens(text, words) for text in texts]
    cut = [[ids.setdefault(token, len(ids)) for token in found] for found in said]
    inside = {ids[word]: [ids.setdefault(part, len(ids)) for part in _parts(word, words)] for word in list(ids)}
    extra = [[part for token in found for part in inside[token]] for found in cut]
    marked = {
        _OF_CONTENTS: [at for at, text in enumerate(texts) if _CONTENTS.search(text)] * _TELLING,
        _OF_NAMES: [at for at, found in enumerate(said) if names_only(found)] * _TELLING,
    }
    hashes = np.array([_hash(token) for token in ids], dtype=np.uint64)

    lengths = [len(found) for found in cut]
    owners = np.repeat(np.arange(len(cut)), lengths)
    singles = hashes[np.fromiter((token for found in cut for token in found), np.int64, sum(lengths))]
    rows, found = [owners], [singles]
    for distance, salt in ((1, np.uint64(0)), (2, _APART)):
        together = owners[distance:] == owners[:-distance]
        rows.append(owners[distance:][together])
        found.append((_mixed(singles[:-distance] * _PRIME + singles[distance:]) ^ salt)[together])
    rows.append(np.repeat(np.arange(len(extra)), [len(parts) for parts in extra]))
    found.append(hashes[np.array([part for parts in extra for part in parts], dtype=np.int64)])
    for mark, lines in marked.items():
        rows.append(np.array(lines, dtype=np.int64))
        found.append(np.full(len(lines), _hash(mark), dtype=np.uint64))
    owned, told = _judged(texts, [hashes[own] for own in cut])
    return np.concatenate([*rows, owned]), np.concatenate([*(part & ~_ODD for part in found), told | _ODD])


def of_judgement(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Which features only tell how good something is, not what it is about."""
    return (hashes & _ODD).astype(bool)


def _judged(
    texts: Sequence[str], words: Sequence[npt.NDArray[np.uint64]]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
    """What tells praise from fault besides the words of texts, and each such mark beside every word of its text."""
    rows, found = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.uint64)]
    for owner, text in enumerate(texts):
        for mark in (*directions(text), *((_ACT,) if act_only(text) else ())):
            own = np.full(_TOLD, _hash(_JUDGED + mark), dtype=np.uint64)
            found += [own, _mixed(np.unique(words[owner]) * _PRIME + own[0])]
            rows.append(np.full(_TOLD + len(found[-1]), owner))
    return np.concatenate(rows), np.concatenate(found)


def _parts(word: str, words: WordList) -> list[str]:
    """The words inside a compound that say something of its subject."""
    pieces = tiling(word, words.words) if word in words.words else ()
    return [part for part in pieces if len(part) >= _PART and part not in AFFIXES]


def _hash(token: str) -> int:
    return int.from_bytes(blake2b(token.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _mixed(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Hashes whose every bit depends on every bit of the input."""
    return (hashes ^ (hashes >> np.uint64(31))) * _PRIME
