"""What do pages say on which several things are done at once? Every sentence in both languages."""

from collections.abc import Mapping

from domain.text import Language

GIVING_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "give_h1": "Give onboardings to somebody else",
        "give_then": "They become the owner, and both sides of each onboarding are told. Nothing has changed yet.",
        "give_none": "No onboarding under way is chosen",
        "give_none_then": "Tick some in the list of onboardings.",
        "give_too_many": "These are the first {count}: give the others after them.",
        "give_show": "Show what follows",
        "give_preview": "What follows",
        "give_now": "From",
        "give_same": "has it already",
        "give_full": "{name} would have {has} onboardings, and has room for {room}.",
        "give_tier": "{name} does not look after customers of this kind: {named}.",
        "give_language": "{name} does not speak the language of all of these customers: {named}.",
        "give_role": "{name} is no CSM.",
        "give_button": "Give all of these to {name}",
        "give_done": "They have it now",
        "give_other_owner": "Somebody has given it to another owner meanwhile: look at it again.",
        "several_sum": "{done} of {count} done",
        "several_done": "Recorded",
        "several_left": "Not begun yet",
        "several_left_then": "What was not begun, or did not get through, is told when you go on;"
        " nothing is told twice.",
        "several_go_on": "Go on",
        "several_to_customer": "To the customer",
        "several_to_portfolio": "To the onboardings",
    },
    "ja": {
        "give_h1": "複数のオンボーディングの担当変更",
        "give_then": "新しい担当者に変わり、社内とお客様の双方に通知されます。まだ何も変更されていません。",
        "give_none": "進行中のオンボーディングが選択されていません",
        "give_none_then": "導入一覧で選択してください。",
        "give_too_many": "先頭の{count}件です。残りはこのあとに変更してください。",
        "give_show": "変更内容を確認する",
        "give_preview": "変更内容",
        "give_now": "現在の担当",
        "give_same": "すでに担当しています",
        "give_full": "{name}さんの担当は{has}件になり、上限の{room}件を超えます。",
        "give_tier": "{name}さんはこの区分のお客様を担当していません：{named}",
        "give_language": "{name}さんの対応言語に含まれないお客様がいます：{named}",
        "give_role": "{name}さんはCSMではありません。",
        "give_button": "すべての担当を{name}さんに変更する",
        "give_done": "担当を変更しました",
        "give_other_owner": "ほかの方が先に担当を変更しました。内容をご確認ください。",
        "several_sum": "{count}件中{done}件を完了",
        "several_done": "記録しました",
        "several_left": "未処理",
        "several_left_then": "未処理のものと届かなかったものは、続けると処理します。"
        "同じ内容が二重に記録されることはありません。",
        "several_go_on": "続ける",
        "several_to_customer": "お客様のページへ",
        "several_to_portfolio": "導入一覧へ",
    },
}
