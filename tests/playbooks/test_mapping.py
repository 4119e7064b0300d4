"""Does a foreign record become a deal file as the guide says, or is the wrong field named with its expression?"""

import json
import time
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from domain import foreign
from domain.deal import missing_from_hand_off
from domain.money import Money, read_rates
from domain.prospect import as_prospect
from domain.refusal import InvalidDeal
from domain.rules.admission import read_prospect
from domain.trouble import NotReachable
from playbooks.library import Library
from playbooks.mappings.asked_for import properties_of
from playbooks.mappings.files import HUBSPOT, SALESFORCE, MappingFile, complaints_about_mapping, load_mapping
from playbooks.mappings.mapped import Reader
from starter.cli.app import app
from starter.cli.running import run
from tests.repository.test_docs import ROOT, blocks, commands, section

GUIDE = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
SMALL, *PARTS = blocks(GUIDE, "yaml")
RECORD, MADE, HUBSPOT_RECORD, SALESFORCE_RECORD = (json.loads(block) for block in blocks(GUIDE, "json"))


def written(folder: Path, content: dict[str, Any] | str) -> Path:
    path = folder / "our.mapping.yaml"
    text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")
    return path


def small(**more: Any) -> dict[str, Any]:
    mapping: dict[str, Any] = yaml.safe_load(SMALL)
    fields = {**mapping["deal"], **more.pop("deal", {})}
    return {**mapping, **more, "deal": fields}


def reader(folder: Path, **more: Any) -> Reader:
    return load_mapping(written(folder, small(**more)))


# ------------------------------------------------------------------------------------------------ the guide


def test_the_guides_record_gives_the_guides_deal_file(tmp_path: Path) -> None:
    deal = load_mapping(written(tmp_path, SMALL)).deal(RECORD)

    assert MADE == json.loads(deal.model_dump_json(exclude_defaults=True))


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.partition(":")[0])
def test_each_example_of_the_guide_is_sound(part: str, tmp_path: Path) -> None:
    tables = {"rates": {"EUR": 1, "USD": 0.92}, "our_csms": {"Mika": "mika.sato"}, "roles": {"IT": "technical_lead"}}

    content = yaml.safe_load(part)
    # Most are fields of a deal; write_back stands beside them.
    whole = content if "write_back" in content else {"deal": content}

    assert [] == complaints_about_mapping(written(tmp_path, small(tables=tables, **whole)))


@pytest.mark.parametrize(("file", "record"), [(HUBSPOT, HUBSPOT_RECORD), (SALESFORCE, SALESFORCE_RECORD)])
def test_the_shipped_mappings_read_the_guides_records(file: Path, record: dict[str, Any]) -> None:
    """They read company, people with their roles, worth, seller and link."""
    read = load_mapping(file)
    deal = read.deal(record)

    assert "won" == read.phase(record)
    assert ("DE", "Europe/Berlin") == (deal.account.country, deal.account.time_zone)
    assert [("Stefan Vogel", "project_lead")] == [(person.name, person.role) for person in deal.stakeholders]
    assert Decimal(24500) == deal.yearly_value
    assert deal.seller is not None
    assert deal.crm_url is not None


def test_the_guides_table_of_amounts_and_dates_is_so() -> None:
    rows = [line.strip("| ").split(" | ") for line in section(GUIDE, "Amounts and dates").splitlines() if "`" in line]
    forms = [json.loads(form) for row in rows for form in row[0].split("`")[1::2]]

    for form in forms:
        for read in (foreign.amount, foreign.day, foreign.moment):
            try:
                read(form)
            except ValueError:
                continue
            break
        else:
            assert form in ("1,234", "1.234", "12,5000", "05/11/2026", "2026-11-05T10:00:00")


def test_a_mapping_is_no_playbook(tmp_path: Path) -> None:
    """A mapping may lie in the folder of the playbooks."""
    written(tmp_path, SMALL)

    assert Library().keys() == Library(tmp_path).keys()


# ------------------------------------------------------------------------------------------------ amounts and dates

DAYS = [
    ("2026-11-05T00:00:00Z", "America/Los_Angeles", "2026-11-05T00:00:00-08:00"),
    ("2026-11-05T00:00:00.000+0000", "America/New_York", "2026-11-05T00:00:00-05:00"),
    ("2026-11-05T00:00:00Z", "Pacific/Auckland", "2026-11-05T00:00:00+13:00"),
    (1793836800000, "Asia/Tokyo", "2026-11-05T00:00:00+09:00"),
    ("1793836800000", "Asia/Tokyo", "2026-11-05T00:00:00+09:00"),
    ("2026-11-05", "America/New_York", "2026-11-05T00:00:00-05:00"),
    ("05.11.2026", "America/New_York", "2026-11-05T00:00:00-05:00"),
    ("2026-11-05T09:12:44Z", "Asia/Tokyo", "2026-11-05T00:00:00+09:00"),
    ("2026-11-05T03:30:00Z", "America/New_York", "2026-11-04T00:00:00-05:00"),
    ("2026-11-05T20:30:00Z", "Asia/Tokyo", "2026-11-06T00:00:00+09:00"),
    ("2026-04-05T09:12:44Z", "Africa/Cairo", "2026-04-05T00:00:00+02:00"),
]


