"""The history of postings: from when to when each board listed them, and what they said in between.

A step takes the archive files of one source that were read at one time and that are later than all that were
loaded before, and brings `core.posting_boards`, `core.superseded_versions` and `core.postings` forward. A file that
comes late has its source be taken through all steps again (`loader.load`), so that what stands in the warehouse is
a function of the loaded files and not of the order in which they came.

Absence proves nothing, with two exceptions: a complete list of a board that lacks a posting, and a 404 or 410 at the
posting's own address. A list that drops adverts by age proves nothing of those that are old enough. A feed of changes
may say itself that a posting was taken away. A posting that is not seen for as long as its source declares has expired,
which is not a closing.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from transforms.records.columns import fields_of, table_of
from transforms.records.rows import Advert
from transforms.records.vocabulary import UNREAD
from warehouse.load.refined_file import RefinedFile
from warehouse.load.repetition import add_repeated_answers, rows_in
from warehouse.schema import dates_of, ident, literal
from warehouse.tables import (
    AgencySigns,
    InDollars,
    PostingCandidates,
    PostingPay,
    PostingPlaces,
    Postings,
    PostingSkills,
    SupersededVersions,
)

PARTS_OF_POSTING = (
    (PostingPlaces, "places"),
    (PostingPay, "pay"),
    (PostingSkills, "skills"),
    (PostingCandidates, "candidates"),
    (AgencySigns, "agency_signs"),
)
"""Tables of a posting's parts, and the nested column each is made from."""
NOT_SAID = ("posting_id", "source", "board", "told_by", "is_drawn")
"""Columns of an advert that are no content: a second board and the depth of reading say nothing new of it."""
FULLNESS = f"list_position(['none', 'snippet', 'full'], replace(text_state, '{UNREAD}', 'full'))"
"""SQL: how much text the answer has of an advert, whether or not it was read: an edit may end that it is."""
MAY_DROP = "(l.max_age_days IS NOT NULL AND coalesce(l.observed_at::DATE - p.posted_on >= l.max_age_days, true))"
"""SQL: whether the list `l` may lack a posting `p` for its age; one that does not say when it was posted may be old."""
ADVERT = [f.name for f in fields_of(Advert)]
IN_DOLLARS = [f.name for f in fields_of(InDollars)]


def step(
    con: duckdb.DuckDBPyConnection,
    source: str,
    files: Mapping[str, RefinedFile],
    all_files: Mapping[str, RefinedFile],
    last: str,
) -> None:
    """Bring a source's postings forward by files of one time; call it inside a transaction.

    `files` are refined files by archive file, whose responses stand in `ops.responses` already; `all_files` are those
    of the source, for what an answer repeats, which `repetition.find` has found. Observations after `last`, an SQL
    time, are left out. Whatever a CHECK refuses is raised as `duckdb.ConstraintException`.
    """
    warcs, age = list(files), _age(con, source)
    _inherit_completeness(con, source, warcs)
    _find_lists_and_removals(con, source, warcs)
    _collect(con, source, files, all_files, last)
    if age is not None:
        _keep_sightings(con)
    _extend_intervals(con, age)
    _move_intervals(con, source, age)
    _read_versions(con, age)
    _write_versions(con, all_files)
    _date_postings(con)


