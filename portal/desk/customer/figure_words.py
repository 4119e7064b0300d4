"""What does the page of a customer's figures say? Every sentence in English and in Japanese."""

from collections.abc import Mapping

from domain.text import Language

WORDS: Mapping[str, tuple[str, str]] = {
    # how it stands, at a glance
    "health": ("Health {score} of 100", "ヘルススコア {score}／100"),
    "band_green": ("Green", "良好"),
    "band_amber": ("Amber", "注意"),
    "band_red": ("Red", "要対応"),
    "no_score": ("No score yet", "スコアはまだありません"),
    "no_score_then": (
        "Only {pct} % of what counts by now is known, and a guess would be read as a score.",
        "算出に必要な数値の{pct}%しか把握できていないため、スコアは表示していません。",
    ),
    "nothing_due": (
        "Nothing that the score counts is due yet.",
        "スコアの対象となる項目は、まだ期日を迎えていません。",
    ),
    "not_scored": (
        "The playbook of this customer has no score.",
        "このお客様のプレイブックにはスコアの定義がありません。",
    ),
    "up": ("{points} up since last week", "前週より{points}上昇"),
    "down": ("{points} down since last week", "前週より{points}低下"),
    "same": ("As last week", "前週と同じ"),
    "confidence": (
        "{pct} % of what counts by now is known; whatever the rest is, the score lies between {least} and {most}.",
        "現時点で対象となる項目の{pct}%を把握しています。残りの値によらず、スコアは{least}～{most}の範囲です。",
    ),
    "counting": (
        "Not due yet: {later} of the {all} parts of the score. By now it is made of: {titles}.",
        "対象期間前：{all}項目中{later}項目。現在のスコアの対象：{titles}。",
    ),
    "flags_beside": ("Red flags are no part of the score.", "警告サインはスコアに含まれません。"),
    "costs": ("What costs most", "スコアを下げている主な要因"),
    "cause": (
        "{title}: {value} {unit}, where {target} is the target. That costs {lost} of the 100 points; at the target the"
        " score would be {then}.",
        "{title}：{value}{unit}（目標{target}）。{lost}点の減点。目標に達すれば、スコアは{then}になります。",
    ),
    "costs_nothing": ("Every part that is known is at its target.", "把握している項目は、すべて目標に達しています。"),
    "costs_unknown": ("Nothing counts yet.", "対象となる数値がまだありません。"),
    "wrong": ("What is wrong, and since when", "問題と発生日"),
    "wrong_nothing": ("No red flag is up.", "警告サインはありません。"),
    "alarm": ("Alarm", "アラーム"),
    "alarm_then": (
        "Two flags at once with something new to both, or one up for ten days: that calls for a course correction.",
        "警告サインが2件以上で新たな動きがある、または1件が10日以上続いているため、軌道修正が必要です。",
    ),
    "lower": ("Lower it", "解除する"),
    "since": ("since {day}", "{day}から"),
    "waits": ("not yet told: the weekly look has not seen it", "未通知（週次の確認前）"),
    "fading": (
        "no longer so: it goes down once it has been quiet for a week",
        "現在は該当せず（1週間続くと解除されます）",
    ),
    "raised_by": ("raised by {person}", "{person}が登録"),
    "done_about": ("What is being done", "対応状況"),
    "done_nothing": ("No course correction is open.", "進行中の軌道修正はありません。"),
    "done_nothing_yet": (
        "Nothing yet. The next weekly look opens a correction where it is an alarm; you can open one now.",
        "まだ対応していません。アラームの場合は、次回の週次確認で軌道修正が始まります。今すぐ開始することもできます。",
    ),
    "who_by": ("{person}, by {day}", "{person}、期日：{day}"),
    "who": ("{person}", "{person}"),
    "overdue": ("overdue", "期日超過"),
    "begun": ("begun on {day}", "{day}に開始"),
    "level_one": ("went up once", "引き上げ{count}回"),
    "level_many": ("went up {count} times", "引き上げ{count}回"),
    "because_of": ("Because of: {flags}", "理由：{flags}"),
    "steps": ("What is done, step by step", "対応の手順"),
    "root_cause": ("Root cause: {cause}", "根本原因：{cause}"),
    "no_cause": ("The root cause is not written down yet.", "根本原因はまだ記録されていません。"),
    "outcome_open": ("Under way", "対応中"),
    "outcome_helped": ("It has helped", "効果あり"),
    "outcome_did_not_help": ("It has not helped", "効果なし"),
    "outcome_false_alarm": ("It was a false alarm", "対応は不要"),
    "over_on": ("over since {day}", "{day}に終了"),
    "earlier": ("Earlier corrections", "これまでの軌道修正"),
    # the score and its parts
    "history": ("Health by week", "ヘルススコアの推移"),
    "history_says": ("Health of {account} by week, from 0 to 100", "{account}のヘルススコアの週ごとの推移（0～100）"),
    "history_empty": (
        "The first weekly look keeps the first score.",
        "最初の週次確認のあとに表示されます。",
    ),
    "green_from": ("green from {green}", "{green}以上で良好"),
    "as_table": ("As a table", "表で見る"),
    "week": ("Week of", "週"),
    "score": ("Score", "スコア"),
    "known_share": ("Known", "把握率"),
    "flags_up": ("Flags up", "警告サイン"),
    "corrected": ("Note", "備考"),
    "parts": ("What the score is made of", "スコアの内訳"),
    "part": ("Part", "項目"),
    "figure": ("Figure", "数値"),
    "target": ("Target", "目標"),
    "points": ("Points", "点数"),
    "of_points": ("{points} of {weight}", "{points}／{weight}"),
    "as_of": ("As of", "時点"),
    "origin": ("From", "情報源"),
    "unknown": ("not measured", "未計測"),
    "not_due_part": ("not due yet", "対象期間前"),
    "due_part": ("counts from day {day}", "ご契約の{day}日後から対象"),
    "capped": (
        "Open critical issues keep the score below green",
        "未解決の重大な不具合があるため、上限を適用しています",
    ),
    "computed": ("How it is computed", "算出方法"),
    "computed_then": (
        "Each part is a figure on a straight line: its target is worth 80, the best 100. What nobody has measured, and"
        " what is not due yet, is left out, and its weight goes to the others. Red flags are no inputs. By version"
        " {version} of the playbook.",
        "各項目は数値を直線で点数に換算します（目標達成で80点、最良で100点）。未計測の項目と対象期間前の項目は除外し、その重みをほかの項目に"
        "配分します。警告サインはスコアに影響しません。プレイブックの版：{version}",
    ),
    # figures over time
    "use": ("Use by week", "週ごとの利用状況"),
    "use_says": ("Weekly users of {account}, in % of licensed users", "{account}の週間利用者の割合（%）"),
    "use_empty": (
        "Nobody was seen in the product yet. It appears once usage is sent, or reported.",
        "利用データがまだありません。製品から送信されるか、報告されると表示されます。",
    ),
    "aim": ("target {value}", "目標 {value}"),
    "use_rate": ("Weekly users", "週間利用者"),
    # targets
    "targets": ("Metrics against targets", "指標と目標"),
    "state_met": ("Met", "達成"),
    "state_missed": ("Missed", "未達"),
    "state_not_measured": ("Not measured", "未計測"),
    "state_not_due": ("Not due", "期日前"),
    "due": ("Due", "期日"),
    "once_measured": ("once measured", "計測後"),
    "after_go_live": ("after the go-live", "本番開始後"),
    "no_targets": ("The playbook has no targets.", "プレイブックに目標の定義がありません。"),
    "indicators": ("What should be true by now", "週ごとの達成状況"),
    "by_week": ("Week {week}", "第{week}週"),
    "lacks": ("lacks: {what}", "不足：{what}"),
    "lacks_uat_under_way": ("the UAT is under way", "受入テスト（UAT）の実施"),
    "lacks_users_signing_in": ("users sign in", "利用者のサインイン"),
    "lacks_adoption_rising": ("use rises", "利用の増加"),
    "lacks_first_results_visible": ("first results are visible", "最初の成果"),
    # goals
    "goals": ("Business goals", "事業目標"),
    "goals_empty": ("No business metric is agreed yet.", "合意した事業指標はまだありません。"),
    "goals_there": ("Say, agree and report", "登録・合意・報告"),
    "goal_main": ("the main one", "主要目標"),
    "goal_from": ("from {baseline}", "現状 {baseline}"),
    "goal_no_baseline": (
        "the baseline is missing: without it nothing can be computed",
        "現状値が未登録のため算出できません",
    ),
    "goal_no_direction": ("which way is better is still to be asked for", "増減のどちらが改善かは未確認です"),
    "goal_to": ("to {target}", "目標 {target}"),
    "goal_now": ("now {value} ({day})", "{day}現在：{value}"),
    "goal_unmeasured": ("nobody has reported it yet", "まだ報告がありません"),
    "goal_better": ("{pct} % better than the baseline", "現状比 {pct}%の改善"),
    "goal_worse": ("{pct} % worse than the baseline", "現状比 {pct}%の悪化"),
    "goal_on_way": ("{pct} % of what was to be expected by then", "その時点の想定に対して{pct}%"),
    "goal_says": ("Reports of: {title}", "「{title}」の報告値の推移"),
    "goal_dashed": ("Dashed: what was to be expected.", "破線は想定値です。"),
    "value": ("Value", "値"),
    # the hand-off
    "criteria": ("Hand-off: what speaks for it", "通常支援への移行条件と根拠"),
    "criteria_empty": ("The playbook has no criteria.", "プレイブックに移行条件の定義がありません。"),
    "settled": ("{done} of {of} milestones", "マイルストーン {done}／{of}"),
    "vouched": ("vouched for by {person} on {day}", "{person}が{day}に確認"),
    "not_vouched": ("nobody has vouched for it yet", "まだ確認されていません"),
    "doubted": ("figures speak against it", "数値と一致していません"),
    "no_evidence": (
        "A person judges this; no figure stands for it.",
        "担当者の判断によります（対応する数値はありません）。",
    ),
    # every figure
    "all": ("Every figure that is known", "把握しているすべての数値"),
    "all_empty": ("No figure is known yet.", "把握している数値はまだありません。"),
    # where a figure comes from
    "origin_deal": ("the contract", "契約"),
    "origin_usage": ("usage of the product", "製品の利用データ"),
    "origin_usage_of_invited": ("usage, of those invited", "製品の利用データ（招待済みの利用者）"),
    "origin_milestones": ("the plan", "計画の実績"),
    "origin_training": ("attendance of trainings", "研修の出席記録"),
    "origin_reported": ("another system", "外部システム"),
    "origin_corrected": ("corrected by a person", "担当者による訂正"),
    "origin_cli": ("reported by a person", "担当者による報告"),
    "origin_api": ("another system", "外部システム"),
    "origin_customer_health": ("the score", "スコア"),
    "origin_days_so_far": ("days so far: not reached yet", "経過日数（未達成）"),
    "origin_given": ("given", "入力値"),
    # how a figure is computed
    "how_weekly_use_rate": (
        "Users seen within seven days, in % of the seats of the contract.",
        "7日間に利用した人数 ÷ 契約ユーザー数",
    ),
    "how_core_features_rate": (
        "Core features that three users (or every tenth seat) used within 28 days, in % of the playbook’s list.",
        "28日間に3名以上（または10席に1席以上）が利用した主要機能の数 ÷ 主要機能の総数",
    ),
    "how_days_to_first_value": (
        "Days from the close to the milestone of the first value; until then the days so far.",
        "ご契約から最初の効果を確認した日までの日数（未達成の間は経過日数）",
    ),
    "how_outcomes_on_way_pct": (
        "The main goal’s way from baseline to target, in % of a straight line to its day.",
        "主要目標の進み具合 ÷ 目標日までの直線上の想定値",
    ),
    "how_engagement_pct": (
        "What the customer’s people were asked for (milestones, tasks) and did in time, in %.",
        "お客様にお願いした事項（マイルストーン・タスク）のうち、期限内に行われた割合",
    ),
    "how_tickets_per_week": ("Support tickets within seven days, as reported.", "7日間の問い合わせ件数（報告値）"),
    "how_nps": (
        "Share that promotes less the share that detracts, as reported.",
        "推奨者の割合 − 批判者の割合（報告値）",
    ),
    # units of the score's parts, which playbooks have in English alone
    "unit_weekly_use": ("% of licensed users", "%"),
    "unit_core_features": ("% of the core features", "%"),
    "unit_time_to_value": ("days", "日"),
    "unit_outcomes": ("% of what was to be expected by now", "%"),
    "unit_asks_answered": ("% of what was asked for, done in time", "%"),
    "unit_tickets": ("a week", "件／週"),
    "unit_recommendation": ("NPS", ""),
}
"""The words of the page, each under `figures_KEY`."""


def _said(place: int) -> dict[str, str]:
    return {f"figures_{key}": words[place] for key, words in WORDS.items()}


FIGURE_WORDS: Mapping[Language, Mapping[str, str]] = {"en": _said(0), "ja": _said(1)}
"""The same as the pages' words."""