@pytest.mark.parametrize(("came", "zone", "begins"), DAYS)
def test_a_day_is_that_day_where_the_customer_is(came: Any, zone: str, begins: str, tmp_path: Path) -> None:
    """Wherever in the mapping the zone stands; a moment within a day is the customer's day around it."""
    fields = small(deal={"custom.day": {"from": "signed_on", "as": "date"}})["deal"]
    fields |= {"closed_at": {"from": "signed_on", "as": "date"}, "custom.again": {"of": "custom.day"}}
    ordered = {"custom.again": fields.pop("custom.again"), **fields}
    ordered = {"closed_at": ordered["closed_at"], "custom.day": ordered["custom.day"], **ordered}
    ordered["account.time_zone"] = {"constant": zone}
    read = load_mapping(written(tmp_path, {**small(), "deal": ordered}))

    deal = read.deal({**RECORD, "signed_on": came})

    assert datetime.fromisoformat(begins) == deal.closed_at
    assert begins[:10] == deal.custom["day"]
    assert begins[:10] == deal.custom["again"]


def test_hubspots_close_date_is_a_day_in_the_shipped_mapping() -> None:
    """A customer in New York does not get every date a day early."""
    company = {**HUBSPOT_RECORD["company"]["properties"], "country": "United States"}
    record = {
        **HUBSPOT_RECORD,
        "company": {"id": "1", "properties": company},
        "deal": {
            "id": "4711",
            "properties": {**HUBSPOT_RECORD["deal"]["properties"], "closedate": "2026-11-05T00:00:00Z"},
        },
    }

    deal = load_mapping(HUBSPOT).deal(record)

    assert "2026-11-05T00:00:00-05:00" == deal.closed_at.isoformat()


def test_what_is_no_day_is_refused_as_before(tmp_path: Path) -> None:
    """And without a zone nobody knows where the day begins."""
    day = {"closed_at": {"from": "signed_on", "as": "date"}}
    for came in ("soon", "05/11/2026", "31.02.2026"):
        with pytest.raises(InvalidDeal, match="closed_at"):
            reader(tmp_path, deal=day).deal({**RECORD, "signed_on": came})


AMOUNTS = [
    (120000, "120000"), (0.5, "0.5"), ("120000", "120000"), ("120,000.00", "120000.00"), ("1.234,56", "1234.56"),
    ("1.234.567,89", "1234567.89"), ("1,234,567", "1234567"), ("12,50", "12.50"), ("0,500", "0.500"),
    ("1234.567", "1234.567"), ("€ 1 234,56", "1234.56"), ("1'234.50", "1234.50"), ("USD 120,000.00", "120000.00"),
    ("1.2E5", "1.2E5"), ("１２０，０００．００", "120000.00"), ("¥1,200,000", "1200000"), ("-5", "-5"),
]  # fmt: skip


HOUSE = Money("USD", {"EUR": Decimal("1.08"), "JPY": Decimal("0.0067")})
IN_MONEY: list[tuple[Any, str | None, str | None]] = [
    ("8000", None, "8000"),
    (8000, "USD", "8000"),
    (8000, "usd", "8000"),
    ("$8,000.00", None, "8000.00"),
    ("USD 8,000.00", None, "8000.00"),
    (1_200_000, "JPY", "8040.00"),
    ("¥1,200,000", "JPY", "8040.00"),
    ("1,200,000円", None, "8040.00"),
    ("€ 1.000,00", None, "1080.00"),
    ("1.000,00 EUR", None, "1080.00"),
    ("1000.5", "EUR", "1080.54"),
    ("¥1,200,000", None, None),
    ("£500.00", None, None),
    (500, "GBP", None),
    ("€ 500.00", "USD", None),
    ("$500.00", "EUR", None),
    (500, "Euro", None),
    (500, "7", None),
]


@pytest.mark.parametrize(("amount", "currency", "worth"), IN_MONEY)
def test_an_amount_counts_in_the_houses_currency(
    amount: Any, currency: str | None, worth: str | None, tmp_path: Path
) -> None:
    """By a rate of the house; where none is known, or a sign may mean several, no playbook is chosen by it."""
    mapping = small(decimal_mark=".", deal={"yearly_value": {"from": "total", "currency": "currency"}})
    read = load_mapping(written(tmp_path, mapping), money=HOUSE)
    record = {**RECORD, "total": amount, "currency": currency}

    if worth is None:
        with pytest.raises(InvalidDeal) as refused:
            read.deal(record)
        assert "yearly_value" == refused.value.field
        assert "500" not in refused.value.reason
    else:
        assert Decimal(worth) == read.deal(record).yearly_value


def test_a_house_of_another_currency_counts_in_that(tmp_path: Path) -> None:
    """An amount that says nothing of its currency is in it."""
    read = load_mapping(written(tmp_path, small()), money=Money("EUR"))

    assert [Decimal("24500.00")] * 2 == [
        read.deal({**RECORD, "total": total}).yearly_value for total in ("24.500,00", "24.500,00 EUR")
    ]
    with pytest.raises(InvalidDeal, match=r"is in USD, and the house counts in EUR \(DAY90_CURRENCY\): DAY90_RATES"):
        read.deal({**RECORD, "total": "USD 24500"})


