"""The WSDL and its schemas, written from the table of types."""

from functools import cache
from html import escape

from .types import (
    ENUMS,
    LISTS,
    NAMESPACES,
    OPERATIONS,
    PRIMITIVES,
    TYPES,
    XS,
    XSD_NUMBERS,
    array_item,
    enum_values,
    members,
    own_members,
)

SERVICE = "MarketplaceAPIService"
PORT = "BasicHttpBinding_IMarketplaceAPIService"
PORT_TYPE = "IMarketplaceAPIService"
WSDL_NS = "http://schemas.xmlsoap.org/wsdl/"
SOAP_NS = "http://schemas.xmlsoap.org/wsdl/soap/"
WSAW_NS = "http://www.w3.org/2006/05/addressing/wsdl"
TEMPURI = "http://tempuri.org/"
CDS = NAMESPACES["CDS"]


def action(operation):
    return f"{CDS}/{PORT_TYPE}/{operation}"


def document(base, query):
    """The document behind `?wsdl`, `?wsdl=wsdl0`, `?xsd=xsdN`, `?singleWsdl`.

    `base`: address of the service as the caller wrote it. Returns text, or None when there
    is no such document.
    """
    name, base = query.lower(), escape(base)
    if name == "wsdl":
        return _binding_document(base)
    if name == "wsdl=wsdl0":
        return _port_document(_imports(base))
    if name == "singlewsdl":
        return _single_document(base)
    for prefix, number in XSD_NUMBERS.items():
        if name == f"xsd=xsd{number}":
            return _schema(prefix, base)
    return None


# Schemas


def _used_arrays():
    """Keys of all array types that some member uses."""
    keys = {"ARR:ArrayOfstring", "ARR:ArrayOflong", "ARR:ArrayOfint"}
    for key in TYPES:
        keys.update(m.type for m in members(key) if array_item(m.type))
    return keys


def _qualified(key):
    prefix, _, name = key.partition(":")
    return f"{prefix.lower()}:{name}"


def _element(member):
    occurs = "" if member.required else ' minOccurs="0"'
    nillable = ' nillable="true"' if member.nillable else ""
    return f'<xs:element{occurs} name="{member.name}"{nillable} type="{_qualified(member.type)}"/>'


def _global(key):
    """WCF also declares an element for each type."""
    name = key.partition(":")[2]
    nillable = "" if key in ENUMS or key in LISTS else ' nillable="true"'
    return f'<xs:element name="{name}"{nillable} type="{_qualified(key)}"/>'


def _complex_type(key):
    sequence = f"<xs:sequence>{''.join(map(_element, own_members(key)))}</xs:sequence>"
    base = TYPES[key][0]
    if base:
        sequence = (
            f'<xs:complexContent mixed="false"><xs:extension base="{_qualified(base)}">'
            f"{sequence}</xs:extension></xs:complexContent>"
        )
    return f'<xs:complexType name="{key.partition(":")[2]}">{sequence}</xs:complexType>'


def _array_type(key):
    item = array_item(key)
    nillable = ' nillable="true"' if item.nillable else ""
    return (
        f'<xs:complexType name="{key.partition(":")[2]}"><xs:sequence>'
        f'<xs:element minOccurs="0" maxOccurs="unbounded" name="{item.name}"{nillable}'
        f' type="{_qualified(item.type)}"/></xs:sequence></xs:complexType>'
    )


def _enum_type(key):
    values = "".join(f'<xs:enumeration value="{value}"/>' for value in enum_values(key))
    return (
        f'<xs:simpleType name="{key.partition(":")[2]}"><xs:restriction base="xs:string">'
        f"{values}</xs:restriction></xs:simpleType>"
    )


def _list_type(key):
    return (
        f'<xs:simpleType name="{key.partition(":")[2]}">'
        f'<xs:list itemType="{_qualified(LISTS[key])}"/></xs:simpleType>'
    )


def _wrapper(name, children):
    """Element around `children`: (name, qualified type) pairs."""
    content = "".join(
        f'<xs:element minOccurs="0" name="{child}" nillable="true" type="{kind}"/>'
        for child, kind in children
    )
    return (
        f'<xs:element name="{name}"><xs:complexType><xs:sequence>{content}'
        "</xs:sequence></xs:complexType></xs:element>"
    )


def _wrappers():
    """The document/literal wrapper elements of all operations."""
    parts = []
    for operation, (parameter, parameter_type, result) in OPERATIONS.items():
        inputs = [("headerMessage", "cm:HeaderMessage")]
        if parameter:
            inputs.append((parameter, _qualified(parameter_type)))
        parts.append(_wrapper(operation, inputs))
        parts.append(_wrapper(f"{operation}Response", [(f"{operation}Result", _qualified(result))]))
    return "".join(parts)


