"""What do the pages of deals and introductions say? In both languages."""

from collections.abc import Mapping

from domain.text import Language

WORDS: Mapping[str, tuple[str, str]] = {
    "h1_deal": ("Start an onboarding", "オンボーディングを開始する"),
    "then_deal": (
        "Of a deal that has closed. You see the plan before anything begins.",
        "成約した商談について入力してください。開始前に計画を確認できます。",
    ),
    "h1_prospect": ("Introduce a prospect", "契約前のお客様を紹介する"),
    "then_prospect": (
        "Of a deal that is about to close: the seller is asked to introduce our CSM and the customer to each other.",
        "成約間近の商談について入力してください。営業担当に、お客様とCSMの引き合わせを依頼します。",
    ),
    "part_account": ("The customer", "お客様"),
    "part_deal": ("The deal", "商談"),
    "part_people": ("Their people", "お客様側の関係者"),
    "part_ours": ("On our side", "当社側"),
    "part_why": ("What it is for", "目的"),
    "part_metrics": ("What success is measured by", "成功指標"),
    "part_wins": ("Candidates for quick wins", "クイックウィンの候補"),
    "part_dates": ("Their calendar", "お客様のカレンダー"),
    "part_circumstances": ("What makes it take longer", "期間に影響する事情"),
    "part_notes": ("Notes of the sale", "商談のメモ"),
    "beside": ("What the sale knows besides", "商談で把握しているその他の情報"),
    "beside_then": (
        "All of it may stay empty. What the hand-off record lacks is asked of the seller, and can be filled in later;"
        " the customer’s calendar and what makes it take longer make the plan, and count from the start alone.",
        "すべて任意です。引き継ぎ情報の不足分は営業担当に確認し、後から補完できます。カレンダーと期間に影響する事情は計画の作成に使うため、"
        "開始時の内容のみが反映されます。",
    ),
    "more": ("More rows", "行を追加する"),
    "account.name": ("Name of the company", "会社名"),
    "account.country": ("Country", "国"),
    "account.country_hint": (
        "Two letters, like DE: it decides the public holidays",
        "2文字の国コード（例：JP）。祝日の判定に使います",
    ),
    "account.subdivision": ("State or prefecture", "州・都道府県"),
    "account.subdivision_hint": (
        "Where holidays differ within the country, like BY",
        "国内で祝日が異なる場合（例：BY）",
    ),
    "account.time_zone": ("Time zone", "タイムゾーン"),
    "account.language": ("Language", "言語"),
    "account.language.en": ("English", "英語"),
    "account.language.ja": ("Japanese", "日本語"),
    "source": ("System that knows the deal", "商談を管理するシステム"),
    "source_hint": (
        "Lower-case letters and digits, like hubspot; “desk” where it is in none",
        "半角の英小文字と数字（例：hubspot）。該当がなければ「desk」",
    ),
    "id": ("Number of the deal there", "商談の番号"),
    "id_hint": (
        "Letters, digits, full stops, hyphens and underscores. One deal starts one onboarding, for ever",
        "半角英数字と . - _ のみ使えます。1つの商談から始まるオンボーディングは1つだけです",
    ),
    "closed_at": ("Day of the close", "成約日"),
    "expected_close": ("Day on which the signature is expected", "成約予定日"),
    "yearly_value": ("Contract value a year", "年間契約金額"),
    "yearly_value_hint": (
        "It chooses the playbook, where none is named",
        "プレイブックの指定がない場合の選択に使います",
    ),
    "seats": ("Seats", "席数"),
    "products": ("Products, one a line", "製品（1行に1件）"),
    "go_live_by": ("Go-live that was promised", "約束した本番利用開始日"),
    "crm_url": ("Link to the deal in the CRM", "CRMの商談へのリンク"),
    "sow_url": ("Link to the statement of work", "作業範囲記述書（SOW）へのリンク"),
    "playbook": ("Playbook", "プレイブック"),
    "playbook_none": ("By the value of the contract", "契約金額から自動で選択"),
    "owner": ("Owner", "担当者"),
    "owner_none": ("By the rule of assignment", "割り当て規則に従う"),
    "seller.name": ("Seller", "営業担当の氏名"),
    "seller.email": ("Seller’s mail address", "営業担当のメールアドレス"),
    "problem": ("The problem to be solved", "解決したい課題"),
    "present_state": ("How it is done today", "現在の業務のやり方"),
    "custom": ("Fields of your own company, one a line", "自社独自の項目（1行に1件）"),
    "custom_hint": (
        "Name, colon, value, like “contract number: 2026-117”. A name has letters of a to z, digits and - _ .",
        "「項目名：値」の形式で入力します（例：contract number：2026-117）。項目名は半角英数字と - _ . のみ使えます",
    ),
    "custom_twice": (
        "Give each field another name: two of them have the same one",
        "同じ項目名が2つあります。項目ごとに異なる名前を入力してください",
    ),
    "roi_method": ("How the return was calculated", "ROIの算出方法"),
    "success_metrics": ("Metrics", "指標"),
    "success_metrics_row": ("Metric {number}", "指標{number}"),
    "success_metrics_then": (
        "Best as a number with its unit, like 20 days: then it becomes a goal, and its way is shown from the"
        " first day.",
        "「20日」のように数値と単位で入力すると、目標として登録され、進捗が最初から表示されます。",
    ),
    "success_metrics.name": ("What", "改善したいこと"),
    "success_metrics.baseline": ("Today", "現状値"),
    "success_metrics.target": ("Should become", "目標値"),
    "success_metrics.by_day": ("By day after close", "達成予定（契約後の日数）"),
    "quick_wins": ("Candidates", "候補"),
    "quick_wins_row": ("Candidate {number}", "候補{number}"),
    "quick_wins_then": (
        "Small results that could be shown early; 5 is most visible, and most effort.",
        "早い段階で示せる小さな成果です。見えやすさ・工数とも5が最大です。",
    ),
    "quick_wins.what": ("What could be shown", "示せる成果"),
    "quick_wins.visibility": ("Visibility, 1–5", "効果の見えやすさ（1～5）"),
    "quick_wins.effort": ("Effort, 1–5", "工数（1～5）"),
    "quick_wins.slot": ("By day", "時期"),
    **{f"quick_wins.{name}.{value}": (value, value) for name in ("visibility", "effort") for value in "12345"},
    **{f"quick_wins.slot.{day}": (f"day {day}", f"ご契約の{day}日後まで") for day in ("30", "60", "90")},
    "near_term": ("Dates of theirs", "お客様側の予定"),
    "near_term_row": ("Date {number}", "予定{number}"),
    "near_term_then": (
        "What touches the schedule, like an audit or a fair. No date moves by it.",
        "監査や展示会など、日程に関わる予定です。計画の日付は変わりません。",
    ),
    "near_term.what": ("What happens", "内容"),
    "near_term.on": ("On", "日付"),
    "busy_seasons": ("Busy seasons", "繁忙期"),
    "busy_seasons_row": ("Season {number}", "繁忙期{number}"),
    "busy_seasons_then": (
        "Days on which they have no time for us; they do not count as days of the plan.",
        "対応いただけない期間です。計画の日数に含めません。",
    ),
    "busy_seasons.first": ("First day", "開始日"),
    "busy_seasons.last": ("Last day", "終了日"),
    "busy_seasons.why": ("Why", "理由"),
    "busy_seasons_wrong": (
        "The last day is the first or comes after it, and a season has 92 days at most",
        "終了日は開始日以降とし、92日以内でご記入ください",
    ),
    "closures": ("Days on which they are closed", "休業日"),
    "closures_row": ("Closed {number}", "休業{number}"),
    "closures_then": ("Holidays apart: they are known.", "祝日は登録済みのため不要です。"),
    "closures.first": ("First day", "開始日"),
    "closures.last": ("Last day", "終了日"),
    "closures.why": ("Why", "理由"),
    "closures_wrong": (
        "The last day is the first or comes after it, and a closure has 31 days at most",
        "終了日は開始日以降とし、31日以内でご記入ください",
    ),
    "circumstances.complexity": ("How complex it is", "複雑さ"),
    "circumstances.complexity.normal": ("As usual", "標準"),
    "circumstances.complexity.high": ("More than usual", "高い"),
    "circumstances.integrations": ("Systems to integrate", "連携するシステムの数"),
    "circumstances.large_data": ("Very much data", "データ量が多い"),
    "circumstances.limited_resources": ("Few people on their side", "お客様側の人員が限られている"),
    "custom_there": (
        "The record has a field by this name: give yours another one",
        "同じ項目名がすでに登録されています。別の項目名を入力してください",
    ),
    "notes": ("Notes", "メモ"),
    "notes_row": ("Note {number}", "メモ{number}"),
    "notes_then": ("As the seller would tell it to a colleague.", "営業担当から引き継ぐ内容をそのまま記録します。"),
    "notes.by": ("Whose", "記入者"),
    "notes.text": ("Note", "メモ"),
    "stakeholders": ("Their people", "お客様側の関係者"),
    "champion": ("Speaks for us inside", "社内推進者"),
    "champion_none": ("Not known yet", "未確認"),
    "stakeholders_row": ("Person {number}", "{number}人目"),
    "stakeholders_then": (
        "At least one of a closed deal, best the project lead and the executive sponsor. More can be added later.",
        "成約済みの場合は1名以上。プロジェクトリーダーとエグゼクティブスポンサーの登録をお勧めします。後から追加できます。",
    ),
    "stakeholders.name": ("Name", "氏名"),
    "stakeholders.email": ("Mail address", "メールアドレス"),
    "stakeholders.role": ("Role", "役割"),
    "stakeholders.title": ("Position", "役職"),
    "stakeholders.role.executive_sponsor": ("Executive sponsor", "エグゼクティブスポンサー"),
    "stakeholders.role.project_lead": ("Project lead", "プロジェクトリーダー"),
    "stakeholders.role.technical_lead": ("Technical lead", "技術責任者"),
    "stakeholders.role.manager": ("Manager", "管理職"),
    "stakeholders.role.champion": ("Champion", "社内推進者"),
    "stakeholders.role.power_user": ("Power user", "パワーユーザー"),
    "stakeholders.role.end_user": ("End user", "利用者"),
    "stakeholders.role.procurement": ("Procurement", "購買担当"),
    "by_file": ("Or give a deal file", "ファイルの内容で入力する"),
    "file": ("Deal file", "商談ファイル"),
    "file_hint": (
        "JSON with everything that a deal may have; it counts in place of the fields above.",
        "商談の全項目を含むJSON。入力すると、上の項目の代わりに使われます。",
    ),
    "no_json": ("This is no JSON object", "JSON形式ではありません"),
    "refused": ("This cannot be begun. The reason:", "開始できません。理由："),
    "button_deal": ("Show the plan", "計画を確認する"),
    "button_prospect": ("Begin the introduction", "紹介を始める"),
    "plan": ("The plan before it begins", "開始前の計画"),
    "plan_of": ("{account}: what would be planned", "{account}様の計画案"),
    "plan_then": (
        "By the playbook “{playbook}”. Nothing has begun yet.",
        "プレイブック「{playbook}」による計画です。まだ開始していません。",
    ),
    "guessed": (
        "Days off are guessed: they differ within the country, and no state is named.",
        "国内で祝日が異なりますが、地域の指定がないため推定です。",
    ),
    "overdue": ("already past", "期日超過"),
    "start": ("Start the onboarding", "オンボーディングを開始する"),
    "back": ("Begin again", "入力に戻る"),
}
"""The words of the form, each under `deal_KEY`."""

