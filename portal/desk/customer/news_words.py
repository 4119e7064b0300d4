"""What do the forms of news say? For every update its name, what follows, and its fields; in both languages."""

from collections.abc import Mapping

from domain.text import Language

UPDATES: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "reach_milestone": (
        (
            "Record a milestone as reached",
            "What was waiting for it may begin, and whoever is told of it gets a message.",
        ),
        ("マイルストーンの達成を記録する", "これを待っていた作業に進めるようになり、関係者に通知が届きます。"),
    ),
    "reopen_milestone": (
        (
            "Open a milestone again",
            "It is due again, and reminders begin anew. Whoever heard that it was reached is told.",
        ),
        (
            "マイルストーンを未達に戻す",
            "再び期日のある項目になり、リマインダーも再開します。達成の通知を受けた方にも伝わります。",
        ),
    ),
    "waive_milestone": (
        ("Waive a milestone", "Nothing waits for it any more. Only an approver may decide it."),
        ("マイルストーンを不要とする", "以後、これを待つものはなくなります。決定できるのは承認権限を持つ方だけです。"),
    ),
    "sign_off": (
        (
            "Record a decision about a sign-off",
            "A yes reaches the milestone. A no opens again what hangs on it, and gives time to mend it. The record says"
            " that you have written it down, and that the signer did not sign here in person.",
        ),
        (
            "承認の判断を記録する",
            "承認であればマイルストーンは達成となります。保留であれば関連する項目が未達に戻り、対応の期間が設けられます。記録には、"
            "ご本人の操作ではなくあなたが代わりに記録したことが残ります。",
        ),
    ),
    "ask_sign_off": (
        ("Ask for a sign-off again", "Its signers get a new request, with what you write here."),
        ("承認を改めて依頼する", "承認者に、ここに書いた内容を添えて改めて依頼が届きます。"),
    ),
    "raise_issue": (
        (
            "Raise an issue",
            "Its times to answer and to solve it run from now on. The owner, the technical people and the customer’s"
            " project lead are told.",
        ),
        (
            "不具合を登録する",
            "回答期限と解決期限のカウントが始まり、担当者、技術担当、お客様のプロジェクトリーダーに通知が届きます。",
        ),
    ),
    "acknowledge_issue": (
        ("Say that somebody works on an issue", "The time to answer stops; the time to solve it runs on."),
        ("不具合への対応開始を記録する", "回答期限のカウントが止まります。解決期限は引き続きカウントされます。"),
    ),
    "resolve_issue": (
        (
            "Record an issue as solved",
            "Whoever raised it and the customer’s project lead are told, and may say that it is not solved.",
        ),
        (
            "不具合の解決を記録する",
            "登録した方とお客様のプロジェクトリーダーに通知が届きます。解決していない場合は、その旨を回答できます。",
        ),
    ),
    "dispute_issue": (
        (
            "Say that an issue is not solved",
            "It is open again as it was, and its times run anew. Who was told of it is told of that.",
        ),
        (
            "不具合が未解決であることを記録する",
            "元の状態に戻り、期限のカウントも最初から始まります。登録時に通知を受けた方に、通知が届きます。",
        ),
    ),
    "pause": (
        (
            "Pause the onboarding",
            "Both sides are told. Nobody is reminded or escalated over, and the days do not count. Issues of live users"
            " go on.",
        ),
        (
            "オンボーディングを一時停止する",
            "双方に通知が届きます。リマインダーもエスカレーションも止まり、停止中の日数は計画に数えません。ご利用中の不具合対応は続きます。",
        ),
    ),
    "resume": (
        ("Go on after the pause", "Every date that lies ahead moves by the length of the pause, and people are told."),
        ("一時停止を解除する", "今後の日程がすべて停止期間の分だけ後ろに移り、関係者に通知が届きます。"),
    ),
    "replan": (
        (
            "Move a date",
            "What waits for it moves along by as many working days, and with a go-live what leads up to it. You see"
            " before and after first.",
        ),
        (
            "日程を変更する",
            "後に続く項目も同じ営業日数だけ移ります。本番利用の開始日を動かすと、それまでの準備も移ります。先に変更前後を確認できます。",
        ),
    ),
    "reassign": (
        ("Give it to another owner", "The new owner gets all that the old one would have got; the customer is told."),
        ("担当者を変更する", "以後の通知は新しい担当者に届き、お客様にもお知らせします。"),
    ),
    "add_contact": (
        ("Add somebody of the customer’s", "They are welcomed by a message, and get what their role gets."),
        ("お客様側の関係者を追加する", "ご本人にご案内のメッセージが届き、役割に応じた通知が始まります。"),
    ),
    "correct_contact": (
        (
            "Put right what we know of somebody",
            "What waits to be sent goes to the new address. What you leave empty stays.",
        ),
        ("お客様側の関係者の情報を訂正する", "送信待ちのものは新しい宛先に届きます。空欄の項目は変わりません。"),
    ),
    "replace_contact": (
        (
            "Let somebody take over from somebody",
            "On that day role, signatures, tasks and what waits to be sent go to the new one; the old one hears nothing"
            " more.",
        ),
        (
            "お客様側の関係者の交代を記録する",
            "指定日から役割・承認・タスク・送信待ちのものは後任の方に移り、前任の方への連絡は止まります。",
        ),
    ),
    "remove_contact": (
        (
            "Take somebody out who takes part no more",
            "From that day on they hear nothing more, and their links and sessions have ended.",
        ),
        ("お客様側の関係者を外す", "指定日から連絡は止まり、リンクとログインも無効になります。"),
    ),
    "request_scope_change": (
        ("Request a change of the scope", "Whoever may approve it is asked, with what it would move."),
        ("スコープ変更を申請する", "承認権限を持つ方に、日程への影響を添えて判断を依頼します。"),
    ),
    "decide_scope_change": (
        ("Decide a change of the scope", "Both sides are told. Only an approver may decide it."),
        ("スコープ変更を決定する", "双方に通知が届きます。決定できるのは承認権限を持つ方だけです。"),
    ),
    "record_risk": (
        (
            "Record or change a risk",
            "It stands in the register by its weight, probability times impact. The customer does not see it.",
        ),
        ("リスクを登録・更新する", "発生確率と影響度の積の順に一覧に載ります。お客様には表示されません。"),
    ),
    "record_win": (
        ("Record a quick win", "The customer sees it in their room. The first one counts as the first value."),
        ("クイックウィンを記録する", "お客様の画面に表示されます。最初の1件は最初の成果として数えます。"),
    ),
    "attest_criterion": (
        (
            "Vouch for a criterion of the hand-off",
            "It counts under your name. Against a measured figure it takes a reason, and an approver after that.",
        ),
        (
            "通常支援への移行条件を確認済みとする",
            "あなたの名前で記録されます。測定値に反する場合は理由が必要で、その後に承認権限を持つ方の判断を仰ぎます。",
        ),
    ),
    "note": (
        ("Write a note", "Nobody is written to about it. It counts as a sign of life."),
        ("メモを残す", "誰にも通知されません。動きがあったことの記録になります。"),
    ),
    "add_task": (
        ("Give somebody a task", "They are told now, and reminded on its day and while it is overdue."),
        ("タスクを依頼する", "すぐに通知が届き、期日と期日超過中にリマインダーが届きます。"),
    ),
    "change_task": (
        ("Change a task", "Whoever has it is told. What you leave empty stays as it is."),
        ("タスクを変更する", "受け持つ方に通知が届きます。空欄の項目は変わりません。"),
    ),
    "close_task": (
        ("Close a task", "Nobody is reminded of it any more."),
        ("タスクを終了する", "以後、リマインダーは届きません。"),
    ),
    "raise_flag": (
        (
            "Raise a red flag",
            "The owner reads of it in the morning. A second one that is up begins a course correction.",
        ),
        (
            "警告サインを出す",
            "担当者には翌朝の通知でお知らせします。二つ目の警告サインが出ると、軌道修正が始まります。",
        ),
    ),
    "lower_flag": (
        (
            "Lower a red flag",
            "One that a rule has found stays down until its figures have been quiet for a week.",
        ),
        (
            "警告サインを取り下げる",
            "数値から出たものは、数値が1週間落ち着くまで再び出ることはありません。",
        ),
    ),
    "open_correction": (
        (
            "Begin a course correction",
            "Whoever has it, the owner and their manager are told at once, with the steps. The customer is not told.",
        ),
        (
            "軌道修正を始める",
            "受け持つ方、担当者、上長にすぐに手順つきで通知が届きます。お客様には届きません。",
        ),
    ),
    "change_correction": (
        ("Change a course correction", "Whoever has it from now on is told. What you leave empty stays as it is."),
        ("軌道修正を変更する", "新しく受け持つ方に通知が届きます。空欄の項目は変わりません。"),
    ),
    "close_correction": (
        (
            "Say how a course correction went",
            "What has helped is over. What has not goes up: to the owner's manager, then to the executive.",
        ),
        (
            "軌道修正の結果を記録する",
            "効果があれば終了します。なかった場合は、上長、次いで役員に引き上げられます。",
        ),
    ),
    "agree_slot": (
        ("Fix the hour of a meeting", "Everybody who takes part gets an invitation for their calendar."),
        ("ミーティングの日時を決める", "参加者全員にカレンダーの招待が届きます。"),
    ),
    "tell_attendance": (
        ("Say whether somebody comes", "Whoever leads the meeting sees it."),
        ("出欠を記録する", "ミーティングの主催者が確認できます。"),
    ),
    "edit_draft": (
        (
            "Word a message that waits",
            "It waits on, with your words; greeting and footer stay. If somebody has changed it since, it is refused.",
        ),
        ("送信前のメッセージを編集する", "書き換えた内容のまま送信待ちになります。挨拶と署名は変わりません。"),
    ),
    "send_draft": (
        ("Send a message that waits", "It goes at once to all of its readers, and cannot be called back."),
        ("送信前のメッセージを送信する", "すぐに全員に送信され、取り消しはできません。"),
    ),
    "stop_draft": (
        ("Stop a message that waits", "None of its readers gets it."),
        ("送信前のメッセージを取りやめる", "誰にも送信されません。"),
    ),
    "end_onboarding": (
        (
            "End the onboarding",
            "Until it counts it can be taken back. After that nobody is asked for anything any more, and of a hand-over"
            " the success programme begins.",
        ),
        (
            "オンボーディングを終了する",
            "確定するまでは取り消せます。確定後は誰にも依頼が届かなくなり、移行の場合は通常支援のプログラムが始まります。",
        ),
    ),
    "take_back_ending": (
        ("Take the ending back", "It goes on from where it was."),
        ("終了を取り消す", "元の状態から続きます。"),
    ),
    "change_playbook": (
        (
            "Go on by another version of the playbook",
            "What is settled stays as it is; what lies ahead is planned anew. Only an approver may decide it.",
        ),
        (
            "プレイブックの別の版に切り替える",
            "達成済みの項目はそのまま残り、今後の予定を立て直します。決定できるのは承認権限を持つ方だけです。",
        ),
    ),
}
"""Each update: its name as a command, and what follows from it; in English and in Japanese."""

