"""What do refusals of onboardings and of repairs say in Japanese? Each beside the English in which it comes.

The English is written where something is refused, and stands in histories: it is found again here by its form, with
what differs from case to case in braces. What has no Japanese here is shown as it came.
"""

from collections.abc import Mapping, Sequence

OF_ONBOARDINGS: Sequence[tuple[str, str]] = (
    # renewals
    (
        "comes after the hand-off: who leaves before it ends the onboarding as churned",
        "契約更新は移行後に記録します。移行前の解約は、オンボーディングを「解約」として終了してください。",
    ),
    ("lies before the contract of {day}", "ご契約日の{day}より後の日付を入力してください。"),
    ("lies more than a year ahead", "1年以内の日付を入力してください。"),
    ("belongs to a renewal: who leaves pays nothing", "解約・取り消しの場合、金額は入力できません。"),
    ("is for customers who leave", "理由は、解約の場合のみ選択してください。"),
    ("has no renewal that could be mistaken", "その日に取り消せる記録はありません。"),
    (
        "the customer has left on {day}: say first that this was mistaken",
        "{day}の解約が記録されています。先にその記録を取り消してください。",
    ),
    (
        "was renewed on {day}: say first that this was mistaken",
        "{day}の更新が記録されています。先にその記録を取り消してください。",
    ),
    # changing the playbook
    ("is missing: the hash of the version; `day90 playbook plan` shows it", "版のハッシュをご指定ください。"),
    (
        "a change to {version} waits already: withdraw it first (when: never)",
        "版{version}への変更が予定されています。先に取り下げてください。",
    ),
    ("this onboarding goes by that version already", "すでにその版で進行しています。"),
    ("no stage lies ahead: change it now", "この後に始まる段階がありません。今すぐの変更を選択してください。"),
    ("no change of the playbook waits to be withdrawn", "取り下げられる変更の予定はありません。"),
    (
        "this onboarding is about to end: take that back first",
        "終了が予定されています。先に終了を取り消してください。",
    ),
    ("this onboarding is paused: change it once it has been resumed", "一時停止中です。再開後に変更してください。"),
    (
        "{key} is {status} already: only the hand-off is left",
        "{key}は{status}です。残るのは通常支援への移行のみです。",
    ),
    (
        "this customer is in hypercare: change it once {key} is reached",
        "集中サポート期間（ハイパーケア）中です。{key}の完了後に変更してください。",
    ),
    (
        "that version lacks {key}, the go-live of this onboarding: keep it in the version",
        "その版には本番開始（{key}）がありません。版に残してください。",
    ),
    (
        "that version {what} {key}, which was reported before its gate is open: settle it first",
        "{key}は開始条件を満たす前に報告されています。先に処理してください。",
    ),
    (
        "that version lacks {key}, whose sign-off is under way: let it be signed or waived first",
        "その版には、承認手続き中の{key}がありません。先に承認または免除してください。",
    ),
    (
        "that is a version of {other} ({touch}), and this onboarding goes by {book} ({own}): name a version of"
        " that one",
        "それは{other}の版です。このオンボーディングは{book}で進行しています。{book}の版をご指定ください。",
    ),
    (
        "{version} is the hash of no playbook that is kept or lies in the library: `day90 playbook plan KEY` shows it",
        "{version}というハッシュの版はありません。",
    ),
    (
        "is no hash of a version: give at least {digits} of its digits",
        "版のハッシュは{digits}桁以上でご指定ください。",
    ),
    (
        "{version} begins the hashes of {count} versions: give more of it",
        "{version}で始まる版が{count}件あります。もう少し長くご指定ください。",
    ),
    # who uses the product
    (
        "the customer has not agreed that one looks at single people (custom.usage_by_person)",
        "個人ごとの利用状況の確認について、お客様の同意がありません。",
    ),
    ("was never seen in the product, by the ids that are known", "登録されているIDでは、製品の利用が確認できません。"),
    ("does not use it often", "この方は、利用頻度の高い方ではありません。"),
    ("does not use it little", "この方は、利用の少ない方ではありません。"),
    ("{key} looks for nobody: it has no `adoption`", "プレイブック{key}には、利用者を確認する設定がありません。"),
    ("nobody has used the product in the last four whole weeks", "直近の4週間に、製品を利用された方はいません。"),
    # pausing, re-planning, the owner
    ("it has been paused since {day}", "{day}から一時停止中です。"),
    ("the pause before this one ended only at {moment}", "前回の一時停止は{moment}まで続いていました。"),
    ("it is not paused", "一時停止中ではありません。"),
    (
        "say which milestone moves, or by when the hand-off shall be",
        "変更するマイルストーン、または通常支援への移行の期日をご指定ください。",
    ),
    ("is missing: the new date, like 2027-01-29", "新しい日付をご指定ください。"),
    ("{day} lies ahead: say it on that day", "{day}は先の日付です。当日に記録してください。"),
    ("{day} is past", "{day}は過ぎています。"),
    (
        "{day} is past: name today, {today}, or a later day",
        "{day}は過ぎています。本日{today}以降の日付をご指定ください。",
    ),
    ("{day} is more than two years ahead", "{day}は2年以上先の日付です。"),
    ("{day} is {why}: the next working day is {next}", "{day}は休業日です。次の営業日は{next}です。"),
    ("{person} is the owner already", "すでに{person}が担当しています。"),
    ("this takes the approval of {people}", "{people}の承認が必要です。"),
    # scope changes, criteria, endings
    ("{count} requests wait for a decision already", "判断待ちのスコープ変更がすでに{count}件あります。"),
    ("{key} is not waiting for a decision; waiting: {keys}", "{key}は判断待ちではありません。判断待ち：{keys}"),
    (
        "{key} is not a criterion that a person vouches for; those are: {keys}",
        "{key}は担当者が確認する条件ではありません。対象：{keys}",
    ),
    ("is missing: who vouches for it", "確認した方をご指定ください。"),
    (
        "the owner alone cannot vouch for all of {keys}: let the customer, or a colleague",
        "担当者だけで{keys}のすべてを確認することはできません。お客様またはほかの担当者が確認してください。",
    ),
    (
        "is missing: {figures}. Say why it holds all the same; an approver is then asked",
        "測定値が条件を満たしていません（{figures}）。それでも満たすとする理由をご記入ください。"
        "承認者に確認を依頼します。",
    ),
    (
        "it is about to end ({ending}): take that back first, or end it at once",
        "すでに終了が予定されています。先に取り消すか、すぐに終了してください。",
    ),
    (
        "{keys} not met: use handed_over_with_exceptions and name them",
        "{keys}が満たされていません。例外付きの移行を選択し、該当する条件をご指定ください。",
    ),
    (
        "every criterion that is not met has to be named, also {keys}",
        "満たされていない条件をすべてご指定ください。{keys}も該当します。",
    ),
    (
        "is missing: why the customer is handed over all the same",
        "条件を満たさないまま移行する理由をご記入ください。",
    ),
    ("is missing: why it ends as {ending}", "終了の理由をご記入ください。"),
    ("no ending waits to be taken back", "取り消せる終了の予定はありません。"),
    (
        "all criteria hold, so the next moment would hand over again: withdraw the word for one of them, or pause",
        "すべての条件を満たしているため、取り消しても再び移行します。"
        "いずれかの条件の確認を取り下げるか、一時停止してください。",
    ),
    ("it would hand over what does not hold any more: {keys}", "満たされなくなった条件があります：{keys}"),
    # contacts
    ("is missing: an id for the new contact, like project_lead-2", "新しい連絡先のIDをご指定ください。"),
    ("is missing: what is to be put right, one of {fields}", "訂正する項目を1つ以上ご記入ください。"),
    ("is missing: an id for who takes over, like project_lead-2", "後任の方のIDをご指定ください。"),
    ("is missing: nobody of that id has taken part before", "この方が参加した記録がないため、必須です。"),
    (
        "{person} is the same person: name who takes over, or use correct_contact",
        "{person}は同じ方です。後任の方をご指定いただくか、連絡先の訂正をお使いください。",
    ),
    (
        "is that of {person}, who is to be replaced: use correct_contact for one person",
        "交代する{person}のメールアドレスです。同じ方の場合は、連絡先の訂正をお使いください。",
    ),
    (
        "{keys} waits for the signature of {person} alone: name who takes over with replace_contact, or have it"
        " waived first",
        "{keys}は{person}だけが承認できます。後任の方をご指定いただくか、先に免除してください。",
    ),
    (
        "{id} names somebody of the staff: give the contact another id",
        "{id}は社内スタッフのIDです。別のIDをご指定ください。",
    ),
    (
        "{id} takes part already: give another id, or use correct_contact",
        "{id}はすでに参加しています。別のIDをご指定いただくか、連絡先の訂正をお使いください。",
    ),
    ("{count} people are on record already", "すでに{count}名が登録されています。"),
    ("{id} takes part only from {day} on; taking part: {people}", "{id}は{day}から参加します。参加中の方：{people}"),
    ("{id} has left already; taking part: {people}", "{id}はすでに外れています。参加中の方：{people}"),
    (
        "{id} is nobody of the customer's; taking part: {people}",
        "{id}はお客様の関係者ではありません。参加中の方：{people}",
    ),
    (
        "{person} is the last person at the customer's whom we can reach: name who takes over with"
        " replace_contact, add somebody first, or end the onboarding",
        "{person}は連絡できる最後の方です。後任の方をご指定いただくか、先にほかの方を追加してください。",
    ),
    ("takes part already", "すでに参加しています。"),
    (
        "should be at a domain from which people come into the room",
        "お客様専用ページを利用できるドメインのメールアドレスをご記入ください。",
    ),
    ("{person} takes no part on the customer's side", "{person}はお客様の関係者ではありません。"),
    ("{id} is no reader of it; readers: {people}", "{id}はこのメッセージの宛先ではありません。宛先：{people}"),
    ("{name} is nobody of the staff directory", "{name}はスタッフ名簿にいません。"),
    (
        "{id} is of the customer: what we say is for us to decide",
        "{id}はお客様です。当社からのメッセージは当社の担当者が判断します。",
    ),
    # as a whole
    (
        "this onboarding was never opened: Temporal says why its workflow failed",
        "このオンボーディングは開始されていません。理由はTemporalで確認できます。",
    ),
    (
        "this onboarding is just being opened: send it again in a moment",
        "開始の処理中です。少し待ってからもう一度送信してください。",
    ),
    (
        "this onboarding is just being opened: ask again in a moment",
        "開始の処理中です。少し待ってからもう一度お試しください。",
    ),
    ("this onboarding has ended ({ending})", "このオンボーディングは終了しています。"),
    ("this onboarding has ended ({ending}): nothing of it lies ahead", "このオンボーディングは終了しています。"),
    ("this onboarding has ended", "このオンボーディングは終了しています。"),
    ("{moment} lies in the future", "{moment}は未来の日時です。"),
    ("{moment} lies before the deal was closed", "{moment}はご契約より前の日時です。"),
    ("no such onboarding", "該当するオンボーディングはありません。"),
    # milestones and sign-offs
    ("{key} is not in the plan of this onboarding, which has: {keys}", "{key}はこの計画にありません。"),
    ("{key} has to wait for {keys}", "{key}の前に、{keys}を完了する必要があります。"),
    (
        "{key} needs a sign-off by {people}: use sign_off",
        "{key}には{people}の承認が必要です。承認を記録してください。",
    ),
    ("{key} comes by itself when hypercare is over", "{key}は集中サポート期間の終了時に自動で完了します。"),
    ("{key} is open already", "{key}はすでに未完了です。"),
    (
        "{key} is no part of the playbook that this onboarding goes by now: go back to one that has it",
        "{key}は現在の版のプレイブックにありません。この項目がある版に戻してください。",
    ),
    ("{key} is {status} already", "{key}は{status}です。"),
    (
        "{key} cannot be waived, the hand-off stands on it: end the onboarding instead",
        "{key}は通常支援への移行の前提のため免除できません。代わりに終了を記録してください。",
    ),
    ("{key} cannot be waived while {keys} is open", "{keys}が未解決の間、{key}は免除できません。"),
    ("{key} needs no sign-off: use reach_milestone", "{key}に承認は不要です。完了を記録してください。"),
    ("{key} may be signed by {people} only", "{key}を承認できるのは{people}のみです。"),
    ("a rejection says why", "差し戻しの理由をご記入ください。"),
    (
        "{key} is {status} already: use reopen_milestone",
        "{key}は{status}です。未完了に戻す場合は、再開を記録してください。",
    ),
    (
        "{key} has changed since its signer was shown it: show it anew",
        "{key}は、承認者が確認した後に変更されています。最新の内容をご確認いただいてください。",
    ),
    (
        "{key} was rejected by {people}: it takes their own approval",
        "{key}は{people}が差し戻しました。ご本人の承認が必要です。",
    ),
    (
        "{key} was rejected by {people}: it takes their own approval, or {other} may overrule it",
        "{key}は{people}が差し戻しました。ご本人の承認が必要です。{other}は覆すことができます。",
    ),
    (
        "{key} was rejected by {people}: say why it is approved all the same",
        "{key}は{people}が差し戻しました。承認する理由をご記入ください。",
    ),
    ("{key} is settled", "{key}はすでに処理済みです。"),
    ("{key} is not rejected, or asked for again already", "{key}は差し戻されていないか、すでに再依頼済みです。"),
    # issues, tasks, meetings, drafts, flags, corrections
    ("{count} issues are open already", "未解決の不具合がすでに{count}件あります。"),
    ("{key} is not an open issue; open: {keys}", "{key}は未解決の不具合ではありません。未解決：{keys}"),
    ("{key} is open", "{key}は未解決です。"),
    (
        "{key} is none of the issues resolved last, which are: {keys}",
        "{key}は最近解決した不具合ではありません。対象：{keys}",
    ),
    ("it is paused: no meeting is held until it goes on", "一時停止中のため、再開まで会議は行われません。"),
    (
        "{key} is neither a milestone nor a series that goes on; these do: {keys}",
        "{key}はマイルストーンでも、継続中の定例会議でもありません。継続中：{keys}",
    ),
    ("{key} is a milestone: it comes once", "{key}は1回限りのため、毎週の設定はできません。"),
    ("nobody is invited to {meeting}", "{meeting}の出席者はいません。"),
    ("{meeting} of {day} has fallen away", "{day}の{meeting}は取りやめになりました。"),
    ("is missing: whose answer it is", "どなたの回答かをご指定ください。"),
    ("{person} is not invited to {meeting}", "{person}は{meeting}に招待されていません。"),
    ("{key} has been up since {day}", "{key}は{day}から発生しています。"),
    ("{count} flags are up already", "発生中の警戒サインがすでに{count}件あります。"),
    ("is missing: what you have seen", "気づいた内容をご記入ください。"),
    ("{key} is not up; up: {keys}", "{key}は発生していません。発生中：{keys}"),
    ("is {category} for {key}, by the playbook", "プレイブックでは、{key}の分類は{category}です。"),
    (
        "{key} is open for {category} already: use change_correction",
        "この分類では{key}がすでに進行中です。変更を記録してください。",
    ),
    (
        "{key} is a task or a milestone; give the correction another id",
        "{key}はタスクまたはマイルストーンのIDです。別のIDをご指定ください。",
    ),
    (
        "is missing: name the flags that call for it, or say why it begins",
        "きっかけとなった警戒サイン、または開始の理由をご記入ください。",
    ),
    ("is missing: give a new due, owner, cause or note", "期日・担当・原因・メモのいずれかをご記入ください。"),
    ("{key} is not an open correction; open: {keys}", "{key}は進行中の立て直し策ではありません。進行中：{keys}"),
    ("{key} is not waiting to be sent; waiting: {keys}", "{key}は送信待ちではありません。送信待ち：{keys}"),
    ("is missing: who answers for it", "責任者をご指定ください。"),
    ("is missing: what it says, or another subject", "本文または件名をご記入ください。"),
    (
        "{key} is at revision {now}, and {read} was read: somebody has changed it since; read it again",
        "{key}はほかの方が変更しました。最新の内容をご確認ください。",
    ),
    (
        "is missing: the customer's people read {languages}",
        "言語をご指定ください。お客様の関係者が読む言語：{languages}",
    ),
    (
        "nobody of the customer reads {language}; they read {languages}",
        "{language}を読む方はお客様の関係者にいません。対象：{languages}",
    ),
    ("{key} is nobody of the customer", "{key}はお客様の関係者ではありません。"),
    ("{key} reads {language}", "{key}の言語は{language}です。"),
    ("{key} is open already: use change_task", "{key}はすでに登録されています。変更を記録してください。"),
    (
        "{key} is a milestone of the plan; give the task another id",
        "{key}は計画のマイルストーンです。別のIDをご指定ください。",
    ),
    ("{count} tasks are open already", "未完了のタスクがすでに{count}件あります。"),
    ("is missing: give a new title, due or owner", "名称・期日・担当のいずれかをご記入ください。"),
    (
        "{key} is a course correction: use {instead}",
        "{key}は立て直し策です。立て直し策の変更または終了を記録してください。",
    ),
    ("{key} is not an open task; open: {keys}", "{key}は未完了のタスクではありません。未完了：{keys}"),
    ("the customer has no file {number}; `day90 file list` has their numbers", "ファイル{number}はありません。"),
    # renewals of a CRM
    (
        "is missing, as is the close: when does the new contract begin?",
        "更新日も商談のクローズ日もありません。更新後の契約の開始日を、CRMでご記入ください。",
    ),
    (
        "is missing: on which day does the customer leave?",
        "解約日がありません。お客様がいつ解約されるかを、CRMでご記入ください。",
    ),
    ("there is no {id}, whose contract it would renew", "更新の対象となる案件（{id}）がありません。"),
    ("is no day", "日付として読み取れません。"),
    # introductions
    (
        "this introduction was never opened: Temporal says why its workflow failed",
        "このご紹介は開始されていません。理由はTemporalで確認できます。",
    ),
    (
        "the introduction is just being opened: say it again in a moment",
        "開始の処理中です。少し待ってからもう一度送信してください。",
    ),
    ("this introduction has ended ({ending})", "このご紹介は終了しています。"),
    (
        "{count} issues are known already: more belongs into a document",
        "懸念点がすでに{count}件あります。これ以上は文書にまとめてください。",
    ),
    (
        "{count} notes are kept already: more belongs into a document",
        "メモがすでに{count}件あります。これ以上は文書にまとめてください。",
    ),
    # what any field may be
    ("is no kind of news that we know", "この種類の記録はありません。"),
    ("one JSON object is expected", "入力内容を読み取れませんでした。"),
    ("is one JSON object", "入力内容を読み取れませんでした。"),
    ("lies outside the years 2000 to 2100", "2000年から2100年までの日付をご指定ください。"),
    ("is no field that we know", "この項目はありません。"),
    ("is missing", "ご記入ください。"),
    ("needs at least {count}", "{count}件以上ご指定ください。"),
    ("holds more than {count}", "{count}件以内でご指定ください。"),
    ("is longer than {count} characters", "{count}文字以内でご記入ください。"),
    ("is empty", "ご記入ください。"),
    ("does not have the form {form}", "形式が正しくありません。"),
    ("needs an offset, like 2026-09-01T10:00:00+09:00", "タイムゾーンを含む日時をご指定ください。"),
    ("should be {choices}", "次のいずれかをご指定ください：{choices}"),
    ("is no moment like 2026-09-01T10:00:00+09:00", "日時の形式が正しくありません。"),
    ("is no date like 2026-09-01", "日付の形式が正しくありません。"),
)
"""Refusals of onboardings and introductions, and of the doors in front of them."""
OF_REPAIRS: Sequence[tuple[str, str]] = (
    # what will be done
    (
        "its workflow goes on from its last finished step, with all news since",
        "最後に完了した処理から、その後の記録を含めてワークフローを再開します。",
    ),
    (
        "its last finished step is taken again. Deploy a worker that can run it first: without one it fails again",
        "最後に完了した処理からやり直します。先に、実行できるワーカーを配置してください。ないと再び失敗します。",
    ),
    ("its workflow is released in Temporal", "Temporal上の一時停止を解除します。"),
    ("the deal that is kept starts its onboarding", "保存されている商談からオンボーディングを開始します。"),
    ("it is woken, and drafts its agenda anew", "処理を再開し、予定を作り直します。"),
    (
        "the mail that {person} did not get goes again, to the address in the staff directory",
        "{person}に届かなかったメールを、スタッフ名簿のアドレスに再送します。",
    ),
    (
        "its plan was never written: it begins anew, with the deal that is kept",
        "計画が作成されていないため、保存されている商談から新たに開始します。",
    ),
    (
        "it is started again as it stood on {moment} UTC, lived through again from {count} rows of its journal;"
        " what has been told is not told again",
        "{moment}（UTC）時点の状態を、履歴{count}件から復元して再開します。送信済みの連絡は再送しません。",
    ),
    (
        "what its workflow never heard of is told again or taken back, and the store is drawn anew from it",
        "ワークフローに届いていない記録を再送または取り消し、データベースの内容を作り直します。",
    ),
    (
        "its success programme is started, counted from the hand-off on {day}",
        "{day}の移行を起点に、サクセスプログラムを開始します。",
    ),
    (
        "its success programme is told when the customer leaves, or that they stay, as was recorded last",
        "最後の記録どおり、解約日または契約の継続をサクセスプログラムに伝えます。",
    ),
    (
        "its schedule runs again, and now. What fails stands in its runs in the Temporal UI",
        "スケジュールを再開し、今すぐ実行します。失敗の内容はTemporalの画面で確認できます。",
    ),
    (
        "its workflow is replaced by a new one, which takes up what waits. Deploy a worker that can run it",
        "新しいワークフローに置き換え、待機中のものを引き継ぎます。実行できるワーカーを配置してください。",
    ),
    ("its schedule runs again, and it sweeps at once", "スケジュールを再開し、すぐに確認を実行します。"),
    (
        "it begins anew, with the prospect that is kept; what was learnt stays in its journal",
        "保存されている見込み客の情報から新たに開始します。これまでの記録は履歴に残ります。",
    ),
    ("it is started, and sends what waits", "送信処理を開始し、送信待ちのものを送ります。"),
    (
        "it looks again at once. What keeps the messages back is told beside `seen`: day90 sweep",
        "すぐに再確認します。送信されない原因は、対応漏れの確認に表示されます。",
    ),
    (
        "it looks again at once. What keeps it back is told beside `seen`: day90 sweep",
        "すぐに再確認します。止まっている原因は、対応漏れの確認に表示されます。",
    ),
    (
        "it looks again at once. What keeps each of them: day90 inbox --state waiting",
        "すぐに再確認します。それぞれの原因は、受信データの画面で確認できます。",
    ),
    # why nothing is done
    ("nothing is the matter with {id}", "{id}に問題は見つかりません。"),
    ("{id}: neither the store nor Temporal knows it", "{id}はデータベースにもTemporalにもありません。"),
    (
        "the store is older than Temporal; what to do: docs/operations.md, `unknown`",
        "データベースがTemporalより古い状態です。対応方法はdocs/operations.mdの「unknown」をご覧ください。",
    ),
    (
        "none of its tasks has finished yet: deploy a worker that can run it, and {id} goes on",
        "まだ一つも処理が完了していません。実行できるワーカーを配置すると、{id}は自動的に進みます。",
    ),
    (
        "on a compressed clock nobody knows any more when its days began: start a show anew",
        "短縮された時計では日付の起点が分からないため、最初からやり直してください。",
    ),
    (
        "{id}: no deal is kept; start it with the deal file: day90 start DEAL.json",
        "{id}の商談は保存されていません。商談ファイルから開始してください：day90 start DEAL.json",
    ),
    ("{id}: no prospect is kept", "{id}の見込み客の情報は保存されていません。"),
    (
        "{kind}: it opens by itself, within a minute, once what is told beside `seen` is mended: day90 sweep",
        "表示されている原因を解消すると、1分以内に自動的に開始されます。",
    ),
    (
        "no turn draws issues anew: raise or resolve those of {id} again: day90 issue --help",
        "不具合は自動では復元されません。{id}の不具合を改めて登録または解決してください。",
    ),
    (
        "mend what is told beside `seen`, and {id} goes on by itself within a minute: day90 sweep",
        "表示されている原因を解消すると、{id}は1分以内に自動的に進みます。",
    ),
    (
        "{kind}: name the new owner: day90 reassign {id} HANDLE",
        "新しい担当者をご指定ください（{id}の「担当者を変更する」）。",
    ),
    (
        "name the new owner: day90 reassign {id} HANDLE",
        "新しい担当者をご指定ください（{id}の「担当者を変更する」）。",
    ),
    (
        "{trouble}; what to do: docs/operations.md, `lost`",
        "復元できません（{trouble}）。対応方法はdocs/operations.mdの「lost」をご覧ください。",
    ),
    ("no schedule runs it", "スケジュールがありません。"),
    ("its schedule is paused", "スケジュールが一時停止しています。"),
    ("none has ended for more than a day", "1日以上、完了していません。"),
)
"""What a repair will do, and why there is none."""
STATUS: Mapping[str, str] = {"reached": "完了済み", "waived": "免除済み", "open": "未完了"}
"""How a milestone stands."""