def _primitives():
    return "".join(
        f'<xs:element name="{name}" nillable="true" type="xs:{name}"/>' for name in PRIMITIVES
    )


@cache
def _definitions(prefix):
    if prefix == "SER":
        return _primitives()
    parts = [_wrappers()] if prefix == "CDS" else []
    makers = (
        (TYPES, _complex_type),
        (sorted(_used_arrays()), _array_type),
        (ENUMS, _enum_type),
        (LISTS, _list_type),
    )
    for keys, make in makers:
        for key in keys:
            if key.startswith(f"{prefix}:"):
                parts += [make(key), _global(key)]
    return "".join(parts)


def _schema(prefix, base):
    """One schema document; without `base` the imports carry no location."""
    names = "".join(f' xmlns:{p.lower()}="{uri}"' for p, uri in NAMESPACES.items())
    imports = "".join(
        f'<xs:import{_location(base, p)} namespace="{NAMESPACES[p]}"/>'
        for p in NAMESPACES
        if p != prefix
    )
    return (
        f'<xs:schema xmlns:xs="{XS}"{names} elementFormDefault="qualified"'
        f' targetNamespace="{NAMESPACES[prefix]}">{imports}{_definitions(prefix)}</xs:schema>'
    )


def _location(base, prefix):
    return f' schemaLocation="{base}?xsd=xsd{XSD_NUMBERS[prefix]}"' if base else ""


def _imports(base):
    lines = "".join(
        f'<xs:import{_location(base, p)} namespace="{NAMESPACES[p]}"/>' for p in NAMESPACES
    )
    return f'<xs:schema xmlns:xs="{XS}" targetNamespace="{CDS}/Imports">{lines}</xs:schema>'


# WSDL


def _definitions_open(target):
    return (
        f'<?xml version="1.0" encoding="utf-8"?><wsdl:definitions xmlns:wsdl="{WSDL_NS}"'
        f' xmlns:soap="{SOAP_NS}" xmlns:wsaw="{WSAW_NS}" xmlns:tns="{TEMPURI}"'
        f' xmlns:i0="{CDS}" targetNamespace="{target}"'
    )


def _messages():
    return "".join(
        f'<wsdl:message name="{PORT_TYPE}_{op}_{side}Message">'
        f'<wsdl:part name="parameters" element="i0:{op}{suffix}"/></wsdl:message>'
        for op in OPERATIONS
        for side, suffix in (("Input", ""), ("Output", "Response"))
    )


def _port_type():
    operations = "".join(
        f'<wsdl:operation name="{op}">'
        f'<wsdl:input wsaw:Action="{action(op)}" message="i0:{PORT_TYPE}_{op}_InputMessage"/>'
        f'<wsdl:output wsaw:Action="{action(op)}Response"'
        f' message="i0:{PORT_TYPE}_{op}_OutputMessage"/></wsdl:operation>'
        for op in OPERATIONS
    )
    return f'<wsdl:portType name="{PORT_TYPE}">{operations}</wsdl:portType>'


def _binding(prefix):
    operations = "".join(
        f'<wsdl:operation name="{op}"><soap:operation soapAction="{action(op)}"'
        ' style="document"/><wsdl:input><soap:body use="literal"/></wsdl:input>'
        '<wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation>'
        for op in OPERATIONS
    )
    return (
        f'<wsdl:binding name="{PORT}" type="{prefix}:{PORT_TYPE}">'
        f'<soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>{operations}'
        "</wsdl:binding>"
    )


def _service(base):
    return (
        f'<wsdl:service name="{SERVICE}"><wsdl:port name="{PORT}" binding="tns:{PORT}">'
        f'<soap:address location="{base}"/></wsdl:port></wsdl:service>'
    )


def _binding_document(base):
    return (
        f'{_definitions_open(TEMPURI)} name="{SERVICE}">'
        f'<wsdl:import namespace="{CDS}" location="{base}?wsdl=wsdl0"/><wsdl:types/>'
        f"{_binding('i0')}{_service(base)}</wsdl:definitions>"
    )


def _port_document(schemas):
    return (
        f"{_definitions_open(CDS)}><wsdl:types>{schemas}</wsdl:types>"
        f"{_messages()}{_port_type()}</wsdl:definitions>"
    )


def _single_document(base):
    """All in one: here messages and port type share the binding's namespace."""
    schemas = "".join(_schema(prefix, None) for prefix in NAMESPACES)
    inside = f"{_messages()}{_port_type()}".replace('message="i0:', 'message="tns:')
    return (
        f'{_definitions_open(TEMPURI)} name="{SERVICE}"><wsdl:types>{schemas}</wsdl:types>'
        f"{inside}{_binding('tns')}{_service(base)}</wsdl:definitions>"
    )
