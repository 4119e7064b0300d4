"""By which names does a customer read of people, and of what among us do they hear nothing?"""

import functools

from domain.rules.casting import concerns_customer
from tests.support.simulation import Simulation, deal


@functools.cache
def aozora() -> Simulation:
    """A Japanese customer whose kickoff is held late, looked at on day 30."""
    onboarding = Simulation(deal("aozora-japan"))
    onboarding.tell("send_draft", draft="introduction", by=onboarding.state.owner)
    onboarding.to_day(12)
    onboarding.settled("kickoff_held")
    onboarding.to_day(30)
    return onboarding


def test_our_people_are_written_as_the_reader_writes_them() -> None:
    [told] = aozora().notices("introduction", to="project_lead")

    assert "佐藤 美香" == told.facts["owner_name"]
    assert "カスタマーサクセスマネージャー（CSM）" == told.facts["owner_role"]
    assert {"佐藤 美香", "小野 陽斗", "Rosa Delgado"} <= {person["name"] for person in told.facts["team"]}


def test_in_english_they_have_their_english_names() -> None:
    """The manager above a Japanese onboarding reads English."""
    told = next(notice for notice in aozora().notices("escalation") if notice.to == "nora.lindqvist")

    assert "Mika Sato" == told.facts["owner_name"]
    assert "様" not in told.facts["responsible"]


def test_the_customers_people_are_honoured_and_ours_are_not() -> None:
    [plan, *_] = aozora().notices("plan", to="project_lead")

    does = {one["title"]: one["responsible"] for stage in plan.facts["stages"] for one in stage["milestones"]}
    assert "佐藤 美香" == does["キックオフミーティングの実施"]
    assert does["セキュリティ審査の準備"].endswith("様")


def test_whoever_does_it_themselves_is_told_so() -> None:
    own = [notice for notice in aozora().notices("escalation") if notice.facts["yours"]]
    other = aozora().notices("escalation", to="executive_sponsor")

    assert {"佐藤 美香さん"} == {notice.facts["responsible"] for notice in own if notice.to == "mika.sato"}
    assert other
    assert not [notice for notice in other if notice.facts["yours"]]


def test_a_customer_reads_nothing_of_our_own_work() -> None:
    """Neither in the plan nor in the reports; the owner's report has it."""
    ours = {
        m.title["ja"] for m in aozora().playbook.milestones if not concerns_customer(m) and isinstance(m.title, dict)
    }
    [plan, *_] = aozora().notices("plan", to="project_lead")
    planned = {milestone["title"] for stage in plan.facts["stages"] for milestone in stage["milestones"]}
    reports = {to: aozora().notices("status_report", to=to)[-1].facts["late"] for to in ("project_lead", "mika.sato")}

    assert {"営業からの引き継ぎ内容の確認", "紹介メールの送付"} <= ours
    assert not ours & planned
    assert not ours & {late["title"] for late in reports["project_lead"]}
    assert ours & {late["title"] for late in reports["mika.sato"]}


def test_a_date_has_its_reasons_only_where_it_was_moved_by_more_than_a_weekend() -> None:
    """The day of the kickoff is a Saturday."""
    onboarding = Simulation(deal("aozora-japan"))
    onboarding.settled("kickoff_held")
    [plan, *_] = onboarding.notices("plan", to="project_lead")
    reasons = {m["title"]: m["reasons"] for stage in plan.facts["stages"] for m in stage["milestones"]}

    assert [] == reasons["アカウントと権限の準備"]
    assert [] == reasons["キックオフミーティングの実施"]
    assert "敬老の日" in "".join(reasons["データマッピングの完了"])
