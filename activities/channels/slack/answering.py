"""How does whoever pressed a button in Slack hear what came of it? At the address that Slack gave for that."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from slack_sdk.webhook import WebhookClient

HOST = "hooks.slack.com"
"""Where Slack has these addresses. A signed call is Slack's; still nothing of ours goes anywhere else."""
TIMEOUT = 10
log = structlog.get_logger()


@dataclass(frozen=True)
class Answering:
    """Answers whoever pressed. `api` is where Slack's API is: a stand-in for it may have these addresses, too."""

    api: str

    async def __call__(self, url: str, text: str) -> None:
        """Say the text to them alone; that it could not be said changes nothing of what was done."""
        parts = urlsplit(url)
        ours = urlsplit(self.api)
        if not (parts.scheme == "https" and parts.hostname == HOST) and parts[:2] != ours[:2]:
            log.warning("button_not_answered", reason="the address is not Slack's")
            return
        try:
            answered = await asyncio.to_thread(self._say, url, text)
        except (OSError, ValueError) as error:
            log.warning("button_not_answered", reason=type(error).__name__)
            return
        if answered != 200:
            log.warning("button_not_answered", reason=f"Slack answered {answered}")

    @staticmethod
    def _say(url: str, text: str) -> int:
        client = WebhookClient(url, timeout=TIMEOUT, retry_handlers=[])
        return client.send(text=text, response_type="ephemeral", replace_original=False).status_code
