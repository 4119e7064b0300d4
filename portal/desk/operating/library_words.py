"""What do the pages of the content library say at the desk? In both languages."""

from collections.abc import Mapping

from domain.text import Language

SAID: Mapping[str, tuple[str, str]] = {
    "h1": ("Library", "ライブラリ"),
    "then": (
        "What customers read to learn the product, in their room. Each page is listed for the roles and the stages"
        " that it names, and is seen by whoever has bought its product.",
        "お客様専用ページで公開している資料です。資料ごとに指定した役割・段階のお客様に一覧表示され、"
        "対象の製品をご契約のお客様だけが閲覧できます。",
    ),
    "by": ("Which pages", "表示する資料"),
    "all": ("All pages", "すべての資料"),
    "always": ("In every stage", "すべての段階"),
    "deliverables": ("Handed over in this stage: {titles}", "この段階でお渡しするもの：{titles}"),
    "nothing": ("The library has no page for this stage.", "この段階の資料はありません。"),
    "empty": (
        "The library has no pages yet. They are Markdown files in the folder that DAY90_LIBRARY names.",
        "資料はまだありません。DAY90_LIBRARYで指定したフォルダーにMarkdownファイルを置くと表示されます。",
    ),
    "page": ("Page", "資料"),
    "products": ("Product", "製品"),
    "roles": ("For", "対象者"),
    "stages": ("Listed in", "表示する段階"),
    "languages": ("Languages", "言語"),
    "opened": ("Opened by", "閲覧状況"),
    "every_product": ("every product", "すべての製品"),
    "every_role": ("everybody", "全員"),
    "every_stage": ("every stage", "すべての段階"),
    "no_stage": ("no playbook has a stage {keys}", "「{keys}」という段階を持つプレイブックはありません"),
    "in_en": ("English", "英語"),
    "in_ja": ("Japanese", "日本語"),
    "not_en": ("not in English", "英語なし"),
    "not_ja": ("not in Japanese", "日本語なし"),
    "customers_one": ("{count} customer", "{count}社"),
    "customers_many": ("{count} customers", "{count}社"),
    "people_one": ("{count} person", "{count}名"),
    "people_many": ("{count} people", "{count}名"),
    "visits_one": ("{count} visit", "閲覧{count}回"),
    "visits_many": ("{count} visits", "閲覧{count}回"),
    "last": ("last on {day}", "最終閲覧 {day}"),
    "newest": ("the {count} who were there last", "最近閲覧した{count}社"),
    "steps": ("{done} of {of} steps", "{of}項目中{done}項目"),
    "nobody": ("nobody yet", "未閲覧"),
    "nobody_then": (
        "Nobody has opened it yet. Whoever does appears here, with how far they are.",
        "まだ閲覧されていません。閲覧されると、お客様ごとの状況を表示します。",
    ),
}


def _said(place: int) -> Mapping[str, str]:
    return {f"desk_library_{key}": words[place] for key, words in SAID.items()}


DESK_LIBRARY_WORDS: Mapping[Language, Mapping[str, str]] = {"en": _said(0), "ja": _said(1)}
"""The same as the pages' words."""
