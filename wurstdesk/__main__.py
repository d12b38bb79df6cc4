"""The one entry: what must happen before anything else may be imported.

ARCHITECTURE.md tells the order of the start and why it is that one.
"""

from __future__ import annotations

import gc
import multiprocessing
import sys

from wurstdesk import log, torch_libraries
from wurstdesk.errors import WindowError
from wurstdesk.paths import Home


def main() -> int:
    """Start the program; the exit code of the process."""
    multiprocessing.freeze_support()  # in a bundle, a child process starts here too
    log.ensure_standard_streams()
    if sys.argv[1:] == ["--fetch-process"]:  # the only process that may use the network
        from wurstdesk.engine.fetch import entry

        return entry.main()
    log.prepare_environment()
    try:
        from wurstdesk.cli.main import run

        return run(sys.argv[1:], open_window)
    except KeyboardInterrupt:  # before there was anything to end
        return 130


def open_window(home: Home) -> int:
    """Show the window until it is closed. Raises ``UserError`` where that cannot be."""
    torch_libraries.load_before_qt()
    gc.disable()  # session.interpreter says why; here, so that the imports are quicker, too
    try:
        from wurstdesk import app
    except ImportError as error:  # Qt stands on libraries of the system that a bare one lacks
        raise WindowError(str(error)) from error
    return app.run(home)


if __name__ == "__main__":
    sys.exit(main())
