"""The command line: what each command says and does. ``main.run`` is the way in.

The commands join the engine to the gallery as ``app`` joins them to the window. They know no Qt,
and torch is imported only where pictures are made or devices asked for.
"""
