"""OpenSi: order comments between an ERP and a shop, in either role."""

from .client import OpensiClient

CLIENT = OpensiClient
