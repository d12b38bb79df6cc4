"""The one entry: what must happen before anything else may be imported.

ARCHITECTURE.md tells the order of the start and why it is that one.
"""

from __future__ import annotations

import ctypes
import gc
import importlib.util
import multiprocessing
import os
import sys
from contextlib import suppress
from pathlib import Path

from wurstdesk import log
from wurstdesk.paths import Home


def main() -> int:
    """Start the program; the exit code of the process."""
    multiprocessing.freeze_support()  # in a bundle, a child process starts here too
    log.ensure_standard_streams()
    log.prepare_environment()
    from wurstdesk.cli.main import run

    return run(sys.argv[1:], open_window)


def open_window(home: Home) -> int:
    """Show the window until it is closed."""
    if sys.platform == "win32":
        load_c10()
    gc.disable()  # app.GarbageCollector says why; here, so that the imports are quicker, too
    try:
        from wurstdesk import app
    except ImportError as error:  # Qt stands on libraries of the system that a bare one lacks
        sys.stderr.write(
            f"Error: The window cannot be opened: {error}. README.md names the system packages "
            "that are needed. “wurstdesk generate” works without them.\n"
        )
        return 1
    return app.run(home)


def load_c10() -> None:
    """Load torch's lowest library before Qt, without importing torch.

    On Windows torch cannot be imported any more once Qt is loaded
    (https://github.com/pytorch/pytorch/issues/166628), unless this library came first.
    """
    with suppress(ImportError, ValueError, OSError):  # then torch says itself what is wrong
        spec = importlib.util.find_spec("torch")
        for folder in (spec and spec.submodule_search_locations) or ():
            libraries = Path(folder) / "lib"
            if sys.platform == "win32":
                os.add_dll_directory(str(libraries))
            ctypes.CDLL(str(libraries / "c10.dll"))


if __name__ == "__main__":
    sys.exit(main())
