"""All estimators over all markets of known truth: one command, one dated page and its data (`make known-truth`).

Writes docs/known_truth.md and docs/known_truth.csv. `--markets` sets how many markets a row has, `--lists` how many
lists, `--runs` those of boards, `--processes` how many rows run at a time.
"""

from __future__ import annotations

import argparse
import itertools
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from tests.known_truth.advert_months import score_months
from tests.known_truth.board_nights import FIGURES, PANELS, PARTS_ASKED, find_coverage
from tests.known_truth.closings import (
    BOARDS,
    BOARDS_OF_KINDS,
    GAPS,
    KINDS,
    RATE,
    RATIO,
    Kind,
    draw_intervals,
    split_groups,
)
from tests.known_truth.employer_markets import (
    CORRELATIONS,
    EMPLOYERS,
    SD_SLOPES,
    SLOPES,
    flat_shares,
    list_shares,
)
from tests.known_truth.employer_scores import score_employer_shares, score_ranks
from tests.known_truth.markets import (
    QUANTILES,
    SEED,
    SHARES,
    SIZES,
    Flags,
    Floats,
    Generator,
    Markets,
    draw_markets,
    find_truth,
    read_generators,
)
from tests.known_truth.page import LIST_ROWS, Effort, read_lines, write_lines, write_page
from tests.known_truth.pay_changes import score_changes
from tests.known_truth.pay_quarters import score_quarters
from tests.known_truth.platforms import BETWEEN, PLATFORMS, score_further_platform
from tests.known_truth.scoring import Line, Score, find_misses, find_misses_of_ranks, score
from tests.known_truth.silence import (
    ODDS,
    SILENT,
    STATED,
    Silence,
    draw_silent_markets,
    part_of_all,
    part_of_stated,
)
from warehouse.marts.bounds import bound_shares
from warehouse.marts.closing.closing_rates import (
    Readings,
    compare_within_boards,
    estimate_closing_rates,
    find_mass_closings,
)
from warehouse.marts.closing.closings import EMPLOYER_RULES
from warehouse.marts.estimators import SampledCells, count_cells, estimate_quantiles, estimate_shares, sum_by
from warehouse.marts.pay.nonresponse import bound_medians, tilt_medians
from warehouse.marts.printing import find_broken_rules, is_tail_known

MARKETS = 2_000
"""Markets of a row: a coverage of 95 % is then within 1 point of itself."""
MARKETS_OF_BOARDS = 1_000
"""Markets of a row of closing rates: 150 boards on 60 days are nine million readings already."""
MARKETS_OF_KINDS = 400
"""The same of `closings.KINDS`."""
RUNS = 500
"""Markets of boards: a coverage of 93 % is then within 2.3 points of itself."""
LISTS = 400
"""Lists of a row of ranks: a coverage of 95 % is then within 2.2 points of itself."""
LIST_EMPLOYERS = (15, 30, 60, 150, 350)
PAGE = Path(__file__).parents[2] / "docs" / "known_truth.md"


def cells_of(markets: Markets) -> SampledCells:
    """Markets as cells."""
    jobs = np.bincount(markets.employer)
    first = np.searchsorted(markets.employer, np.arange(len(jobs)))
    return count_cells(markets.market[first], jobs, markets.n_markets)


def is_printed(cells: SampledCells) -> Flags:
    return np.asarray(find_broken_rules(cells) < 0)


@lru_cache(maxsize=4)
def truth_of(name: str, is_heaped: bool) -> dict[str, float]:
    (generator,) = (generator for generator in read_generators() if generator.name == name)
    return find_truth(generator, is_heaped=is_heaped)


