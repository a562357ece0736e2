"""Words that a message to a person never holds, in both languages. Pure.

Whoever picks up the telephone or the letter must learn nothing from it: not who writes, nor why. The lists hold stems;
Welsh ones are looked for with their mutations too. They stop what gives away, not every clumsy sentence: two people
read each template as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

# A stem with * stands for every word that begins so; one without stands for itself alone.
_ENGLISH = [
    "victim*",
    "abus*",
    "police*",
    "policing",
    "court*",
    "crime*",
    "crimin*",
    "offence*",
    "offend*",
    "assault*",
    "rape*",
    "raping",
    "rapist*",
    "violen*",
    "domestic*",
    "refuge*",
    "shelter*",
    "stalk*",
    "harass*",
    "suspect*",
    "witness*",
    "prosecut*",
    "trial*",
    "sentenc*",
    "prison*",
    "probation",
    "murder*",
    "homicid*",
    "manslaught*",
    "traffick*",
    "slaver*",
    "exploit*",
    "hate",
    "hatred",
    "honour*",
    "survivor*",
    "perpetrat*",
    "support*",
    "safeguard*",
    "injur*",
    "burglar*",
    "robber*",
    "robbed",
    "theft*",
    "stolen",
    "fraud*",
    "arson*",
    "counsel*",
    "hostel*",
    "solicitor*",
    "magistrate*",
    "judge*",
    "jury",
    "detective*",
    "officer*",
    "constable*",
    "commissioner*",
    "sexual*",
    "sex",
    "idva",
    "isva",
    "marac",
    "bail*",
    "restrain*",
    "injunction*",
    "grooming",
    "blackmail*",
    "kidnap*",
    "threat*",
    "harm*",
    "attack*",
    "beaten",
    "incident*",
    "case",
    "caseworker*",
    "charity",
    "helpline*",
    "hotline",
    "advocate*",
    "therap*",
    "trauma*",
    "compensation",
    "arrest*",
    "hearing*",
    "custody",
    "custodial",
    "pcc",
    "opcc",
    "cps",
    "sarc",
    "sarcs",
    "dv",
    "dva",
    "vawdasv",
    "vcu",
]
_WELSH = [
    "heddlu",
    "heddwas",
    "heddwe*",
    "dioddef*",
    "trais",
    "trei*",
    "camdrin*",
    "cam-drin*",
    "llys",
    "llysoedd",
    "trosedd*",
    "lloches*",
    "ymosod*",
    "lladrad*",
    "lladrata*",
    "byrgler*",
    "llofrudd*",
    "stelc*",
    "aflonydd*",
    "camfantais*",
    "camfanteis*",
    "caethwas*",
    "caethiw*",
    "casineb",
    "anrhydedd*",
    "goroes*",
    "cyflawnwr",
    "tyst",
    "tystion",
    "erlyn*",
    "carchar*",
    "dedfryd*",
    "rheithgor*",
    "barnwr*",
    "ynad*",
    "cefnog*",
    "cymorth*",
    "diogelu*",
    "cyfreith*",
    "twyll*",
    "noddfa*",
    "rhywiol*",
    "swyddog*",
    "comisiyn*",
    "bygyth*",
    "anaf*",
    "niwed*",
    "niweid*",
    "achos*",
    "cwnsel*",
    "elusen*",
    "hosteli*",
    "digwyddiad*",
    "ditectif*",
    "trawma*",
    "iawndal",
    "meichiau",
    "mechnïaeth",
    "arest*",
    "gwrandawiad*",
    "dalfa",
]
# Names that say it all, of bodies all over Wales; an area's own are given to `faults` beside them.
NAMES = (
    "victim support",
    "women's aid", "cymorth i fenywod", "live fear free", "byw heb ofn", "new pathways", "hafan cymru",
    "llamau", "bawso", "cyfannol", "umbrella cymru", "connect gwent", "samaritans", "samariaid", "rape crisis", "nspcc",
    "childline", "refuge", "safer wales", "goleudy", "dyfodol", "threshold", "hawl",
)  # fmt: skip

_SOFT = {"p": "b", "t": "d", "c": "g", "b": "f", "d": "dd", "g": "", "m": "f", "ll": "l", "rh": "r"}
_NASAL = {"p": "mh", "t": "nh", "c": "ngh", "b": "m", "d": "n", "g": "ng"}
_ASPIRATE = {"p": "ph", "t": "th", "c": "ch"}
_VOWELS = "aeiouwy"

# GSM 03.38, without which a text takes 70 signs instead of 160.
_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
LONGEST_TEXT, LONGEST_TEXT_BEYOND_GSM = 160, 70
_LONG_NAME = 8
_LINK = re.compile(r"https?:|www\.|://|\b[\w-]+\.(com|org|uk|cymru|wales|net|gov|info|io|ly|me|co)\b|<[^>]*>", re.I)
_WORD = re.compile(r"[a-z][a-z'’-]*")


def folded(text: str) -> str:
    """Small letters without accents, marks and signs that nobody sees; every apostrophe is one."""
    plain = unicodedata.normalize("NFKD", re.sub("[‘’ʼ`´＇]", "'", text))
    return "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Cf")).casefold()


def mutations(word: str) -> set[str]:
    """A Welsh word as itself and as each mutation may begin it."""
    forms = {word}
    for table in (_SOFT, _NASAL, _ASPIRATE):
        for first in (word[:2], word[:1]):
            if first in table and not (
                len(first) == 1 and word[:2] in ("ch", "dd", "ff", "ng", "ll", "ph", "rh", "th")
            ):
                forms.add(table[first] + word[len(first) :])
                break
    if word[0] in _VOWELS:
        forms.add("h" + word)
    return forms


@cache
def _stems() -> tuple[frozenset[str], tuple[str, ...]]:
    """Whole words, and beginnings of words."""
    listed = [folded(word) for word in _ENGLISH]
    listed += [form for word in _WELSH for form in mutations(folded(word))]
    listed = [word.replace("-", "") for word in listed]
    return (
        frozenset(word.removesuffix("*") for word in listed),
        tuple(sorted({word.removesuffix("*") for word in listed if word.endswith("*")})),
    )


def banned(text: str, names: Iterable[str] = ()) -> list[str]:
    """The words of the text that give away, in the order in which they stand; also where they are spelled out."""
    plain = folded(text)
    whole, beginnings = _stems()
    found = [word for word in _words(plain) if word in whole or word.startswith(beginnings)]
    # "p-o-l-i-c-e" and "p o l i c e" are read as what they are.
    letters = re.sub(r"(?<=\b[a-z])[^a-z]+(?=[a-z]\b)", "", plain)
    found += [word for word in _words(letters) if word not in found and (word in whole or word.startswith(beginnings))]
    said, joined = _bare(plain), re.sub("[^a-z0-9]", "", plain)
    for name in (*NAMES, *names):
        bare = _bare(folded(name))
        whole_name = bare.replace(" ", "")
        # Of several words, run together too.
        run_together = " " in bare and len(whole_name) >= _LONG_NAME and whole_name in joined
        if bare and (f" {bare} " in f" {said} " or run_together):
            found.append(name)
    return found


def _bare(plain: str) -> str:
    """Words without any sign between or within them, so that both sides of a comparison are written alike."""
    return " ".join(re.findall("[a-z0-9]+", plain.replace("'", "")))


def _words(plain: str) -> Iterator[str]:
    for word in _WORD.findall(plain):
        yield word.replace("-", "").strip("'’")
        yield from (part for part in re.split("['’-]", word) if part and part != word)


def faults(text: str, channel: str, names: Iterable[str] = ()) -> list[str]:
    """Why the finished words of a message may not go: codes, with the word where it is about one."""
    found = [f"banned:{word}" for word in banned(text, names)]
    if _LINK.search(text):
        found.append("link")
    if any(unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs") and c != "\n" for c in text):
        found.append("unseen_sign")
    if "{" in text or "}" in text:
        found.append("placeholder")
    if channel == "text" and len(text) > (LONGEST_TEXT if set(text) <= _GSM else LONGEST_TEXT_BEYOND_GSM):
        found.append("too_long")
    return found
