"""Questions to the tables: what held on a day, what happened between two, who says so, panels.

A reader's own rows are ``joining``, pictures are ``drawing``; nothing here reads a seed.
"""