def _inherit_completeness(con: duckdb.DuckDBPyConnection, source: str, warcs: list[str]) -> None:
    """`repeat_answers`: answers that only repeat an earlier one, with that one, whose completeness they take over.

    `is_news`: another answer came between (a late file), so the repetition restores what that one had changed.
    """
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE repeat_answers AS
        SELECT r.warc, r.record, r.observed_at, o.warc AS first_warc, o.record AS first_record, o.is_complete,
            EXISTS (
                SELECT 1 FROM ops.responses AS x
                WHERE x.source = r.source AND x.url = r.url AND x.refers_to IS NULL AND x.n_rows > 0
                    AND x.observed_at > r.refers_to AND x.observed_at < r.observed_at
            ) AS is_news
        FROM ops.responses AS r JOIN ops.responses AS o
        ON o.source = r.source AND o.url = r.url AND o.observed_at = r.refers_to AND o.digest = r.digest
        WHERE r.source = $source AND list_contains($warcs, r.warc) AND o.refers_to IS NULL
        """,
        {"source": source, "warcs": warcs},
    )
    con.execute(
        "UPDATE ops.responses AS r SET is_complete = s.is_complete FROM repeat_answers AS s"
        " WHERE r.warc = s.warc AND r.record = s.record"
    )


def _find_lists_and_removals(con: duckdb.DuckDBPyConnection, source: str, warcs: list[str]) -> None:
    """`lists`: complete lists by board and time; `removals`: postings that answers say are gone, when and how."""
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE lists AS
        SELECT board, observed_at, max(max_age_days) AS max_age_days FROM ops.responses
        WHERE source = $source AND is_complete AND list_contains($warcs, warc) GROUP BY board, observed_at
        """,
        {"source": source, "warcs": warcs},
    )
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE removals AS
        WITH answers AS (
            SELECT posting_id, observed_at, http_status, removed FROM ops.responses
            WHERE source = $source AND list_contains($warcs, warc)
        )
        SELECT posting_id, observed_at, min(how) AS how FROM (
            SELECT posting_id, observed_at, 'not_found' AS how FROM answers
            WHERE posting_id IS NOT NULL AND http_status IN (404, 410)
            UNION ALL
            SELECT unnest(removed), observed_at, 'removed' FROM answers
        ) GROUP BY ALL
        """,
        {"source": source, "warcs": warcs},
    )


def _collect(
    con: duckdb.DuckDBPyConnection,
    source: str,
    files: Mapping[str, RefinedFile],
    all_files: Mapping[str, RefinedFile],
    last: str,
) -> None:
    """`readings`: rows of the files with a digest of what they say; `seen`: these and what is only repeated.

    `warc` and `record` say where the row of a reading stands, `of_warc` and `of_record` which answer it is of.
    """
    columns = [ident(name) for name in ADVERT if name not in NOT_SAID]
    content = ", ".join([*columns, "places", "pay"])
    board = f"coalesce(board, {literal(source)}) AS board"
    said_in = (
        f"record, file_row_number AS row_number, title, {FULLNESS} AS fullness,"
        f" md5(row({content})::VARCHAR) AS content_hash"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE readings AS "
        + rows_in(files, f"posting_id, {board}, observed_at, {said_in}, record AS of_record, warc AS of_warc")
        + f" WHERE observed_at <= {last}"
    )
    con.execute("CREATE OR REPLACE TEMP TABLE seen AS SELECT DISTINCT posting_id, board, observed_at FROM readings")
    firsts = [row[0] for row in con.execute("SELECT DISTINCT first_warc FROM repeat_answers ORDER BY ALL").fetchall()]
    if firsts:
        first_files = {warc: all_files[warc] for warc in firsts}
        rows = rows_in(first_files, f"posting_id, {board}, record")
        con.execute(
            f"""
            INSERT INTO seen
            SELECT DISTINCT o.posting_id, o.board, r.observed_at
            FROM ({rows}) AS o JOIN repeat_answers AS r ON r.first_warc = o.warc AND r.first_record = o.record
            """
        )
        add_repeated_answers(con, first_files, all_files)
    news = con.execute("SELECT DISTINCT first_warc FROM repeat_answers WHERE is_news ORDER BY ALL").fetchall()
    if news:
        first_files = {warc: all_files[warc] for (warc,) in news}
        again = rows_in(first_files, f"posting_id, {board}, {said_in}")
        con.execute(
            f"""
            INSERT INTO readings BY NAME
            SELECT o.*, r.observed_at, r.warc AS of_warc, r.record AS of_record FROM ({again}) AS o
            JOIN repeat_answers AS r ON r.first_warc = o.warc AND r.first_record = o.record WHERE r.is_news
            """
        )
    con.execute(
        """
        INSERT INTO seen
        SELECT DISTINCT o.posting_id, o.board, a.observed_at
        FROM (SELECT DISTINCT wording_hash, posting_id, board FROM repetition_rows) AS o
        JOIN advert_repetitions AS a USING (wording_hash)
        ANTI JOIN seen AS s ON s.posting_id = o.posting_id AND s.board = o.board AND s.observed_at = a.observed_at
        """
    )
    _add_changed_repetitions(con, all_files, f"posting_id, {board}, {said_in}")


def _add_changed_repetitions(
    con: duckdb.DuckDBPyConnection, all_files: Mapping[str, RefinedFile], columns: str
) -> None:
    """Add to `readings` the repeated adverts whose row is not the posting's current version (few).

    Once one reading of a posting may begin a new version, all its repetitions are added.
    """
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE said_news AS
        WITH news AS (
            SELECT * FROM repetition_rows
            SEMI JOIN (SELECT wording_hash FROM advert_repetitions WHERE is_news) USING (wording_hash)
        ), current AS (
            SELECT n.wording_hash FROM news AS n JOIN core.postings AS p
            ON p.posting_id = n.posting_id AND p.warc = n.warc AND p.record = n.record
        ), changing AS (
            SELECT posting_id FROM readings
            UNION
            SELECT posting_id FROM news WHERE wording_hash NOT IN (FROM current)
        )
        SELECT * FROM news SEMI JOIN changing USING (posting_id)
        QUALIFY row_number() OVER (PARTITION BY wording_hash ORDER BY warc, row_number) = 1
        """
    )
    warcs = con.execute("SELECT DISTINCT warc FROM said_news ORDER BY ALL").fetchall()
    if not warcs:
        return
    rows = rows_in({warc: all_files[warc] for (warc,) in warcs}, columns)
    con.execute(
        f"""
        INSERT INTO readings BY NAME
        SELECT o.*, a.observed_at, a.warc AS of_warc, a.record AS of_record FROM ({rows}) AS o
        JOIN said_news AS n ON n.warc = o.warc AND n.row_number = o.row_number
        JOIN advert_repetitions AS a ON a.wording_hash = n.wording_hash AND a.is_news
        """
    )


