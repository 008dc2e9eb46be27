"""The peers of the exam, each called as its documentation has it. Runs in the exam's own environment, without our code.

Reads {"peer", "package", "cases", "names"} from standard input and writes {"version", "python", "answers"}, one answer
for each case; a case is the list of arguments of the reader.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import json
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

SIGNS = {"$": "USD", "£": "GBP", "€": "EUR"}
INTERVALS = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
SHINGLE, PERMUTATIONS, THRESHOLDS = 5, 128, (0.5, 0.6, 0.7, 0.8, 0.9)

Answers = Iterator[Any]


def bm25(cases: Sequence[Any], names: Sequence[str]) -> Answers:
    """Yield the `k` labels that rank first for each [sentence, k]."""
    bm25s = importlib.import_module("bm25s")
    index = bm25s.BM25()
    index.index(bm25s.tokenize(names, stopwords="en", show_progress=False), show_progress=False)
    for sentence, k in cases:
        words = bm25s.tokenize([sentence], stopwords="en", show_progress=False, return_ids=False)
        ranks, _ = index.retrieve(words, corpus=list(names), k=k, show_progress=False)
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
    """Yield [amount, amount, currency, None] of each [text, …]; None where no price is found."""
    read = importlib.import_module("price_parser").Price.fromstring
    for text, *_ in cases:
        price = read(text)
        amount = price.amount_float
        yield None if amount is None else [amount, amount, SIGNS.get(price.currency, price.currency), None]


def datasketch(cases: Sequence[Any], _: Sequence[str]) -> Answers:
    """Yield, for each [earlier, later] of {board, text}, pairs of indexes by threshold, the most similar one."""
    module = importlib.import_module("datasketch")
    for earlier, later in cases:
        hashed = [[_hash(module, one["text"] or "") for one in day] for day in (earlier, later)]
        pairs: dict[str, list[tuple[int, int]]] = {}
        for threshold in THRESHOLDS:
            index = module.MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
            for number, minhash in enumerate(hashed[0]):
                index.insert(number, minhash)
            pairs[str(threshold)] = []
            for number, minhash in enumerate(hashed[1]):
                near = [one for one in index.query(minhash) if earlier[one]["board"] == later[number]["board"]]
                if near:
                    _, best = min((-hashed[0][one].jaccard(minhash), one) for one in near)
                    pairs[str(threshold)].append((best, number))
        yield pairs


def _hash(module: Any, text: str) -> Any:
    words = text.lower().split()
    minhash = module.MinHash(num_perm=PERMUTATIONS, seed=1)
    minhash.update_batch([" ".join(words[i : i + SHINGLE]).encode() for i in range(max(1, len(words) - SHINGLE + 1))])
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
    version = importlib.metadata.version(asked["package"])
    json.dump({"version": version, "python": platform.python_version(), "answers": answers}, sys.stdout)


if __name__ == "__main__":
    main()
