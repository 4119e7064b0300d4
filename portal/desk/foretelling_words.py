"""What does the page say that holds the score against what became of customers? In English and in Japanese."""

from collections.abc import Mapping

from domain.text import Language

FORETELLING_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "foretelling_h1": "Did the score foretell it?",
        "foretelling_then": "Who left and who stayed, held against their health 60 and 90 days before. A score that"
        " does"
        " not foretell anything has the wrong parts or weights.",
        "foretelling_quarters": "Quarters",
        "foretelling_quarter": "Q{number} {year}",
        "foretelling_kept": "Onboardings that ended from {first} to {last}",
        "foretelling_kept_is": "Customers who stayed: {stayed} of {of}, {pct} %",
        "foretelling_kept_how": "Stayed: handed over, with or without exceptions. Left: ended as such. Endings that say"
        " nothing about the customer (duplicate, deal reversed, withdrawn) do not count. What becomes of a customer"
        " after"
        " the hand-off, a renewal too, is not recorded here yet.",
        "foretelling_bounds": "(by 95 % between {least} and {most} %)",
        "foretelling_nobody": "No onboarding has ended in this quarter.",
        "foretelling_nobody_watched": "No onboarding has begun yet.",
        "foretelling_before": "{days} days before the end",
        "foretelling_score": "Health then",
        "foretelling_left": "Left",
        "foretelling_stayed": "Stayed",
        "foretelling_share": "Share that left",
        "foretelling_too_few": "Too few to say whether the score parts them: at least five who left and five who stayed"
        " need a score.",
        "foretelling_concordance": "Of two customers of whom one left, the one who left had the lower score in {pct} %"
        " of"
        " all pairs. 50 % is chance, 100 % is always.",
        "foretelling_still": "How many are still there",
        "foretelling_days": "Days after the close",
        "foretelling_there": "Share that is still there",
        "foretelling_still_how": "Of all customers so far ({watched}), by Kaplan and Meier: whoever is still under"
        " way, or was handed over, counts up to that day.",
        "foretelling_link": "Did the score foretell who left?",
    },
    "ja": {
        "foretelling_h1": "スコアの予測力",
        "foretelling_then": "解約・継続の結果を、60日前・90日前のヘルススコアと比較します。予測できていないスコアは、"
        "項目または重みの見直しが必要です。",
        "foretelling_quarters": "四半期",
        "foretelling_quarter": "{year}年 第{number}四半期",
        "foretelling_kept": "{first}～{last}に終了したオンボーディング",
        "foretelling_kept_is": "{of}社中{stayed}社が継続：{pct}%",
        "foretelling_kept_how": "継続：通常支援へ移行（例外つきを含む）。解約：解約として終了。"
        "重複・契約取り消し・取り下げは含みません。"
        "移行後の継続・更新は、まだ記録の対象外です。",
        "foretelling_bounds": "（95%信頼区間 {least}～{most}%）",
        "foretelling_nobody": "この四半期に終了したオンボーディングはありません。",
        "foretelling_nobody_watched": "オンボーディングはまだ開始されていません。",
        "foretelling_before": "終了の{days}日前",
        "foretelling_score": "当時のスコア",
        "foretelling_left": "解約",
        "foretelling_stayed": "継続",
        "foretelling_share": "解約の割合",
        "foretelling_too_few": "件数が少ないため判定できません（スコアのある解約・継続がそれぞれ5社以上必要です）。",
        "foretelling_concordance": "解約1社と継続1社の全組み合わせのうち、{pct}%で解約側のスコアが低い結果でした"
        "（50%は偶然、100%は完全な予測）。",
        "foretelling_still": "継続率の推移",
        "foretelling_days": "ご契約後の日数",
        "foretelling_there": "継続している割合",
        "foretelling_still_how": "これまでの全{watched}社（カプラン・マイヤー法）。進行中・移行済みのお客様は、"
        "その日までを集計しています。",
        "foretelling_link": "スコアは解約を予測できたか",
    },
}
