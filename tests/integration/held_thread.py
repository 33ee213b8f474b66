"""One thread of a program stands still while the others go on, which no signal can do: by ptrace, which a container or Yama may forbid."""

import ctypes
import errno
import os
import pathlib
import unittest

# <sys/ptrace.h>, <sys/wait.h>
PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
ANY_THREAD = 0x40000000  # __WALL

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def ptrace(request, thread):
    if libc.ptrace(request, thread, None, None) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"ptrace of thread {thread}: {os.strerror(number)}")


def thread_named(pid, name):
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    (found,) = [int(task.name) for task in tasks if (task / "comm").read_text().rstrip("\n") == name]
    return found


class held_thread:
    """Holds it within a `with`, to be left by the Python thread that entered it; skips the test where that is not permitted."""

    def __init__(self, thread):
        self.thread = thread

    def __enter__(self):
        try:
            ptrace(PTRACE_SEIZE, self.thread)
        except OSError as e:
            if e.errno in (errno.EPERM, errno.ENOSYS):
                raise unittest.SkipTest(f"not permitted here: {e.strerror}") from None
            raise
        ptrace(PTRACE_INTERRUPT, self.thread)
        os.waitpid(self.thread, ANY_THREAD)  # until it stands

    def __exit__(self, *trouble):
        ptrace(PTRACE_DETACH, self.thread)
