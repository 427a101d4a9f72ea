"""Ways to break the data, the files and the sheets on purpose, and the audit that shows that ``check`` notices each.

What is noticed is not written here: the rules stand in ``caucasus_events.building.rules``, the comparison with the
seeds in ``caucasus_events.building.standing``.
"""
