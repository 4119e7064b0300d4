"""What does the page of a customer's renewals say? In both languages."""

from collections.abc import Mapping

from domain.text import Language

SAID: Mapping[str, tuple[str, str]] = {
    "customer_part_renewals": ("Renewals", "契約更新"),
    "renewals_h": ("Renewals since the hand-off", "移行後の契約更新"),
    "renewals_empty": ("No renewal is recorded yet.", "契約更新の記録はまだありません。"),
    "renewals_not_yet": (
        "Renewals are recorded once this customer is handed over. Who leaves before ends the onboarding as churned.",
        "契約更新は、通常支援への移行後に記録します。移行前に解約された場合は、オンボーディングを「解約」として終了してください。",
    ),
    "renewals_not_yours": (
        "Whoever writes to this customer (CSM) records renewals.",
        "契約更新は、お客様に連絡する担当（CSM）が記録します。",
    ),
    "renewal_is_renewed": ("Renewed", "更新"),
    "renewal_is_left": ("Left", "解約"),
    "renewal_will_be_renewed": ("Will renew", "更新予定"),
    "renewal_will_be_left": ("Will leave", "解約予定"),
    "renewal_is_mistaken": ("Mistaken: nothing was renewed or ended that day", "記録の取り消し（誤り）"),
    "renewal_value": ("{before} → {after} a year", "年額 {before} → {after}"),
    "renewal_value_after": ("{after} a year", "年額 {after}"),
    "renewal_value_before": ("{before} a year until then", "それまでの年額 {before}"),
    "renewal_said": ("recorded by {person}", "記録：{person}"),
    "renewal_by_crm": ("brought by the CRM", "CRMから連携"),
    "renewal_add": ("Record a renewal", "契約更新を記録"),
    "renewal_add_then": (
        "Of a day the last word counts, and what was said before stays on record. Renewals and churn are held against"
        " the score of 60 and 90 days before.",
        "同じ日については最後の記録が有効です（以前の記録も履歴に残ります）。"
        "更新・解約は、60日前・90日前のヘルススコアと比較されます。",
    ),
    "renewal_on": (
        "First day of the renewed contract, or the day on which the customer leaves",
        "更新後の契約開始日、または解約日",
    ),
    "renewal_outcome": ("What became of it", "結果"),
    "renewal_yearly": ("Yearly value from then on (your reporting currency)", "更新後の年額（社内の基準通貨）"),
    "renewal_yearly_hint": (
        "Without it, the customer counts and the money does not. Leave it empty for a customer who leaves.",
        "空欄の場合、件数のみ集計します。解約の場合は空欄のままにしてください。",
    ),
    "renewal_why": ("Why they leave", "解約の理由"),
    "renewal_why_none": ("Not said, or renewed", "未記入、または更新"),
    "renewal_why_price": ("Price", "価格"),
    "renewal_why_value": ("Not enough value from it", "効果が不十分"),
    "renewal_why_product": ("The product lacks something", "機能の不足"),
    "renewal_why_support": ("Support", "サポート"),
    "renewal_why_competitor": ("Another vendor", "他社への切り替え"),
    "renewal_why_champion_left": ("The champion left", "社内推進者の異動・退職"),
    "renewal_why_merged": ("Merged or bought", "合併・買収"),
    "renewal_why_closed_down": ("Closed down", "廃業・事業終了"),
    "renewal_why_other": ("Something else", "その他"),
    "renewal_button": ("Record it", "記録する"),
    "renewal_day_wrong": ("Give the day.", "日付を入力してください。"),
    "renewal_outcome_wrong": ("Choose what became of it.", "結果を選択してください。"),
    "renewal_why_wrong": ("Choose a reason of the list.", "理由を一覧から選択してください。"),
    "renewal_value_wrong": (
        "Give an amount like 52000 or 52000.50, without signs between.",
        "金額を「52000」のように、区切りなしで入力してください。",
    ),
    "told_renewal_recorded": ("It is recorded, and stands in the journal.", "記録しました。履歴にも残ります。"),
    "told_renewal_ended": (
        "It is recorded. The success programme has ended: nobody is invited or written to any more.",
        "記録しました。サクセスプログラムは終了しました。今後、ご案内やメールは送られません。",
    ),
    "told_renewal_ends_ahead": (
        "It is recorded. The success programme goes on until that day, and ends by itself then.",
        "記録しました。サクセスプログラムはその日まで続き、当日に自動で終了します。",
    ),
    "told_renewal_not_reached": (
        "It is recorded, but the success programme does not know of it yet: it could not be reached. Record the same"
        " once more a little later.",
        "記録しましたが、サクセスプログラムに接続できず、まだ反映されていません。しばらくしてから、同じ内容をもう一度記録してください。",
    ),
}
RENEWAL_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {key: words[0] for key, words in SAID.items()},
    "ja": {key: words[1] for key, words in SAID.items()},
}
