"""What do the pages about customers' questions say at the desk? In both languages."""

from collections.abc import Mapping

from domain.text import Language

WORDS: Mapping[str, tuple[str, str]] = {
    "h1": ("Questions", "お客様からのご質問"),
    "all_then": (
        "What customers ask in their rooms and by mail. Those that wait for us come first, the longest wait on top.",
        "お客様が画面やメールでお寄せになったご質問です。回答待ちを、お待たせしている順に表示します。",
    ),
    "then": (
        "An answer stands in the customer’s room at once, and goes to whoever asked by mail.",
        "回答はすぐにお客様の画面に表示され、質問された方にメールでも届きます。",
    ),
    "filter": ("Which questions", "表示するご質問"),
    "mine": ("Mine alone", "自分の担当のみ"),
    "state_open": ("Wait for us", "回答待ち"),
    "state_answered": ("Answered", "回答済み"),
    "state_asked": ("Wait for the customer", "お客様の回答待ち"),
    "state_closed": ("Closed", "終了"),
    "none_open": ("Nobody waits for an answer of ours.", "回答をお待ちのお客様はいません。"),
    "none_answered": ("No question was answered so far.", "回答済みのご質問はありません。"),
    "none_asked": ("We wait for no answer of theirs.", "お客様の回答待ちはありません。"),
    "none_closed": ("No question was closed so far.", "終了したご質問はありません。"),
    "waits_since": ("waits since {moment}", "{moment}からお待ちです"),
    "report": ("How fast we answer, over {days} days", "回答までの時間（過去{days}日間）"),
    "asked": ("Asked", "ご質問"),
    "answered_first": ("Answered", "回答済み"),
    "median": ("Half are answered within", "回答時間の中央値"),
    "slowest": ("The slowest", "最長"),
    "waiting": ("Wait now", "回答待ち"),
    "everybody": ("Everybody", "全体"),
    "hours": ("{hours} office hours", "{hours}営業時間"),
    "number": ("Question {number}", "ご質問{number}"),
    "side_customer": ("of the customer’s", "お客様"),
    "side_vendor": ("of ours", "当社"),
    "erased": ("(erased)", "（削除済み）"),
    "file": ("a file came with it", "添付ファイル"),
    "answer": ("Answer", "回答する"),
    "text": ("Your answer, for the customer to read", "回答（お客様に表示されます）"),
    "send": ("Send the answer", "回答を送信する"),
    "close": ("Close without an answer", "回答せずに終了する"),
    "asked_of_them": ("What we ask of them, and nobody has answered yet", "当社からお尋ねしている事項（未回答）"),
    "needs_words": ("Write the answer first", "回答をご記入ください"),
    "too_long": ("Use at most 10,000 characters", "10,000文字以内でご記入ください"),
    "said_since": (
        "Something was said here since you opened the page. Nothing was sent or closed: read it, then decide anew",
        "画面を開いた後に新しい発言がありました。まだ送信も終了もされていません。内容を確認のうえ、もう一度操作してください",
    ),
}
TOLD: Mapping[str, tuple[str, str]] = {
    "desk_question_answered": ("The answer stands in the customer’s room.", "回答をお客様の画面に表示しました。"),
    "desk_question_closed": ("The question is closed.", "ご質問を終了しました。"),
}


def _said(place: int) -> dict[str, str]:
    each = {f"desk_question_{key}": words[place] for key, words in WORDS.items()}
    return each | {f"told_{key}": words[place] for key, words in TOLD.items()}


CONVERSING_WORDS: Mapping[Language, Mapping[str, str]] = {"en": _said(0), "ja": _said(1)}
"""The same as the pages' words."""
