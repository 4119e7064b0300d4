"""How does one write of a figure, and of the rule that looks at it? A line for our own people, in their language."""

from collections.abc import Mapping
from typing import Any

from domain.measure.figures import FIGURES
from domain.measure.rules import Clause, read_rule
from domain.measure.targets import TargetSeen
from domain.measure.use import OF_INVITED
from domain.playbook import Target
from domain.text import in_language

JA: Mapping[str, str] = {
    "licensed_users": "ご契約の席数",
    "invited_users": "招待済みの利用者数",
    "active_users": "直近7日間の利用者数",
    "activation_rate": "ご契約後にサインインした利用者の割合（%）",
    "weekly_use_rate": "直近7日間に利用した人の割合（%）",
    "core_features_in_use": "利用されている主要機能の数",
    "core_features_rate": "利用されている主要機能の割合（%）",
    "features_per_user": "1人当たりの利用機能数（平均）",
    "trained_without_sign_in_pct": "研修後にサインインしていない人の割合（%）",
    "days_to_first_value": "最初の効果が出るまでの日数",
    "project_lead_silent_days": "プロジェクトリーダーから連絡のない日数",
    "technical_lead_silent_days": "技術責任者から連絡のない日数",
    "sponsor_silent_days": "エグゼクティブスポンサーから連絡のない日数",
    "champion_silent_days": "社内推進者の動きが見られない日数",
    "reminders_unanswered": "返信のないリマインダーの件数",
    "milestones_late": "遅れたマイルストーンの数",
    "days_behind": "最も遅れているマイルストーンの遅延日数",
    "technical_issues_opened": "技術的な不具合の件数",
    "scope_changes_requested": "スコープ変更の依頼件数",
    "wins_shown": "記録された成果の件数",
    "executive_escalations": "当社経営陣への申し入れの件数",
    "engagement_pct": "お願いした事項が期限内に行われた割合（%）",
    "meetings_held": "開催された会議の数",
    "meeting_invited": "会議に招待した人数",
    "meeting_attended": "会議に出席した人数",
    "missed_meetings": "お客様の出席がなかった会議の数",
    "sponsor_check_ins_missed": "エグゼクティブスポンサーが欠席した会議の数",
    "training_invited": "研修に招待した人数",
    "training_present": "研修に出席した人数",
    "attendance_pct": "研修の出席率（%）",
    "training_score": "研修の評価（5点満点）",
    "tickets_per_week": "直近7日間のサポート問い合わせ件数",
    "tickets_open": "未解決のサポート問い合わせ件数",
    "how_to_questions": "操作方法に関する質問の件数",
    "satisfaction_score": "満足度（5点満点）",
    "complaints": "苦情の件数",
    "nps": "NPS（推奨度）",
    "main_goal_improvement": "主要目標の改善率（%）",
    "outcomes_on_way_pct": "主要目標に対する進捗率（%）",
    "further_business_results": "その他の事業成果",
    "goal_figures_reported": "お客様から報告された目標数値の件数",
    "projected_return": "投資対効果の見込み（%）",
    "customer_health": "ヘルススコア",
}
SIGNS = {
    "en": {"<": "below {}", "<=": "{} or less", ">": "above {}", ">=": "{} or more"},
    "ja": {"<": "{}未満", "<=": "{}以下", ">": "{}超", ">=": "{}以上"},
}
WAYS = {
    "en": {
        "rising": "rising",
        "falling": "falling",
        "not rising": "not rising",
        "not falling": "not falling",
    },
    "ja": {
        "rising": "増え続けている",
        "falling": "減り続けている",
        "not rising": "上向いていない",
        "not falling": "減っていない",
    },
}


def named(figure: str, language: str) -> str:
    """What the figure is, as the head of a line; the figure's own name where it has no words."""
    if language == "ja":
        return JA.get(figure, figure)
    meaning = FIGURES[figure].meaning if figure in FIGURES else figure.replace("_", " ")
    return meaning[:1].upper() + meaning[1:]


def against_target(target: Target, seen: TargetSeen, language: str) -> dict[str, Any]:
    """A target in a line: `title`, its `value` as it stands, the `target`, and whether that is `met`."""
    value = seen.value or 0.0
    translated = not isinstance(target.title, str) and language in target.title
    in_english, shown = language != "ja", f"{round(value, 1):g}"
    unit = target.unit
    if seen.origin == OF_INVITED:
        shown, unit = (shown, "% of invited users") if in_english else (f"{shown}（招待済みの利用者に対する割合）", "")
    met = True
    wanted = ""
    if target.at_least is not None:
        met, wanted = value >= target.at_least, SIGNS[language][">="].format(f"{target.at_least:g}")
    elif target.below is not None:
        met, wanted = value < target.below, SIGNS[language]["<"].format(f"{target.below:g}")
    return {
        "title": in_language(target.title, language) if in_english or translated else named(target.metric, language),
        "value": f"{shown} {unit}" if in_english else shown,
        "target": wanted,
        "met": met,
    }


def lines(rule: str, figures: Mapping[str, float], language: str) -> list[str]:
    """A line for each figure that the rule looks at: what it is, how it stands where that is known, and the rule."""
    read = read_rule(rule)
    by_figure = {clause.figure: clause for clause in read.clauses} if read else {}
    return [_line(figure, figures.get(figure), by_figure.get(figure), language) for figure in by_figure or figures]


def _line(figure: str, value: float | None, clause: Clause | None, language: str) -> str:
    is_ja = language == "ja"
    name = named(figure, language)
    shown = "" if value is None else f"{round(value, 1):g}"
    bound = _bound(clause, "ja" if is_ja else "en") if clause else ""
    if is_ja:
        return f"{name}{f'：{shown}' if shown else ''}{f'（{bound}で警告）' if bound else ''}"
    return f"{name}{f': {shown}' if shown else ''}{f' (a flag when {bound})' if bound else ''}"


def _bound(clause: Clause, language: str) -> str:
    """From what on it is a flag, like `below 70`, or `2 or more in 21 days`."""
    days = clause.span.days if clause.span else None
    if clause.way is not None:
        return _goes(clause.way, days, language)
    assert clause.sign is not None, "a clause has a way or a threshold"
    bound = SIGNS[language][clause.sign].format(f"{clause.threshold:g}")
    if days is None:
        return bound
    return f"{days}日間で{bound}" if language == "ja" else f"{bound} in {days} days"


def _goes(way: str, days: int | None, language: str) -> str:
    weeks = max(2, (days or 14) // 7)
    if language == "ja":
        return f"{weeks}週間、{WAYS[language][way]}状態"
    return f"{WAYS[language][way]} for {weeks} weeks"
