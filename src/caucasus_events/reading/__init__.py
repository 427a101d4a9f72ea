"""The released tables on this machine: loaded, verified, written for other programs, their entities found by name.

Questions to them are in ``asking``; nothing here writes to the dataset.
"""
