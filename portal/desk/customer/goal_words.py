"""What do the desk's pages of goals and figures say? Every sentence in English and in Japanese."""

from collections.abc import Mapping

from domain.text import Language

WORDS: Mapping[str, tuple[str, str]] = {
    "then": (
        "What the customer bought it for, as figures. A goal is agreed once both sides have said yes to it as it"
        " stands.",
        "お客様が導入によって達成したいことを数値で表したものです。双方が同じ内容に合意すると確定します。",
    ),
    "empty": (
        "No goal is agreed yet, and the sale names none. Goals are agreed at the kickoff; say the first one here.",
        "目標はまだありません。商談でも成功指標が登録されていません。キックオフで合意した目標を、ここから登録できます。",
    ),
    "define": ("Add a goal", "目標を登録する"),
    "anew": ("Change the goal", "目標を変更する"),
    "define_then": (
        "What is changed takes another yes of the customer; what it said before stays on record.",
        "変更した場合は、お客様に改めて合意していただく必要があります。以前の内容は記録に残ります。",
    ),
    "say": ("Save the goal", "登録する"),
    "report": ("Report a figure", "数値を報告する"),
    "report_then": (
        "It counts from now on in score, targets and charts, also in the customer’s room. What cannot be true is kept,"
        " and does not count.",
        "報告した数値は、スコア、目標との比較、お客様のページのグラフに反映されます。正しいとは考えにくい値は、記録のみされ反映されません。",
    ),
    "put_right": ("Put it right", "訂正する"),
    "correct_then": (
        "Your figure counts in the place of this report, which stays on record beside it with your reason. Leave the"
        " value as it is to say that it is true.",
        "この報告の代わりに、ご入力の数値が反映されます。元の報告は、理由とともに記録に残ります。元の値が正しい場合は、そのまま送信してください。",
    ),
    "agree": ("Agree to this goal", "この目標に合意する"),
    "their_yes": ("They have said yes", "お客様の合意を記録する"),
    "their_yes_then": (
        "They can say yes in their room. What they have said at a meeting is written down here, with your name beside"
        " it.",
        "お客様はご自身のページで合意できます。会議などで合意をいただいた場合は、ここで記録します（あなたの名前も残ります）。",
    ),
    "who_agreed": ("Who has said yes?", "合意された方"),
    "record_yes": ("Record their yes", "合意を記録する"),
    "is_agreed": ("Agreed", "合意済み"),
    "is_waits_for_us": ("Waits for our yes", "当社の合意待ち"),
    "is_waits_for_customer": ("Waits for the customer’s yes", "お客様の合意待ち"),
    "is_no_target": ("Still without a target", "目標値が未登録"),
    "from_to": ("from {baseline} to {target}", "現状 {baseline} → 目標 {target}"),
    "from": ("from {baseline}", "現状 {baseline}"),
    "to": ("to {target}", "目標 {target}"),
    "way_higher": ("more is better", "多いほど良い"),
    "way_lower": ("less is better", "少ないほど良い"),
    "by": ("by {day}", "期日 {day}"),
    "measured": ("How it is measured: {how}", "測定方法：{how}"),
    "lacks": ("Still to be asked for: {what}", "確認が必要な項目：{what}"),
    "lacks_baseline": (
        "how it was before (without it nothing can be computed)",
        "現状値（ないと改善率を算出できません）",
    ),
    "lacks_target": ("what it should become", "目標値"),
    "lacks_direction": ("which way is better", "増減のどちらが改善か"),
    "said_by": ("as {person} has it", "登録：{person}"),
    "of_sale": ("written down in the sale", "商談で登録"),
    "agreed_by": ("agreed by {names}", "合意：{names}"),
    "reports": ("Every report", "すべての報告"),
    "before": ("Said before", "以前の内容"),
    "number": ("No.", "番号"),
    "from_whom": ("From", "報告元"),
    "counts": ("Counts", "反映"),
    "yes": ("Yes", "反映済み"),
    "no": ("No", "反映なし"),
    "replaced": ("No: put right by number {number}", "反映なし：番号{number}で訂正済み"),
    "others": ("Other figures", "その他の数値"),
    "others_then": (
        "Figures that every customer has, as people and other systems have reported them.",
        "すべてのお客様に共通する数値です。担当者や外部システムの報告を表示しています。",
    ),
    "others_empty": ("None was reported yet.", "報告はまだありません。"),
    "colon": (": ", "："),
    "since": ("Somebody has changed this goal meanwhile", "その間に、ほかの方がこの目標を変更しました"),
    "since_then": (
        "Nothing of yours is saved yet. This is how it stands now; change what you typed if need be, and save it then.",
        "ご記入内容はまだ保存されていません。現在の内容は次のとおりです。必要に応じて修正してから記録してください。",
    ),
    "there": ("There is a goal by this name", "同じ名前の目標があります"),
    "there_then": (
        "Nothing of yours is saved yet. Change that one, or give yours another name.",
        "ご記入内容はまだ保存されていません。その目標を変更するか、別の名前をご記入ください。",
    ),
    "is_there": (
        "Give it another name: there is a goal by this one already",
        "この名前の目標はすでにあります。別の名前をご記入ください",
    ),
    "refused": ("Not recorded:", "記録できませんでした："),
    "say_reason": ("Write why: it stands beside both figures", "理由をご記入ください。両方の数値とともに記録されます"),
}
"""The words of the pages, each under `metric_KEY`."""

