"""Measure how far a small classifier disagrees with what the rules read from a title, so that an audit looks there
first.

The classifier learns from the labels that the rules gave, but never judges a title that it learnt from. It knows how
titles with similar words were mostly labelled. A label that it finds unlikely is therefore one that the rules gave by
an exception. It only decides in which order a person is asked, and its results are not stored.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FOLDS = 3
SMOOTHING = 0.1
WORD = re.compile(r"\w+")


def title_doubts(titles: Sequence[str], labels: Sequence[str]) -> NDArray[np.float64]:
    """Return, for each title, one minus the probability of its label according to a classifier that learnt from
    other titles (0 to 1).

    The classifier is naive Bayes over words and pairs of words, cross-fitted by title. On titles labelled by people it
    ranks errors as well as logistic regression, in a hundredth of the time. All doubts are 0 if there is only one
    label.
    """
    doubts = np.zeros(len(titles))
    names, codes = np.unique(np.array(labels, dtype=str), return_inverse=True)
    if len(names) < 2:
        return doubts
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415  # two seconds, for audits alone
    from sklearn.naive_bayes import MultinomialNB  # noqa: PLC0415

    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), tokenizer=WORD.findall, token_pattern=None)
    features = words.fit_transform(titles)
    folds = np.array([zlib.crc32(title.casefold().encode()) % FOLDS for title in titles])
    for fold in range(FOLDS):
        train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if not len(test) or len(np.unique(codes[train])) < 2:
            continue
        model = MultinomialNB(alpha=SMOOTHING).fit(features[train], codes[train])
        chances = np.zeros((len(test), len(names)))
        chances[:, model.classes_] = model.predict_proba(features[test])
        doubts[test] = 1 - chances[np.arange(len(test)), codes[test]]
    return doubts
