"""The other side of the desk: marketplaces that answer as the real ones do.

A server of its own (`python -m sandbox`): it knows neither Odoo nor the addon's connectors.
The core holds what every marketplace needs (HTTP, control API, clock, faults, mail relay,
state file, web page); each marketplace is a sub-package that speaks one protocol.
"""