def score_pay(generator: Generator, n: int, n_markets: int, *, is_heaped: bool) -> list[Line]:
    """Quantiles of pay on one row. A quantile that the sample cannot know is without an interval."""
    markets = draw_markets(generator, n, n_markets, is_heaped=is_heaped)
    cells = cells_of(markets)
    truth = truth_of(generator.name, is_heaped)
    lines = []
    for amount in ("low", "mid", "high"):
        names = [name for name, (of, _) in QUANTILES.items() if of == amount]
        estimate = estimate_quantiles(
            cells, markets.employer, getattr(markets, amount), [QUANTILES[name][1] for name in names]
        )
        for k, name in enumerate(names):
            is_known = is_tail_known(cells, QUANTILES[name][1])
            low, high = (np.where(is_known, end[:, k], np.nan) for end in (estimate.low, estimate.high))
            result = score(truth[name], estimate.value[:, k], low, high, is_printed(cells))
            misses = find_misses(result, name, is_heaped=is_heaped)
            kind = "rounded" if is_heaped else "as drawn"
            lines.append(Line("pay", generator.name, n, kind, name, result, misses))
    return lines


def estimate_asks(markets: Markets, cells: SampledCells) -> tuple[Floats, Floats, Floats]:
    """Shares and ends, markets x `SHARES`."""
    n_items = len(SHARES)
    row_cell = np.repeat(np.arange(markets.n_markets), n_items)
    n_employers = len(cells.employer_jobs)
    yes = np.stack([np.bincount(markets.employer, asks, n_employers) for asks in markets.asks.T.astype(float)], axis=1)
    employer, item = np.nonzero(yes)
    row = cells.employer_cell[employer] * n_items + item
    shares = estimate_shares(cells, row_cell, employer, row, yes[employer, item])
    shape = (markets.n_markets, n_items)
    return shares.share.reshape(shape), shares.low.reshape(shape), shares.high.reshape(shape)


def score_shares(generator: Generator, n: int, n_markets: int) -> list[Line]:
    """Shares on one row."""
    markets = draw_markets(generator, n, n_markets, is_heaped=False)
    cells = cells_of(markets)
    share, low, high = estimate_asks(markets, cells)
    lines = []
    for place, truth in enumerate(SHARES):
        name = f"{100 * truth:.0f} %"
        result = score(truth, share[:, place], low[:, place], high[:, place], is_printed(cells))
        lines.append(Line("shares", generator.name, n, "", name, result, find_misses(result, name)))
    return lines


def score_bounds(generator: Generator, n: int, n_markets: int, silence: Silence) -> list[Line]:
    """Bounds of the median, and the median at the true odds, on one row."""
    markets, is_stated = draw_silent_markets(generator, n, n_markets, silence)
    cells = cells_of(markets)
    value = np.where(is_stated, markets.mid, np.nan)
    intervals = bound_medians(cells, markets.employer, value)
    is_shown = is_printed(cells) & intervals.is_informative
    low, high = (np.where(intervals.is_informative, end, np.nan) for end in (intervals.low, intervals.high))
    truth = truth_of(generator.name, False)["p50"]
    kind = f"{100 * silence.stated:.0f} % state pay, odds x {silence.odds:g}"
    truths = {kind: truth} if silence.odds != 1 else _truths_of_medians(generator, silence.stated)
    lines = []
    for of_truth, median in truths.items():
        bounds = score(median, (low + high) / 2, low, high, is_shown, unit=median)
        lines.append(Line("silence", generator.name, n, of_truth, "bounds of the median", bounds, find_misses(bounds)))
    n_silent = np.bincount(markets.market[~is_stated], minlength=markets.n_markets)
    for name, odds in (("median, tilted", silence.odds), ("median of those stated", 1.0)):
        tilted = tilt_medians(markets.market[is_stated], markets.mid[is_stated], n_silent, odds)
        no_end = np.full(len(tilted), np.nan)
        result = score(truth, tilted, no_end, no_end, no_end > 0)
        lines.append(Line("silence", generator.name, n, kind, name, result, is_scored=False))
    return lines


