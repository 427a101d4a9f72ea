"""A document and its sheet to rows: dates, quotes, readings, and what is wrong with them, line by line.

Rules between rows are in ``building.rules``; what changed since a release is in ``ledger``. Needs the extra ``build``.
"""
