"""Does what we are told about a red flag fit the playbook? Its category is the playbook's, where it has the flag."""

from collections.abc import Mapping
from typing import Any

from domain.news import FlagRaised
from domain.playbook import Playbook
from starter.trouble import InvalidNews

ABOUT_FLAGS = frozenset({FlagRaised.update})


def refuse_other_category(news: Mapping[str, Any], playbook: Playbook) -> None:
    """Raises InvalidNews where a flag of the playbook is told under another category than it has there."""
    known = {flag.key: flag.category for flag in playbook.red_flags}
    category = known.get(str(news.get("flag")))
    if category is not None and news.get("category") not in (None, category):
        raise InvalidNews(f"is {category} for {news['flag']}, by the playbook", field="category")