def test_rates_of_the_mappings_own_come_first(tmp_path: Path) -> None:
    times = {"from": "total", "times": {"from": "currency", "table": "rates"}}
    mapping = small(tables={"rates": {"GBP": 1.25}, "roles": {"IT": "technical_lead"}}, deal={"yearly_value": times})

    deal = load_mapping(written(tmp_path, mapping)).deal({**RECORD, "total": "£500,00", "currency": "GBP"})

    assert Decimal(625) == deal.yearly_value


@pytest.mark.parametrize(
    ("properties", "worth"),
    [
        ({"amount": "1200000", "deal_currency_code": "JPY", "amount_in_home_currency": "8000"}, "8000"),
        ({"amount": "8000", "deal_currency_code": "USD"}, "8000"),
        ({"amount": "1200000", "deal_currency_code": "JPY"}, None),
        ({"amount": "8000"}, "8000"),
    ],
)
def test_hubspots_home_currency_is_the_houses_where_hubspot_does_not_say(
    properties: dict[str, str], worth: str | None
) -> None:
    deal = HUBSPOT_RECORD["deal"]["properties"]
    plain = {name: value for name, value in deal.items() if name != "amount"}
    record = {**HUBSPOT_RECORD, "deal": {"id": "4711", "properties": {**plain, **properties}}}

    if worth is None:
        with pytest.raises(InvalidDeal, match="yearly_value: is in JPY"):
            load_mapping(HUBSPOT).deal(record)
    else:
        assert Decimal(worth) == load_mapping(HUBSPOT).deal(record).yearly_value


def test_an_amount_in_hubspots_home_currency_counts_as_what_it_is() -> None:
    """The account counts in yen, as does the deal: without a rate no playbook is chosen by it."""
    deal = HUBSPOT_RECORD["deal"]["properties"]
    worth = {"amount": "1200000", "deal_currency_code": "JPY", "amount_in_home_currency": "1200000"}
    record = {**HUBSPOT_RECORD, "deal": {"id": "4711", "properties": {**deal, **worth}}, "home_currency": "JPY"}

    with pytest.raises(InvalidDeal, match=r"yearly_value: is in JPY, .*home_currency"):
        load_mapping(HUBSPOT).deal(record)

    with_a_rate = Money("USD", {"JPY": Decimal("0.007")})
    assert Decimal(8400) == load_mapping(HUBSPOT, money=with_a_rate).deal(record).yearly_value
    assert Decimal(1_200_000) == load_mapping(HUBSPOT, money=Money("JPY")).deal(record).yearly_value


def test_a_currency_that_salesforce_does_not_say_can_be_said_by_a_mapping(tmp_path: Path) -> None:
    """As docs/mapping.md has it, for an organisation with one currency alone."""
    mapping = small(deal={"yearly_value": {"from": "total", "currency": {"constant": "JPY"}}})

    with pytest.raises(InvalidDeal, match="is in JPY, and the house counts in USD"):
        load_mapping(written(tmp_path, mapping)).deal({**RECORD, "total": 1_200_000})


def test_salesforce_says_the_currency_where_it_has_several() -> None:
    """1,200,000 yen are no reason for high touch; where there is one currency alone, nothing is said."""
    read, opportunity = load_mapping(SALESFORCE), SALESFORCE_RECORD["Opportunity"]

    assert "Opportunity.CurrencyIsoCode" in properties_of(read.mapping)
    with pytest.raises(InvalidDeal, match="yearly_value: is in JPY"):
        read.deal({**SALESFORCE_RECORD, "Opportunity": {**opportunity, "CurrencyIsoCode": "JPY"}})
    assert Decimal(24500) == read.deal(SALESFORCE_RECORD).yearly_value


@pytest.mark.parametrize("given", ["EUR", "EUR=", "EUR=0", "EUR=-1", "EUR=1e3", "eur=1", "EUR=1 EUR=2", "EUR=1,08"])
def test_rates_that_are_none_are_refused(given: str) -> None:
    with pytest.raises(ValueError, match="should"):
        read_rates(given)


@pytest.mark.parametrize(("came", "read"), AMOUNTS)
def test_an_amount_with_one_meaning_is_read(came: Any, read: str) -> None:
    assert Decimal(read) == foreign.amount(came)


@pytest.mark.parametrize(
    "came", ["", "120k", "1,2,3", "1.23.456", "12,34.56", "--1", ".", "1,", True, [1], "NaN", "1e999"]
)
def test_what_is_no_amount_is_refused(came: Any) -> None:
    with pytest.raises(ValueError, match="amount"):
        foreign.amount(came)


def test_an_amount_of_a_million_characters_is_refused_at_once() -> None:
    """Whoever may send deals must not hold up all others with one of them."""
    began = time.perf_counter()

    with pytest.raises(ValueError, match="amount"):
        foreign.amount("1" + " " * 1_000_000 + "1")

    assert time.perf_counter() - began < 1


def test_a_list_without_end_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """A megabyte of people would keep the web process for seconds."""
    person = {"first": "Ada", "mail": "ada@customer.test"}
    record = {**RECORD, "customer": {**RECORD["customer"], "people": [person] * 10_000}}

    with pytest.raises(InvalidDeal, match="more than 1000 parts"):
        reader(tmp_path).raw(record)


