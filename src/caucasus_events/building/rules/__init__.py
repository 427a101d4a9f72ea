"""The rules between rows and between tables, one function each; a module here is found by its name.

What a rule is and how it is run stands in ``registry``; where a finding is placed, in ``building.placing``.
"""

from importlib import import_module
from pkgutil import iter_modules

from .registry import RULES, Finding, Shipped, broken

for _module in sorted(iter_modules(__path__), key=lambda each: each.name):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["RULES", "Finding", "Shipped", "broken"]