FIELDS: Mapping[str, tuple[str, str]] = {
    "title": ("What is to become better?", "改善したいこと"),
    "title_hint": ("As people read it, like: time until an order is confirmed", "例：受注確認までの時間"),
    "unit": ("In what is it counted?", "単位"),
    "unit_hint": (
        "Like days, %, orders a week. A report in another unit is refused",
        "例：日、%、件／週。別の単位の報告は受け付けません",
    ),
    "direction": ("Which way is better?", "どちらが改善ですか"),
    "baseline": ("How was it before?", "現状値"),
    "baseline_hint": ("The figure alone, like 3. Empty while nobody knows", "数値のみ（例：3）。不明な場合は空欄"),
    "target": ("What should it become?", "目標値"),
    "target_hint": (
        "The figure alone, like 1. Nobody can agree without one",
        "数値のみ（例：1）。ないと合意できません",
    ),
    "due": ("By when?", "期日"),
    "due_hint": (
        "Without a day it is held against day 180 after the close",
        "空欄の場合は、ご契約の180日後を基準とします",
    ),
    "method": ("How is it measured, and who does?", "測定方法と担当"),
    "main": ("It is the main one: the plan is held against it", "主要目標とする（計画の評価に使用）"),
    "metric": ("Which figure?", "報告する数値"),
    "value": ("Figure", "値"),
    "value_of": ("Figure ({unit})", "値（{unit}）"),
    "value_hint": ("The figure alone, like 3, 2.5 or 1200", "数値のみ（例：3、2.5、1200）"),
    "on": ("On which day was it so?", "いつの数値ですか"),
    "reason": ("Why is it put right?", "訂正の理由"),
    "reason_hint": ("It stands beside both figures for ever", "両方の数値とともに記録に残ります"),
}
"""The labels of the fields and what stands below them, each under `metric_field_KEY`."""

TOLD: Mapping[str, tuple[str, str]] = {
    "metric_defined": (
        "Saved. It is agreed once both sides have said yes.",
        "登録しました。双方の合意をもって確定します。",
    ),
    "metric_reported": ("Reported. It counts from now on.", "報告しました。以後の評価に反映されます。"),
    "metric_apart": (
        "Kept, and it does not count: the reason stands beside it.",
        "記録しましたが、反映されません。理由は報告の一覧に表示されています。",
    ),
    "metric_corrected": (
        "Put right. What was reported before stays on record.",
        "訂正しました。以前の報告は記録に残ります。",
    ),
    "metric_agreed": ("The yes is recorded.", "合意を記録しました。"),
}

PREFIXED = (
    ("metric_", WORDS),
    ("metric_field_", FIELDS),
    ("told_", TOLD),
    ("customer_part_", {"goals": ("Goals", "目標")}),
    ("figures_origin_", {"desk": ("reported by a person", "担当者による報告"), "room": ("the customer", "お客様")}),
)


def _said(place: int) -> dict[str, str]:
    return {f"{prefix}{key}": words[place] for prefix, each in PREFIXED for key, words in each.items()}


DESK_GOAL_WORDS: Mapping[Language, Mapping[str, str]] = {"en": _said(0), "ja": _said(1)}
"""The same as the pages' words."""
