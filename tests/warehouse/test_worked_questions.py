"""Answers are put under their questions as tables, and nothing else of a page changes."""

from __future__ import annotations

import duckdb

from tests.worked_questions import fill_answers, queries

PAGE = """# Page

```sql
SELECT 1200 AS n, 0.5 AS share, NULL AS reason, ['US', 'DE'] AS countries, true AS is_open, 'a|b' AS said;
```

<!-- answer -->
of an older night
<!-- /answer -->

```sql
SELECT 'shown without an answer';
```
"""
ANSWER = """<!-- answer -->
| n | share | reason | countries | is_open | said |
|--:|--:|---|---|---|---|
| 1,200 | 0.5 |  | US, DE | yes | a\\|b |
<!-- /answer -->"""


def test_an_answer_is_a_table_and_the_rest_of_the_page_stays() -> None:
    with duckdb.connect() as con:
        page = fill_answers(PAGE, con)
        assert page == PAGE.replace("<!-- answer -->\nof an older night\n<!-- /answer -->", ANSWER)
        assert fill_answers(page, con) == page
    assert len(queries(PAGE)) == 1
