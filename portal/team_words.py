"""What do pages say of how teams use the product, to customers and to our own people? In both languages."""

from collections.abc import Mapping

from domain.measure.teams import FEWEST, WEEKS_SEEN
from domain.text import Language

SAID: Mapping[str, tuple[str, str]] = {
    "use_h1": ("How it is used", "利用状況"),
    "use_own": ("Your own last four weeks", "ご自身の直近4週間"),
    "use_own_days_one": ("You used it on {count} day", "{count}日ご利用いただきました"),
    "use_own_days_many": ("You used it on {count} days", "{count}日ご利用いただきました"),
    "use_own_features": ("with {features} of its {of} main functions", "主要機能{of}個のうち{features}個"),
    "use_own_not_yet": ("Not tried yet: {features}.", "まだお使いでない機能：{features}。"),
    "use_own_private": (
        "Only you and we see this.",
        "この内容は、ご本人様と弊社の担当者のみが確認できます。",
    ),
    "use_own_not_looked_at": (
        "What single people do in the product is not looked at in your onboarding.",
        "貴社では、個人ごとの利用状況は確認していません。",
    ),
    "use_own_not_seen": (
        "We have not seen you in the product in these four weeks, or it knows you by another address. Does something"
        " stand in the way? {owner} is glad to help.",
        "直近4週間のご利用が確認できませんでした。別のアドレスでご利用の場合は表示されません。"
        "お困りの点がございましたら、{owner}までお知らせください。",
    ),
    "use_comma": (", ", "、"),
    "teams_h2_team": ("By team", "チーム別"),
    "teams_h2_role": ("By role", "役割別"),
    "teams_until": (
        "As of {day}. Whole weeks count; in the order of names.",
        "{day}時点。完了した週のみを集計し、名称順に表示しています。",
    ),
    "teams_all": ("All together", "全体"),
    "teams_others_team": ("Smaller teams, and whoever has no team", "小規模なチーム、チーム未登録の方"),
    "teams_others_role": ("Rarer roles, and whoever has no role", "少人数の役割、役割未登録の方"),
    "teams_people_one": ("{count} person", "{count}名"),
    "teams_people_many": ("{count} people", "{count}名"),
    "teams_week": (
        "{users} of {people} used it in the last week ({pct} %)",
        "先週の利用者：{people}名中{users}名（{pct}%）",
    ),
    "teams_before": ("four weeks earlier {pct} %", "その4週間前：{pct}%"),
    "teams_ever": ("{pct} % have ever used it", "利用経験のある方：{pct}%"),
    "teams_features": (
        "{features} of {of} main functions in use",
        "定着した主要機能：{of}個中{features}個",
    ),
    "teams_depth": ("{number} functions a person", "1人あたり{number}機能"),
    "teams_begun": ("half had begun by day {day}", "半数の方がご契約の{day}日後までに利用開始"),
    "teams_without_team": ("Without a known team: {count} of {people}.", "チーム未登録：{people}名中{count}名。"),
    "teams_without_role": ("Without a known role: {count} of {people}.", "役割未登録：{people}名中{count}名。"),
    "teams_nobodys_team": (
        "Of nobody it is known who is in which team. It comes with a list of users, or from the product.",
        "チームの情報はまだ登録されていません。利用者一覧または製品から登録されると表示されます。",
    ),
    "teams_nobodys_role": (
        "Of nobody it is known what their role is. It comes with a list of users, or from the product.",
        "役割の情報はまだ登録されていません。利用者一覧または製品から登録されると表示されます。",
    ),
    "teams_nobody": (
        "Nobody has used the product so far, and there is no list of its users. Figures come with the first whole"
        " week.",
        "まだ利用の記録がなく、利用者一覧も登録されていません。最初の1週間が終わると表示されます。",
    ),
    "teams_too_few": (
        f"Fewer than {FEWEST} people use it: figures of so few would say what single persons do.",
        f"利用者が{FEWEST}名未満のため、個人の利用状況が分からないよう、数値は表示していません。",
    ),
    "teams_none_shown": (
        f"No group is large enough for figures of its own: it takes {FEWEST} people, and as many among all others.",
        f"個別に表示できる人数のグループがありません（各グループと、それ以外の合計が、それぞれ{FEWEST}名以上必要です）。",
    ),
    "teams_how": ("How is this computed?", "計算方法について"),
    "teams_how_then": (
        f"People are those who used the product in the last {WEEKS_SEEN} weeks, and those on the list of users. A team"
        f" has figures of its own from {FEWEST} people on; smaller ones are counted together, so that nobody can be"
        " made out. Whoever moved counts where they were on Sunday. A main function is in use once three of the team"
        " have used it within four weeks. The mark on a bar is the week four weeks earlier.",
        f"対象は、直近{WEEKS_SEEN}週間に製品を利用した方と、利用者一覧に登録された方です。{FEWEST}名以上のチームのみ個別に表示し、"
        "それより少ないチームはまとめて集計しているため、個人は特定されません。異動された方は、日曜日時点のチームに含みます。"
        "主要機能は、4週間以内にチームの3名以上が利用したとき「定着」と数えます。バーの線は、その4週間前の週を示します。",
    ),
}
TEAM_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {key: words[0] for key, words in SAID.items()},
    "ja": {key: words[1] for key, words in SAID.items()},
}