@pytest.mark.parametrize(("came", "mark"), [("12,5000", "."), ("1234,567", "."), ("0,500", "."), ("12.5000", ",")])
def test_what_contradicts_the_decimal_mark_is_refused(came: str, mark: str) -> None:
    """A slip of the hand must not become a price."""
    with pytest.raises(ValueError, match="amount"):
        foreign.amount(came, decimal_mark=mark)


def test_cents_behind_the_other_mark_are_cents() -> None:
    """Two digits are never thousands, whatever decimal mark the CRM's own numbers have."""
    assert Decimal("12.50") == foreign.amount("12,50", decimal_mark=".")
    assert Decimal("1234.56") == foreign.amount("1.234,56", decimal_mark=".")


@given(st.decimals(min_value=0, max_value=10**11, places=2), st.sampled_from(",."))
def test_an_amount_with_cents_is_read_however_it_is_grouped(value: Decimal, group: str) -> None:
    """Amounts may be English or German, with any currency before or behind."""
    grouped = f"{value:,.2f}" if group == "," else f"{value:,.2f}".translate(str.maketrans(",.", ".,"))

    for came in (grouped, f"€ {grouped}", f"{grouped} EUR", grouped.replace(group, " ")):
        assert value == foreign.amount(came)


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_a_day_is_read_however_it_is_written_or_refused(value: date) -> None:
    """A day is never read as another day."""
    milliseconds = int(datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp() * 1000)
    for came in (value.isoformat(), f"{value:%d.%m.%Y}", f"{value:%Y%m%d}", milliseconds):
        assert value == foreign.day(came)
    for came, order in ((f"{value:%d/%m/%Y}", "day_first"), (f"{value:%m/%d/%Y}", "month_first")):
        assert value == foreign.day(came, order=order)
        with suppress(ValueError):
            assert value == foreign.day(came)


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.booleans(), st.none(), st.lists(st.integers())))
def test_whatever_comes_is_read_or_refused_with_a_reason(came: Any) -> None:
    """No other outcome is possible, such as an unexpected exception."""
    for read in (foreign.amount, foreign.whole, foreign.day, foreign.moment, foreign.truth):
        try:
            read(came)
        except ValueError as refusal:
            assert str(refusal)


def test_the_commands_of_the_guide_are_understood() -> None:
    for words in commands(GUIDE, "./day90"):
        app.parse_args(words, exit_on_error=False, print_error=False)


@pytest.mark.parametrize(("mark", "read"), [(".", "1234"), (",", "1.234")])
def test_what_could_be_two_amounts_needs_the_decimal_mark(mark: str, read: str) -> None:
    with pytest.raises(ValueError, match="decimal_mark"):
        foreign.amount("1,234")

    assert Decimal(read) == foreign.amount("1,234" if mark == "." else "1.234".replace(".", ","), decimal_mark=mark)


@pytest.mark.parametrize(
    "came",
    ["2026-11-25", "2026/11/25", "20261125", "25.11.2026", "25/11/2026", "11/25/2026", "2026-11-25T00:00:00Z",
     1795564800000, "1795564800000"],
)  # fmt: skip
def test_a_day_with_one_meaning_is_read(came: Any) -> None:
    assert date(2026, 11, 25) == foreign.day(came)


@pytest.mark.parametrize("came", ["", "soon", "31.02.2026", "13/13/2026", "2026-11-25T10:00:00Z", 5, None, True])
def test_what_is_no_day_is_refused(came: Any) -> None:
    with pytest.raises(ValueError, match=r"date|moment"):
        foreign.day(came)


def test_what_could_be_two_days_needs_the_order() -> None:
    with pytest.raises(ValueError, match="date_order"):
        foreign.day("05/11/2026")

    assert date(2026, 11, 5) == foreign.day("05/11/2026", order="day_first")
    assert date(2026, 5, 11) == foreign.day("05/11/2026", order="month_first")


def test_a_moment_needs_its_offset_from_somewhere() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    assert datetime(2026, 11, 5, 9, tzinfo=UTC) == foreign.moment("2026-11-05T10:00:00", zone=berlin)
    assert datetime(2026, 11, 5, 9, tzinfo=UTC) == foreign.moment("2026-11-05T09:00:00.000+0000")
    assert datetime(2026, 11, 4, 23, tzinfo=UTC) == foreign.moment("2026-11-05", day_zone=berlin)
    for came in ("2026-11-05T10:00:00", "2026-11-05", "", "12345678901234567890", 999_999_999_999_9, True, None):
        with pytest.raises(ValueError):
            foreign.moment(came)


# ------------------------------------------------------------------------------------------ what does not come out


@pytest.mark.parametrize(
    ("broken", "field", "words"),
    [
        ({"total": "1,20,000.00"}, "yearly_value", "is no amount"),
        ({"total": "R$ 500,00"}, "yearly_value", "is no amount"),
        ({"total": "1,2,3"}, "yearly_value", "is no amount, like 120000.00 (read by total)"),
        ({"total": {"a": 1}}, "yearly_value", "read by total"),
        ({"signed_on": "soon"}, "closed_at", "read by signed_on"),
        ({"signed_on": None}, "closed_at", "is missing (read by signed_on)"),
        ({"number": "A 1"}, "id", "read by number"),
        ({"customer": None}, "account.country", "is missing"),
    ],
)
def test_a_field_that_does_not_come_out_is_named_with_its_expression(
    broken: dict[str, Any], field: str, words: str, tmp_path: Path
) -> None:
    """The message repeats nothing of the record's values."""
    with pytest.raises(InvalidDeal) as refused:
        reader(tmp_path).deal({**RECORD, **broken})

    assert field.partition(".")[0] == refused.value.field.partition(".")[0]
    assert words in refused.value.reason