def _keep_sightings(con: duckdb.DuckDBPyConnection) -> None:
    """`sighted`: when the boards listed the postings that are seen, before the intervals know of what came later."""
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE sighted AS
        SELECT posting_id, board, observed_at AS sighted_at FROM seen
        UNION
        SELECT posting_id, board, last_seen_at FROM core.posting_boards SEMI JOIN seen USING (posting_id)
        """
    )


# --- intervals ----------------------------------------------------------------------------------------


def _extend_intervals(con: duckdb.DuckDBPyConnection, age: int | None) -> None:
    """Extend intervals of postings that the only complete list of their board shows again.

    The rest of `seen` goes into `moving`. A fast path for nearly all postings on most nights: `_move_intervals` would
    find the same at three times the cost.
    """
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE extensions AS
        SELECT s.posting_id, s.board, b.first_seen_at, s.observed_at
        FROM (
            SELECT posting_id, board, min(observed_at) AS observed_at FROM seen GROUP BY ALL HAVING count(*) = 1
        ) AS s
        JOIN (SELECT board, min(observed_at) AS observed_at FROM lists GROUP BY board HAVING count(*) = 1) AS l
        ON l.board = s.board AND l.observed_at = s.observed_at
        JOIN core.posting_boards AS b ON b.posting_id = s.posting_id AND b.board = s.board AND b.closed_at IS NULL
            AND coalesce(s.observed_at::DATE - b.last_seen_at::DATE <= $age, true)
        WHERE s.posting_id NOT IN (SELECT posting_id FROM removals)
        """,
        {"age": age},
    )
    con.execute(
        """
        UPDATE core.posting_boards AS b SET last_seen_at = e.observed_at FROM extensions AS e
        WHERE e.posting_id = b.posting_id AND e.board = b.board AND e.first_seen_at = b.first_seen_at
        """
    )
    con.execute(
        """
        UPDATE core.postings AS p SET last_seen_at = e.observed_at
        FROM (SELECT posting_id, max(observed_at) AS observed_at FROM extensions GROUP BY posting_id) AS e
        WHERE e.posting_id = p.posting_id AND p.last_seen_at < e.observed_at
        """
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE moving AS SELECT * FROM seen ANTI JOIN extensions USING (posting_id, board)"
    )


