"""Progress on the taskbar button of Windows, through the COM interface ITaskbarList3."""

from __future__ import annotations

import ctypes
from typing import Any

_CLASS = "{56FDF344-FD6D-11D0-958A-006097C9A090}"
_INTERFACE = "{EA1AFB91-9E28-4B86-90E9-9E9F8A5EEFAF}"
_IN_PROCESS = 1
# Places in the interface's table, after IUnknown's three: see shobjidl_core.h.
_INIT, _SET_VALUE, _SET_STATE = 3, 9, 10
_NONE, _NORMAL = 0, 2


class WindowsTaskbar:
    """The button of one window, named by its native handle."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._taskbar = ctypes.c_void_p()
        ole: Any = ctypes.windll.ole32  # type: ignore[attr-defined,unused-ignore]
        ole.CoInitialize(None)
        class_id, interface_id = ctypes.create_string_buffer(16), ctypes.create_string_buffer(16)
        ole.CLSIDFromString(_CLASS, class_id)
        ole.IIDFromString(_INTERFACE, interface_id)
        result = ole.CoCreateInstance(
            class_id, None, _IN_PROCESS, interface_id, ctypes.byref(self._taskbar)
        )
        if result != 0:
            raise OSError(f"there is no taskbar to talk to ({result & 0xFFFFFFFF:#x})")
        self._call(_INIT)

    def show(self, percent: int | None) -> None:
        """Fill the button, or leave it empty."""
        window = ctypes.c_void_p(self._window)
        if percent is None:
            self._call(_SET_STATE, window, ctypes.c_int(_NONE))
            return
        self._call(_SET_STATE, window, ctypes.c_int(_NORMAL))
        self._call(_SET_VALUE, window, ctypes.c_ulonglong(percent), ctypes.c_ulonglong(100))

    def _call(self, place: int, *arguments: Any) -> None:
        table = ctypes.cast(self._taskbar, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p)))
        kinds = [type(argument) for argument in arguments]
        prototype: Any = ctypes.WINFUNCTYPE(  # type: ignore[attr-defined,unused-ignore]
            ctypes.c_long, ctypes.c_void_p, *kinds
        )
        prototype(table[0][place])(self._taskbar, *arguments)
