"""Statuses joined to a reader's own rows, whatever engine holds them, with the same rows in the same order.

Questions without a frame of the reader's are in ``asking``.
"""