def of_people(*people: dict[str, Any]) -> dict[str, Any]:
    return {**RECORD, "customer": {**RECORD["customer"], "people": list(people)}}


GOOD = {"first": "A", "last": "B", "mail": "a@b.example"}


@pytest.mark.parametrize(
    "bad",
    [
        {"first": "B", "mail": "no address"},
        {"first": "B", "mail": "b@localhost"},
        {"first": "B", "mail": "b@x.example, c@x.example"},
        {"first": "B", "mail": f"{'b' * 250}@x.example"},
        {"first": "B", "mail": {"work": "b@x.example"}},
        {"first": {"a": 1}, "mail": "b@x.example"},
    ],
)
def test_a_person_who_cannot_be_written_to_is_left_out(bad: dict[str, Any], tmp_path: Path) -> None:
    """Whoever stands beside them is onboarded; where nobody is left, the first is named with the expression."""
    read = reader(tmp_path)

    deal = read.deal(of_people(GOOD, bad))

    assert ["A B"] == [person.name for person in deal.stakeholders]
    [left] = deal.left_out
    assert left.field in ("stakeholders.1.email", "stakeholders.1.name")
    assert "read by" in left.reason
    with pytest.raises(InvalidDeal, match=r"stakeholders\.0\."):
        read.deal(of_people(bad))


CUT: list[tuple[str, Any, int]] = [
    ("problem", "What was said. " * 800, 10_000),
    ("present_state", "a" * 10_001, 10_000),
    ("account.domain", "a" * 201, 200),
]


@pytest.mark.parametrize(("field", "given", "longest"), CUT)
def test_a_text_that_is_too_long_is_cut(field: str, given: str, longest: int, tmp_path: Path) -> None:
    deal = reader(tmp_path, deal={field: "text"}).deal({**RECORD, "text": given})

    value: Any = deal
    for name in field.split("."):
        value = getattr(value, name)
    assert (longest, "…") == (len(value), value[-1])
    assert [field] == [one.field for one in deal.left_out]
    assert f"{longest:,} are kept" in deal.left_out[0].reason


def test_a_name_of_several_lines_is_one_line(tmp_path: Path) -> None:
    """A tab or a line break in a name, the customer's or a person's, is nothing to refuse, and nothing is lost."""
    record = of_people({"first": "Otto\tvon", "last": "Kern\r\n", "mail": "o@kern.example"})
    record["customer"]["name"] = "Kobe\tTools\n"

    deal = reader(tmp_path).deal(record)

    assert ("Kobe Tools", "Otto von Kern") == (deal.account.name, deal.stakeholders[0].name)
    assert () == deal.left_out


NICE: list[tuple[dict[str, Any], Any, str]] = [
    ({"seats": "given"}, "none", "seats"),
    ({"seats": "given"}, 0, "seats"),
    ({"crm_url": "given"}, "see the wiki", "crm_url"),
    ({"crm_url": "given"}, f"https://x.example/{'a' * 2000}", "crm_url"),
    ({"account.language": "given"}, "Klingon", "account.language"),
    ({"account.subdivision": "given"}, "Atlantis", "account.subdivision"),
    ({"seller.name": "customer.name", "seller.email": "given"}, "no address", "seller.email"),
    ({"seller.name": "customer.name", "seller.email": "given"}, None, "seller.email"),
    ({"products": "given"}, {"a": 1}, "products"),
    ({"products": "given"}, [f"p{number}" for number in range(200)], "products"),
    ({"near_term": {"each": "[@]", "fields": {"what": "number", "on": "given"}}}, "soon", "near_term.0.on"),
    ({"near_term": {"each": "[@]", "fields": {"what": "number", "on": "given"}}}, None, "near_term.0.on"),
    ({"custom.renewal": {"from": "given", "as": "date"}}, "soon", "custom.renewal"),
    ({"custom.worth": {"from": "given", "as": "amount"}}, "€ 500.00", "custom.worth"),
    ({"problem": "join(' ', given)"}, "words", "problem"),
]


@pytest.mark.parametrize(("mapped", "given", "field"), NICE)
def test_nothing_that_is_nice_to_know_keeps_a_customer_waiting(
    mapped: dict[str, Any], given: Any, field: str, tmp_path: Path
) -> None:
    """It is left out, and the seller is asked for it, without the value, which may be anybody's name."""
    deal = reader(tmp_path, deal=mapped).deal({**RECORD, "given": given})

    assert [field] == [one.field for one in deal.left_out]
    assert "no address" not in str(deal.left_out)
    assert any(field in words for words in missing_from_hand_off(deal))
    assert len(missing_from_hand_off(deal, "ja")) == len(missing_from_hand_off(deal))


