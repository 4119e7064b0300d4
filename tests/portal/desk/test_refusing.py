"""Is every refusal that somebody may meet at the desk said in Japanese, with names in the place of keys?"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.text import Language
from portal.desk.figure_refusals import OF_FIGURES
from portal.desk.refusal_words import OF_ONBOARDINGS, OF_REPAIRS
from portal.desk.refusing import BRACES, in_japanese, reason_in

ROOT = Path(__file__).parents[3]
READ = (
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "domain" / "agenda").glob("*.py")),
    *("domain/rules/contacts.py", "domain/rules/changing.py", "domain/introduction.py", "domain/news.py"),
    *("domain/measure/doubts.py", "domain/measure/figures.py", "domain/measure/goals.py", "starter/doors/goals.py"),
    *("store/goals.py", "store/measurements.py", "starter/doors/colleagues.py", "store/colleagues.py"),
    *("activities/inbox/renewals.py", "domain/measure/renewals.py", "store/consents.py"),
    *("starter/repairing.py", "starter/doors/trying.py", "starter/doors/versions.py", "starter/doors/vouching.py"),
)
"""Where what people at the desk bring may be refused."""
REFUSALS = ("Refused", "InvalidNews", "NotFound", "SaidOtherwise", "UnknownColleague", "TooManyNamed")
NOT_AT_THE_DESK = ("name another owner, project_lead, executive_sponsor or hour",)
"""Refusals of what no page of the desk tells."""
OF_PARTS = (
    *("x0 is x2", "x0 x2; taking part: x4", "x0: x2", "x0: send it again in a moment"),
    *("x0: it takes their own approvalx2", "x0: say why it is approved all the same"),
)
"""What differs in these is half of the sentence: each that it may be stands among the forms."""
TITLES = {
    "gone_live": "本番開始",
    "uat_signed_off": "受入テスト",
    "plan_agreed": "計画の合意",
    "nora.lindqvist": "ノラ",
}


def texts(file: str) -> Iterator[str]:
    """The text of each refusal in a file, with x1, x2 … in the place of what differs; those that come as variables
    stand in other refusals."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id
        if isinstance(node, ast.Call) and called in REFUSALS and node.args:
            yield from _text(node.args[0])
        # What says why something cannot be, and is refused with elsewhere.
        if isinstance(node, ast.FunctionDef) and node.name.startswith(("why_not", "why_set_apart")):
            for one in ast.walk(node):
                if isinstance(one, ast.Return) and one.value is not None:
                    yield from _text(one.value)


def _text(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    if isinstance(value, ast.JoinedStr):
        parts = enumerate(value.values)
        yield "".join(str(one.value) if isinstance(one, ast.Constant) else f"x{number}" for number, one in parts)


@pytest.mark.parametrize("file", READ)
def test_each_refusal_has_its_japanese(file: str) -> None:
    each = (text for text in texts(file) if text not in (*NOT_AT_THE_DESK, *OF_PARTS))
    lacking = [text for text in each if in_japanese(text) is None]

    assert [] == lacking


@pytest.mark.parametrize(("english", "japanese"), [*OF_ONBOARDINGS, *OF_FIGURES, *OF_REPAIRS])
def test_each_form_is_found_as_itself(english: str, japanese: str) -> None:
    """Another form that takes it first would say something else."""
    values = {name: f"{number}5" for number, name in enumerate(BRACES.findall(english))}

    said = in_japanese(BRACES.sub(lambda name: values[name[1]], english))

    assert japanese.format(**values) == said


def test_keys_are_named_and_several_are_listed() -> None:
    said = in_japanese("gone_live has to wait for uat_signed_off, plan_agreed", lambda key: TITLES.get(key, key))

    assert "「本番開始」の前に、「受入テスト」、「計画の合意」を完了する必要があります。" == said


def test_what_somebody_typed_is_shown_without_its_quotes() -> None:
    assert "xは未解決の不具合ではありません。未解決：none" == in_japanese("'x' is not an open issue; open: none")


def test_a_status_is_said_as_people_say_it() -> None:
    assert "gone_liveは免除済みです。" == in_japanese("gone_live is waived already")


def test_other_fields_that_are_wrong_do_not_hide_what_the_first_one_is() -> None:
    assert "ご記入ください。" == in_japanese("is missing (also wrong: owner, due)")


def test_who_reads_english_reads_titles_and_names_in_the_place_of_keys() -> None:
    titles = {"gone_live": "Go-live", "uat_signed_off": "UAT signed off", "nora.lindqvist": "Nora Lindqvist"}

    def said(reason: str) -> str:
        return reason_in("en", reason, lambda key: titles.get(key, key))

    assert "“Go-live” has to wait for “UAT signed off”, plan_agreed" == said(
        "gone_live has to wait for uat_signed_off, plan_agreed"
    )
    assert "Nora Lindqvist is the owner already" == said("nora.lindqvist is the owner already")
    assert "'x' is not an open issue; open: none" == said("'x' is not an open issue; open: none")
    assert "it is not paused" == said("it is not paused")


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Monday, 7 December 2026 is past"), ("ja", "2026年12月7日（月）は過ぎています。")],
)
def test_a_day_is_said_in_words(language: Language, said: str) -> None:
    assert said == reason_in(language, "2026-12-07 is past")
    assert "9999-99-99" in reason_in(language, "9999-99-99 is past")


def test_a_reason_that_nobody_has_put_into_words_is_said_as_it_came() -> None:
    assert "a new reason" == reason_in("ja", "a new reason") == reason_in("en", "a new reason")
