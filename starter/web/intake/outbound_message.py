"""What does an Outbound Message of Salesforce say? SOAP with up to a hundred notifications, and the answer it expects.

Shape: Salesforce's SOAP API Developer Guide, "Outbound Messaging". Nothing in it is signed: its sender has to be
authenticated otherwise.
"""

from typing import Any
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from pydantic import BaseModel

from starter.web.problems import Problem

ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"
OUTBOUND = "{http://soap.sforce.com/2005/09/outbound}"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
MOST = 100
"""The most notifications that Salesforce puts into one message."""
ACKNOWLEDGED = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    '<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>'
    "</soapenv:Body></soapenv:Envelope>"
)


class Notification(BaseModel):
    """One changed record. `id` is the notification's id, which stays the same when it is sent again."""

    id: str
    kind: str
    fields: dict[str, Any]


class OutboundMessage(BaseModel):
    organization: str
    notifications: tuple[Notification, ...]


def read_outbound_message(body: bytes) -> OutboundMessage:
    """The message in that XML. Raises Problem for entities, a DTD, or anything but the documented shape."""
    try:
        envelope = fromstring(body, forbid_dtd=True)
    except DefusedXmlException:
        raise Problem("malformed", "the XML declares a document type or entities, which are not taken") from None
    except (ParseError, ValueError, LookupError):
        raise Problem("malformed", "the body is no XML") from None
    message = envelope.find(f"{ENVELOPE}Body/{OUTBOUND}notifications")
    if envelope.tag != f"{ENVELOPE}Envelope" or message is None:
        raise Problem("invalid", "is no Outbound Message: a SOAP envelope with notifications is expected", field="Body")
    elements = message.findall(f"{OUTBOUND}Notification")
    if not 0 < len(elements) <= MOST:
        raise Problem("invalid", f"there are {len(elements)}, expected are 1 to {MOST}", field="Notification")
    organization = message.findtext(f"{OUTBOUND}OrganizationId", "")
    return OutboundMessage(organization=organization, notifications=tuple(map(_notification, elements)))


def _notification(element: Element) -> Notification:
    id = element.findtext(f"{OUTBOUND}Id", "").strip()
    record = element.find(f"{OUTBOUND}sObject")
    if not id:
        raise Problem("invalid", "is missing", field="Notification.Id")
    if record is None:
        raise Problem("invalid", "is missing", field="Notification.sObject")
    kind = record.get(TYPE, "").rpartition(":")[2]
    fields = {_local(field): None if field.get(NIL) == "true" else (field.text or "") for field in record}
    return Notification(id=id, kind=kind, fields=fields)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]
