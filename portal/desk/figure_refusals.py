"""What is said in Japanese where a goal or a figure is not taken, or does not count? Each beside its English."""

from collections.abc import Sequence

OF_FIGURES: Sequence[tuple[str, str]] = (
    # why a report does not count
    (
        "lies ahead: {moment}, and it is {now} (UTC)",
        "未来の日時（{moment}）です（現在：{now}、UTC）。",
    ),
    (
        "was before the contract: {day}, and the deal was closed on {today}",
        "{day}の数値は、ご契約日の{today}より前のものです。",
    ),
    (
        "was reported as {figures} for the same moment: correct one of them",
        "同じ日時に{figures}と報告されています。いずれかを訂正してください。",
    ),
    (
        "is {figures}, and was {count} so far: correct it, or say that it is so",
        "これまでの値（{count}）と大きく異なります（{figures}）。訂正するか、正しい場合はその旨を記録してください。",
    ),
    # goals
    ("is {figures}, no better than the baseline ({count})", "目標値{figures}は現状値（{count}）より改善していません。"),
    (
        "{key} is a figure that every customer has: name the goal otherwise",
        "{key}は全お客様に共通する数値の名前です。別の名前をご記入ください。",
    ),
    (
        "is 0, and nothing is so many per cent better than 0: measure what is not 0, or leave it out until known",
        "現状値が0のため、改善率を算出できません。0以外の数値を使うか、空欄にしてください。",
    ),
    (
        "is {figures}, too little to be seen: choose a smaller unit",
        "値が小さすぎます。より小さい単位をご使用ください。",
    ),
    (
        "has no target yet, and nobody can agree to that: say one first",
        "目標値が未登録のため合意できません。先に目標値を登録してください。",
    ),
    ("was said otherwise since it was read", "表示後に、ほかの方が変更しました。内容をご確認ください。"),
    ("{who} may not decide on goals; {names} may", "目標に合意できるのは{names}です。"),
    ("{id} has no goal {key}", "この目標はありません。"),
    # reports
    ("is {count}, and there are {figures} reports of {key}", "番号{count}の報告はありません（{key}：{figures}件）。"),
    (
        "is {count}, which was corrected already: correct the later one",
        "番号{count}の報告はすでに訂正されています。新しい方の報告を訂正してください。",
    ),
    (
        "is {figures}, and {key} is measured in {unit}: convert the value, or define it anew",
        "{key}の単位は{unit}です。値を換算するか、目標を登録し直してください。",
    ),
    (
        "is {figures}, which is no figure of docs/health.md and no goal{moment}",
        "この名前の数値も目標もありません。",
    ),
    ("there is no figure {key}; there are: {figures}", "{key}という数値はありません。"),
    ("is {figures}, and lies between {count} and {digits}", "{count}～{digits}の値をご記入ください。"),
    # colleagues whom a customer has named
    ("{who} takes part already", "すでに参加されています。"),
    (
        "{count} was declined: add them as a contact instead",
        "参加を見送った方です。参加いただく場合は、関係者として追加してください。",
    ),
    ("nobody by the number {count} was named in {id}", "該当する方のご提案はありません。"),
    ("{count} people wait for us already", "判断待ちの方がすでに{count}名います。"),
)
"""Why a figure or a goal is not taken or does not count, and what is refused of people whom a customer has named."""
