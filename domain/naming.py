"""What are roles and people called, and how are several of them listed? In English and Japanese, beside templates."""

from collections.abc import Iterable, Mapping

from domain.notice import Person

ROLE_TITLES: Mapping[str, Mapping[str, str]] = {
    "csm": {"en": "Customer success manager", "ja": "カスタマーサクセスマネージャー（CSM）"},
    "implementation_specialist": {"en": "Implementation specialist", "ja": "導入スペシャリスト"},
    "technical_resource": {"en": "Technical engineer", "ja": "技術担当"},
    "training_lead": {"en": "Training lead", "ja": "トレーニング責任者"},
    "cs_manager": {"en": "Head of customer success", "ja": "カスタマーサクセス責任者"},
    "deputy": {"en": "Deputy", "ja": "代行者"},
    "executive": {"en": "Executive", "ja": "経営陣"},
    "executive_sponsor": {"en": "Executive sponsor", "ja": "エグゼクティブスポンサー"},
    "project_lead": {"en": "Project lead", "ja": "プロジェクトリーダー"},
    "technical_lead": {"en": "Technical lead", "ja": "技術責任者"},
    "manager": {"en": "Manager", "ja": "マネージャー"},
    "champion": {"en": "Champion", "ja": "社内推進者"},
    "power_user": {"en": "Power user", "ja": "パワーユーザー"},
    "end_user": {"en": "End user", "ja": "利用者"},
    "procurement": {"en": "Procurement", "ja": "購買担当"},
}


def role_title(role: str, language: str) -> str:
    """The role in words: Japanese for `ja`, English for everything else; a role without a title as it is."""
    titles = ROLE_TITLES.get(role, {})
    return titles.get("ja" if language == "ja" else "en", role)


def honoured(name: str, person: Person | None, language: str, *, among_us: bool = False) -> str:
    """The name as one writes of that person: in Japanese 様 for the customer's people, and nothing for our own.

    `among_us` says that one of ours reads it: then our own people are さん.
    """
    if language != "ja" or person is None:
        return name
    if person.side == "customer":
        return f"{name}様"
    return f"{name}さん" if among_us else name


def listed(names: Iterable[str], language: str) -> str:
    """Several in a row: `one, other`, or `一つ、もう一つ`."""
    return ("、" if language == "ja" else ", ").join(names)
