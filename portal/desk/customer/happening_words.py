"""What does the journal say at the desk? A sentence for each kind of entry, and for each way; in both languages."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from domain.text import Language

Tone = Literal["good", "warn", "bad", "accent", "faint"]


class Happened(NamedTuple):
    """How an entry is shown: its icon in Lucide, its tone, and its sentence in English and in Japanese.

    `{about}` is what it is about, as people call it.
    """

    icon: str
    tone: Tone
    en: str
    ja: str


HAPPENED: Mapping[str, Happened] = {
    "opened": Happened("flag", "accent", "The onboarding has begun", "オンボーディングを開始"),
    "taken_as_reached": Happened("circle-check", "good", "{about}: was reached before", "{about}：開始時点で達成済み"),
    "taken_up_again": Happened("rotate-ccw", "warn", "Taken up again from what is kept", "保存内容から再開"),
    "hand_off_completed": Happened("clipboard-check", "good", "The hand-off record got more", "引き継ぎ情報を補完"),
    "stage_opened": Happened("circle-dot", "accent", "Stage begun: {about}", "ステージ開始：{about}"),
    "stage_closed": Happened("circle-check", "good", "Stage through: {about}", "ステージ完了：{about}"),
    "stage_reopened": Happened("rotate-ccw", "warn", "Stage open again: {about}", "ステージ再開：{about}"),
    "milestone_reached": Happened("circle-check", "good", "{about}: reached", "{about}：達成"),
    "milestone_reopened": Happened("rotate-ccw", "warn", "{about}: open again", "{about}：未達に戻す"),
    "milestone_waived": Happened("circle-minus", "faint", "{about}: not needed", "{about}：不要と決定"),
    "sign_off_asked": Happened("pen-line", "accent", "Sign-off asked: {about}", "承認を依頼：{about}"),
    "sign_off_given": Happened("pen-line", "good", "Signed by one of several: {about}", "承認（一部）：{about}"),
    "sign_off_rejected": Happened("circle-x", "bad", "Not signed: {about}", "承認保留：{about}"),
    "issue_raised": Happened("circle-alert", "bad", "Issue raised: {about}", "不具合を登録：{about}"),
    "issue_judged_anew": Happened(
        "circle-alert", "warn", "Issue judged anew: {about}", "不具合の重要度を変更：{about}"
    ),
    "issue_acknowledged": Happened("wrench", "accent", "Issue taken up: {about}", "不具合の対応開始：{about}"),
    "issue_resolved": Happened("circle-check", "good", "Issue solved: {about}", "不具合を解決：{about}"),
    "issue_not_solved": Happened(
        "circle-alert", "bad", "Issue not solved after all: {about}", "不具合が未解決：{about}"
    ),
    "hypercare_prolonged": Happened("clock", "warn", "Hypercare goes on", "集中サポート期間（ハイパーケア）を延長"),
    "paused": Happened("circle-pause", "warn", "Paused", "一時停止"),
    "resumed": Happened("circle-play", "good", "Goes on after the pause", "一時停止を解除"),
    "replanned": Happened("calendar-clock", "accent", "Date moved: {about}", "日程を変更：{about}"),
    "reassigned": Happened("user-cog", "accent", "New owner: {about}", "担当者を変更：{about}"),
    "reassignment_refused": Happened("user-x", "bad", "Owner not known: {about}", "担当者が見つからない：{about}"),
    "contact_added": Happened("user-plus", "accent", "Takes part from now on: {about}", "関係者を追加：{about}"),
    "contact_corrected": Happened("user-pen", "faint", "Put right: {about}", "関係者情報を訂正：{about}"),
    "contact_replaced": Happened("users", "accent", "Gave their part away: {about}", "関係者が交代：{about}"),
    "contact_left": Happened("user-minus", "faint", "Takes part no more: {about}", "関係者を外す：{about}"),
    "contact_change_refused": Happened(
        "user-x", "bad", "Change of contacts refused: {about}", "関係者の変更不可：{about}"
    ),
    "scope_change_requested": Happened(
        "git-branch", "accent", "Scope change asked: {about}", "スコープ変更を申請：{about}"
    ),
    "scope_change_decided": Happened(
        "git-merge", "accent", "Scope change decided: {about}", "スコープ変更を決定：{about}"
    ),
    "risk_recorded": Happened("shield-alert", "warn", "Risk recorded: {about}", "リスクを登録・更新：{about}"),
    "win_recorded": Happened("trophy", "good", "Quick win: {about}", "クイックウィン：{about}"),
    "noted": Happened("sticky-note", "faint", "Note", "メモ"),
    "task_added": Happened("list-plus", "accent", "Task given: {about}", "タスクを依頼：{about}"),
    "task_changed": Happened("list-checks", "faint", "Task changed: {about}", "タスクを変更：{about}"),
    "task_closed": Happened("list-checks", "good", "Task closed: {about}", "タスクを終了：{about}"),
    "flag_raised": Happened("shield-alert", "bad", "Red flag: {about}", "警告サイン：{about}"),
    "flag_lowered": Happened("circle-check", "good", "Red flag down: {about}", "警告サインの解消：{about}"),
    "correction_opened": Happened("wrench", "warn", "Course correction begun: {about}", "軌道修正を開始：{about}"),
    "correction_changed": Happened("wrench", "faint", "Course correction changed: {about}", "軌道修正を変更：{about}"),
    "correction_escalated": Happened(
        "circle-alert", "bad", "Did not help and goes up: {about}", "効果なし、上位者に引き上げ：{about}"
    ),
    "correction_closed": Happened("circle-check", "good", "Course correction over: {about}", "軌道修正を終了：{about}"),
    "slot_agreed": Happened("calendar-check", "accent", "Hour agreed: {about}", "日時を決定：{about}"),
    "slot_refused": Happened("calendar-x", "bad", "Hour refused: {about}", "日時を設定できず：{about}"),
    "meeting_fell_away": Happened("calendar-x", "faint", "Hour called off: {about}", "日時を取り消し：{about}"),
    "attendance_told": Happened("calendar-check", "faint", "Answer to an invitation: {about}", "出欠の回答：{about}"),
    "criterion_attested": Happened("badge-check", "good", "Vouched for: {about}", "条件を確認済み：{about}"),
    "criterion_doubted": Happened(
        "circle-question-mark", "warn", "Figures speak against: {about}", "測定値と矛盾：{about}"
    ),
    "criterion_approved": Happened(
        "badge-check", "good", "Approved against figures: {about}", "例外として承認：{about}"
    ),
    "criterion_withdrawn": Happened(
        "badge-x", "warn", "Does not hold after all: {about}", "条件の確認を取り消し：{about}"
    ),
    "playbook_change_ordered": Happened("route", "accent", "Another version ordered", "別の版への切り替えを決定"),
    "playbook_changed": Happened("route", "accent", "Goes by another version", "別の版に切り替え"),
    "playbook_change_refused": Happened("route", "bad", "Change of version refused", "版の切り替え不可"),
    "playbook_change_withdrawn": Happened("route", "faint", "Change of version withdrawn", "版の切り替えを取りやめ"),
    "draft_edited": Happened("pencil", "faint", "Message worded anew", "送信前のメッセージを編集"),
    "draft_sent": Happened("send", "good", "Message released", "送信前のメッセージを送信"),
    "draft_stopped": Happened("ban", "warn", "Message stopped", "送信前のメッセージを取りやめ"),
    "ending_announced": Happened("flag-off", "warn", "Is about to end", "終了を予告"),
    "ending_taken_back": Happened("undo-2", "good", "Ending taken back", "終了を取り消し"),
    "ended": Happened("flag", "accent", "The onboarding is over", "オンボーディング終了"),
    "programme_ended": Happened("flag", "faint", "The success programme has ended", "サクセスプログラムが終了"),
    "renewal_recorded": Happened("repeat", "accent", "Renewal: {about}", "契約更新：{about}"),
    "signal_held": Happened("hourglass", "warn", "Reported too early, waits: {about}", "先行報告を保留：{about}"),
    "signal_dropped": Happened("hourglass", "faint", "What waited reaches nothing: {about}", "保留を破棄：{about}"),
    "taken_back": Happened("undo-2", "warn", "An entry was taken back", "記録を取り消し"),
    "repeated_news": Happened("copy", "faint", "Told again, changed nothing", "重複した連絡（変更なし）"),
    "news_refused": Happened("circle-x", "bad", "Refused what a system stated", "他システムの報告を拒否"),
    "nudge": Happened("bell", "faint", "Reminder: {about}", "リマインダー：{about}"),
    "cadence": Happened("calendar", "faint", "Its turn: {about}", "定期：{about}"),
    "open_stage": Happened("calendar", "faint", "May begin: {about}", "開始日：{about}"),
    "stuck": Happened("octagon-alert", "bad", "Looked whether it is stuck", "停滞の確認"),
    "service_level": Happened("alarm-clock", "warn", "Deadline of an issue: {about}", "不具合の期限：{about}"),
    "hypercare": Happened("calendar", "faint", "Last day of hypercare", "集中サポート期間（ハイパーケア）の最終日"),
    "pause_limit": Happened("alarm-clock", "warn", "The pause has reached its length", "一時停止の期限"),
    "ending": Happened("flag-off", "faint", "The ending counts", "終了が確定"),
    "hand_off": Happened("calendar", "faint", "Window of the hand-off", "通常支援への移行の期間"),
    "draft": Happened("send", "faint", "A waiting message goes", "送信待ちの期限"),
    "look": Happened("calendar", "faint", "Looked at the figures", "数値の確認"),
    "contact_change": Happened("users", "accent", "Leaves or comes as told: {about}", "予定どおり交代：{about}"),
    "task": Happened("bell", "faint", "Looked whom to remind of: {about}", "タスクの確認：{about}"),
    "programme": Happened("calendar", "faint", "Success programme: {about}", "サクセスプログラム：{about}"),
    "programme_changed": Happened("user-cog", "faint", "Success programme changed", "サクセスプログラムを変更"),
    "notice_sent": Happened("mail-check", "faint", "Sent: {about}", "送信：{about}"),
    "notice_refused": Happened("mail-x", "bad", "Will never arrive: {about}", "送信不可：{about}"),
    "notice_bounced": Happened("mail-x", "bad", "Came back: {about}", "不達：{about}"),
    "notice_delayed": Happened("mail-warning", "warn", "Is delayed: {about}", "配信遅延：{about}"),
    "answered": Happened("reply", "accent", "Answered by mail: {about}", "メールで返信：{about}"),
    "answered_automatically": Happened("reply", "faint", "Answered by a program: {about}", "自動返信：{about}"),
    "complained": Happened("mail-x", "bad", "Called unwanted: {about}", "迷惑メールの申告：{about}"),
    "notice_redirected": Happened("mail", "warn", "Goes by mail instead: {about}", "メールに切り替え：{about}"),
    "notice_snoozed": Happened("alarm-clock", "faint", "Wants it again later: {about}", "後で再通知：{about}"),
    "unsubscribed": Happened("bell-off", "faint", "Wants fewer letters: {about}", "配信停止：{about}"),
    "preferences_chosen": Happened("settings", "faint", "Chose what to hear: {about}", "受信設定を変更：{about}"),
    "room_link_made": Happened(
        "link", "faint", "Link into the room made for {about}", "ルームへのリンクを作成：{about}"
    ),
    "file_added": Happened("paperclip", "accent", "File given: {about}", "ファイルを追加：{about}"),
    "question_asked": Happened(
        "message-circle", "accent", "Question {about}: the customer writes", "質問{about}：お客様より"
    ),
    "question_answered": Happened("reply", "good", "Question {about}: answered", "質問{about}：回答"),
    "answer_given": Happened(
        "message-circle", "good", "Question {about}: the customer answers", "質問{about}：お客様が回答"
    ),
    "answer_taken_up": Happened("reply", "faint", "Question {about}: we went on with it", "質問{about}：追加で確認"),
    "question_closed": Happened("circle-check", "faint", "Question {about}: settled", "質問{about}：解決"),
    "question_erased": Happened("ban", "faint", "Question {about}: words erased", "質問{about}：記入を消去"),
    "goal_proposed": Happened("flag", "accent", "Goal proposed by the customer: {about}", "目標のご提案：{about}"),
    "user_thanked": Happened("circle-check", "good", "Thanked for their use: {about}", "ご活用への御礼：{about}"),
    "user_asked": Happened(
        "message-circle", "faint", "Asked what keeps them: {about}", "ご利用についてのお伺い：{about}"
    ),
    "goal_agreed": Happened("circle-check", "good", "Goal agreed: {about}", "目標に合意：{about}"),
    "colleague_named": Happened("user-plus", "accent", "A colleague was named", "参加者のご提案"),
    "colleague_taken_in": Happened("circle-check", "good", "A named colleague takes part", "ご提案の方が参加"),
    "colleague_declined": Happened("ban", "faint", "A named colleague was left out", "ご提案の方の参加を見送り"),
    "training_rated": Happened("star", "faint", "Training rated: {about}", "トレーニングの評価：{about}"),
    "checklist_step_done": Happened(
        "list-checks", "good", "Checklist step done: {about}", "チェックリストの項目を完了：{about}"
    ),
    "checklist_step_taken_back": Happened(
        "list-checks", "faint", "Checklist step not done yet: {about}", "チェックリストの項目を未完了に戻す：{about}"
    ),
    "reminder_put_off": Happened(
        "alarm-clock", "faint", "Wants to be reminded later: {about}", "リマインダーを延期：{about}"
    ),
}
"""Every kind of entry that a journal has (`domain/events.py`)."""

WAYS: Mapping[str, tuple[str, str]] = {
    "day90": ("by itself", "自動"),
    "desk": ("at the desk", "デスク"),
    "room": ("in the room", "お客様の画面"),
    "room_by_hand": ("in the room, by a link of ours", "お客様の画面（当社発行のリンク）"),
    "link": ("by the link of a message", "メッセージのリンク"),
    "cli": ("at the command line", "コマンドライン"),
    "api": ("by the API", "API"),
    "temporal": ("in Temporal", "Temporal"),
    "intake": ("by another system", "他システム"),
    "mail": ("by mail", "メール"),
    "slack": ("in Slack", "Slack"),
    "usage": ("by use of the product", "製品の利用状況"),
    "sweep": ("by the sweep of the night", "夜間の点検"),
    "rule": ("by a rule about the figures", "数値による自動判定"),
}
"""The ways by which news comes; another one is shown by its own name."""


def _said(place: Literal[0, 1]) -> dict[str, str]:
    each = {f"happened_{kind}": (one.en, one.ja)[place] for kind, one in HAPPENED.items()}
    return each | {f"via_{via}": words[place] for via, words in WAYS.items()}


HAPPENING_WORDS: Mapping[Language, Mapping[str, str]] = {"en": _said(0), "ja": _said(1)}
"""The same as the pages' words: `happened_KIND` and `via_WAY`."""
