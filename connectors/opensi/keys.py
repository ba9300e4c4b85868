"""The key that stands in the header of every call (opensi_soap contract, section 2)."""

import hashlib


def make_key(login, password):
    """The key of a login and its password: as secret as the password itself.

    The protocol demands MD5; what protects it on the way is TLS.
    """
    return hashlib.md5(f"{login}-{password}".encode(), usedforsecurity=False).hexdigest()
