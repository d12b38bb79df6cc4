"""Between the window and the engine: the queue, the worker thread and the observable truth.

QtCore and QImage only. Widgets bind to ``state.StudioState`` and call its actions; the engine is
known by the protocol in ``generation`` and is made, by a factory handed in, in the thread of
``worker.GenerationWorker``.
"""
