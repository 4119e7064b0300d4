"""What does the page of those who use the product say? In both languages."""

from collections.abc import Mapping

from domain.text import Language

SAID: Mapping[str, tuple[str, str]] = {
    "customer_part_adoption": ("Adoption", "活用状況"),
    "adoption_seen": ("Four weeks of use", "4週間の利用状況"),
    "adoption_since": ("From {day} on; this week does not count yet", "{day}からの4週間（今週は含みません）"),
    "adoption_users_one": ("{count} person has used the product", "利用者{count}名"),
    "adoption_users_many": ("{count} people have used the product", "利用者{count}名"),
    "adoption_power_users_one": ("{count} power user", "うちパワーユーザー{count}名"),
    "adoption_power_users_many": ("{count} power users", "うちパワーユーザー{count}名"),
    "adoption_rule": (
        "A power user has used it in each of the four weeks, on {days} days or more, with at least {pct} % of the core"
        " features. It is a habit and no contest: nobody loses it to others.",
        "パワーユーザーとは、4週間のすべての週に、合計{days}日以上、主要機能の{pct}%以上を利用された方です。"
        "ほかの方との比較ではありません。",
    ),
    "adoption_rule_days": (
        "A power user has used it in each of the four weeks, on {days} days or more. It is a habit and no contest:"
        " nobody loses it to others.",
        "パワーユーザーとは、4週間のすべての週に、合計{days}日以上利用された方です。ほかの方との比較ではありません。",
    ),
    "adoption_no_rule": (
        "The playbook of this customer looks for nobody among the users (it has no “adoption”).",
        "このお客様のプレイブックには、利用者を確認する設定（adoption）がありません。",
    ),
    "adoption_nobody": (
        "Nobody has used the product in the last four whole weeks.",
        "直近の4週間に、製品を利用された方はいません。",
    ),
    "adoption_not_agreed": (
        "Who they are is not looked at: this customer has not agreed to that. Their project lead may know who could"
        " show others, and who needs a hand.",
        "個人ごとの利用状況は、お客様の同意がないため確認していません。プロジェクトリーダーの方がご存じかもしれません。",
    ),
    "adoption_not_yours": (
        "Whoever writes to this customer (CSM) sees here whom to thank and whom to ask.",
        "御礼やお伺いの対象の方は、お客様に連絡する担当（CSM）にのみ表示されます。",
    ),
    "adoption_thank": ("Who could show others", "周囲の方のお手本になる方"),
    "adoption_thank_then": (
        "Power users. Whoever of them is no champion yet could become one: thank them, and ask whether they would help"
        " their colleagues. The message tells them of their own use alone, in the name of {owner}.",
        "パワーユーザーの方です。社内推進者でない方には、その候補として、御礼とともに同僚の方への支援をお願いできるか伺ってください。"
        "メールには、ご本人の利用状況のみを記載し、{owner}の名前でお送りします。",
    ),
    "adoption_thank_button": ("Thank {person}", "{person}に御礼を送る"),
    "adoption_thank_done": ("Thanked on {day} by {person}", "{day}に{person}が御礼を送信"),
    "adoption_thank_empty": (
        "None of those who are known by name.",
        "登録されている方の中に、該当する方はいません。",
    ),
    "adoption_ask": ("For whom it may not fit yet", "まだ定着していない可能性のある方"),
    "adoption_ask_then": (
        "There are many reasons, from a holiday to a screen that does not fit the work. The message asks what is"
        " in the way and does not say how little they use it; it goes in the name of {owner}.",
        "休暇や、業務に合わない画面など、理由はさまざまです。メールでは困りごとを伺い、利用の少なさには触れません。"
        "{owner}の名前でお送りします。",
    ),
    "adoption_ask_button": ("Ask {person} what is in the way", "{person}に困りごとを伺う"),
    "adoption_ask_done": ("Asked on {day} by {person}", "{day}に{person}がお伺いを送信"),
    "adoption_ask_empty": (
        "None of those who are known by name.",
        "登録されている方の中に、該当する方はいません。",
    ),
    "adoption_of_whom": (
        "Known by name are contacts who were seen in the product at least once. In the order of their ids.",
        "表示の対象は、製品の利用が一度でも確認できた関係者の方です（ID順）。",
    ),
    "adoption_refused": ("Nobody was written to:", "送信していません："),
    "told_adoption_thanked": (
        "The thanks are on their way, and stand in the journal.",
        "御礼のメールをお送りします。履歴に記録しました。",
    ),
    "told_adoption_asked": (
        "The question is on its way, and stands in the journal.",
        "お伺いのメールをお送りします。履歴に記録しました。",
    ),
}
ADOPTION_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {key: words[0] for key, words in SAID.items()},
    "ja": {key: words[1] for key, words in SAID.items()},
}
