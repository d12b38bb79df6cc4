"""Everything that touches torch: finding, checking, loading and running checkpoints. No Qt.

``model_files``, ``prompt_syntax``, ``device_planner`` and ``generator`` can be imported without
torch; what needs it is imported when the first picture is made.
"""
