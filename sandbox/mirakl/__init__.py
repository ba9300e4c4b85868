"""Mirakl: the seller REST API of an operator, with the operator and the customers behind it."""
