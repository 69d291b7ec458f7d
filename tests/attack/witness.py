"""What somebody who keeps to the protocol notices of a server."""

import multiprocessing
import time

from connection import Caller

PAUSE = 0.002
# Seconds: for what was left to be done, and what a call may take then.
RECOVERY = 60
QUICK = 0.1


class Latencies:
    """Of calls one after the other: how long those took that were answered, and how many were not."""

    def __init__(self, seconds, failures):
        self._seconds = sorted(seconds)
        self.failures = failures

    @property
    def calls(self):
        return len(self._seconds)

    def at(self, share):
        """Milliseconds within which `share` of the calls were answered."""
        if not self._seconds:
            return 0.0
        return 1000 * self._seconds[min(int(share * self.calls), self.calls - 1)]

    def cells(self):
        """p50, p99, max, calls, failed: as a table shows them."""
        return (f"{self.at(0.5):.2f}", f"{self.at(0.99):.2f}", f"{self.at(1):.1f}", str(self.calls), str(self.failures))


def measure(target, running):
    """Calls one after the other with a pause between, on one connection, while running()."""
    seconds, failures, caller = [], 0, None
    while running():
        try:
            caller = caller or Caller(target)
            seconds.append(caller.call())
        except OSError:
            failures += 1
            caller = None
        time.sleep(PAUSE)
    return Latencies(seconds, failures)


def _witness(target, ended, result):
    result.put(measure(target, lambda: not ended.is_set()))


class Witness:
    """A process that measures from construction until result()."""

    def __init__(self, target):
        self._ended, self._result = multiprocessing.Event(), multiprocessing.Queue()
        self._process = multiprocessing.Process(target=_witness, args=(target, self._ended, self._result), daemon=True)
        self._process.start()

    def result(self):
        self._ended.set()
        latencies = self._result.get(timeout=60)
        self._process.join()
        return latencies


def recovers(target):
    """Whether calls are answered at once again, within the time that is allowed for it."""
    until = time.monotonic() + RECOVERY
    while time.monotonic() < until:
        try:
            caller = Caller(target)
            quick = all(caller.call() < QUICK for _ in range(5))
            caller.close()
            if quick:
                return True
        except OSError:
            pass
        time.sleep(0.1)
    return False
