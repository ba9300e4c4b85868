"""Mirakl: the seller REST API that hundreds of marketplaces share."""

from .client import MiraklClient

CLIENT = MiraklClient
