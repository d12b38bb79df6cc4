"""Wurstdesk: a desktop studio for the Würstchen text-to-image model.

ARCHITECTURE.md beside this file tells how the program starts, which part may know which, and
where the truth lives.
"""

__version__ = "0.1.0"
