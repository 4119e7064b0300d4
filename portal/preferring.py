"""How does a person choose what they hear from us? On one page behind the link of every message, without a login."""

import asyncio
from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from pydantic import ValidationError
from sqlalchemy import Engine
from starlette.responses import Response

from domain.preferences import HEARS, MOST_QUIET_DAYS, Preferences
from portal.dates import clock, weekdays
from portal.forms import Form
from portal.reader import LANGUAGES, Reader
from portal.rendering import Pages
from portal.words import WORDS
from starter.web.unsubscribing import is_one_click
from store.links import Link
from store.preferences import SqlPreferences

ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
"""Zones by a place, as people know theirs; and UTC."""


class PreferencesPage:
    """The page on which somebody chooses what they hear, and when."""

    def __init__(self, engine: Engine, pages: Pages) -> None:
        self._preferences = SqlPreferences(engine)
        self._pages = pages

    async def answer(self, link: Link, reader: Reader, form: Form | None) -> Response:
        """The page, what is chosen on it, or one click of a mail program, which leaves what is essential."""
        person = link.person
        if person is None:
            return self._pages.message("left", reader.language, status=410)
        now = await asyncio.to_thread(self._preferences.of, link.onboarding, person.id)
        if form is None:
            return self._show(reader, as_given(now, person.language, person.time_zone))
        if is_one_click(form.body):
            essential = now.model_copy(update={"hears": "essential"})
            await asyncio.to_thread(self._preferences.choose, link.onboarding, person.id, essential)
            return self._show(reader, as_given(essential, person.language, person.time_zone), told="one_click")
        given = typed(form)
        chosen, errors = read(given, reader)
        if chosen is None:
            return self._show(reader, given, errors=errors, status=422)
        language, zone = given["language"], given["time_zone"]
        await asyncio.to_thread(
            self._preferences.choose, link.onboarding, person.id, chosen, language=language, time_zone=zone
        )
        return self._show(reader._replace(language=LANGUAGES[language]), given, told="saved")

    def _show(
        self,
        reader: Reader,
        given: Mapping[str, Any],
        *,
        told: str = "",
        errors: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        return self._pages.page(
            "preferences.html",
            reader.language,
            status=status,
            switch=True,
            reader=reader,
            given=given,
            hears=HEARS,
            weekdays=weekdays(reader.language),
            zones=[*ZONES, "UTC"],
            told=told,
            errors=errors or {},
        )


def as_given(chosen: Preferences, language: str, time_zone: str) -> Mapping[str, Any]:
    """What somebody chose before, as it stands in the form."""
    return {
        "hears": chosen.hears,
        "language": "ja" if language == "ja" else "en",
        "quiet_from": clock(chosen.quiet_from),
        "quiet_until": clock(chosen.quiet_until),
        "quiet_days": [str(day) for day in chosen.quiet_days],
        "time_zone": time_zone,
    }


def typed(form: Form) -> Mapping[str, Any]:
    """What stands in the form that was sent, right or wrong."""
    names = ("hears", "language", "quiet_from", "quiet_until", "time_zone")
    return {**{name: form.text(name) for name in names}, "quiet_days": sorted(set(form.texts("quiet_days")))}


def read(given: Mapping[str, Any], reader: Reader) -> tuple[Preferences | None, Mapping[str, str]]:
    """The choice; or None, and what is wrong with it, by its fields."""
    words, errors = WORDS[reader.language], {}
    if given["hears"] not in HEARS or given["language"] not in LANGUAGES:
        errors["hears"] = words["hears_wrong"]
    if given["time_zone"] not in available_timezones():
        errors["time_zone"] = words["time_zone_wrong"]
    if bool(given["quiet_from"]) != bool(given["quiet_until"]):
        errors["quiet_from"] = words["quiet_both"]
    if len(given["quiet_days"]) > MOST_QUIET_DAYS:
        errors["quiet_days"] = words["quiet_all_days"]
    if errors:
        return None, errors
    hours = {name: given[name] or None for name in ("quiet_from", "quiet_until")}
    try:
        return Preferences.model_validate({**hours, "hears": given["hears"], "quiet_days": given["quiet_days"]}), {}
    except ValidationError as wrong:
        # What else the model refuses: hours that last too long, or are none at all.
        field = next((str(error["loc"][0]) for error in wrong.errors() if error["loc"]), "quiet_from")
        return None, {"quiet_days" if field == "quiet_days" else "quiet_from": words["quiet_long"]}
