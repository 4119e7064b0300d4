"""What does the page of hours say? Every sentence in both languages."""

from collections.abc import Mapping

from domain.text import Language

CAPACITY_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "capacity_then": "Hours that the playbooks plan for each week, against those that somebody has: their hours a"
        " week without absences and closures. Even the least that is planned is too much where it says overbooked.",
        "capacity_caption": "Planned, available and spent hours by person and week",
        "capacity_who": "Who",
        "capacity_week": "Week of {day}",
        "capacity_planned": "{least}–{most} h",
        "capacity_nothing": "–",
        "capacity_has": "of {has} h",
        "capacity_over": "overbooked",
        "capacity_tight": "tight",
        "capacity_away": "away",
        "capacity_spent": "{hours} h spent",
        "capacity_overbooked": "Overbooked: {names}",
        "capacity_overbooked_then": "Move dates, give an onboarding to somebody else, or say early that time is short.",
        "capacity_none": "You are not in the staff directory, so no hours are planned of you.",
        "hours_h": "Hours that you have spent",
        "hours_for": "For which customer",
        "hours_choose": "Choose a customer",
        "hours_day": "On which day",
        "hours_many": "How many hours",
        "hours_button": "Write them down",
        "hours_which": "Choose one of your customers",
        "hours_wrong": "Enter hours, like 1.5, up to 24",
        "hours_day_wrong": "Enter a day of the last two months",
        "hours_no_customer": "You take part in no onboarding that is under way.",
        "told_hours_recorded": "The hours are written down",
    },
    "ja": {
        "capacity_then": "プレイブックに基づく週ごとの計画時間と、対応可能な時間（休暇・休業日を除く）の比較です。"
        "計画の下限でも対応可能時間を超える週は「超過」と表示されます。",
        "capacity_caption": "担当者・週ごとの計画時間、対応可能時間、実績",
        "capacity_who": "担当者",
        "capacity_week": "{day}の週",
        "capacity_planned": "{least}〜{most}時間",
        "capacity_nothing": "–",
        "capacity_has": "対応可能 {has}時間",
        "capacity_over": "超過",
        "capacity_tight": "余裕なし",
        "capacity_away": "不在",
        "capacity_spent": "実績 {hours}時間",
        "capacity_overbooked": "計画時間の超過：{names}",
        "capacity_overbooked_then": "日程や担当の変更をご検討ください。不足する場合は早めにお知らせください。",
        "capacity_none": "スタッフ名簿に登録がないため、計画時間はありません。",
        "hours_h": "実績時間の記録",
        "hours_for": "お客様",
        "hours_choose": "お客様を選択",
        "hours_day": "日付",
        "hours_many": "時間数",
        "hours_button": "記録する",
        "hours_which": "担当のお客様を選択してください",
        "hours_wrong": "時間数を24以内でご記入ください（例：1.5）",
        "hours_day_wrong": "過去2か月以内の日付をご記入ください",
        "hours_no_customer": "進行中の担当オンボーディングはありません。",
        "told_hours_recorded": "実績時間を記録しました",
    },
}