DECIDES: list[tuple[dict[str, Any], Any]] = [
    ({"yearly_value": "given"}, "much"),
    ({"playbook": "given"}, "High Touch"),
    ({"owner": "given"}, "Nina Hart"),
    ({"go_live_by": "given"}, "soon"),
    ({"circumstances.integrations": "given"}, "many"),
    ({"busy_seasons": {"each": "[@]", "fields": {"first": "given", "last": "given", "why": "number"}}}, "December"),
    ({"closures": {"each": "[@]", "fields": {"first": "given", "last": "given", "why": "number"}}}, "December"),
    ({"account.country": "given"}, "Narnia"),
    ({"account.name": "given"}, None),
    ({"closed_at": "given"}, "soon"),
]


@pytest.mark.parametrize(("mapped", "given"), DECIDES)
def test_what_decides_on_dates_people_or_the_playbook_is_refused(
    mapped: dict[str, Any], given: Any, tmp_path: Path
) -> None:
    """Left out, it would choose something else in silence."""
    [target] = mapped

    with pytest.raises(InvalidDeal) as refused:
        reader(tmp_path, deal=mapped).deal({**RECORD, "given": given})

    assert refused.value.field.startswith(target)


def test_a_deal_without_a_company_lacks_the_company() -> None:
    """And not the day of its close, which nobody can know without the zone."""
    with pytest.raises(InvalidDeal) as refused:
        load_mapping(HUBSPOT).deal({**HUBSPOT_RECORD, "company": None})

    assert ("account.name", "is missing (read by company.properties.name)") == (
        refused.value.field,
        refused.value.reason,
    )


def test_a_prospect_is_read_as_forgivingly(tmp_path: Path) -> None:
    """A long description keeps nobody from being introduced."""
    raw = reader(tmp_path, deal={"problem": "text"}).raw({**RECORD, "text": "a" * 20_000})

    assert ["problem"] == [one.field for one in read_prospect(as_prospect(raw)).left_out]


def test_a_value_that_the_table_does_not_know_is_refused_without_a_default(tmp_path: Path) -> None:
    read = reader(tmp_path, tables={"roles": {"IT": "technical_lead"}, "rates": {"EUR": 1}}, deal={
        "yearly_value": {"from": "total", "times": {"from": "currency", "table": "rates"}},
    })  # fmt: skip

    assert Decimal("24500.00") == read.deal({**RECORD, "currency": "eur"}).yearly_value
    with pytest.raises(InvalidDeal, match="is not in the table rates"):
        read.deal({**RECORD, "currency": "XXX"})
    with pytest.raises(InvalidDeal, match="multiplied by nothing"):
        read.deal(RECORD)


def test_of_several_values_the_uppermost_of_the_table_counts() -> None:
    """The order in which the CRM sends them does not matter."""
    contact = {**HUBSPOT_RECORD["contacts"][0], "labels": [None, "Champion", "Executive Sponsor"]}

    deal = load_mapping(HUBSPOT).deal({**HUBSPOT_RECORD, "contacts": [contact]})

    assert ["executive_sponsor"] == [person.role for person in deal.stakeholders]


def test_a_function_that_does_not_fit_is_told_without_what_came(tmp_path: Path) -> None:
    read = reader(tmp_path, deal={"account.name": "join(' ', customer.name)"})

    with pytest.raises(InvalidDeal) as refused:
        read.deal(RECORD)

    assert "Lindenau" not in str(refused.value)
    assert ("account.name", "join() needs array-string (read by join(' ', customer.name))") == (
        refused.value.field, refused.value.reason,
    )  # fmt: skip


def test_a_crm_is_asked_for_every_property_that_is_read() -> None:
    """The CRM is also asked for properties that the mapping names besides."""
    mapping = load_mapping(HUBSPOT).mapping.model_copy(update={"properties": ("renewal",)})

    assert {"renewal", "dealstage", "closedate", "hs_buying_role", "timezone", "firstname"} <= set(
        properties_of(mapping)
    )


WAYS: list[tuple[str, set[str]]] = [
    ("Opportunity.Contract__c", {"Opportunity.Contract__c"}),
    ("Account.Owner.Name", {"Account.Owner.Name"}),
    ("Account && Account.Name || Owner.Name", {"Account.Name", "Owner.Name"}),
    ("Opportunity.[Amount, Terms__c][0]", {"Opportunity.Amount", "Opportunity.Terms__c"}),
    ("Opportunity.{a: Amount, b: Partner__r.Name}.a", {"Opportunity.Amount", "Opportunity.Partner__r.Name"}),
    ("Contacts[?Role == 'Sponsor' && !Left__c].Email | [0]", {"Contacts.Role", "Contacts.Left__c", "Contacts.Email"}),
    ("sort_by(Contacts, &Rank__c)[0].Email", {"Contacts.Rank__c", "Contacts.Email"}),
    ("map(&Floor__c, Contacts)[0]", {"Contacts.Floor__c"}),
    ("length(Contacts[].Phone[])", {"Contacts.Phone"}),
    ("@.Opportunity.Id", {"Opportunity.Id"}),
    ("Products[0].Name", set()),
    ("deal.properties.Account", {"Account"}),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "asked"), WAYS, ids=[expression for expression, _ in WAYS])
