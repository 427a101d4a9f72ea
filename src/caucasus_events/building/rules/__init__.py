"""The rules between rows and between tables, one function each: its docstring is the rule.

A module here is found by its name. What a rule looks at, and how all are run, stands in ``registry``; that a
finding is placed at its line of a sheet, in ``building.placing``.
"""

from importlib import import_module
from pkgutil import iter_modules

from .registry import RULES, Finding, Shipped, broken

for _module in sorted(iter_modules(__path__), key=lambda each: each.name):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["RULES", "Finding", "Shipped", "broken"]