FIELDS: Mapping[str, tuple[str, str]] = {
    "milestone": ("Milestone", "マイルストーン"),
    "reason": ("Why", "理由"),
    "decision": ("Decision", "判断"),
    "reasons": ("What is missing, one reason a line", "保留の理由（1行に1件）"),
    "title": ("What it is, in one line", "内容（1行）"),
    "severity": ("How bad it is", "重要度"),
    "issue": ("Issue", "不具合"),
    "raise_issue.issue": ("Number of your ticket", "チケット番号"),
    "until": ("Until", "再開予定日"),
    "to": ("New day", "新しい日付"),
    "replace_contact.to": ("Somebody who takes part already", "すでに参加している後任の方"),
    "change_playbook.to": ("Version", "版"),
    "hand_off_by": ("Last day for the hand-off", "通常支援への移行の最終日"),
    "alone": ("What leads up to the go-live stays where it is", "本番利用の開始日までの準備は動かさない"),
    "owner": ("Owner", "担当者"),
    "add_task.owner": ("Who does it", "受け持つ方"),
    "change_task.owner": ("Who does it", "受け持つ方"),
    "record_risk.owner": ("Who watches it", "見守る担当者"),
    "person": ("Person", "対象の方"),
    "add_contact.person": ("Somebody who had left comes back", "以前参加していた方の復帰"),
    "tell_attendance.person": ("Who", "対象の方"),
    "name": ("Name", "氏名"),
    "email": ("Mail address", "メールアドレス"),
    "role": ("Role", "役割"),
    "add_contact.title": ("Position", "役職"),
    "correct_contact.title": ("Position", "役職"),
    "replace_contact.title": ("Position", "役職"),
    "language": ("Language", "言語"),
    "edit_draft.language": ("To the readers of which language", "対象の言語"),
    "edit_draft.reader": ("To one of them alone", "対象の方（1名のみ）"),
    "time_zone": ("Time zone", "タイムゾーン"),
    "country": ("Country", "国"),
    "company": ("Company, if it is a third party", "所属会社（第三者の場合）"),
    "included": ("Plays a part in this onboarding", "このオンボーディングに参加"),
    "since": ("From which day", "いつから"),
    "effort_days": ("Effort in days", "工数（日）"),
    "request": ("Request", "申請"),
    "request_scope_change.request": ("Number of your own", "管理番号"),
    "risk": ("Risk", "リスク"),
    "record_risk.title": ("What may happen, in one line", "起こりうること（1行）"),
    "probability": ("Probability", "発生確率"),
    "impact": ("Impact", "影響度"),
    "mitigation": ("What is done against it", "対策"),
    "review_on": ("Look at it again on", "次に見直す日"),
    "closed": ("The risk is over", "このリスクは解消した"),
    "came_true": ("What it has become", "現実になった事象"),
    "slot": ("For which day", "対象の時期"),
    "baseline": ("How it was before", "以前の状況"),
    "result": ("How it is now", "現在の状況"),
    "record_win.title": ("What was won, in one line", "成果（1行）"),
    "criterion": ("Criterion", "条件"),
    "holds": ("It holds", "満たしている"),
    "attest_criterion.reason": (
        "Why it holds, although a figure speaks against it",
        "測定値に反して満たすと判断する理由",
    ),
    "note": ("Anything to add", "補足"),
    "note.note": ("Note", "メモ"),
    "ask_sign_off.note": ("What was done, for the signers to read", "対応した内容（承認者が読みます）"),
    "due": ("Due", "期日"),
    "task": ("Task", "タスク"),
    "add_task.task": ("Number of your own", "管理番号"),
    "flag": ("Red flag", "警告サイン"),
    "flags": ("What calls for it", "きっかけとなった警告サイン"),
    "category": ("What kind of trouble", "分類"),
    "raise_flag.reason": ("What you have seen", "気づいたこと"),
    "correction": ("Course correction", "軌道修正"),
    "open_correction.correction": ("Number of your own", "管理番号"),
    "open_correction.owner": ("Who has it", "受け持つ方"),
    "change_correction.owner": ("Who has it", "受け持つ方"),
    "open_correction.due": ("To have helped by", "期日"),
    "change_correction.due": ("To have helped by", "期日"),
    "cause": ("Root cause", "根本原因"),
    "outcome": ("How it ended", "結果"),
    "meeting": ("Meeting", "ミーティング"),
    "starts_at": ("Day and hour", "日時"),
    "minutes": ("Minutes", "所要時間（分）"),
    "weekly": ("Every time of the series at that hour", "以後も毎回この曜日・時刻にする"),
    "answer": ("Answer", "回答"),
    "occasion": ("Which time it is, by its day", "対象の回（日付）"),
    "draft": ("Message", "メッセージ"),
    "subject": ("Subject", "件名"),
    "text": ("Text, in paragraphs", "本文"),
    "ending": ("How it ends", "終了の種類"),
    "exceptions": ("Criteria that may be passed over", "例外として認める条件"),
    "grace_hours": ("Working hours until it counts", "確定するまでの営業時間"),
    "when": ("When", "時期"),
    "evidence": ("Where it can be seen: links, one a line", "根拠へのリンク（1行に1件）"),
    "at": ("When it happened, if not now", "発生日時（今でない場合）"),
    "by": ("Who", "どなたが"),
    "sign_off.by": ("Who decided", "判断された方"),
    "attest_criterion.by": ("Who vouches", "確認された方"),
}
"""The label of each field; `update.field` where one update calls it something else."""