def test_salesforce_is_asked_for_every_field_on_whatever_way_it_is_read(
    expression: str, asked: set[str], tmp_path: Path
) -> None:
    """Nothing else is asked for; `Products` is no part of a record."""
    plain = properties_of(reader(tmp_path).mapping)

    names = properties_of(reader(tmp_path, deal={"problem": expression}).mapping)

    assert asked == {*names} - {*plain}


def test_within_a_list_fields_are_those_of_its_parts() -> None:
    """The fields are those of the shipped mapping and those that it names besides."""
    mapping = load_mapping(SALESFORCE).mapping.model_copy(update={"properties": ("Account.Segment__c",)})

    names = set(properties_of(mapping))

    assert {"Contacts.Email", "Contacts.FirstName", "Contacts.Role", "Opportunity.StageName", "Owner.Name"} <= names
    assert "Account.Segment__c" in names
    assert {"Account.Name", "Account.BillingCountry", "Account.BillingCountryCode"} <= names


def test_stages_are_the_crms_own_with_a_slash_or_without(tmp_path: Path) -> None:
    """A slash separates a pipeline from its stage where the mapping has pipelines."""
    plain = MappingFile(written(tmp_path, small(stages={"won": ["Closed/Won"]})))
    assert {"Closed/Won"} == set(plain.won())

    piped = MappingFile(written(tmp_path, small(pipeline="pipe", stages={"won": ["emea/signed", "signed"]})))
    assert {"signed"} == set(piped.won())


@pytest.mark.parametrize("stage", ["Closed Won", "closed won", "CLOSED WON ", " Closed Won"])
def test_a_stage_is_known_in_any_case(stage: str, tmp_path: Path) -> None:
    """Salesforce finds it by any, so that it must not be passed over in silence."""
    assert "won" == reader(tmp_path, stages={"won": ["Closed Won "]}).phase({"status": stage})


def test_a_customer_who_is_a_person_is_the_one_to_write_to() -> None:
    """Where the opportunity has no contact roles; with roles, these count."""
    person = {"Name": "Aki Mori", "PersonEmail": "aki@mori.example", "BillingCountryCode": "JP"}
    read = load_mapping(SALESFORCE)

    alone = read.deal({**SALESFORCE_RECORD, "Account": person, "Contacts": []})
    assert [("Aki Mori", "aki@mori.example", "project_lead")] == [
        (one.name, one.email, one.role) for one in alone.stakeholders
    ]
    beside = read.deal({**SALESFORCE_RECORD, "Account": person})
    assert ["Stefan Vogel"] == [one.name for one in beside.stakeholders]
    assert "Account.PersonEmail" in properties_of(read.mapping)


def test_a_stage_may_be_named_with_its_pipeline(tmp_path: Path) -> None:
    read = reader(tmp_path, pipeline="pipe", stages={"won": ["emea/signed"]})

    assert "won" == read.phase({"status": "signed", "pipe": "emea"})
    assert read.phase({"status": "signed", "pipe": "japan"}) is None


# ------------------------------------------------------------------------------------------ what is wrong in a file

MISTAKES: list[tuple[str, str, str]] = [
    ("id: number", "id: number..", "deal.id: is no JMESPath expression at character"),
    ("id: number", "id: upper(number)", "deal.id: is no JMESPath expression: there is no function upper()"),
    ("  id: number\n", "", "deal: id is missing: no deal starts without it"),
    ("account.name:", "account.nmae:", "deal.account.nmae: is no field of a deal file"),
    ("account.name:", "account:", "deal.account: has fields of its own: write account.name and so on"),
    ("table: roles", "table: role", "there is no table 'role' among the tables: roles"),
    ("{constant: Europe/Berlin}", "{}", "says neither from nor of nor constant"),
    ("{constant: Europe/Berlin}", "{constant: a, from: b}", "says from and constant: only one"),
    ("{constant: Europe/Berlin}", "{of: yearly_value, table: roles}", "'yearly_value' does not stand further up"),
    ("      email: mail\n", "", "email is missing: it is needed for each of them"),
    ("      email: mail\n", "      email: mail\n      phone: tel\n", "phone: is no field of it; there are: id, name"),
    ("  yearly_value: total", "  yearly_value: {each: a, fields: {b: c}}", "is no list whose parts have fields"),
    ("lost: [cancelled]", "lost: [signed]", "stages.lost[0]: 'signed' stands among won already"),
    ("stage: status\n", "", "stages: stage is missing"),
    ('decimal_mark: ","', "decimal_mark: comma", "decimal_mark: "),
    ("source: orders", "source: Orders", "source: "),
    (
        "won: [signed]",
        "won: [1098765432]",
        'stages.won[0]: input should be a valid string: write it in quotes, "109',
    ),
    ("won: [signed]", "won: [true]", 'write it in quotes, "true"'),
    ("id: number", "id: 7", 'write it in quotes, "7"'),
    ("yearly_value: total", "yearly_value: {from: total, as: text}", "deal.yearly_value.as: the field holds no text"),
    ("closed_at: signed_on", "closed_at: {from: signed_on, as: whole}", "closed_at.as: the field holds no whole"),
    ("name: join(", "name: {constant: 7, as: whole} #", "fields.name.as: the field holds no whole"),
    ("  yearly_value: total", "  seats: {from: total, default: many}", "deal.seats.default: is no amount"),
    ("  yearly_value: total", "  go_live_by: {constant: soon}", "deal.go_live_by.constant: is no date"),
    ("{constant: Europe/Berlin}", "{constant: Berlin}", "account.time_zone.constant: 'Berlin' is no time zone"),
    ("IT: technical_lead", "IT: techie", "tables.roles.IT: should be 'executive_sponsor'"),
    ("default: end_user", "default: user", "fields.role.default: should be 'executive_sponsor'"),
    ("source: orders", "source: orders\ncolour: red", "colour: is no field that we know"),
]


