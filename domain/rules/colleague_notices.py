"""Who hears that a customer has named a colleague? Our contact, who decides."""

from collections.abc import Mapping
from typing import Any

from domain.colleagues import Colleague
from domain.naming import role_title
from domain.notice import Person
from domain.questions import Told
from domain.rules.addressing import Desk


def colleague_named(colleague: Colleague, desk: Desk) -> Told:
    """Somebody who was named, to the owner."""

    def facts(reader: Person) -> Mapping[str, Any]:
        return {
            "who": desk.name(colleague.by, reader),
            "name": colleague.name,
            "email": colleague.email,
            "role": role_title(colleague.role, reader.language),
            "title": colleague.title or "",
            "text": colleague.note or "",
            "number": colleague.number,
        }

    key = f"colleague/{colleague.number}"
    return desk.to_us("colleague_named", facts, key=key, about=str(colleague.number))
