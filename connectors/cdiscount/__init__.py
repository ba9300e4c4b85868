"""Cdiscount Marketplace, SOAP service "MarketplaceAPIService.svc"."""

from .client import CdiscountClient

CLIENT = CdiscountClient
