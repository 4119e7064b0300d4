"""What do the plan's page and its print say of dates that were moved?"""

from collections.abc import Mapping

from domain.text import Language

PLAN_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "plan_for": "For",
        "plan_as_of": "As of",
        "plan_agreed": "Plan agreed on",
        "plan_not_agreed": "not yet",
        "plan_file": "plan",
        "plan_pdf": "The plan as a PDF",
        "milestone": "Milestone",
        "who": "Who",
        "column_day": "Day",
        "agreed_later_one": "agreed for {day}: {count} working day later",
        "agreed_later_many": "agreed for {day}: {count} working days later",
        "agreed_earlier_one": "agreed for {day}: {count} working day earlier",
        "agreed_earlier_many": "agreed for {day}: {count} working days earlier",
        "moves_h": "What was moved",
        "moves_none": "No date was moved by anybody so far.",
        "moves_none_ever": "No date was moved by anybody.",
        "move_replanned": "{title} moved to {day}",
        "move_paused": "onboarding paused",
        "move_resumed": "onboarding resumed: the days of the pause do not count",
        "move_line": "{day}, {by}: {what}. “{reason}”",
        "move_line_plain": "{day}, {by}: {what}.",
    },
    "ja": {
        "plan_for": "お客様",
        "plan_as_of": "作成日",
        "plan_agreed": "計画の承認日",
        "plan_not_agreed": "未承認",
        "plan_file": "計画",
        "plan_pdf": "計画（PDF）",
        "milestone": "マイルストーン",
        "who": "担当",
        "column_day": "日付",
        "agreed_later_many": "承認時の日付：{day}（{count}営業日の遅れ）",
        "agreed_earlier_many": "承認時の日付：{day}（{count}営業日の前倒し）",
        "moves_h": "変更の履歴",
        "moves_none": "これまでに変更された日付はありません。",
        "moves_none_ever": "変更された日付はありません。",
        "move_replanned": "「{title}」を{day}に変更",
        "move_paused": "オンボーディングを一時停止",
        "move_resumed": "オンボーディングを再開（停止中の日数は計画に数えません）",
        "move_line": "{day}、{by}：{what}。「{reason}」",
        "move_line_plain": "{day}、{by}：{what}。",
    },
}
