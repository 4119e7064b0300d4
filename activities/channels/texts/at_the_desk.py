"""Where at the team's desk is that told, or seen, which a command of a message tells or shows?

Templates name commands. Where a desk is configured, its page stands in their place: whoever reads a message in the
evening has a browser, and no terminal. What the desk has no page for stays a command.
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote, urlencode

from domain.text import Language

PROGRAM = "day90"


class Place(NamedTuple):
    """A page of the desk: its path, what it is called, and the fields of its form that the command fills in.

    In `path` and as a field's value, a number stands for that word of the command, `--NAME` for that option, and all
    else for itself. Words are counted from the first that is no name of the command.
    """

    path: str
    name: Mapping[Language, str]
    fields: Mapping[str, str] = {}


def _news(update: str, english: str, japanese: str, **fields: str) -> Place:
    return Place(f"onboardings/{{0}}/news/{update}", {"en": english, "ja": japanese}, fields)


def _page(path: str, english: str, japanese: str) -> Place:
    return Place(path, {"en": english, "ja": japanese})


DRAFT = Place(
    "onboardings/{0}/notices/draft", {"en": "The waiting message", "ja": "送信前のメッセージ"}, {"draft": "1"}
)
INTRODUCTION = _page("introductions/{0}", "The introduction", "ご紹介の状況")
PLACES: Mapping[str, Place] = {
    "done": _news("reach_milestone", "Milestone reached", "達成を記録する", milestone="1"),
    "ask-again": _news("ask_sign_off", "Ask for the sign-off again", "改めて承認を依頼する", milestone="1"),
    "sign-off": _news("sign_off", "Record the decision", "判断を記録する", milestone="1"),
    "replan": _news("replan", "Move the date", "日程を変更する", milestone="1", to="--to", reason="--reason"),
    "resume": _news("resume", "Go on with it", "再開する"),
    "take-back": _news("take_back_ending", "Take the ending back", "終了を取り消す"),
    "end": _news("end_onboarding", "End the onboarding", "オンボーディングを終了する", ending="1"),
    "reassign": _news("reassign", "Give it an owner", "担当者を決める"),
    "attest": _news("attest_criterion", "Vouch for it", "確認済みにする", criterion="1"),
    "win": _news("record_win", "Record the win", "成果を記録する", slot="--slot"),
    "flag lower": _news("lower_flag", "Lower the flag", "警告サインを取り下げる", flag="1"),
    "correction open": _news("open_correction", "Begin a correction", "軌道修正を始める", category="1", flags="--flag"),
    "correction change": _news("change_correction", "Change the correction", "軌道修正を変更する", correction="1"),
    "correction helped": _news("close_correction", "It has helped", "効果があった", correction="1", outcome="helped"),
    "correction failed": _news(
        "close_correction", "It has not helped", "効果がなかった", correction="1", outcome="did_not_help"
    ),
    "task done": _news("close_task", "The task is done", "タスクを完了にする", task="1", outcome="done"),
    "task drop": _news("close_task", "It is not needed", "タスクを不要とする", task="1", outcome="dropped"),
    "task change": _news("change_task", "Change the task", "タスクを変更する", task="1"),
    "task add": _news("add_task", "Add the task", "タスクを追加する", due="--due"),
    "contact add": _news("add_contact", "Add somebody", "担当者を追加する", role="--role"),
    "contact replace": _news("replace_contact", "Let somebody take over", "担当者を交代する", person="1"),
    "contact correct": _news("correct_contact", "Put it right", "訂正する", person="1"),
    "contact leave": _news("remove_contact", "Takes part no more", "参加者から外す", person="1"),
    "contact list": _page("onboardings/{0}/people", "Who takes part", "参加者の一覧"),
    "adoption thank": _page("onboardings/{0}/adoption#thank", "Whom to thank", "お手本になる方"),
    "adoption ask": _page("onboardings/{0}/adoption#ask", "Whom to ask", "困りごとを伺う方"),
    "draft show": DRAFT,
    "draft edit": DRAFT,
    "draft send": DRAFT,
    "draft stop": DRAFT,
    "goal agree": _page("onboardings/{0}/goals#goal-{1}", "The goals", "目標"),
    "metric define": Place(
        "onboardings/{0}/goals/define", {"en": "Change the goal", "ja": "目標を変更する"}, {"goal": "1"}
    ),
    "colleague take-in": _page("onboardings/{0}/people#colleague-{1}", "Take them in", "参加者として登録する"),
    "colleague decline": _page("onboardings/{0}/people#colleague-{1}", "Leave them out", "登録を見送る"),
    "question answer": _page("onboardings/{0}/questions", "The question", "ご質問"),
    "risk": _page("onboardings/{0}/risks", "The register of risks", "リスクの一覧"),
    "file list": _page("onboardings/{0}/files", "The files", "ファイル"),
    "show": _page("onboardings/{0}", "The onboarding at the desk", "オンボーディングの詳細"),
    "correction list": _page("onboardings/{0}", "The onboarding at the desk", "オンボーディングの詳細"),
    "playbook plan": Place(
        "onboardings/{--for}/news/change_playbook",
        {"en": "Go on by another version", "ja": "版を切り替える"},
        {"to": "--to"},
    ),
    "introduction show": INTRODUCTION,
    "introduction done": INTRODUCTION,
    "introduction issue": INTRODUCTION,
    "webhook test": _page("webhooks", "The webhooks", "Webhookの一覧"),
    "webhook enable": _page("webhooks", "The webhooks", "Webhookの一覧"),
    "inbox": _page("inbox", "The inbox", "受信データ"),
    "sweep": _page("findings", "Who falls through", "対応漏れの確認"),
    "repair": _page("findings/{0}", "Mend it", "修復する"),
}
"""Commands that messages name, by their first words, each with its page.