TOLD: Mapping[str, tuple[str, str]] = {
    "deal_started": ("The onboarding has begun.", "オンボーディングを開始しました。"),
    "deal_already": (
        "This deal was started before; nothing was changed.",
        "この商談はすでに開始済みです。変更はありません。",
    ),
    "deal_waits": (
        "Taken. No worker has drafted its plan yet: it appears among the onboardings as soon as one has.",
        "受け付けました。計画の作成待ちです。作成されると一覧に表示されます。",
    ),
    "record_filled": ("Filled in. It stands in the record.", "引き継ぎ情報を補完しました。"),
    "record_part": (
        "Filled in, but for what a colleague has filled in meanwhile: that stays as it is.",
        "引き継ぎ情報を補完しました。ただし、その間にほかの方が記入した項目は変更していません。",
    ),
    "deal_introduced": ("The introduction has begun.", "紹介を開始しました。"),
    "introduction_told": ("Recorded.", "記録しました。"),
}

RECORD: Mapping[str, tuple[str, str]] = {
    "fill": ("Fill in what is missing", "不足している情報を補完する"),
    "add": ("Add a note or a field", "メモ・項目を追加する"),
    "fill_then": (
        "What the record has already stays as it is; dates of the plan do not move. Somebody new who takes part is"
        " added under People.",
        "登録済みの内容と計画の日付は変わりません。新しい関係者は「関係者」から追加してください。",
    ),
    "fill_button": ("Fill it in", "補完する"),
    "fill_since": ("Somebody has filled this in meanwhile", "その間に、ほかの方が記入した項目があります"),
    "fill_since_then": (
        "Nothing of yours is saved yet. These are there now and stay; what you typed stands beside them, and may become"
        " a note. Send the rest once more.",
        "ご記入内容はまだ保存されていません。次の項目は登録済みのため変更できません（右はご記入内容です）。必要に応じてメモに記入し、"
        "残りを送信してください。",
    ),
}
"""The words of the form that fills in a running onboarding's record, each under `record_KEY`."""

