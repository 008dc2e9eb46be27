"""Detect the language of a text."""

from __future__ import annotations

import functools
import math

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier

LANGUAGE_SAMPLE, LONGER_SAMPLE = 600, 1500
"""Number of characters read to detect the language. The longer sample is only used to recognise English."""
MIN_FOR_LANGUAGE = 40
"""Minimum letters for detecting a language."""
MIN_PROBABILITY = 0.5
"""Minimum probability that the text is in the detected language, among `LANGUAGES`."""
# fmt: off
LANGUAGES = (
    "ar", "bg", "ca", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "he", "hi", "hr", "hu", "id", "it", "ja",
    "ko", "lt", "lv", "nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk", "vi",
    "zh",
)
# fmt: on
"""The languages that can be detected (ISO 639-1): those of the countries whose boards we read."""
SAME_LANGUAGE = {"nb": "no", "nn": "no"}
FREQUENT = {
    "en": frozenset(("the", "and", "with", "you", "your", "our", "for", "this", "are", "will", "that", "from", "have")),
    "fr": frozenset((
        "les", "des", "est", "du", "sur", "nous", "vous", "notre", "votre", "dans", "avec", "une", "aux", "pour",
        "sont", "cette", "leur", "leurs",
    )),
    "de": frozenset((
        "und", "wir", "für", "mit", "dich", "sich", "eine", "einen", "einer", "das", "dem", "zur", "zum", "auf", "bei",
        "deine", "unsere", "unser", "ist",
    )),
}  # fmt: skip
"""Frequent words by language. Texts of the other languages have few or none of them."""
MIN_FREQUENT = 0.1
"""If more than this share of a text's words is frequent in a language, the text is in it. In prose it is 0.1 to 0.2."""


@functools.cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in LANGUAGES if code in identifier.labels])
    # The library stores half-precision numbers by column, but a text reads rows. The conversion is exact.
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc, dtype=np.float32)
    return identifier


def language_of(text: str) -> str | None:
    """Return the language of a text (ISO 639-1); None if the text is too short or unclear.

    It is English if frequent English words are common in its first `LANGUAGE_SAMPLE` or `LONGER_SAMPLE` characters, and
    French or German if their frequent words are common in the first `LANGUAGE_SAMPLE`. Otherwise py3langid (Lui and
    Baldwin 2012, retrained) chooses by these; it chooses alike, but takes long.
    """
    sample = text[:LANGUAGE_SAMPLE]
    if _has_words_of("en", sample) or (len(text) > LANGUAGE_SAMPLE and _has_words_of("en", text[:LONGER_SAMPLE])):
        return "en"
    if sum(map(str.isalpha, sample)) < MIN_FOR_LANGUAGE:
        return None
    for language in ("fr", "de"):
        if _has_words_of(language, sample):
            return language
    language, probability = _identifier().classify(sample)
    if math.isnan(probability) or probability < MIN_PROBABILITY:
        return None
    return SAME_LANGUAGE.get(str(language), str(language))


def _has_words_of(language: str, sample: str) -> bool:
    words = sample.lower().split()
    return sum(map(FREQUENT[language].__contains__, words)) > MIN_FREQUENT * max(len(words), MIN_FOR_LANGUAGE // 4)
