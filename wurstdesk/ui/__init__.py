"""The window. Widgets hold no truth: they show ``session.state`` and call its actions."""
