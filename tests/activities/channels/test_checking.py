"""Is a broken template of a company's found before a message needs it? By file and line."""

from pathlib import Path

import pytest

from activities.channels.texts.checking import troubles_in


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    return file


@pytest.mark.parametrize(
    ("name", "text", "line", "what"),
    [
        ("en/reminder.md", "Hey: {{ title }}\n\n{% if days %}late", 3, "Unexpected end of template"),
        ("en/reminder.md", "Hey: {{ title }}\n\n\n{{ due | weekday }}", 4, "No filter named 'weekday'"),
        (
            "ja/reminder.md",
            "{{ title }}\n\n{% if days > 900 %}{{ titel }}{% endif %}",
            3,
            "there is no fact 'titel' here",
        ),
        ("en/reminder.md", "Hey\n\n\udcff", 3, "is not written in UTF-8"),
        ("en/reminder.md", "{{ title }}\n\n{{ title | day }}", 3, "a reminder cannot be rendered: ValueError"),
        ("en/closing.md", "{{ milestone }}", 1, "'milestone' is undefined"),
        ("en/remainder.md", "Hey\n\nText", 0, "replaces none of ours"),
    ],
)
def test_a_template_that_cannot_be_used_is_named_with_its_line(
    tmp_path: Path, name: str, text: str, line: int, what: str
) -> None:
    """Also what stands in a branch that no sample takes, and a part of every message that fits some of them alone."""
    file = written(tmp_path, name, text)

    troubles = troubles_in(tmp_path)

    assert (file, line) == troubles[0][:2]
    assert what in troubles[0].what


def test_templates_that_are_fine_are_not_complained_of(tmp_path: Path) -> None:
    written(tmp_path, "en/reminder.md", 'Hey: {{ title }}\n\n{{ due | day }} {% include "en/address.md" %}')
    written(tmp_path, "en/address.md", "Example Street 1, for {{ receiver }}")
    written(tmp_path, "layout.html", "<title>{{ subject }}</title>{{ body }}{{ footer }}")

    assert [] == troubles_in(tmp_path)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    written(tmp_path, "en/plan.md", "{{ nothing }}\n\n{{ nobody }}")
    written(tmp_path, "ja/plan.md", "{% endif %}")

    assert ["plan.md:1", "plan.md:3", "plan.md:1"] == [f"{one.file.name}:{one.line}" for one in troubles_in(tmp_path)]
