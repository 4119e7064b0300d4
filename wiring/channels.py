"""Which ways lead to people? Every channel, by its name, and how it is made from the settings.

A new channel is a folder below `activities/channels` and one line here.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from activities.channels.mail.files import MailFiles
from activities.channels.mail.smtp import SmtpMail
from activities.channels.slack.posting import Slack
from activities.channels.teams.posting import Teams
from activities.channels.texts.rendering import Rendering
from activities.documents.attaching import Documents
from activities.documents.process import ProcessDocument
from activities.ports import Channel, Staff
from domain.notice import MAIL, SLACK, TEAMS
from domain.team import Team
from domain.text import Language
from runtime.authorities import authorities
from runtime.settings import Settings
from store.introductions import SqlIntroductions
from store.ledger import SqlLedger


class Contents(NamedTuple):
    """What messages are made of, whichever way they go."""

    rendering: Rendering
    documents: Documents
    staff: Staff


def mail(settings: Settings, contents: Contents) -> Channel:
    """Over SMTP where a server is named, else as files in a folder."""
    ours: dict[str, Any] = {
        "sender": settings.mail_from,
        "public_url": settings.pages_url or settings.public_url or "",
        "reads_answers": settings.imap_url is not None,
        "rendering": contents.rendering,
        "documents": contents.documents,
    }
    if settings.mail_server is None:
        return MailFiles(folder=settings.mail_folder, **ours)
    return SmtpMail(server=settings.mail_server, authorities=authorities, **ours)


def slack(settings: Settings, contents: Contents) -> Channel:
    """As a bot, to colleagues alone; without a token it takes nothing, and what waits for it goes by mail."""

    def id_of(handle: str) -> str | None:
        member = contents.staff().member(handle)
        return member.slack if member else None

    return Slack(
        token=settings.slack_token.get_secret_value() if settings.slack_token else "",
        api=settings.slack_api,
        place=settings.slack_channel,
        buttons=settings.slack_signing_secret is not None,
        rendering=contents.rendering,
        id_of=id_of,
    )


def teams(settings: Settings, contents: Contents) -> Channel:
    """As cards in the team's channel; without an address it takes nothing, and what waits for it goes by mail."""
    return Teams(url=settings.teams_url.get_secret_value() if settings.teams_url else "", rendering=contents.rendering)


CHANNELS: Mapping[str, Callable[[Settings, Contents], Channel]] = {MAIL: mail, SLACK: slack, TEAMS: teams}
"""The channels to people, by the name that notices, senders and the staff directory know them by."""


def reachable(staff: Staff) -> Staff:
    """The staff directory, in which whoever names a channel that there is none of is written to by mail."""

    def team() -> Team:
        directory = staff()
        if all(member.channel in CHANNELS for member in directory.members):
            return directory
        members = [
            member if member.channel in CHANNELS else member.model_copy(update={"channel": MAIL})
            for member in directory.members
        ]
        return directory.model_copy(update={"members": tuple(members)})

    return team


def companies_of(settings: Settings) -> Mapping[Language, str]:
    """Our company's name in the languages in which the settings have it."""
    names: dict[Language, str | None] = {
        "en": settings.company_name,
        "ja": settings.company_name_ja or settings.company_name,
    }
    return {language: name for language, name in names.items() if name}


def rendering_of(settings: Settings) -> Rendering:
    """How messages are worded: in the company's own templates where it has any, under its name."""
    desk = f"{settings.pages_address}/desk" if settings.pages_url else ""
    return Rendering(company_templates=settings.templates, companies=companies_of(settings), desk=desk)


def channels_of(
    settings: Settings,
    *,
    prospects: SqlIntroductions,
    onboardings: SqlLedger,
    staff: Staff,
    now: Callable[[], datetime],
) -> Mapping[str, Channel]:
    """Every channel to people, ready to deliver."""
    documents = Documents(prospects, onboardings, staff, now, ProcessDocument())
    contents = Contents(rendering_of(settings), documents, staff)
    return {name: make(settings, contents) for name, make in CHANNELS.items()}
