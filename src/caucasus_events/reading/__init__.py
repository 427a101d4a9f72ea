"""The released tables on this machine: loaded, their entities found by name, their files verified.

Questions to them are in ``asking``; nothing here writes.
"""