def _truths_of_medians(generator: Generator, stated: float) -> dict[str, float]:
    """The median of all jobs, by whether those that are silent would pay more than all others."""
    names = {f"{100 * stated:.0f} % state pay, {silent} of the silent pay more": silent for silent in SILENT}
    at = {name: ("mid", part_of_stated(stated, silent)) for name, silent in names.items()}
    return find_truth(generator, is_heaped=False, quantiles=at)


def score_share_bounds(generator: Generator, n: int, n_markets: int, stated: float) -> list[Line]:
    """Bounds of shares on one row: the same intervals against what the silent jobs may ask."""
    markets, is_stated = draw_silent_markets(generator, n, n_markets, Silence(stated, 1.0))
    cells = cells_of(markets)
    n_items, n_employers = len(SHARES), len(cells.employer_jobs)
    asks = (markets.asks & is_stated[:, None]).astype(float)
    yes = np.stack([np.bincount(markets.employer, one, n_employers) for one in asks.T], axis=1)
    employer, item = np.nonzero(yes)
    row_cell = np.repeat(np.arange(n_markets), n_items)
    silent = sum_by(markets.employer, ~is_stated, n_employers)
    row, n_yes = cells.employer_cell[employer] * n_items + item, yes[employer, item].astype(np.float64)
    low, high = (end.reshape(n_markets, n_items) for end in bound_shares(cells, row_cell, employer, row, n_yes, silent))
    says = np.flatnonzero(silent < cells.employer_jobs)
    known, place = np.unique(cells.employer_cell[says], return_inverse=True)
    is_shown = np.zeros(n_markets, dtype=bool)
    is_shown[known] = is_printed(count_cells(place, (cells.employer_jobs - silent)[says], len(known)))
    lines = []
    for kind, (number, share) in itertools.product(SILENT, enumerate(SHARES)):
        truth, of_share = part_of_all(share, stated, kind), (low[:, number], high[:, number])
        result = score(truth, (low + high)[:, number] / 2, *of_share, is_shown, unit=0.01)
        where = f"{100 * stated:.0f} % say, {100 * share:.0f} % of them yes, {kind} of the silent"
        lines.append(Line("silence", generator.name, n, where, "bounds of a share", result, find_misses(result)))
    return lines


def score_platforms(
    generator: Generator, n_platforms: int, n_markets: int, between: float, by_employer: bool
) -> list[Line]:
    """The share of a further platform on one row."""
    kind = f"{'by employers' if by_employer else 'by jobs'}, platforms differ by {between:g}"
    scores = score_further_platform(generator, n_platforms, n_markets, between, by_employer=by_employer)
    return [
        Line("platforms", generator.name, n_platforms, kind, f"{100 * share:.0f} %", result, find_misses(result))
        for share, result in scores.items()
    ]


def score_closings(
    generator: Generator, n_boards: int, n_markets: int, distance: int, kind: Kind = KINDS[0], seed: int = SEED
) -> list[Line]:
    """Closing rates on one row. What is printed is so by `closings.EMPLOYER_RULES`."""
    intervals = draw_intervals(generator, n_boards, n_markets, distance, kind, seed)
    readings = Readings(
        intervals.market, intervals.board, intervals.days.astype(float), intervals.n_open.astype(float),
        intervals.n_closed.astype(float), employer=intervals.employer,
    ).where((intervals.is_gone == 0) & (intervals.n_open > 0))  # fmt: skip
    rates = estimate_closing_rates(readings.where(~find_mass_closings(readings, n_markets)), n_markets)
    rests_on = {name: getattr(rates, name) for name in ("open_days", "n_employers", "n_even", "largest")}
    result = score(RATE, rates.rate, rates.low, rates.high, find_broken_rules(rests_on, EMPLOYER_RULES) < 0)
    return [_line_of_closings(generator, n_boards, distance, kind, "closing rate", result)]


