"""What is each kind of message called at the desk? In both languages."""

from collections.abc import Mapping

from domain.notice import NoticeKind
from domain.text import Language

KINDS: Mapping[NoticeKind, tuple[str, str]] = {
    "introduction": ("Introduction", "ご紹介"),
    "assigned": ("New onboarding for the owner", "担当の割り当て"),
    "hand_off_gaps": ("What the hand-off record lacks", "引き継ぎ情報の確認依頼"),
    "draft": ("Draft to read", "送信前の確認依頼"),
    "kickoff_agenda": ("Invitation to the kickoff", "キックオフのご案内"),
    "plan": ("The plan", "計画のご案内"),
    "taken_up": ("Taken up on the way", "途中からの引き受け"),
    "reminder": ("Reminder", "リマインダー"),
    "overdue_summary": ("What is overdue", "期日超過項目のご確認"),
    "escalation": ("Escalation", "エスカレーション"),
    "pause_proposal": ("Proposal to pause", "一時停止のご提案"),
    "sign_off_request": ("Request for a sign-off", "承認のお願い"),
    "sign_off_rejected": ("Sign-off refused", "承認保留のお知らせ"),
    "sign_off_decided": ("Sign-off decided", "承認結果のお知らせ"),
    "milestone_reached": ("Milestone reached", "マイルストーン達成のお知らせ"),
    "milestone_reopened": ("Milestone open again", "マイルストーン再開のお知らせ"),
    "went_live": ("Went live", "本番利用開始のお知らせ"),
    "issue_raised": ("Issue raised", "不具合の受付"),
    "issue_resolved": ("Issue solved", "不具合の対応完了"),
    "service_level_missed": ("Deadline of an issue missed", "不具合の期限超過"),
    "hypercare_prolonged": ("Hypercare goes on", "集中サポート期間（ハイパーケア）の延長"),
    "paused": ("Paused", "一時停止のお知らせ"),
    "pause_decision": ("What shall become of the pause", "一時停止の判断のお願い"),
    "resumed": ("Goes on", "再開のお知らせ"),
    "replanned": ("New dates", "日程変更のお知らせ"),
    "playbook_change_refused": ("Change of version refused", "版の切り替え不可"),
    "reassigned": ("New owner", "担当者変更のお知らせ"),
    "contact_welcome": ("Welcome to somebody new", "新しい関係者へのご案内"),
    "contact_changed": ("Change of contacts", "関係者の変更"),
    "contact_proposed": ("Contact from a later deal", "関係者の追加候補"),
    "scope_change_requested": ("Scope change asked for", "スコープ変更の申請"),
    "scope_change_decided": ("Scope change decided", "スコープ変更の決定"),
    "task_given": ("Task given", "タスクの依頼"),
    "task_due": ("Task due", "タスクの期日"),
    "red_flag": ("Red flag", "警告サイン"),
    "correction_opened": ("Course correction begun", "軌道修正の開始"),
    "correction_due": ("Course correction due", "軌道修正の期日"),
    "correction_closed": ("Course correction over", "軌道修正の終了"),
    "risk_review": ("Risks to look at again", "リスクの見直し"),
    "win_asked": ("Quick win asked for", "早期成果の確認"),
    "status_report": ("Status report", "進捗のご報告"),
    "meeting": ("Meeting ahead", "ミーティングのご案内"),
    "invitation": ("Invitation for the calendar", "カレンダーの招待"),
    "meeting_cancelled": ("Meeting cancelled", "ミーティングの中止"),
    "message": ("Letter", "お便り"),
    "webinar": ("Webinar", "ウェビナーのご案内"),
    "ready_early": ("Ready early", "前倒しのお知らせ"),
    "criterion_doubted": ("Figures speak against a criterion", "測定値と矛盾する条件"),
    "hand_off_decision": ("The hand-off is to be decided", "通常支援への移行の判断のお願い"),
    "hand_off": ("Handed over", "通常支援への移行のお知らせ"),
    "ending_announced": ("Is about to end", "終了の予告"),
    "ending_taken_back": ("Ending taken back", "終了の取り消し"),
    "ended": ("Over", "終了のお知らせ"),
    "programme_meeting": ("Meeting of the success programme", "通常支援プログラムのミーティング"),
    "programme_message": ("Letter of the success programme", "通常支援プログラムのお便り"),
    "undeliverable": ("A message did not arrive", "送信不可のお知らせ"),
    "answer": ("Answer from the customer", "お客様からの返信"),
    "sweep_report": ("Report of the nightly sweep", "夜間点検の報告"),
    "webhook_disabled": ("Webhook disabled", "Webhookの停止"),
    "channel_unusable": ("A channel cannot be used", "送信経路の障害"),
    "room_entry": ("Way into the room", "お客様画面への入室"),
    "question": ("Question from the customer", "お客様からのご質問"),
    "question_answered": ("Answer to a question", "ご質問への回答"),
    "file_given": ("File from the customer", "お客様からのファイル"),
    "introduction_task": ("Please introduce us", "ご紹介の依頼"),
    "process_outline": ("How it will go", "進め方のご案内"),
    "introduction_reminder": ("Reminder of an introduction", "ご紹介のリマインダー"),
    "introduction_issue": ("Found before the signature", "ご契約前の確認事項"),
    "introduction_silence": ("Has the deal fallen silent?", "商談の現況確認"),
    "introduction_ended": ("Introduction over", "ご紹介の終了"),
    "digest": ("Several together", "まとめてのお知らせ"),
}


def _said(place: int) -> dict[str, str]:
    return {f"notice_{kind}": words[place] for kind, words in KINDS.items()}


NOTICE_WORDS: Mapping[Language, Mapping[str, str]] = {"en": _said(0), "ja": _said(1)}
"""The same as the pages' words: `notice_KIND`."""