Names and addresses of people are filled in nowhere: what stands in an address is kept by browsers and proxies.
"""
PLACEHOLDERS = frozenset({"日付", "理由", "条件", "件名", "ご自身のID"})
"""What stands in Japanese messages for something of the reader's own."""
IN_A_PATH = re.compile(r"\{([^}]+)\}")


class Link(NamedTuple):
    """A page of the desk as a message names it."""

    name: str
    address: str


def at_the_desk(command: str, desk: str, language: Language) -> Link | None:
    """The page for that command below the address of the desk; None where it is none of ours, or has no page."""
    try:
        program, *words = shlex.split(command)
    except ValueError:
        return None
    known = next((name for name in (" ".join(words[:2]), *words[:1]) if name in PLACES), "")
    if program != PROGRAM or not known:
        return None
    place, given = PLACES[known], _given(words[len(known.split()) :])
    path = place.path
    for name in IN_A_PATH.findall(path):
        if not given.get(name):
            return None
        path = path.replace(f"{{{name}}}", quote(given[name], safe=""))
    fields = {field: given.get(of, "") if _is_place(of) else of for field, of in place.fields.items()}
    query = urlencode({field: value for field, value in fields.items() if value})
    return Link(place.name[language], f"{desk}/{path}{'?' if query else ''}{query}")


def _given(words: Sequence[str]) -> Mapping[str, str]:
    """What a command is given: its words by their number, its options by their name. Placeholders are left out."""
    given: dict[str, str] = {}
    number, option = 0, ""
    for word in words:
        if word.startswith("--"):
            option = word
        elif option:
            given[option], option = word, ""
        else:
            given[str(number)] = word
            number += 1
    return {name: word for name, word in given.items() if not _stands_for_something(word)}


def _stands_for_something(word: str) -> bool:
    """Whether the reader is to put something of their own in its place, like DATE, 1..5, "…" or 日付."""
    return word in PLACEHOLDERS or (word.isupper() and word.isalpha()) or ".." in word or "…" in word


def _is_place(value: str) -> bool:
    return value.isdecimal() or value.startswith("--")
