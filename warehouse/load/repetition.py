"""Find adverts that repeat the wording of an earlier answer, and the file with their row.

The refine step writes no second row for such an advert, only its `wording_hash` with the answer. Rows with the same
digest are equal, so any file with such a row will do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from warehouse.load.refined_file import RefinedFile
from warehouse.schema import literal


class MissingRowsError(Exception):
    """Refined files repeat adverts whose row no refined file has. The message names the files."""


def rows_in(files: Mapping[str, RefinedFile], columns: str) -> str:
    """Return a SELECT of `columns` from the rows of refined files, followed by each row's archive file (`warc`).

    `columns` may name `file_row_number`, the number of a row in its file.
    """
    return _select(((warc, str(file.rows)) for warc, file in files.items()), columns)


def _answers_in(files: Mapping[str, RefinedFile], columns: str) -> str:
    return _select(((warc, str(file.responses)) for warc, file in files.items()), columns)


def _select(paths: Iterable[tuple[str, str]], columns: str) -> str:
    warcs, names = (", ".join(map(literal, texts)) for texts in zip(*paths, strict=True))
    return (
        f"SELECT {columns}, warc FROM read_parquet([{names}], file_row_number = true, filename = true)"
        f" JOIN (SELECT unnest([{names}]) AS filename, unnest([{warcs}]) AS warc) USING (filename)"
    )


def find(
    con: duckdb.DuckDBPyConnection, files: Mapping[str, RefinedFile], all_files: Mapping[str, RefinedFile], last: str
) -> None:
    """Make the tables `advert_repetitions` and `repetition_rows`.

    `advert_repetitions` has the adverts that answers in `files` repeat, up to the time `last`. `repetition_rows` says
    where their rows are in `all_files`, the refined files of the source. The column `is_news` says whether the
    repetition may restore what another answer had changed. Raise `MissingRowsError` if no file has the row of a
    repeated advert.
    """
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE advert_repetitions AS
        SELECT warc, record::BIGINT AS record, observed_at, unnest(repetitions) AS wording_hash, true AS is_news
        FROM ({_answers_in(files, "record, observed_at, repetitions")}) WHERE observed_at <= {last}
        """
    )
    _locate(con, all_files)


def add_repeated_answers(
    con: duckdb.DuckDBPyConnection, first_files: Mapping[str, RefinedFile], all_files: Mapping[str, RefinedFile]
) -> None:
    """Add the adverts that the answers in `repeat_answers` repeat to `advert_repetitions` and `repetition_rows`.

    The answers in `repeat_answers` are copies of earlier answers, which are in `first_files`.
    """
    ((n,),) = con.execute(
        f"""
        INSERT INTO advert_repetitions
        SELECT r.warc, r.record, r.observed_at, unnest(o.repetitions), r.is_news
        FROM ({_answers_in(first_files, "record, repetitions")}) AS o
        JOIN repeat_answers AS r ON r.first_warc = o.warc AND r.first_record = o.record
        """
    ).fetchall()
    if n:
        _locate(con, all_files)


def _locate(con: duckdb.DuckDBPyConnection, all_files: Mapping[str, RefinedFile]) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE repetition_rows (wording_hash VARCHAR, posting_id VARCHAR, board VARCHAR,"
        " warc VARCHAR, record BIGINT, row_number BIGINT)"
    )
    if not con.execute("SELECT EXISTS (FROM advert_repetitions)").fetchall()[0][0]:
        return
    columns = (
        "wording_hash, posting_id, coalesce(board, source) AS board, record::BIGINT AS record,"
        " file_row_number AS row_number"
    )
    con.execute(
        f"INSERT INTO repetition_rows BY NAME"
        f" SELECT * FROM ({rows_in(all_files, columns)}) SEMI JOIN advert_repetitions USING (wording_hash)"
    )
    warcs = con.execute(
        "SELECT DISTINCT warc FROM advert_repetitions ANTI JOIN repetition_rows USING (wording_hash)"
    ).fetchall()
    if warcs:
        raise MissingRowsError(
            f"{', '.join(sorted(warc for (warc,) in warcs))}: the refined Parquet file of each repeats adverts whose "
            "rows are in no refined file any more; delete these Parquet files (not the archive files), and the next "
            "run makes them again"
        )
