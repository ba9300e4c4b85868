"""All sellers of all marketplaces, and who is found how."""

import threading
from collections import deque


class Hub:
    """The registry that the HTTP, SMTP and state-file sides share.

    platforms   name -> platform (see `sandbox.base`)
    roots       first part of a URL's path -> platform
    sellers     login -> seller; logins are unique over all platforms
    addresses   relay address, lower case -> login
    outside     the last mails to anybody else, as dicts: a relay host that delivers nothing
    url         where this server is reached, for links in mails
    """

    MAX_OUTSIDE = 500

    def __init__(self, platforms):
        self.platforms = {platform.name: platform for platform in platforms}
        self.roots = {
            root: platform
            for platform in platforms
            for root in (platform.name, *platform.root_paths)
        }
        self.sellers = {}
        self.addresses = {}
        self.outside = deque(maxlen=self.MAX_OUTSIDE)
        self.url = ""
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self.changes = threading.Event()
        for platform in platforms:
            platform.hub = self

    def put(self, seller):
        """Add or replace a seller."""
        with self.lock:
            self.drop(seller.login)
            self.sellers[seller.login] = seller
            for address in seller.relay_addresses():
                self.addresses[address] = seller.login
            self.platforms[seller.platform].attach(seller)
        self.touch(seller)

    def drop(self, login):
        """Forget a seller with all that leads to it. True when it existed."""
        with self.lock:
            seller = self.sellers.pop(login, None)
            if seller is None:
                return False
            for address in seller.relay_addresses():
                self.addresses.pop(address, None)
            self.platforms[seller.platform].detach(seller)
        self.changes.set()
        return True

    def touch(self, seller):
        """Note that the seller's world changed (the state file follows)."""
        seller.dirty = True
        self.changes.set()

    def seller_of_address(self, address):
        login = self.addresses.get(address.lower())
        return self.sellers.get(login)

    def is_relay_address(self, address):
        """Whether an address belongs to a marketplace's relay, known or not."""
        domain = address.rpartition("@")[2].lower()
        return any(domain in platform.relay_domains for platform in self.platforms.values())

    def wait(self, seconds):
        """Sleep, but not beyond the end of the server."""
        self.stopping.wait(max(0.0, seconds))
