"""What do the pages of inbox, findings and playbooks say? In both languages."""

from collections.abc import Mapping

from domain.text import Language

INBOX: Mapping[str, tuple[str, str]] = {
    "h1": ("Inbox", "受信箱"),
    "then": (
        "What CRM, product and billing have delivered, and what became of it. What was refused needs somebody.",
        "CRM・製品・請求システムからの受信と、その処理結果です。拒否されたものは確認が必要です。",
    ),
    "filter": ("Which deliveries", "表示する受信"),
    "all": ("All", "すべて"),
    "waiting": ("Waits", "処理待ち"),
    "done": ("Done", "処理済み"),
    "kept": ("Kept", "保管"),
    "refused": ("Refused", "拒否"),
    "empty": (
        "Nothing like that was delivered. What other systems send appears here within seconds.",
        "該当する受信はありません。他システムから届くと、数秒で表示されます。",
    ),
    "all_again_one": ("Try the refused one again", "拒否された{count}件を再処理する"),
    "all_again_many": ("Try all {count} refused again", "拒否された{count}件を再処理する"),
    "try_again": ("Try it again", "再処理する"),
    "again_then": (
        "It is worked through as if it had just come: mend what is wrong where it comes from first.",
        "届いた直後と同じように処理します。先に送信元で原因を解消してください。",
    ),
    "delivery": ("Delivery {number}", "受信{number}"),
    "why": ("What became of it", "処理結果"),
    "field": ("The field that is wrong", "誤りのある項目"),
    "source": ("From", "送信元"),
    "subject": ("About", "対象"),
    "received": ("Came", "受信日時"),
    "tries": ("Tries", "試行回数"),
    "not_before": ("Waits until", "待機期限"),
    "onboarding": ("Onboarding", "オンボーディング"),
    "body": ("What was sent", "受信内容"),
}
FINDING: Mapping[str, tuple[str, str]] = {
    "h1": ("Who would fall through?", "対応漏れの確認"),
    "then": (
        "Compares what is written down with what Temporal runs. It looks at everything, and takes a while.",
        "保存された内容とTemporalの実行状況を照合します。全件を確認するため、時間がかかることがあります。",
    ),
    "look": ("Look now", "今すぐ確認する"),
    "away": (
        "A part of the system does not answer at the moment. Try again in a minute.",
        "ただいまシステムの一部が応答していません。しばらくしてからもう一度お試しください。",
    ),
    "nightly": ("The sweep of the night last ended {at}.", "夜間の確認は{at}に完了しました。"),
    "no_nightly": ("The sweep of the night has not ended yet.", "夜間の確認はまだ完了していません。"),
    "number_one": ("{count} finding", "{count}件の指摘"),
    "number_many": ("{count} findings", "{count}件の指摘"),
    "looked_at": (
        "{onboardings} open onboardings and {programmes} success programmes were looked at.",
        "進行中のオンボーディング{onboardings}件、サクセスプログラム{programmes}件を確認しました。",
    ),
    "silent_one": ("{count} did not answer.", "{count}件は応答がありませんでした。"),
    "silent_many": ("{count} did not answer.", "{count}件は応答がありませんでした。"),
    "unlike_one": (
        "{count} that has ended would tell otherwise today.",
        "終了済みの{count}件で、現在の規則との差異があります。",
    ),
    "unlike_many": (
        "{count} that have ended would tell otherwise today.",
        "終了済みの{count}件で、現在の規則との差異があります。",
    ),
    "none": ("Nobody falls through.", "対応漏れはありません。"),
    "mend": ("Mend it …", "修復する…"),
    "mend_of": ("Mend {subject}", "{subject}の修復"),
    "will": ("What will be done:", "行う内容："),
    "left": ("Left to a person:", "人による対応が必要："),
    "do": ("Do this", "実行する"),
    "nothing": ("No button mends this:", "画面からは修復できません："),
}
PLAYBOOK: Mapping[str, tuple[str, str]] = {
    "h1": ("Playbooks", "プレイブック"),
    "then": (
        "How we onboard which kind of customer. They are files; a change of one is no change of what runs already.",
        "お客様の種類ごとの進め方です。ファイルを変更しても、進行中のものには影響しません。",
    ),
    "name": ("Playbook", "プレイブック"),
    "from": ("From a yearly value of", "対象となる年間契約金額（以上）"),
    "length": ("Length", "期間"),
    "days_one": ("{count} day", "{count}日"),
    "days_many": ("{count} days", "{count}日"),
    "open": ("Open", "進行中"),
    "versions": ("Versions", "版"),
    "newest": ("as its file is now", "現在のファイル"),
    "onboardings_one": ("{count} onboarding", "{count}件"),
    "onboardings_many": ("{count} onboardings", "{count}件"),
    "hand_off": ("day {first} to {last}", "ご契約の{first}～{last}日後"),
    "broken": (
        "Its file cannot be used: no new onboarding goes by it until it is mended.",
        "ファイルに誤りがあり使用できません。修正するまで、新しいオンボーディングには適用されません。",
    ),
    "complaints_one": ("{count} thing to mend", "要修正{count}件"),
    "complaints_many": ("{count} things to mend", "要修正{count}件"),
    "file": ("File", "ファイル"),
    "line": ("Line", "行"),
    "field": ("Field", "項目"),
    "what": ("What", "内容"),
    "error": ("Error", "エラー"),
    "warning": ("Warning", "警告"),
    "opens": ("It opens after {titles}.", "開始条件：{titles}"),
    "signed": ("Signed by", "承認者"),
    "needs": ("Needs first", "先に必要"),
    "success": ("How one sees that it goes well", "順調であることの目安"),
    "failure": ("How such stages fail", "うまくいかない典型例"),
    "heard": ("Who hears what", "定期の連絡"),
    "receivers": ("To", "宛先"),
    "led": ("By", "担当"),
    "rhythm": ("How often", "頻度"),
    "unsent": ("nothing goes out", "送信なし"),
    "kind_meeting": ("Meeting", "ミーティング"),
    "kind_webinar": ("Webinar", "ウェビナー"),
    "kind_status_report": ("Status report", "進捗のご報告"),
    "kind_message": ("Letter", "お便り"),
    "kind_as_needed": ("As needed", "必要に応じて"),
    "kickoff": ("Kickoff", "キックオフ"),
    "agenda": ("What it talks about", "議題"),
    "questions": ("What the customer is asked", "お客様への質問"),
    "preparation": ("What the owner thinks through before", "担当者の事前準備"),
    "criteria": ("What must hold for the hand-off", "通常支援への移行条件"),
    "flags": ("Early warnings", "早期警戒サイン"),
}
VERSION: Mapping[str, tuple[str, str]] = {
    "h1": ("Versions of “{title}”", "「{title}」の版"),
    "link": ("Versions, and what differs", "版の一覧と相違点"),
    "then": (
        "An onboarding goes on by the version by which it began, unless somebody moves it to another one.",
        "オンボーディングは、開始時の版で進みます。別の版に切り替えない限り変わりません。",
    ),
    "version": ("Version", "版"),
    "began": ("Onboardings began by it", "この版での開始"),
    "from_to": ("{first} to {last}", "{first}～{last}"),
    "never": ("none yet", "なし"),
    "going": ("Go by it now", "現在この版で進行中"),
    "nobody": ("nobody", "なし"),
    "differ": ("What differs", "相違点"),
    "was": ("Before", "変更前"),
    "now": ("After", "変更後"),
    "compare": ("Compare", "比較する"),
    "field": ("What", "項目"),
    "new": ("New", "追加"),
    "gone": ("Gone", "削除"),
    "said": ("{field}: {value}", "{field}：{value}"),
    "in_en": ("in English", "英語"),
    "in_ja": ("in Japanese", "日本語"),
    "same": (
        "Nothing that anybody lives by differs between these two.",
        "この2つの版の間に、進め方に関わる違いはありません。",
    ),
    "only": (
        "There is one version. Once the file says something else, what differs appears here.",
        "版は1つだけです。ファイルの内容が変わると、ここで違いを確認できます。",
    ),
}
TOLD: Mapping[str, tuple[str, str]] = {
    "inbox_again": ("It will be worked through again.", "再処理を受け付けました。"),
    "inbox_again_later": (
        "It waits again, and is taken up with the next delivery.",
        "処理待ちに戻しました。次の受信とあわせて処理されます。",
    ),
    "inbox_waits_already": ("It waits already.", "すでに処理待ちです。"),
    "finding_mended": ("Done. Look again to see what is left.", "実行しました。もう一度確認してください。"),
    "finding_not_mended": ("It could not be done. Look again.", "実行できませんでした。もう一度確認してください。"),
}

TABS: Mapping[str, tuple[str, str]] = {"findings": ("Who falls through", "対応漏れの確認")}

PREFIXED = (
    ("desk_", TABS),
    ("inbox_", INBOX),
    ("finding_", FINDING),
    ("playbook_", PLAYBOOK),
    ("version_", VERSION),
    ("told_", TOLD),
)


def _said(place: int) -> dict[str, str]:
    return {f"{prefix}{key}": words[place] for prefix, each in PREFIXED for key, words in each.items()}


OPERATING_WORDS: Mapping[Language, Mapping[str, str]] = {"en": _said(0), "ja": _said(1)}
"""The same as the pages' words."""
