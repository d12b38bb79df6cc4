"""Everything that touches torch: finding, checking, loading and running checkpoints. No Qt.

``model_files``, ``half_copy``, ``prompt_reading``, ``device_planner`` and ``generator`` can be
imported without torch; what needs it is imported when it is needed.
"""
