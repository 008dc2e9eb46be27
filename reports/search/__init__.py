"""Find figures by plain words: one table of words and one rule of scores, for commands, MCP tools and the site.

`table` makes the table of words from `words.csv` and the lookups, `question` reads a question by it, `index` gives each
figure its facets, and `find` scores the figures. The site's `search.js` is the same rule in JavaScript; a test asserts
that both give the same answers.
"""
