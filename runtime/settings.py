"""What can be configured about day90, and what are the defaults?

These are day90's own settings, from environment variables `DAY90_…`. Where Temporal is and how to log in there is
Temporal's own configuration (`TEMPORAL_ADDRESS`, profiles): see runtime/connection.py.
"""

import base64
import binascii
import os
import re
from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    DirectoryPath,
    Field,
    FilePath,
    SecretStr,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from domain.addresses import Allowed, read_allowed
from domain.mailbox import read_mailbox
from domain.money import CODE, Money, read_rates
from domain.networks import Networks, read_networks
from runtime.duration import read_duration
from runtime.mail_server import ImapServer, MailServer, read_imap_server, read_mail_server
from runtime.secret_files import BadSecretFile, SecretFiles

PREFIX = "DAY90_"
ENDED_BY_SETTING = 2
"""The exit code of a process that could not begin because of a setting: starting it again does not help, unlike with
exit code 5, where something cannot be reached."""

# Below the shortest day the embedded server's own latency takes whole days; above a real day nothing is compressed.
SHORTEST_DAY = timedelta(seconds=0.2)
REAL_DAY = timedelta(hours=24)
LONGEST_NAME = 120
"""Characters of a company's name, which begins a sentence of each mail."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class BadSetting(Exception):
    """A setting cannot be used: one line names each variable and what would be right. The operator must act."""


def _absolute(path: Path) -> Path:
    # Fixed at start: a process that changes its folder later must not change its database.
    return path.expanduser().absolute()


def _day_length(given: object) -> object:
    length = read_duration(given) if isinstance(given, str) else given
    if isinstance(length, timedelta) and not SHORTEST_DAY <= length <= REAL_DAY:
        raise ValueError("should be between 0.2s and 24h")
    return length


def _listens_at(address: str) -> str:
    host, _, port = address.rpartition(":")
    try:
        ip_address(host.removeprefix("[").removesuffix("]"))
        is_port = 0 < int(port) < 65_536
    except ValueError:
        is_port = False
    if not is_port:
        raise ValueError("should be an IP address and a port, like 127.0.0.1:9464")
    return address


def _deployment(name: str) -> str:
    # Temporal writes a version as `deployment.build`: a dot in the deployment would end it early.
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", name):
        raise ValueError("should be up to 100 letters, digits, - or _, like day90")
    return name


def _build(version: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.+-]{1,100}", version):
        raise ValueError("should be a release or commit, like 1.4.0 or 3f2a91c: letters, digits, . - _ and +")
    return version


def _database_url(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("postgresql://", "postgresql+psycopg://", "sqlite:///")):
        raise ValueError("should start with postgresql:// or sqlite:///")
    return url


def _smtp_url(url: SecretStr) -> SecretStr:
    read_mail_server(url.get_secret_value())
    return url


def _imap_url(url: SecretStr) -> SecretStr:
    read_imap_server(url.get_secret_value())
    return url


def _mailbox(text: str) -> str:
    try:
        read_mailbox(text)
    except ValueError:
        raise ValueError(
            "should be an address, like Example CS <onboarding@example.com>; a name with a comma stands in"
            ' quotes: "Example, Inc." <onboarding@example.com>'
        ) from None
    return text


def _sender(text: str) -> str:
    if not read_mailbox(_mailbox(text)).address.isascii():
        raise ValueError("should be in ASCII before the @: few servers take a sender in other letters")
    return text


def _a_colour(text: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        msg = "should be a colour, like #1d5c87"
        raise ValueError(msg)
    return text


def _one_line(name: str) -> str:
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        raise ValueError(f"should be a name in one line, of up to {LONGEST_NAME} characters")
    return name.strip()


def _page(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("should be an address, like https://day90.example.com")
    return url.rstrip("/")


def _api(url: str) -> str:
    parts = urlsplit(_page(url))
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise ValueError("should begin with https://: the token would go out in clear")
    return url.rstrip("/")


def _issuer(url: str) -> str:
    """As it stands: an issuer with a slash at its end is another one than without."""
    _api(url)
    return url


def _with_issuer(client_id: str | None, info: ValidationInfo) -> str | None:
    if (client_id is None) != (info.data.get("oidc_issuer", client_id) is None):
        raise ValueError("should be set together with DAY90_OIDC_ISSUER, or not at all")
    return client_id


def _with_another_way(passwords: bool, info: ValidationInfo) -> bool:
    if not passwords and info.data.get("oidc_client_id", "unread") is None:
        raise ValueError("should be true where DAY90_OIDC_ISSUER names no identity provider: nobody could sign in")
    return passwords


def _secrets(given: SecretStr) -> SecretStr:
    if not given.get_secret_value().split():
        raise ValueError("should hold a secret, or several separated by spaces while one is being replaced")
    if not given.get_secret_value().isascii():
        raise ValueError("should be ASCII: in a header it could not be sent otherwise")
    return given


def _bot_token(given: SecretStr) -> SecretStr:
    if not re.fullmatch(r"xoxb-[A-Za-z0-9-]{10,200}", given.get_secret_value()):
        raise ValueError("should be the bot token of your Slack app, xoxb-…")
    return given


def _workflow(given: SecretStr) -> SecretStr:
    parts = urlsplit(given.get_secret_value())
    if not parts.hostname or not (parts.scheme == "https" or parts.hostname in LOOPBACK):
        raise ValueError("should be the address of a Teams workflow, https://…")
    return given


def _slack_channel(place: str) -> str:
    if not re.fullmatch(r"([CG][A-Z0-9]{2,20}|per-onboarding)?", place):
        raise ValueError("should be the id of a channel, like C0412AB34, or per-onboarding; empty for direct messages")
    return place


def _webhook_secrets(given: SecretStr) -> SecretStr:
    for secret in given.get_secret_value().split():
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            key = b""
        if not 24 <= len(key) <= 64:
            raise ValueError("should be whsec_ and 24 to 64 bytes in base64, like `openssl rand -base64 32` makes them")
    return given


def is_sealing_key(given: str) -> bool:
    """Whether that is 32 bytes in base64, of either alphabet."""
    try:
        return len(base64.b64decode(given.translate(str.maketrans("-_", "+/")), validate=True)) == 32
    except ValueError:
        return False


def _sealing_keys(given: SecretStr) -> SecretStr:
    if not all(map(is_sealing_key, given.get_secret_value().split())):
        raise ValueError("should be 32 bytes in base64, like `openssl rand -base64 32` makes them; several by spaces")
    return given


def _organizations(ids: str) -> str:
    if not all(re.fullmatch(r"00D[A-Za-z0-9]{12}([A-Za-z0-9]{3})?", id) for id in ids.split()):
        raise ValueError("should be ids of organisations separated by spaces, like 00D5i000000AbCdEAK")
    return ids


def _currency(code: str) -> str:
    if not CODE.fullmatch(code):
        raise ValueError("should be the code of a currency, like EUR")
    return code


def _rates(given: str) -> str:
    read_rates(given)
    return given


def _allowed(given: str) -> str:
    read_allowed(given)
    return given


def _hosts(given: str) -> str:
    if not all(re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", host) for host in given.split()):
        raise ValueError("should be names of hosts separated by spaces, like videos.example.com")
    return given


def _origins(given: str) -> str:
    for origin in given.split():
        parts = urlsplit(origin)
        plain = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc) and parts.hostname
        if not plain or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
            raise ValueError("should be origins separated by spaces, like https://app.example.com, without a path")
        if not re.fullmatch(r"[a-z0-9.:/\[\]-]+", origin):
            raise ValueError("should be in small letters of ASCII, as browsers write an origin")
    return given


def _domains(given: str) -> str:
    for domain in given.split():
        if domain != "account" and not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain):
            raise ValueError("should be domains separated by spaces, like example.com, or the word account among them")
    return given


def _networks(given: str) -> str:
    read_networks(given)
    return given


def _together(secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    """The Salesforce URL, client id and client secret: without the others each would silently do nothing."""
    others = [info.data[name] for name in ("salesforce_url", "salesforce_client_id") if name in info.data]
    if len({given is None for given in (secret, *others)}) > 1:
        raise ValueError("should be set together with DAY90_SALESFORCE_URL and DAY90_SALESFORCE_CLIENT_ID, or none")
    return secret


def _upper(given: object) -> object:
    return given.upper() if isinstance(given, str) else given


Secrets = Annotated[SecretStr, AfterValidator(_secrets)]
"""One secret, or several separated by spaces: while one is being replaced, what any of them signed is accepted."""


class Settings(BaseSettings):
    """Every setting of day90. Frozen: a process keeps the settings that it started with."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        extra="ignore",
        frozen=True,
        # Compose files pass `DAY90_TEAM=` for "not set".
        env_ignore_empty=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # pydantic-settings passes it by this name
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # and this one
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags first, then the environment, then the files that it names."""
        return init_settings, env_settings, SecretFiles(settings_cls, environment=os.environ, prefix=PREFIX)

    data: Annotated[Path, AfterValidator(_absolute)] = Field(
        default=Path("data"),
        description="Folder of the embedded stack: database, mails, Temporal's own file. Made on first use.",
    )
    database_url: Annotated[SecretStr, AfterValidator(_database_url)] | None = Field(
        default=None,
        description="SQLAlchemy URL of the store: postgresql://…; without one, a SQLite file in `data`.",
    )
    task_queue: str = Field(
        default="day90",
        min_length=1,
        description="Temporal task queue that workers take from and starts go to. Others' scripts name it too.",
    )
    deployment: Annotated[str, AfterValidator(_deployment)] = Field(
        default="day90",
        description="Name of the worker deployment in Temporal; matters only together with `build_id`.",
    )
    build_id: Annotated[str, AfterValidator(_build)] | None = Field(
        default=None,
        description="Version of this code, a release or commit. With it, an open onboarding stays on the version it"
        " runs on until its next run; without one, workers are unversioned and take every onboarding at once.",
    )
    day_length: Annotated[timedelta, BeforeValidator(_day_length)] = Field(
        default=REAL_DAY,
        description="Wall time of one day of a plan: 24h is real, 2s shows 120 days in four minutes.",
    )
    cached_onboardings: int = Field(
        default=1000,
        ge=0,
        le=1_000_000,
        description="How many a worker keeps in memory, some 250 kB each; what is not kept is replayed when it wakes.",
    )
    metrics: Annotated[str, AfterValidator(_listens_at)] | None = Field(
        default=None,
        description="IP address and port at which a worker tells Prometheus its figures, like 127.0.0.1:9464: each"
        " worker of a host has a port of its own. Without one it tells none.",
    )
    playbooks: Annotated[DirectoryPath, AfterValidator(_absolute)] | None = Field(
        default=None,
        description="Folder of the company's own playbooks, looked in before the shipped ones.",
    )
    team: Annotated[FilePath, AfterValidator(_absolute)] | None = Field(
        default=None,
        description="The staff directory, team.yaml; without one, the shipped sample.",
    )
    templates: Annotated[DirectoryPath, AfterValidator(_absolute)] | None = Field(
        default=None,
        description="Folder of the company's own mail templates, looked in before the shipped ones.",
    )
    smtp_url: Annotated[SecretStr, AfterValidator(_smtp_url)] | None = Field(
        default=None,
        description="smtp://user:password@host:587 or smtps://…; without one, mails are files in `data`/mail.",
    )
    imap_url: Annotated[SecretStr, AfterValidator(_imap_url)] | None = Field(
        default=None,
        description="imaps://user:password@host:993/INBOX of the sender's own mailbox: bounces and answers are read"
        " there; without one, answers go to the owner.",
    )
    mail_from: Annotated[str, AfterValidator(_sender)] = Field(
        default="day90 <onboarding@localhost>",
        description="Sender of every mail.",
    )
    company_name: Annotated[str, AfterValidator(_one_line)] | None = Field(
        default=None,
        description="Name of your company as mails to customers have it; without one, the name in `mail_from`.",
    )
    company_name_ja: Annotated[str, AfterValidator(_one_line)] | None = Field(
        default=None,
        description="The same as Japanese mails have it, like 株式会社サンプル; without one, `company_name`.",
    )
    company_colour: Annotated[str, AfterValidator(_a_colour)] | None = Field(
        default=None,
        description="Colour of your company's pages, like #1d5c87; made darker or lighter where it could not be read.",
    )
    company_logo: FilePath | None = Field(
        default=None,
        description="Your company's logo on its pages: an SVG, PNG or WebP file of 100 KiB at most.",
    )
    room_code_to_sign: bool = Field(
        default=False,
        description="Whether a sign-off in the customer's room takes a code that is mailed to its signer.",
    )
    room_embed_origins: Annotated[str, AfterValidator(_origins)] = Field(
        default="",
        description="Origins of your own product, like https://app.example.com, separated by spaces: their pages may"
        " show the customer's room in a frame. Empty: none may.",
    )
    room_domains: Annotated[str, AfterValidator(_domains)] = Field(
        default="",
        description="Domains of mail addresses whose people may come into the customer's room, separated by spaces;"
        " `account` stands for the domain of the customer's company in its deal. Empty: all who take part.",
    )
    files: Annotated[Path, AfterValidator(_absolute)] | None = Field(
        default=None,
        description="Folder of the files that are given to onboardings; without one, `data`/files. Page and web"
        " processes and whoever adds files by command share it.",
    )
    file_mb: int = Field(
        default=25,
        ge=1,
        le=1_000,
        description="Megabytes that one file of an onboarding may have.",
    )
    files_mb: int = Field(
        default=500,
        ge=1,
        le=100_000,
        description="Megabytes that all files of one onboarding may have together, with all their versions.",
    )
    library: Annotated[DirectoryPath, AfterValidator(_absolute)] | None = Field(
        default=None,
        description="Folder of your library: training and help as Markdown for the customer's room; without one, the"
        " shipped sample.",
    )
    video_hosts: Annotated[str, AfterValidator(_hosts)] = Field(
        default="",
        description="Hosts of videos that pages of the library may link to, separated by spaces; other links to videos"
        " are not shown.",
    )
    mail_domain: str = Field(
        default="day90.local",
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$",
        description="Right side of every Message-ID. Apart from the sender, whose change must not renew the ids of"
        " mails under way.",
    )
    operator_mail: Annotated[str, AfterValidator(_mailbox)] | None = Field(
        default=None,
        description="Who runs day90 and hears of every finding of the nightly sweep; without one, CS managers alone.",
    )
    temporal_ui: Annotated[str, AfterValidator(_page)] | None = Field(
        default=None,
        description="Address of the Temporal Web UI as people reach it, for links; without one, no links.",
    )
    customer_in_memo: bool = Field(
        default=False,
        description="Whether the memo of a workflow names the customer, for lists in the Temporal UI.",
    )
    web_host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="Address that the web process listens on; 0.0.0.0 inside a container.",
    )
    web_port: int = Field(default=8090, ge=1, le=65_535, description="Port that the web process listens on.")
    web_connections: int = Field(
        default=256,
        ge=8,
        le=65_536,
        description="Open connections up to which the web process serves; while there are more, requests are 503.",
    )
    web_proxies: Annotated[str, AfterValidator(_networks)] = Field(
        default="",
        description="Addresses and networks of the proxies before the web process: they say in X-Forwarded-For who"
        " calls, and one of them may have all connections; of others the header is ignored.",
    )
    public_url: Annotated[str, AfterValidator(_page)] | None = Field(
        default=None,
        description="Address under which others reach the web process, like https://day90.example.com; they sign it,"
        " and readers of letters unsubscribe there.",
    )
    pages_host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="Address that the page process listens on; 0.0.0.0 inside a container.",
    )
    pages_port: int = Field(default=8091, ge=1, le=65_535, description="Port that the page process listens on.")
    pages_url: Annotated[str, AfterValidator(_page)] | None = Field(
        default=None,
        description="Address under which people reach the page process, like https://onboarding.example.com; messages"
        " to customers link to it. Without one they have no links.",
    )
    oidc_issuer: Annotated[str, AfterValidator(_issuer)] | None = Field(
        default=None,
        description="Issuer of your identity provider (OpenID Connect), exactly as it calls itself: the team signs in"
        " to the desk by it.",
    )
    oidc_client_id: Annotated[str | None, AfterValidator(_with_issuer)] = Field(
        default=None, min_length=1, description="What the desk is called there: its client id."
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="Secret of that client; without one PKCE alone proves whose the code is."
    )
    oidc_name: Annotated[str, AfterValidator(_one_line)] | None = Field(
        default=None, description="What the button says of it, like Example ID; without one, the issuer's host."
    )
    desk_local_accounts: Annotated[bool, AfterValidator(_with_another_way)] = Field(
        default=True,
        description="Whether people sign in to the desk by passwords of its own, too, where there is an identity"
        " provider.",
    )
    hubspot_secret: Secrets | None = Field(
        default=None, description="Client secret of the HubSpot app; opens /intake/hubspot."
    )
    hubspot_signature: Literal["v1", "v2", "v3"] = Field(
        default="v3",
        description="Which signature HubSpot's deliveries are verified by: private apps may send v1 alone.",
    )
    hubspot_api_token: Secrets | None = Field(
        default=None, description="Access token of the HubSpot app, with which deals are read; without one, none are."
    )
    hubspot_api: Annotated[str, AfterValidator(_api)] = Field(
        default="https://api.hubapi.com", description="Address of HubSpot's API."
    )
    hubspot_mapping: Annotated[FilePath, AfterValidator(_absolute)] | None = Field(
        default=None, description="Your own mapping of HubSpot's deals; without one, the shipped hubspot.mapping.yaml."
    )
    salesforce_token: Secrets | None = Field(
        default=None, description="Bearer token of the Flow's HTTP callout; opens /intake/salesforce."
    )
    salesforce_url: Annotated[str, AfterValidator(_api)] | None = Field(
        default=None,
        description="My Domain of the Salesforce organisation, like https://vendor.my.salesforce.com. With the two"
        " below opportunities are read and written back; without them, what is told of them is all that is known.",
    )
    salesforce_client_id: Secrets | None = Field(
        default=None, description="Consumer key of the Salesforce app, for the client credentials flow."
    )
    salesforce_client_secret: Annotated[Secrets | None, AfterValidator(_together)] = Field(
        default=None, description="Consumer secret of the Salesforce app."
    )
    salesforce_mapping: Annotated[FilePath, AfterValidator(_absolute)] | None = Field(
        default=None, description="The same for Salesforce; without one, the shipped salesforce.mapping.yaml."
    )
    salesforce_organizations: Annotated[str, AfterValidator(_organizations)] = Field(
        default="",
        description="Ids of the Salesforce organisations whose Outbound Messages are taken; empty: any with the token.",
    )
    deals_token: Secrets | None = Field(
        default=None, description="Bearer token of whoever else sends closed deals; opens /intake/deals."
    )
    deals_mapping: Annotated[FilePath, AfterValidator(_absolute)] | None = Field(
        default=None,
        description="Mapping of what comes to /intake/deals; without one, it takes deal files as they are.",
    )
    news_secret: Annotated[Secrets, AfterValidator(_webhook_secrets)] | None = Field(
        default=None, description="Secret `whsec_…` of Standard Webhooks with news; opens /intake/news."
    )
    slack_token: Annotated[SecretStr, AfterValidator(_bot_token)] | None = Field(
        default=None,
        description="Bot token `xoxb-…` of the Slack app; without one, what is for Slack goes by mail.",
    )
    slack_channel: Annotated[str, AfterValidator(_slack_channel)] = Field(
        default="",
        description="Where messages to colleagues go in Slack: empty for direct messages, the id of the team's channel,"
        " or per-onboarding.",
    )
    slack_signing_secret: Secrets | None = Field(
        default=None, description="Signing secret of the Slack app; opens /intake/slack, and messages have buttons."
    )
    slack_api: Annotated[str, AfterValidator(_api)] = Field(
        default="https://slack.com/api", description="Address of Slack's API."
    )
    teams_url: Annotated[SecretStr, AfterValidator(_workflow)] | None = Field(
        default=None,
        description="Address of the Teams workflow that posts into the team's channel; without one, what is for Teams"
        " goes by mail.",
    )
    stripe_secret: Secrets | None = Field(
        default=None, description="Signing secret `whsec_…` of the Stripe endpoint; opens /intake/stripe."
    )
    segment_write_key: Secrets | None = Field(
        default=None, description="Write key of the product's usage events; opens /v1/track, identify, group and batch."
    )
    api_rate: int = Field(
        default=600,
        ge=1,
        le=1_000_000,
        description="Requests a minute that one token may make to /api/v1, in each web process.",
    )
    currency: Annotated[str, AfterValidator(_currency)] = Field(
        default="USD",
        description="Code of the currency in which playbooks count what a deal is worth.",
    )
    rates: Annotated[str, AfterValidator(_rates)] = Field(
        default="",
        description="What one unit of other currencies is worth in it, like EUR=1.08 JPY=0.0067; a deal in any other"
        " currency is refused.",
    )
    close_ahead: Literal["now", "wait"] = Field(
        default="now",
        description="A deal that is won and has a close date ahead: begin now, or wait until that day.",
    )
    ending_grace: float = Field(
        default=1.0,
        ge=0,
        le=80,
        description="Working hours in which an ending that somebody decided can be taken back; 0: it counts at once.",
    )
    usage_days: int = Field(
        default=120,
        ge=31,
        le=3650,
        description="Days that single usage events are kept, as long as an onboarding lasts; what a day came to stays.",
    )
    history_days: int = Field(
        default=3650,
        ge=1,
        le=36_500,
        description="Days that the embedded Temporal keeps closed runs, which hold what is said straight to it.",
    )
    sealing_key: Annotated[Secrets, AfterValidator(_sealing_keys)] | None = Field(
        default=None,
        description="Key that secrets of webhooks are encrypted with in the store; several by spaces: the first one"
        " encrypts. Without one, that of the data folder, which `up` makes; without either, no webhook can be added.",
    )
    webhook_allow: Annotated[str, AfterValidator(_allowed)] = Field(
        default="",
        description="Networks and hosts beside public ones to which webhooks may go, like 10.1.0.0/16 hooks.internal;"
        " by plain http too.",
    )
    log_format: Literal["console", "json"] = Field(default="console", description="For people or for programs.")
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = Field(
        default="INFO",
        description="The least that is logged.",
    )

    @property
    def webhooks_allowed(self) -> Allowed:
        """The networks and hosts of `webhook_allow`, parsed."""
        return read_allowed(self.webhook_allow)

    @property
    def money(self) -> Money:
        """The house's currency and its rates, parsed."""
        return Money(self.currency, read_rates(self.rates))

    @property
    def trusted_proxies(self) -> Networks:
        """The addresses and networks of `web_proxies`, parsed."""
        return read_networks(self.web_proxies)

    @property
    def public_address(self) -> str:
        """The address under which others reach the web process: `public_url`, else where it listens."""
        return self.public_url or f"http://{self.web_host}:{self.web_port}"

    @property
    def pages_address(self) -> str:
        """The address under which people reach the pages: `pages_url`, else where they listen; never a wildcard."""
        host = "127.0.0.1" if self.pages_host in ("0.0.0.0", "::") else self.pages_host
        return (self.pages_url or f"http://{host}:{self.pages_port}").rstrip("/")

    @property
    def domains_of_rooms(self) -> tuple[str, ...]:
        """The domains of `room_domains`."""
        return tuple(self.room_domains.split())

    @property
    def embed_origins(self) -> tuple[str, ...]:
        """The origins of `room_embed_origins`."""
        return tuple(self.room_embed_origins.split())

    @property
    def sql_url(self) -> str:
        """The store's URL in clear text, for SQLAlchemy alone: it may carry a password."""
        if self.database_url is None:
            return f"sqlite:///{self.data / 'day90.sqlite'}"
        return self.database_url.get_secret_value()

    @property
    def sqlite_file(self) -> Path | None:
        """The file of the database, where that is SQLite."""
        scheme, _, path = self.sql_url.partition("sqlite:///")
        return Path(path.partition("?")[0]) if path and not scheme else None

    @property
    def mail_server(self) -> MailServer | None:
        """The server that takes our mail; None where mails are written as files into `mail_folder`."""
        return read_mail_server(self.smtp_url.get_secret_value()) if self.smtp_url else None

    @property
    def mailbox(self) -> ImapServer | None:
        """The mailbox in which bounces and answers are read; None where nobody reads them."""
        return read_imap_server(self.imap_url.get_secret_value()) if self.imap_url else None

    @property
    def files_folder(self) -> Path:
        """The folder of the files that are given to onboardings."""
        return self.files or self.data / "files"

    @property
    def mail_folder(self) -> Path:
        """The folder for mails where there is no mail server."""
        return self.data / "mail"


