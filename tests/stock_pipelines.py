"""The reference of the parity tests: diffusers' own two pipelines."""

from wurstdesk.engine.stock import StockPipelines, load_stock

__all__ = ["StockPipelines", "load_stock"]