def score_ratios(
    generator: Generator, n_boards: int, n_markets: int, distance: int, kind: Kind, seed: int = SEED
) -> list[Line]:
    """Ratios of the closing rates of two groups within boards on one row, of markets whose interval has ends."""
    intervals = draw_intervals(generator, n_boards, n_markets, distance, kind, seed)
    pairs = split_groups(intervals, seed)
    k, k_other, days = pairs.n_closed, pairs.n_closed_other, intervals.days.astype(float)
    t, t_other = (pairs.n_open - k / 2) * days, (pairs.n_open_other - k_other / 2) * days
    is_read = np.flatnonzero(intervals.is_gone == 0)
    readings = Readings(
        intervals.market[is_read], intervals.board[is_read], days[is_read], intervals.n_open[is_read].astype(float),
        (k + k_other)[is_read].astype(float),
    )  # fmt: skip
    counts = is_read[~find_mass_closings(readings, n_markets)]
    both = counts[(t[counts] > 0) & (t_other[counts] > 0)]
    market, k, k_other, t, t_other = (one[both] for one in (intervals.market, k, k_other, t, t_other))
    numbers, employer = np.unique(intervals.employer[both], return_inverse=True)
    market_of = np.zeros(len(numbers), dtype=np.int64)
    market_of[employer] = market
    total = t + t_other
    terms = (t * t_other / total, k * t_other / total, k_other * t / total, (k + k_other) * t * t_other / total**2)
    weight, ours, theirs, independent = (sum_by(employer, term, len(numbers)) for term in terms)
    comparison, employers = compare_within_boards(market_of, weight, ours, theirs, independent, n_markets)
    assert employers is not None and employers.n_cells == n_markets
    rests_on = {name: getattr(employers, name) for name in ("n_employers", "n_even", "largest")}
    rests_on["open_days"] = np.minimum(*(sum_by(market, one, n_markets) for one in (t, t_other)))
    has, is_shown = np.isfinite(comparison.low), find_broken_rules(rests_on, EMPLOYER_RULES) < 0
    result = score(RATIO, comparison.ratio[has], comparison.low[has], comparison.high[has], is_shown[has])
    return [_line_of_closings(generator, n_boards, distance, kind, "ratio", result)]


def _line_of_closings(
    generator: Generator, n_boards: int, distance: int, kind: Kind, estimand: str, result: Score
) -> Line:
    name = f"{estimand}, read every {distance} d"
    return Line("closings", generator.name, n_boards, kind.name, name, result, find_misses(result))


def score_employers(
    generator: Generator, n: int, n_markets: int, slope: float, correlation: float, is_weighted: bool
) -> list[Line]:
    """Employers' shares on one row."""
    kind = f"slope {slope:+g}, correlation {correlation:g}{', weighted' if is_weighted else ''}"
    scores = score_employer_shares(generator, n, n_markets, slope, correlation, is_weighted=is_weighted)
    return [
        Line("employers", generator.name, n, kind, f"{100 * truth:.0f} %", result, find_misses(result))
        for truth, result in scores.items()
    ]


def score_list(generator: Generator, n: int, n_lists: int, is_flat: bool, by_jobs: bool, sd_slope: float) -> list[Line]:
    """Ranks on one row."""
    shares = flat_shares(LIST_ROWS) if is_flat else list_shares(LIST_ROWS)
    in_pairs, alone = score_ranks(generator, n, n_lists, shares, CORRELATIONS[1], by_jobs=by_jobs, sd_slope=sd_slope)
    kind = f"by {'jobs' if by_jobs else 'employers'}, {'flat' if is_flat else 'declining'}, slopes {sd_slope:g}"
    return [
        Line("ranks", generator.name, n, kind, "ranks in pairs", in_pairs, find_misses_of_ranks(in_pairs)),
        Line("ranks", generator.name, n, kind, "ranks of rows alone", alone, is_scored=False),
    ]