HINTS: Mapping[str, tuple[str, str]] = {
    "replan.milestone": (
        "Leave it open to move only the last day for the hand-off",
        "通常支援への移行の最終日だけを変える場合は選ばないでください",
    ),
    "raise_issue.issue": ("Left empty, it gets a number of ours", "空欄の場合は自動で番号が付きます"),
    "add_task.task": ("Left empty, it gets a number of ours", "空欄の場合は自動で番号が付きます"),
    "request_scope_change.request": ("Left empty, it gets a number of ours", "空欄の場合は自動で番号が付きます"),
    "record_risk.risk": (
        "Choose one to change it, or a new one",
        "更新する場合は選び、新規の場合はそのままにしてください",
    ),
    "record_risk.title": ("Needed for a new one", "新しいリスクの場合は必須です"),
    "record_risk.probability": ("1 is unlikely, 5 is almost certain", "1は低い、5はほぼ確実"),
    "record_risk.impact": ("1 is hardly felt, 5 stops the project", "1は軽微、5は計画が止まる"),
    "came_true": (
        "If it came true: the issue or the red flag that it is now. Raise that first",
        "リスクが現実になった場合に、該当する不具合または警告サインを選びます。先に登録してください",
    ),
    "time_zone": ("Like Europe/Berlin", "例：Asia/Tokyo"),
    "country": ("Two letters, like DE", "2文字の国コード（例：JP）"),
    "company": ("Like a reseller or an agency", "販売パートナー、代理店など"),
    "since": ("Left empty: today", "空欄の場合は本日"),
    "add_task.owner": ("Left empty: the owner", "空欄の場合は担当者"),
    "starts_at": ("In your own time zone", "ご自身のタイムゾーンの日時"),
    "at": ("In your own time zone", "ご自身のタイムゾーンの日時"),
    "record_win.slot": (
        "Left empty: the one that was asked for last",
        "空欄の場合は、直近に確認した時期の成果とします",
    ),
    "agree_slot.minutes": ("Left empty: as the playbook has it", "空欄の場合はプレイブックの時間"),
    "tell_attendance.occasion": ("Left empty: the next one", "空欄の場合は次回"),
    "end_onboarding.grace_hours": (
        "Left empty: as your company has set it. 0: it counts at once, and cannot be taken back",
        "空欄の場合は既定値。0にすると直ちに確定し、取り消せません",
    ),
    "raise_flag.category": (
        "Of a flag of the playbook it is the playbook's own",
        "プレイブックの警告サインでは、プレイブックの分類を選んでください",
    ),
    "open_correction.reason": ("Needed where no flag says so", "警告サインを選ばない場合は必須です"),
    "open_correction.due": ("Left empty: as the playbook has it", "空欄の場合はプレイブックの期間"),
    "open_correction.correction": ("Left empty, it gets a number of ours", "空欄の場合は自動で番号が付きます"),
    "sign_off.reasons": ("Only for a no, or where you overrule one", "保留の場合、または保留を覆す場合に記入"),
}

