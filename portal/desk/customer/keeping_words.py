"""What do the pages of the dossier, of the scope and of the chart say? Every sentence in both languages."""

from collections.abc import Mapping

from domain.text import Language

AUDIT: Mapping[str, tuple[str, str]] = {
    "title": ("Audit dossier", "監査記録"),
    "then": (
        "The whole journal as a chain of hashes, and who decided what on which version: one file, which a stranger can"
        " verify without day90.",
        "履歴全体をハッシュの連鎖として記録し、誰がどの版について何を決めたかを1つのファイルにまとめたものです。"
        "day90がなくても第三者が検証できます。",
    ),
    "length": ("Entries", "記録の件数"),
    "decisions": ("Decisions", "決定"),
    "head": ("Hash of the last entry (the head)", "最後の記録のハッシュ（先頭値）"),
    "take": ("Download the dossier", "監査記録をダウンロード"),
    "take_names": ("Download it with names", "氏名入りでダウンロード"),
    "script": (
        "Without names people are ids, and what they wrote themselves stands in both. How to verify it:"
        " docs/dossier.md, with the script docs/verify_dossier.py.",
        "氏名なしの場合、関係者はIDで示されます。記入された文章はどちらにも含まれます。"
        "検証方法：docs/dossier.md（スクリプト：docs/verify_dossier.py）",
    ),
    "verify": ("Has anything been changed since?", "改変の有無の確認"),
    "verify_then": (
        "A hash is no signature. If you have noted a head elsewhere, in a mail or in minutes, it must still be the hash"
        " of one of the entries.",
        "ハッシュは署名ではありません。以前にメールや議事録などに控えた先頭値が、"
        "現在の記録のいずれかのハッシュと一致することを確認します。",
    ),
    "noted": ("A head that was noted earlier", "以前に控えた先頭値"),
    "compare": ("Compare", "照合する"),
    "verified": ("Verified", "一致"),
    "found": (
        "It is the hash of entry {entry}, written on {moment}. Up to there nothing was changed since.",
        "記録{entry}、{moment}時点のハッシュです。そこまでの記録は、それ以降変更されていません。",
    ),
    "unverified": ("Not verified", "不一致"),
    "not_found": (
        "No entry has this hash: it is that of another onboarding, or something up to there was changed since.",
        "一致する記録がありません。別のオンボーディングの値であるか、その時点までの記録が後から変更されています。",
    ),
    "no_hash": ("No hash", "形式の誤り"),
    "no_hash_then": ("A head has 64 digits, from 0 to 9 and from a to f.", "先頭値は0～9とa～fの64文字です。"),
    "what": ("Of what", "対象"),
    "decision": ("Decision", "判断"),
    "by": ("By whom", "決定者"),
    "version": ("On which version", "対象の版"),
    "entry": ("entry {number}", "記録{number}"),
    "plan": ("plan, revision {revision}", "計画 第{revision}版"),
    "proved": ("recognised", "本人確認済み"),
    "named": ("named only", "名前のみ"),
    "approve": ("Approved", "承認"),
    "reject": ("Rejected", "保留・却下"),
    "waive": ("Waived", "不要と決定"),
    "phase_2": ("Kept for phase 2", "フェーズ2で対応"),
    "empty": ("Nothing was decided so far.", "決定はまだありません。"),
}
"""Of the dossier, under `customer_audit_KEY`."""

SCOPE: Mapping[str, tuple[str, str]] = {
    "waits": ("Waits for a decision", "判断待ち"),
    "waits_empty": ("No change of the scope waits for a decision.", "判断待ちのスコープ変更はありません。"),
    "later": ("Phase 2", "フェーズ2"),
    "later_then": (
        "Wanted, and kept for after the go-live so that its date can hold. Take it into the success plan.",
        "本番利用の開始日を守るため、開始後に対応する項目です。サクセスプランに加えてください。",
    ),
    "later_empty": ("Nothing is kept for phase 2.", "フェーズ2で対応する項目はありません。"),
    "decided": ("Decided", "決定済み"),
    "decided_empty": ("No change was approved or rejected so far.", "承認・却下されたスコープ変更はまだありません。"),
    "is_waiting": ("waits", "判断待ち"),
    "is_approve": ("approved", "承認"),
    "is_reject": ("rejected", "却下"),
    "is_phase_2": ("phase 2", "フェーズ2"),
    "asked": ("asked for by {name}, {day}", "申請：{name}、{day}"),
    "decided_by": ("decided by {name}, {day}", "決定：{name}、{day}"),
    "plan_in": ("Plan it in", "計画に反映"),
    "again": ("Ask for it now", "今回の対応として申請"),
}
"""Of the scope, under `customer_scope_KEY`."""

CHART: Mapping[str, tuple[str, str]] = {
    "title": ("The plan as a chart", "計画のチャート"),
    "caption": (
        "Each milestone on a line of time: where it was agreed to be, where it is or was reached, and when it was"
        " rejected. The tables below say the same in words.",
        "各マイルストーンの合意した日、現在の予定日または達成日、承認が保留された日を時間軸上に示しています。"
        "同じ内容を下の表に文字で記載しています。",
    ),
    "planned": ("as agreed", "合意した日"),
    "live": ("go-live", "本番利用開始"),
    "waited": ("waited for", "対応待ち"),
    "off": ("Days off:", "休業日："),
    "rejected_on": ("rejected on {days}", "承認保留：{days}"),
    "agreed_for": ("agreed for {day}", "合意：{day}"),
}
"""Of the chart, under `customer_chart_KEY`."""

COLLEAGUES: Mapping[str, tuple[str, str]] = {
    "waits": ("Named by the customer", "お客様からご提案のあった方"),
    "waits_then": (
        "They take part once you say so, and hear nothing until then.",
        "登録するまで、ご本人には何も送られません。",
    ),
    "by": ("named by {person}, {day}", "提案：{person}、{day}"),
    "take_in": ("Let {person} take part", "{person}様を参加者として登録する"),
    "decline": ("Leave them out", "登録を見送る"),
    "reason": ("Why not?", "見送る理由"),
    "reason_hint": ("{person} reads it in the room.", "{person}がお客様専用ページで確認できます。"),
    "reason_long": ("Use at most 200 characters for the reason", "理由は200文字以内でご記入ください"),
    "decided": ("Named and decided", "判断済みのご提案"),
    "taken_in": ("taken in by {person}, {day}", "{person}が{day}に登録"),
    "declined": ("left out by {person}, {day}", "{person}が{day}に見送り"),
}
"""Of people whom the customer has named, under `customer_named_KEY`."""

PREFIXED = (
    ("customer_named_", COLLEAGUES),
    (
        "told_",
        {
            "colleague_taken_in": (
                "They take part from now on, and are welcomed.",
                "参加者として登録しました。ご案内が届きます。",
            ),
            "colleague_declined": ("Left out.", "登録を見送りました。"),
        },
    ),
    ("customer_audit_", AUDIT),
    ("customer_scope_", SCOPE),
    ("customer_chart_", CHART),
    ("customer_part_", {"audit": ("Audit", "監査記録"), "scope": ("Scope", "スコープ")}),
)


def _said(place: int) -> dict[str, str]:
    return {f"{prefix}{key}": words[place] for prefix, each in PREFIXED for key, words in each.items()}


KEEPING_WORDS: Mapping[Language, Mapping[str, str]] = {"en": _said(0), "ja": _said(1)}
"""The same as the pages' words."""