def _move_intervals(con: duckdb.DuckDBPyConnection, source: str, age: int | None) -> None:
    """Lengthen, close and open intervals of `core.posting_boards`; `touched`: postings of which one changed.

    Between two sightings the interval ends if a complete list without the posting, its own 404 or its removal lies
    between them, or if they are further apart than the source says an advert may stay unseen. Complete lists know
    better than an age: what such a list shows again, and none showed the lack of, was there while nobody looked.
    """
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE moved AS
        WITH newest AS (
            SELECT b.* FROM core.posting_boards AS b SEMI JOIN moving AS s USING (posting_id, board)
            QUALIFY row_number() OVER (PARTITION BY posting_id, board ORDER BY first_seen_at DESC) = 1
        ), sightings AS (
            SELECT posting_id, board, first_seen_at AS since, last_seen_at AS seen_at, closed_at, closed_by FROM newest
            UNION ALL
            SELECT posting_id, board, observed_at, observed_at, NULL, NULL FROM moving
        ), followed AS (
            SELECT s.posting_id, s.board, s.since, s.seen_at, whole.board IS NOT NULL AS is_in_whole_list,
                CASE WHEN NOT $may_drop THEN l.observed_at END AS lacked_at,
                coalesce(s.closed_at, least(lacked_at, n.observed_at)) AS gone_at,
                coalesce(s.closed_by, CASE
                    WHEN n.observed_at < lacked_at OR lacked_at IS NULL AND n.observed_at IS NOT NULL THEN n.how
                    WHEN lacked_at IS NOT NULL THEN 'list' END) AS gone_by
            FROM sightings AS s LEFT JOIN core.postings AS p USING (posting_id)
            LEFT JOIN lists AS whole ON whole.board = s.board AND whole.observed_at = s.since
            ASOF LEFT JOIN lists AS l ON l.board = s.board AND s.seen_at < l.observed_at
            ASOF LEFT JOIN removals AS n ON n.posting_id = s.posting_id AND s.seen_at < n.observed_at
        ), apart AS (
            SELECT *, coalesce(
                lag(gone_at) OVER w < seen_at
                    OR NOT is_in_whole_list AND since::DATE - (lag(seen_at) OVER w)::DATE > $age,
                false) AS is_new
            FROM followed WINDOW w AS (PARTITION BY posting_id, board ORDER BY seen_at, since)
        ), numbered AS (
            SELECT *, count(*) FILTER (is_new) OVER (PARTITION BY posting_id, board ORDER BY seen_at, since) AS number
            FROM apart
        )
        SELECT posting_id, board, min(since) AS first_seen_at, max(seen_at) AS last_seen_at,
            arg_max_null(gone_at, seen_at) AS closed_at, arg_max_null(gone_by, seen_at) AS closed_by
        FROM numbered GROUP BY posting_id, board, number
        """.replace("$may_drop", MAY_DROP),
        {"age": age},
    )
    # An interval that ends by expiry is followed by another: only what was gone before that is a closing of it.
    con.execute(
        """
        UPDATE moved AS m SET closed_at = NULL, closed_by = NULL
        FROM moved AS next
        WHERE next.posting_id = m.posting_id AND next.board = m.board AND m.last_seen_at < next.first_seen_at
            AND m.closed_at >= next.first_seen_at
        """
    )
    con.execute(
        """
        INSERT INTO moved
        SELECT b.posting_id, b.board, b.first_seen_at, b.last_seen_at,
            least(lacked_at, n.observed_at),
            CASE WHEN n.observed_at < coalesce(lacked_at, 'infinity'::TIMESTAMPTZ) THEN n.how ELSE 'list' END
        FROM (
            SELECT p.*, CASE WHEN NOT $may_drop THEN l.observed_at END AS lacked_at
            FROM (
                SELECT b.*, p.posted_on FROM core.posting_boards AS b JOIN core.postings AS p USING (posting_id)
                WHERE p.source = $source
                    AND (b.board IN (SELECT board FROM lists) OR b.posting_id IN (SELECT posting_id FROM removals))
                    AND NOT EXISTS (SELECT 1 FROM seen AS s WHERE s.posting_id = b.posting_id AND s.board = b.board)
                QUALIFY row_number() OVER (PARTITION BY b.posting_id, b.board ORDER BY b.first_seen_at DESC) = 1
                    AND b.closed_at IS NULL
            ) AS p
            ASOF LEFT JOIN lists AS l ON l.board = p.board AND p.last_seen_at < l.observed_at
        ) AS b
        ASOF LEFT JOIN removals AS n ON n.posting_id = b.posting_id AND b.last_seen_at < n.observed_at
        WHERE lacked_at IS NOT NULL OR n.observed_at IS NOT NULL
        """.replace("$may_drop", MAY_DROP),
        {"source": source},
    )
    con.execute("CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT posting_id FROM moved")
    con.execute(
        """
        MERGE INTO core.posting_boards AS b USING moved AS m
        ON b.posting_id = m.posting_id AND b.board = m.board AND b.first_seen_at = m.first_seen_at
        WHEN MATCHED THEN UPDATE SET last_seen_at = m.last_seen_at, closed_at = m.closed_at, closed_by = m.closed_by
        WHEN NOT MATCHED THEN INSERT (posting_id, board, first_seen_at, last_seen_at, closed_at, closed_by)
            VALUES (m.posting_id, m.board, m.first_seen_at, m.last_seen_at, m.closed_at, m.closed_by)
        """
    )


def _age(con: duckdb.DuckDBPyConnection, source: str) -> int | None:
    """Days a posting of the source may go unseen before it counts as expired; None when it declares none."""
    row = con.execute("SELECT expires_after_days FROM core.sources WHERE source = ?", [source]).fetchone()
    return row[0] if row else None


# --- versions -----------------------------------------------------------------------------------------


def _read_versions(con: duckdb.DuckDBPyConnection, age: int | None) -> None:
    """`versions`: the readings that begin another version of their posting, each with where it was read.

    Of two boards that list a posting at once, the one that listed it first speaks for it: their wordings differ, and
    the posting would change twice a night. A reading with less text than the current version begins no other one
    while the title stays: lists often hold less than the postings' own answers.
    """
    # By what was known when it was read: a board that lists the posting again later may have been silent for long then.
    known_open = (
        ""
        if age is None
        else f"""AND EXISTS (
                        SELECT 1 FROM sighted AS w
                        WHERE w.posting_id = other.posting_id AND w.board = other.board
                            AND w.sighted_at BETWEEN other.first_seen_at AND r.observed_at
                            AND r.observed_at::DATE - w.sighted_at::DATE <= {age}
                    )"""
    )
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE versions AS
        WITH saying_else AS (  -- the others, nearly all on most nights, begin nothing
            SELECT * FROM readings WHERE posting_id IN (
                SELECT r.posting_id FROM readings AS r LEFT JOIN core.postings AS p USING (posting_id)
                WHERE r.content_hash IS DISTINCT FROM p.content_hash
            )
        ), speaking AS (
            SELECT r.* FROM saying_else AS r
            JOIN core.posting_boards AS own ON own.posting_id = r.posting_id AND own.board = r.board
                AND r.observed_at BETWEEN own.first_seen_at AND own.last_seen_at
            WHERE NOT EXISTS (
                SELECT 1 FROM core.posting_boards AS other
                WHERE other.posting_id = r.posting_id AND other.board <> r.board
                    AND (other.first_seen_at, other.board) < (own.first_seen_at, own.board)
                    AND r.observed_at < coalesce(other.closed_at, 'infinity'::TIMESTAMPTZ)
                    $known_open
            )
            QUALIFY row_number() OVER (
                PARTITION BY r.posting_id, r.observed_at
                ORDER BY fullness DESC, of_warc DESC, of_record DESC, row_number DESC
            ) = 1
        ), all_readings AS (
            SELECT posting_id, observed_at, title, fullness, content_hash, warc, record, row_number FROM speaking
            UNION ALL
            SELECT p.posting_id, p.version_from, p.title, $fullness, p.content_hash, NULL, NULL, NULL
            FROM core.postings AS p SEMI JOIN speaking USING (posting_id)
        ), titled AS (
            SELECT *, title IS DISTINCT FROM lag(title) OVER w AS is_retitled
            FROM all_readings WINDOW w AS (PARTITION BY posting_id ORDER BY observed_at)
        ), grouped AS (
            SELECT *, count(*) FILTER (is_retitled) OVER (PARTITION BY posting_id ORDER BY observed_at) AS of_title
            FROM titled
        ), full_enough AS (
            SELECT * FROM grouped
            QUALIFY fullness >= max(fullness) OVER (PARTITION BY posting_id, of_title ORDER BY observed_at)
        ), changes AS (
            SELECT * FROM full_enough
            QUALIFY content_hash IS DISTINCT FROM lag(content_hash) OVER (
                PARTITION BY posting_id ORDER BY observed_at
            )
        )
        SELECT posting_id, observed_at AS version_from, lead(observed_at) OVER w AS version_to, content_hash, warc,
            record, row_number
        FROM changes
        WINDOW w AS (PARTITION BY posting_id ORDER BY observed_at)
        QUALIFY warc IS NOT NULL OR version_to IS NOT NULL
        """.replace("$fullness", FULLNESS).replace("$known_open", known_open)
    )


