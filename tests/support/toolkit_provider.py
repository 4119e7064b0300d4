"""Django OAuth Toolkit as an identity provider, in a process of its own: `python -m tests.support.toolkit_provider`.

It keeps people and sessions, signs in by a form, takes no code without PKCE, and comes back only to addresses that it
knows. Everything is in memory; one person, who is called as the arguments say.
"""

import sys
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django  # type: ignore[import-untyped]  # it has no types
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings  # type: ignore[import-untyped]  # it has no types
from django.core.management import call_command  # type: ignore[import-untyped]  # it has no types
from django.core.wsgi import get_wsgi_application  # type: ignore[import-untyped]  # it has no types

from tests.support.providers import CLIENT, PASSWORD, SECRET

SIGN_IN = "<form method=post>{% csrf_token %}{{ form }}<button>Sign in</button></form>"


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *_: object) -> None:
        """Nothing: the test's own log is enough."""


def configured(issuer: str) -> None:
    key = generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    own = ("django.template.loaders.locmem.Loader", {"registration/login.html": SIGN_IN})
    loaders = [own, "django.template.loaders.app_directories.Loader"]
    settings.configure(
        SECRET_KEY="of-tests",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="tests.support.toolkit_urls",
        USE_TZ=True,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=[
            *("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"),
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": loaders,
                    "context_processors": ["django.template.context_processors.request"],
                },
            }
        ],
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_ISS_ENDPOINT": issuer,
            "OIDC_RSA_PRIVATE_KEY": pem,
            "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
            "OIDC_RP_INITIATED_LOGOUT_ALWAYS_PROMPT": False,
            "OAUTH2_VALIDATOR_CLASS": "tests.support.toolkit_urls.WithAddress",
            "PKCE_REQUIRED": True,
            "SCOPES": {"openid": "who", "email": "address", "profile": "name"},
        },
    )
    django.setup()


def filled(person: str, address: str, site: str) -> None:
    """With the desk as a client, and one person who has a password."""
    from django.contrib.auth.models import User  # type: ignore[import-untyped]  # it has no types
    from oauth2_provider.models import get_application_model  # type: ignore[import-untyped]  # it has no types

    call_command("migrate", verbosity=0)
    User.objects.create_user(person, address, PASSWORD)
    client: Any = get_application_model()
    client.objects.create(
        client_id=CLIENT,
        client_secret=SECRET,
        client_type="confidential",
        authorization_grant_type="authorization-code",
        algorithm="RS256",
        redirect_uris=f"{site}/desk/oidc/back",
        post_logout_redirect_uris=f"{site}/desk/oidc/left",
        skip_authorization=True,
    )


def main(port: str, person: str, address: str, site: str) -> None:
    configured(f"http://127.0.0.1:{port}/o")
    filled(person, address, site)
    make_server("127.0.0.1", int(port), get_wsgi_application(), handler_class=Quiet).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
