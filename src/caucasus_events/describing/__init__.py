"""How the dataset tells of itself: name and version, public names, citations, and descriptors for machines.

Nothing here knows how a table is built or read; what a row is stands in ``model``.
"""