OPTIONS: Mapping[str, tuple[str, str]] = {
    "decision.approve": ("Yes", "承認"),
    "decision.reject": ("Not yet", "保留"),
    "decide_scope_change.decision.approve": ("Approve it", "承認"),
    "decide_scope_change.decision.reject": ("Reject it", "却下"),
    "decide_scope_change.decision.phase_2": ("Yes, in phase 2", "フェーズ2で対応"),
    "severity.critical": ("Critical: nobody can work", "緊急：業務が止まっている"),
    "severity.high": ("High: work is held up", "高：業務に支障がある"),
    "severity.normal": ("Normal: it can be worked around", "通常：回避策がある"),
    "slot.30": ("Day 30", "30日"),
    "slot.60": ("Day 60", "60日"),
    "slot.90": ("Day 90", "90日"),
    "outcome.done": ("Done", "完了"),
    "outcome.dropped": ("Not needed any more", "不要になった"),
    "close_correction.outcome.helped": ("It has helped", "効果があった"),
    "close_correction.outcome.did_not_help": ("It has not helped: it goes up", "効果がなかった（引き上げる）"),
    "close_correction.outcome.false_alarm": ("It was a false alarm", "対応は不要だった"),
    "category.engagement": ("Engagement: they do not take part", "お客様の関与"),
    "category.technical": ("Technology", "技術面"),
    "category.adoption": ("Use of the product", "利用の定着"),
    "category.outcome": ("Results", "事業成果"),
    "category.relationship": ("Relationship", "信頼関係"),
    "cause.training": ("Lack of training", "研修の不足"),
    "cause.motivation": ("Lack of motivation", "動機づけの不足"),
    "cause.usability": ("Hard to use", "使いにくさ"),
    "cause.time": ("Lack of time", "時間の不足"),
    "cause.leadership": ("Nobody leads", "旗振り役の不在"),
    "cause.data": ("Bad data", "データの問題"),
    "cause.other": ("Something else", "その他"),
    "answer.accepted": ("Comes", "参加"),
    "answer.declined": ("Does not come", "欠席"),
    "answer.tentative": ("Perhaps", "未定"),
    "role.executive_sponsor": ("Executive sponsor", "エグゼクティブスポンサー"),
    "role.project_lead": ("Project lead", "プロジェクトリーダー"),
    "role.technical_lead": ("Technical lead", "技術責任者"),
    "role.manager": ("Manager", "管理職"),
    "role.champion": ("Champion", "社内推進者"),
    "role.power_user": ("Power user", "パワーユーザー"),
    "role.end_user": ("End user", "利用者"),
    "role.procurement": ("Procurement", "購買担当"),
    "language.en": ("English", "英語"),
    "language.ja": ("Japanese", "日本語"),
    "included.true": ("Yes", "はい"),
    "included.false": ("No, we only know them", "いいえ（把握しているだけ）"),
    "ending.handed_over": ("Handed over", "通常支援へ移行"),
    "ending.handed_over_with_exceptions": ("Handed over with exceptions", "例外つきで通常支援へ移行"),
    "ending.churned": ("The customer has left", "解約"),
    "ending.deal_reversed": ("The deal was reversed", "契約の取り消し"),
    "ending.duplicate": ("It is a duplicate", "重複"),
    "ending.withdrawn": ("Withdrawn", "取り下げ"),
    "when.now": ("Now", "今すぐ"),
    "when.next-stage": ("Once the next stage begins", "次のステージの開始時"),
    "when.never": ("Withdraw a change that waits", "待機中の切り替えを取りやめる"),
}
"""What each value of a choice is called; `update.field.value` where one update calls it something else."""


def _said(place: int) -> dict[str, str]:
    said = {f"news_{kind}": each[place][0] for kind, each in UPDATES.items()}
    said |= {f"news_{kind}_then": each[place][1] for kind, each in UPDATES.items()}
    tables = (("field", FIELDS), ("hint", HINTS), ("option", OPTIONS))
    return said | {f"{of}_{key}": words[place] for of, table in tables for key, words in table.items()}


NEWS_WORDS: Mapping[Language, Mapping[str, str]] = {"en": _said(0), "ja": _said(1)}
"""The same as the pages' words: `news_KIND`, `news_KIND_then`, `field_…`, `hint_…` and `option_…`."""