def score_boards(runs: int, part: int) -> list[Line]:
    """Samples of boards where one in `part` is asked a night. Widths and biases are in points of share."""
    nan = float("nan")
    lines = []
    for (sample, figures), name in itertools.product(find_coverage(runs, part=part).items(), FIGURES):
        one = figures[name]
        result = Score(runs, 0, runs, one.held, one.held, nan, nan, 100 * one.width, 100 * one.width, 100 * one.off)
        misses, is_scored = find_misses(result), sample in PANELS
        lines.append(Line("boards", "boards", part, sample, name, result, misses if is_scored else (), is_scored))
    return lines


def list_lists(n_lists: int) -> list[partial[list[Line]]]:
    """All rows of ranks, each to be computed apart."""
    options = itertools.product(read_generators()[:2], LIST_EMPLOYERS, (False, True), (False, True), SD_SLOPES)
    return [
        partial(score_list, generator, n, n_lists, is_flat, by_jobs, sd_slope)
        for generator, n, is_flat, by_jobs, sd_slope in options
    ]


def list_rows(n_markets: int) -> list[partial[list[Line]]]:
    """All rows of the table, each to be computed apart."""
    generators = read_generators()
    rows: list[partial[list[Line]]] = []
    for generator in generators:
        for n in SIZES:
            rows += [partial(score_pay, generator, n, n_markets, is_heaped=is_heaped) for is_heaped in (True, False)]
            rows.append(partial(score_shares, generator, n, n_markets))
    for generator in generators[:3]:
        for silence in (Silence(part, odds) for part in STATED for odds in ODDS):
            rows.append(partial(score_bounds, generator, 150, n_markets, silence))
            if generator.name == "band":
                rows.append(partial(score_bounds, generator, 600, n_markets, silence))
    for generator, stated in itertools.product(generators[:2], STATED):
        rows.append(partial(score_share_bounds, generator, 150, n_markets, stated))
    for n_platforms, between, by_employer in itertools.product(PLATFORMS, BETWEEN, (False, True)):
        rows.append(
            partial(
                score_platforms, generators[1], n_platforms, min(n_markets, MARKETS_OF_BOARDS), between, by_employer
            )
        )
    for generator, n in itertools.product(generators[:2], EMPLOYERS):
        kinds = itertools.product(SLOPES, CORRELATIONS, (False, True))
        rows += [partial(score_employers, generator, n, n_markets, *kind) for kind in kinds]
    for distance in GAPS:
        rows += [partial(score_closings, generators[1], n, min(n_markets, MARKETS_OF_BOARDS), distance) for n in BOARDS]
        for kind, n in itertools.product(KINDS, BOARDS_OF_KINDS):
            row = (generators[1], n, min(n_markets, MARKETS_OF_KINDS), distance, kind)
            rows += [partial(score_closings, *row)] * (kind is not KINDS[0]) + [partial(score_ratios, *row)]
    return rows


def _compute(row: partial[list[Line]]) -> list[Line]:
    return row()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markets", type=int, default=MARKETS)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--lists", type=int, default=LISTS)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args()
    start = time.monotonic()
    rows = [*list_rows(options.markets), *list_lists(options.lists)]
    rows += [partial(score_boards, options.runs, part) for part in PARTS_ASKED]
    rows += [partial(score_changes, options.markets), partial(score_quarters), partial(score_months, options.markets)]
    with ProcessPoolExecutor(options.processes) as pool:
        lines = [line for row in pool.map(_compute, rows) for line in row]
    effort = Effort(options.markets, options.lists, options.runs, datetime.now(UTC).date(), time.monotonic() - start)
    data = write_lines(lines)
    options.page.with_suffix(".csv").write_text(data, encoding="utf-8")
    options.page.write_text(write_page(read_lines(data), effort), encoding="utf-8")
    print(f"{options.page}: {sum(bool(line.misses) for line in lines)} of {len(lines)} lines miss something")


if __name__ == "__main__":
    main()
