"""OpenSi and a web shop: order comments by SOAP, both sides of the wire."""
