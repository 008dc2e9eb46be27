"""The peers of the exam, each called as its documentation has it. Runs in the exam's own environment, without our code.

Reads {"peer", "package", "cases", "names"} from standard input and writes {"version", "python", "answers"}, one answer
for each case; a case is the list of arguments of the reader.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.metadata
import itertools
import json
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

INTERVALS = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
PERMUTATIONS = 256
"""Of datasketch, whose documentation has 128 by default and 256 for better accuracy."""
SHINGLES, THRESHOLDS = (1, 3), (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Words of a shingle: 1 in the examples of its documentation, 3 in its benchmark."""
FIELDS = {"text": ("text",), "title, place and text": ("title", "location_text", "text")}

Answers = Iterator[Any]


def bm25(cases: Sequence[Any], names: Sequence[str]) -> Answers:
    """Yield the `k` labels that rank first for each [sentence, k]."""
    bm25s = importlib.import_module("bm25s")
    tokenize = functools.partial(
        bm25s.tokenize,
        stopwords="en",
        stemmer=importlib.import_module("Stemmer").Stemmer("english"),
        show_progress=False,
    )
    index = bm25s.BM25()
    index.index(tokenize(names), show_progress=False)
    for sentence, k in cases:
        ranks, _ = index.retrieve(tokenize([sentence]), corpus=list(names), k=k, show_progress=False)
        yield [str(name) for name in ranks[0]]


def find_names(cases: Sequence[Any], names: Sequence[str]) -> Answers:
    """Yield the names that stand in each [text, …]."""
    processor = importlib.import_module("flashtext").KeywordProcessor()
    for name in names:
        plain = name.partition(" (")[0].strip()
        if plain:
            processor.add_keyword(plain, name)
    for text, *_ in cases:
        yield sorted(set(processor.extract_keywords(text)))


def jobspy(cases: Sequence[Any], _: Sequence[str]) -> Answers:
    """Yield [low, high, currency, period] of each [text, …]; None where no pay is found."""
    guess = importlib.import_module("jobspy.linkedin").LinkedIn._guess_salary
    for text, *_ in cases:
        pay = guess(text)
        period = INTERVALS[pay.interval.value] if pay.interval else None
        yield None if pay.min_amount is None else [pay.min_amount, pay.max_amount, pay.currency, period]


def price_parser(cases: Sequence[Any], _: Sequence[str]) -> Answers:
    """Yield [amount, amount, None, None] of each [text, …]; None where no price is found."""
    read = importlib.import_module("price_parser").Price.fromstring
    for text, *_ in cases:
        amount = read(text).amount_float
        yield None if amount is None else [amount, amount, None, None]


def datasketch(cases: Sequence[Any], _: Sequence[str]) -> Answers:
    """Yield, for each [earlier, later] of adverts, pairs of indexes by setting: the most similar one of the board."""
    module = importlib.import_module("datasketch")
    for earlier, later in cases:
        pairs: dict[str, list[tuple[int, int]]] = {}
        for (words, fields), size in itertools.product(FIELDS.items(), SHINGLES):
            hashed = [[_hash(module, [one[f] or "" for f in fields], size) for one in day] for day in (earlier, later)]
            for threshold in THRESHOLDS:
                index = module.MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
                for number, minhash in enumerate(hashed[0]):
                    index.insert(number, minhash)
                found = []
                for number, minhash in enumerate(hashed[1]):
                    near = [one for one in index.query(minhash) if earlier[one]["board"] == later[number]["board"]]
                    if near:
                        _, best = min((-hashed[0][one].jaccard(minhash), one) for one in near)
                        found.append((best, number))
                pairs[f"shingles of {size} words of {words}, threshold {threshold}"] = found
        yield pairs


def _hash(module: Any, texts: Sequence[str], size: int) -> Any:
    minhash = module.MinHash(num_perm=PERMUTATIONS, seed=1)
    for text in texts:
        words = text.lower().split()
        minhash.update_batch([" ".join(words[i : i + size]).encode() for i in range(max(1, len(words) - size + 1))])
    return minhash


def extruct(cases: Sequence[Any], _: Sequence[str]) -> Answers:
    """Yield the facts of each [html, url] by schema.org's properties, as they stand in the markup."""
    extract = importlib.import_module("extruct").extract
    for html, url in cases:
        found = extract(html, base_url=url, syntaxes=["json-ld", "microdata"], uniform=True)
        jobs = [one for kind in ("json-ld", "microdata") for one in found[kind] if one.get("@type") == "JobPosting"]
        yield _facts(jobs[0]) if jobs else {}


def _facts(job: dict[str, Any]) -> dict[str, Any]:
    address = _first(_first(job.get("jobLocation")).get("address"))
    country = address.get("addressCountry")
    salary = _first(job.get("baseSalary"))
    value = _first(salary.get("value"))
    pay = None
    with contextlib.suppress(KeyError, TypeError, ValueError):
        ends = float(value["minValue"]), float(value["maxValue"])
        pay = [*ends, salary["currency"], value["unitText"].lower()]
    return {
        "country": country.get("name") if isinstance(country, dict) else country,
        "city": address.get("addressLocality"),
        "posted_on": str(job.get("datePosted") or "")[:10] or None,
        "employment_type": job.get("employmentType"),
        "pay": pay,
    }


def _first(value: object) -> dict[str, Any]:
    one = value[0] if isinstance(value, list) and value else value
    return one if isinstance(one, dict) else {}


PEERS: dict[str, Callable[[Sequence[Any], Sequence[str]], Answers]] = {
    "bm25": bm25,
    "esco_names": find_names,
    "names": find_names,
    "jobspy": jobspy,
    "price_parser": price_parser,
    "datasketch": datasketch,
    "extruct": extruct,
}


def main() -> None:
    """Answer what standard input asks one peer."""
    asked = json.load(sys.stdin)
    answers = list(PEERS[asked["peer"]](asked["cases"], asked["names"]))
    version = importlib.metadata.version(asked["package"].partition("[")[0])
    json.dump({"version": version, "python": platform.python_version(), "answers": answers}, sys.stdout)


if __name__ == "__main__":
    main()
