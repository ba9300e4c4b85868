"""The state file: all worlds, written aside and renamed, so that it is never half there."""

import contextlib
import logging
import os
import pickle
import tempfile
import threading

_logger = logging.getLogger(__name__)
VERSION = 1
DELAY = 1.0  # seconds between a change and its writing


class Store:
    """Keeps `hub` in the file `path`.

    Pickle: the file is the user's own, made by this program. Never load one from elsewhere.
    """

    def __init__(self, hub, path):
        self.hub = hub
        self.path = path
        self._packed = {}  # login -> (seller, bytes); only changed sellers are packed again
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def load(self):
        """True when a state was there. Raises SystemExit on a file of another version."""
        if not os.path.exists(self.path):
            return False
        with open(self.path, "rb") as file:
            state = pickle.load(file)
        if state.get("version") != VERSION:
            raise SystemExit(f"{self.path}: state of another version, remove it")
        for packed in state["sellers"].values():
            self.hub.put(pickle.loads(packed))
        return True

    def start(self):
        self._thread.start()

    def _watch(self):
        while not self.hub.stopping.is_set():
            if self.hub.changes.wait(0.5):
                self.hub.wait(DELAY)
                self._try_save()

    def _try_save(self):
        try:
            self.save()
        except OSError as error:
            _logger.error("the state could not be written: %s", error)

    def save(self):
        """Write what is there now. Raises OSError."""
        self.hub.changes.clear()
        packed = {seller.login: self._pack(seller) for seller in list(self.hub.sellers.values())}
        folder = os.path.dirname(os.path.abspath(self.path))
        handle, temporary = tempfile.mkstemp(prefix=".sandbox-", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                pickle.dump({"version": VERSION, "sellers": packed}, file, protocol=5)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise

    def _pack(self, seller):
        known, data = self._packed.get(seller.login, (None, None))
        if known is not seller or seller.dirty:
            with seller.lock:
                seller.dirty = False
                data = pickle.dumps(seller, protocol=5)
            self._packed[seller.login] = (seller, data)
        return data