def _write_versions(con: duckdb.DuckDBPyConnection, all_files: Mapping[str, RefinedFile]) -> None:
    """Put new versions in place, and what they supersede beside them. Unchanged postings are not written."""
    warcs, n_replaced, n_over = con.execute(
        """
        SELECT list(DISTINCT warc ORDER BY warc) FILTER (warc IS NOT NULL), count_if(warc IS NULL),
            count_if(warc IS NOT NULL AND version_to IS NOT NULL)
        FROM versions
        """
    ).fetchall()[0]
    if not warcs:
        return
    files = {warc: all_files[warc] for warc in warcs}
    advert = ", ".join(map(ident, ADVERT))
    before = ", ".join(f"p.{ident(name)}" for name in (*ADVERT, *IN_DOLLARS))
    target = f"{table_of(SupersededVersions).name} BY NAME"
    if n_replaced:  # stored versions that end now
        con.execute(
            f"""
            INSERT INTO {target}
            SELECT {before}, p.version_from, p.content_hash, p.warc, p.record, v.version_to
            FROM versions AS v JOIN core.postings AS p USING (posting_id) WHERE v.warc IS NULL
            """
        )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE new_versions AS
        SELECT r.* EXCLUDE (text, spans, issues, wording_hash, record_hash, file_row_number, filename, observed_at),
            v.version_from, v.version_to, v.content_hash
        FROM ({rows_in(files, "*")}) AS r
        JOIN versions AS v
        ON v.warc = r.warc AND v.row_number = r.file_row_number AND v.posting_id = r.posting_id
        """
    )
    if n_over:  # new versions that had ended when a later one was read
        con.execute(
            f"""
            INSERT INTO {target}
            SELECT {advert}, version_from, content_hash, warc, record, version_to
            FROM new_versions WHERE version_to IS NOT NULL
            """
        )
        con.execute("DELETE FROM new_versions WHERE version_to IS NOT NULL")
    values = [*ADVERT, "version_from", "content_hash", "warc", "record"]
    sets = ", ".join(f"{ident(c)} = s.{ident(c)}" for c in values if c != "posting_id")
    columns = [*values, "job_id", "first_seen_at", "last_seen_at"]
    expressions = [*(f"s.{ident(c)}" for c in values), "s.posting_id", "s.version_from", "s.version_from"]
    con.execute(
        f"""
        MERGE INTO {table_of(Postings).name} AS t USING new_versions AS s ON t.posting_id = s.posting_id
        WHEN MATCHED THEN UPDATE SET {sets}, last_seen_at = greatest(t.last_seen_at, s.version_from)
        WHEN NOT MATCHED THEN INSERT ({", ".join(map(ident, columns))}) VALUES ({", ".join(expressions)})
        """
    )
    for cls, column in PARTS_OF_POSTING:
        name = table_of(cls).name
        position = f", unnest(range(len({column}))) AS position" if cls in (PostingPlaces, PostingPay) else ""
        con.execute(f"DELETE FROM {name} WHERE posting_id IN (SELECT posting_id FROM new_versions)")
        con.execute(
            f"INSERT INTO {name} BY NAME"
            f" SELECT posting_id, unnest({column}, max_depth := 2){position} FROM new_versions WHERE len({column}) > 0"
        )


# --- dates of the posting itself ------------------------------------------------------------------------


def _date_postings(con: duckdb.DuckDBPyConnection) -> None:
    """Set when touched postings were seen, closed and reopened, from their intervals on all boards."""
    boards = "(SELECT * FROM core.posting_boards SEMI JOIN touched USING (posting_id))"
    con.execute(
        f"""
        UPDATE core.postings AS p SET
            first_seen_at = d.first_seen_at, last_seen_at = d.last_seen_at, closed_on = d.closed_on,
            reopened_on = d.reopened_on
        FROM ({dates_of(boards)}) AS d
        WHERE d.posting_id = p.posting_id
            AND (d.first_seen_at, d.last_seen_at, d.closed_on, d.reopened_on)
                IS DISTINCT FROM (p.first_seen_at, p.last_seen_at, p.closed_on, p.reopened_on)
        """
    )
