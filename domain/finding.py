"""What may the nightly sweep find? One thing that would fall through unless a person looks at it."""

from typing import Literal, NamedTuple

from domain.text import Text
from domain.wire import Instant, Wire

FindingKind = Literal[
    "stopped",
    "stuck",
    "paused_in_temporal",
    "lost",
    "unknown",
    "not_started",
    "not_opened",
    "not_closed",
    "without_owner",
    "asleep",
    "overdue",
    "programme_missing",
    "programme_untold",
    "sender_stopped",
    "mail_waits",
    "mail_given_up",
    "deliveries_wait",
    "deliveries_refused",
    "telling_waits",
    "crm_unwatched",
    "mailbox_unread",
    "store_differs",
    "another_store",
    "unconfirmed",
    "tried_often",
    "sweep_missing",
]


class Finding(Wire):
    """`subject` is the id of an onboarding or of another workflow, or `inbox`; ids and small facts, no names.

    `cause` is what Temporal or the store says about it, in one line; `command` is what repairs it, or begins to.
    """

    kind: FindingKind
    subject: str
    owner: str = ""
    since: Instant | None = None
    cause: str = ""
    command: str = ""


class Explained(NamedTuple):
    """What is the matter, and why it does not mend itself."""

    what: Text
    why: Text


EXPLAINED: dict[FindingKind, Explained] = {
    "stopped": Explained(
        {"en": "its workflow was ended from outside", "ja": "ワークフローが外部から終了されています"},
        {
            "en": "Nothing is reminded or escalated any more, and nobody was told.",
            "ja": "リマインダーもエスカレーションも止まり、誰にも通知されていません。",
        },
    ),
    "stuck": Explained(
        {"en": "its workflow fails at every try", "ja": "ワークフローが毎回失敗しています"},
        {
            "en": "Temporal tries on for ever; only a version of the worker that can run it helps.",
            "ja": "Temporalは再試行を続けますが、実行できるバージョンのワーカーが必要です。",
        },
    ),
    "paused_in_temporal": Explained(
        {"en": "somebody paused its workflow in Temporal", "ja": "Temporal上でワークフローが一時停止されています"},
        {
            "en": "Its clock stands still without the customer's agreement; a pause of the plan is day90 pause.",
            "ja": "お客様との合意なしに予定が止まっています。計画の一時停止はday90 pauseで行います。",
        },
    ),
    "lost": Explained(
        {"en": "Temporal does not know it", "ja": "Temporalに記録がありません"},
        {
            "en": "The store says that it is open, but no workflow keeps its promises.",
            "ja": "データベースでは進行中ですが、実行しているワークフローがありません。",
        },
    ),
    "unknown": Explained(
        {"en": "the store has no record of it", "ja": "データベースに記録がありません"},
        {
            "en": "Its workflow runs, but can write nothing down: was the store restored from an older backup?",
            "ja": "ワークフローは動いていますが、何も記録できません。古いバックアップから復元した可能性があります。",
        },
    ),
    "not_started": Explained(
        {"en": "its deal was taken in, but nothing was started", "ja": "商談は受け付けましたが、開始されていません"},
        {
            "en": "The start was cut off, or the deal was found invalid afterwards, and the sender did not come again.",
            "ja": "開始が中断したか、商談が後から無効と判断され、再送もありません。",
        },
    ),
    "not_opened": Explained(
        {"en": "it cannot be opened", "ja": "開始処理が完了しません"},
        {
            "en": "Its plan is not drafted, so nobody has been written to.",
            "ja": "計画がまだ作られていないため、誰にも連絡が届いていません。",
        },
    ),
    "not_closed": Explained(
        {"en": "it has ended, but its workflow runs on", "ja": "終了しましたが、ワークフローが動き続けています"},
        {
            "en": "What follows the ending (the programme, the goodbye) may be missing.",
            "ja": "終了後の手続き（プログラムの開始や終了の連絡）が行われていない可能性があります。",
        },
    ),
    "without_owner": Explained(
        {"en": "its owner is not in the staff directory", "ja": "担当者がスタッフ名簿にいません"},
        {
            "en": "Reminders and escalations to the owner reach nobody.",
            "ja": "担当者宛てのリマインダーやエスカレーションが誰にも届きません。",
        },
    ),
    "asleep": Explained(
        {"en": "it has no next wake-up and waits for nobody", "ja": "次の予定も、待っている相手もありません"},
        {
            "en": "Without news from outside it would sleep for ever.",
            "ja": "外部からの連絡がなければ、永久に動きません。",
        },
    ),
    "overdue": Explained(
        {"en": "its wake-up has passed, and nothing happened", "ja": "予定の時刻を過ぎても動いていません"},
        {
            "en": "A worker is missing, or what it should have written fails every time.",
            "ja": "ワーカーがいないか、書き込みが毎回失敗しています。",
        },
    ),
    "programme_missing": Explained(
        {
            "en": "handed over, but its success programme does not run",
            "ja": "通常支援のプログラムが動いていません",
        },
        {
            "en": "Nobody is reminded of the check-ins and reviews that were promised.",
            "ja": "お約束した定例やレビューの案内が誰にも届きません。",
        },
    ),
    "programme_untold": Explained(
        {
            "en": "its success programme does not know when the customer leaves, or that they stay",
            "ja": "解約日（または契約の継続）が、通常支援のプログラムに伝わっていません",
        },
        {
            "en": "It was recorded, and telling it was cut off: it invites who has left, or ends too early.",
            "ja": "記録後の連絡が中断しました。解約後も案内を送るか、早く終了するおそれがあります。",
        },
    ),
    "sender_stopped": Explained(
        {"en": "messages wait, and their sender does not run", "ja": "送信待ちがあるのに、送信処理が動いていません"},
        {
            "en": "The next turn of any onboarding wakes it, but until then nobody is written to.",
            "ja": "次の処理で再開しますが、それまで誰にも連絡が届きません。",
        },
    ),
    "mail_waits": Explained(
        {"en": "messages have waited for hours", "ja": "メッセージが長時間送信待ちになっています"},
        {
            "en": "The channel does not take them: its server, its login or its folder.",
            "ja": "送信先（サーバー、ログイン、フォルダー）が受け付けていません。",
        },
    ),
    "mail_given_up": Explained(
        {"en": "mail to its owner was refused", "ja": "担当者宛てのメールが拒否されました"},
        {
            "en": "Of a refused mail the owner is told; of their own nobody could be.",
            "ja": "不達は担当者に通知しますが、担当者自身のものは通知できません。",
        },
    ),
    "deliveries_wait": Explained(
        {"en": "what other systems delivered waits", "ja": "他システムからの受信が処理待ちのままです"},
        {
            "en": "The CRM does not answer, or no worker works through it: deals may not have begun.",
            "ja": "照会先のCRMが応答しないか、処理するワーカーがいません。開始されていない商談があるかもしれません。",
        },
    ),
    "deliveries_refused": Explained(
        {"en": "what other systems delivered was refused", "ja": "他システムからの受信が拒否されました"},
        {
            "en": "Its sender had its answer before we looked, and does not know.",
            "ja": "送信元には受付済みと応答しているため、拒否に気づいていません。",
        },
    ),
    "telling_waits": Explained(
        {"en": "what another system should be told has waited", "ja": "他システムへの通知が長時間処理待ちです"},
        {
            "en": "Its sender runs and does not get on: the CRM does not answer, or no worker takes its task.",
            "ja": "送信処理は動いていますが進んでいません。CRMが応答しないか、ワーカーがいません。",
        },
    ),
    "crm_unwatched": Explained(
        {"en": "nobody looks for closed deals that were missed", "ja": "受注の取りこぼしの確認が行われていません"},
        {
            "en": "A won deal whose webhook is lost begins nothing until the CRM is looked through again.",
            "ja": "通知が失われた受注は、CRMの確認が再開するまで開始されません。",
        },
    ),
    "mailbox_unread": Explained(
        {"en": "nobody reads what people answer by mail", "ja": "メールへの返信が読み取られていません"},
        {
            "en": "Bounces, answers to invitations and replies lie unread: the mailbox could not be read for an hour.",
            "ja": "不達・出欠・返信が未読のままです。1時間以上、受信箱を読み取れていません。",
        },
    ),
    "store_differs": Explained(
        {"en": "the store and its workflow disagree", "ja": "データベースとワークフローの内容が一致していません"},
        {
            "en": "Pages and reports show what the store says, reminders follow the workflow.",
            "ja": "画面やレポートはデータベース、リマインダーはワークフローに従うため、食い違いが残ります。",
        },
    ),
    "another_store": Explained(
        {"en": "the store looks like another database", "ja": "別のデータベースに接続しているようです"},
        {
            "en": "Onboardings run in Temporal that it has no row of: set DAY90_DATABASE_URL to the database they use.",
            "ja": "実行中の案件の記録がありません。DAY90_DATABASE_URLの接続先を確認してください。",
        },
    ),
    "unconfirmed": Explained(
        {"en": "news is in the journal that Temporal may not know", "ja": "Temporalに未確認の記録が残っています"},
        {
            "en": "It is confirmed within seconds; for a quarter of an hour that has failed at every try.",
            "ja": "通常は数秒で確認されますが、15分以上確認できていません。",
        },
    ),
    "tried_often": Explained(
        {"en": "one of its steps fails at every try", "ja": "処理の一つが繰り返し失敗しています"},
        {
            "en": "It is tried again for ever, and what it should do is not done until the cause is mended.",
            "ja": "再試行は続きますが、原因が解消されるまで処理は完了しません。",
        },
    ),
    "sweep_missing": Explained(
        {"en": "the nightly sweep has not run", "ja": "夜間の確認が実行されていません"},
        {
            "en": "Whatever falls through meanwhile, nobody hears of it.",
            "ja": "その間に滞った案件は、誰にも知らされません。",
        },
    ),
}