INTRODUCTIONS: Mapping[str, tuple[str, str]] = {
    "h1": ("Introductions", "ご契約前の紹介"),
    "then": (
        "Deals that are about to close: seller, customer and our CSM meet before the signature.",
        "成約間近の商談です。ご契約前に、営業担当・お客様・CSMを引き合わせます。",
    ),
    "begin": ("Introduce a prospect", "契約前のお客様を紹介する"),
    "empty": (
        "No introduction yet. One begins by itself when a deal reaches its late stage in the CRM, or here by the form.",
        "まだありません。CRMの商談が終盤に進むと自動で始まります。フォームからも開始できます。",
    ),
    "account": ("Customer", "お客様"),
    "status": ("State", "状態"),
    "due": ("Meet by", "引き合わせの期限"),
    "found": ("Found", "確認事項"),
    "owner": ("Owner", "担当者"),
    "expected": ("Signature expected", "成約予定日"),
    "introduced_on": ("Introduced", "紹介日"),
    "next": ("Next by itself", "次の自動処理"),
    "status_opening": ("Being opened", "開始処理中"),
    "status_waiting": ("Waits to be introduced", "紹介待ち"),
    "status_introduced": ("Introduced", "紹介済み"),
    "status_late": ("Late", "遅れあり"),
    "status_won": ("Won", "成約"),
    "status_lost": ("Lost", "失注"),
    "status_withdrawn": ("Withdrawn", "取り下げ"),
    "issues": ("What was found", "確認事項"),
    "issues_empty": ("Nothing was found so far that sales should know.", "営業に伝えるべき事項はまだありません。"),
    "custom_there": (
        "The record has a field by this name: give yours another one",
        "同じ項目名がすでに登録されています。別の項目名を入力してください",
    ),
    "notes": ("Notes", "メモ"),
    "happened": ("What has happened", "これまでの経緯"),
    "tell_introduced": ("They were introduced", "紹介が完了した"),
    "tell_report_issue": ("Something that sales should know", "営業に伝える事項を登録"),
    "tell_note": ("Write a note", "メモを残す"),
    "tell_end_introduction": ("End the introduction", "紹介を終了する"),
    "note": ("Note", "メモ"),
    "issue_title": ("What was found, in one line", "内容（1行）"),
    "ending": ("How it ended", "終了の種類"),
    "onboarding": ("Its onboarding", "オンボーディング"),
    "record": ("Record it", "記録する"),
}
"""The words of the pages of introductions, each under `introduction_KEY`."""

PREFIXED = (("deal_", WORDS), ("told_", TOLD), ("introduction_", INTRODUCTIONS), ("record_", RECORD))


def _said(place: int) -> dict[str, str]:
    return {f"{prefix}{key}": words[place] for prefix, each in PREFIXED for key, words in each.items()}


DEAL_WORDS: Mapping[Language, Mapping[str, str]] = {"en": _said(0), "ja": _said(1)}
"""The same as the pages' words."""