@pytest.mark.parametrize(("old", "new", "words"), MISTAKES, ids=[words for _, _, words in MISTAKES])
def test_a_mistake_is_told_with_its_line(old: str, new: str, words: str, tmp_path: Path) -> None:
    assert 1 == SMALL.count(old)

    complaints = [str(complaint) for complaint in complaints_about_mapping(written(tmp_path, SMALL.replace(old, new)))]

    assert any(words in complaint for complaint in complaints), complaints
    assert all(".mapping.yaml:" in complaint for complaint in complaints)


def test_what_came_waits_while_the_file_is_broken(tmp_path: Path) -> None:
    """When the file is mended it goes on without a restart."""
    path = written(tmp_path, SMALL.replace("id: number", "id: number.."))
    file = MappingFile(path)

    with pytest.raises(NotReachable, match=r"mapping.yaml:\d+: deal.id"):
        file.deal(RECORD)
    written(tmp_path, SMALL)

    assert "A2041" == file.deal(RECORD).id


# ------------------------------------------------------------------------------------------------ the command


def test_the_check_shows_the_deal_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = tmp_path / "record.json"
    record.write_text(json.dumps(RECORD), encoding="utf-8")
    file = written(tmp_path, SMALL)

    assert 0 == run(["mapping", "check", str(file)])
    assert "nothing to complain about" in capsys.readouterr().out
    assert 0 == run(["mapping", "check", str(file), str(record), "--json"])
    assert {"phase": "won", "deal": MADE} == json.loads(capsys.readouterr().out)
    assert 0 == run(["mapping", "check", str(file), str(record)])
    assert "deal orders-A2041; its stage means: won" in capsys.readouterr().out


def test_the_check_tells_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = tmp_path / "record.json"
    record.write_text(json.dumps({**RECORD, "total": "much"}), encoding="utf-8")
    broken = written(tmp_path, SMALL.replace("id: number", "id: number.."))

    assert 2 == run(["mapping", "check", str(broken)])
    assert "deal.id: is no JMESPath expression" in capsys.readouterr().out
    assert 2 == run(["mapping", "check", str(written(tmp_path, SMALL)), str(record)])
    assert "yearly_value: is no amount, like 120000.00 (read by total)" in capsys.readouterr().err


@pytest.mark.parametrize(
    "written",
    [
        "mailto:s.vogel@lindenau.example",
        "Mailto:s.vogel@lindenau.example?subject=Hello",
        "Stefan Vogel <s.vogel@lindenau.example>",
        "<s.vogel@lindenau.example>",
        "s.vogel@lindenau.example.",
        "\u200bs.vogel@lindenau.example\u200e",
        "s.vogel＠lindenau．example",
    ],
)
def test_an_address_that_was_copied_with_something_around_it_is_read(written: str) -> None:
    """Whoever copied it from a mail program, a web page or a Japanese keyboard means this address, and no other."""
    contact = {**HUBSPOT_RECORD["contacts"][0], "properties": {"lastname": "Vogel", "email": written}}

    [person] = load_mapping(HUBSPOT).deal({**HUBSPOT_RECORD, "contacts": [contact]}).stakeholders

    assert "s.vogel@lindenau.example" == person.email


@pytest.mark.parametrize(
    "written", ["a@x.example; b@x.example", "a@x.example, b@x.example", "s.vogel@lindenau", "s.vogel"]
)
def test_an_address_that_is_none_or_several_is_no_address(written: str) -> None:
    assert written == foreign.address(written)
    contact = {**HUBSPOT_RECORD["contacts"][0], "properties": {"lastname": "Vogel", "email": written}}

    with pytest.raises(InvalidDeal, match=r"stakeholders\.0\.email"):
        load_mapping(HUBSPOT).deal({**HUBSPOT_RECORD, "contacts": [contact]})


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Anna [not provided]", "Anna"),
        ("[not provided]", "anna@lindenau.example"),
        ("[[Unknown]]", "anna@lindenau.example"),
        ("Anna [Ltd]", "Anna [Ltd]"),
    ],
)
def test_nobody_is_greeted_as_not_provided(written: str, name: str) -> None:
    """Salesforce wants a last name, and writes this where nobody gave one."""
    contact = {"Name": written, "Email": "anna@lindenau.example"}

    [person] = load_mapping(SALESFORCE).deal({**SALESFORCE_RECORD, "Contacts": [contact]}).stakeholders

    assert name == person.name


def test_a_customer_whose_name_nobody_gave_has_none() -> None:
    account = {**SALESFORCE_RECORD["Account"], "Name": "[not provided]"}

    with pytest.raises(InvalidDeal, match=r"account\.name: is missing"):
        load_mapping(SALESFORCE).deal({**SALESFORCE_RECORD, "Account": account})
