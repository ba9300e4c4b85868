"""Cdiscount's marketplace service of 2019-2021: SOAP, token service, relay mail."""
