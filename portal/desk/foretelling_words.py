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
        " nothing about the customer (duplicate, deal reversed, withdrawn) do not count.",
        "foretelling_bounds": "(between {least} and {most} %, with 95 % confidence)",
        "foretelling_nobody": "No onboarding has ended in this quarter.",
        "foretelling_nobody_watched": "No onboarding has begun yet.",
        "foretelling_before_stayed": "{days} days before the onboarding ended",
        "foretelling_before_renewed": "{days} days before they renewed or left",
        "foretelling_score": "Health then",
        "foretelling_left": "Left",
        "foretelling_stayed": "Stayed",
        "foretelling_renewed": "Renewed",
        "foretelling_renewals": "Renewals from {first} to {last}",
        "foretelling_logos": "Customers who renewed: {kept} of {of}, {pct} %",
        "foretelling_gross": "Gross revenue retention: {pct} %",
        "foretelling_net": "Net revenue retention: {pct} %",
        "foretelling_money": "Of {valued} of {of}, whose yearly values before and after are known: {before} a year"
        " before; {left} was lost with customers, {less} by smaller contracts, and {more} was added.",
        "foretelling_no_money": "What these customers paid a year, before and after, is not known.",
        "foretelling_whys": "Why they left:",
        "foretelling_renewals_how": "Of customers whose contract was due in this quarter, as it was recorded; who"
        " renewed twice counts once, with the last one. Gross counts what was lost, net also what was added.",
        "foretelling_no_renewals": "No renewal is recorded in this quarter. A handed-over customer’s page has a form"
        " for it, and a CRM can bring it as a deal.",
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
        " way counts up to today, and whoever was handed over up to that day or to their last renewal.",
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
        "重複・契約取り消し・取り下げは含みません。",
        "foretelling_bounds": "（95%信頼区間 {least}～{most}%）",
        "foretelling_nobody": "この四半期に終了したオンボーディングはありません。",
        "foretelling_nobody_watched": "オンボーディングはまだ開始されていません。",
        "foretelling_before_stayed": "オンボーディング終了の{days}日前",
        "foretelling_before_renewed": "更新・解約の{days}日前",
        "foretelling_score": "当時のスコア",
        "foretelling_left": "解約",
        "foretelling_stayed": "継続",
        "foretelling_renewed": "更新",
        "foretelling_renewals": "{first}～{last}の契約更新",
        "foretelling_logos": "{of}社中{kept}社が更新：{pct}%",
        "foretelling_gross": "売上維持率（グロス）：{pct}%",
        "foretelling_net": "売上維持率（ネット）：{pct}%",
        "foretelling_money": "更新前後の年額が分かる{valued}社（全{of}社）の集計。更新前の年額{before}、"
        "解約による減少{left}、減額{less}、増額{more}。",
        "foretelling_no_money": "更新前後の年額が記録されていません。",
        "foretelling_whys": "解約の理由：",
        "foretelling_renewals_how": "この四半期に更新日を迎え、記録されたお客様が対象です（複数回の場合は最後の更新）。"
        "グロスは減少のみ、ネットは増額も含みます。",
        "foretelling_no_renewals": "この四半期の契約更新は記録されていません。"
        "移行済みのお客様のページ、またはCRMの取引から記録できます。",
        "foretelling_share": "解約の割合",
        "foretelling_too_few": "件数が少ないため判定できません（スコアのある解約・継続がそれぞれ5社以上必要です）。",
        "foretelling_concordance": "解約1社と継続1社の全組み合わせのうち、{pct}%で解約側のスコアが低い結果でした"
        "（50%は偶然、100%は完全な予測）。",
        "foretelling_still": "継続率の推移",
        "foretelling_days": "ご契約後の日数",
        "foretelling_there": "継続している割合",
        "foretelling_still_how": "これまでの全{watched}社（カプラン・マイヤー法）。進行中のお客様は本日まで、"
        "移行済みのお客様は移行日または最後の更新日までを集計しています。",
        "foretelling_link": "スコアは解約を予測できたか",
    },
}