def each_secret(held: SecretStr | None) -> tuple[str, ...]:
    """The secrets of a setting in clear text; none where it is not set, and its road is closed."""
    return tuple(held.get_secret_value().split()) if held else ()


def load_settings(*, flags: Mapping[str, object] | None = None) -> Settings:
    """The settings from the environment, overridden by `flags` from the command line; None there means not given.

    Raises BadSetting.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    try:
        return Settings.model_validate(given)
    except BadSecretFile as bad:
        raise BadSetting(str(bad)) from None
    except ValidationError as refusal:
        raise BadSetting("; ".join(_explain(error, flags=given) for error in refusal.errors())) from None


OF_COMPOSE = frozenset({"COMPANY", "DB_PASSWORD", "WORKERS"})
"""Variables of docker-compose.yml, which it puts into others."""
ALIKE = 0.75
"""How alike two names are where one is a slip of the other: a letter or two of six."""


def unknown_settings(environment: Mapping[str, str]) -> Mapping[str, str]:
    """The variables of ours that set nothing, each with the one that was probably meant; empty where none is near."""
    known = [name.upper() for name in Settings.model_fields]
    ours = sorted(name.removeprefix(PREFIX) for name in environment if name.startswith(PREFIX))
    unknown = [name for name in ours if name not in OF_COMPOSE and not {name, name.removesuffix("_FILE")} & {*known}]
    near = {name: get_close_matches(name, known, n=1, cutoff=ALIKE) for name in unknown}
    return {PREFIX + name: PREFIX + meant[0] if meant else "" for name, meant in near.items()}


# Our words where pydantic's would not help; the rest ("input should be 'console' or 'json'") is plain enough.
_REASONS = {
    "path_not_directory": "should name a folder that exists",
    "path_not_file": "should name a file that exists",
    "string_pattern_mismatch": "should be a domain name, like example.com",
}


def _explain(error: ErrorDetails, *, flags: Mapping[str, object]) -> str:
    """A line like `DAY90_DAY_LENGTH should be …` or `--day-length should be …`; never the value, maybe a password."""
    field = str(error["loc"][0])
    name = f"--{field.replace('_', '-')}" if field in flags else PREFIX + field.upper()
    if error["type"] == "value_error":
        return f"{name} {error['ctx']['error']}"
    return f"{name} {_REASONS.get(error['type'], error['msg'][:1].lower() + error['msg'][1:])}"
