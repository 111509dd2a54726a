"""Words to counts, shares and money: every form that authors use, and the whole message where none is meant."""

# ruff: noqa: E501

from __future__ import annotations

import re
import time as clock_of_the_machine
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_writer import money_forms

from incident_analytics.reports import values
from incident_analytics.reports.choices import read_choice, read_word
from incident_analytics.reports.marks import find_key, read_flag, read_tick
from incident_analytics.reports.placeholders import Unreadable, is_placeholder, is_untold
from incident_analytics.reports.values import (
    Amount,
    Loss,
    Share,
    find_users,
    read_loss,
    read_money,
    read_share,
    read_users,
)

SEVERITIES = ("SEV-1", "SEV-2", "SEV-3")
SYNONYMS = {"Critical": "SEV-1", "P1": "SEV-1", "Major": "SEV-2", "Minor": "SEV-3"}


SHARES: list[tuple[str, Share | None]] = [
    ("~12,400 (EU-West region)", Share(12400, None, True)),
    ("12.400", Share(12400, None)),
    ("12 400", Share(12400, None)),
    ("1 234 567", Share(1234567, None)),
    ("490 unique IPs", Share(490, None)),
    ("305 teams", Share(305, None)),
    ("500+", Share(500, None, True)),
    ("> 1,000", Share(1000, None, True)),
    ("up to 500", Share(500, None, True)),
    ("around 2 million", Share(2_000_000, None, True)),
    ("1.5M", Share(1_500_000, None)),
    ("2.1k requests", Share(2100, None)),
    ("3.2%", Share(None, 0.032)),
    ("3,2 %", Share(None, 0.032)),
    ("~ 5 %", Share(None, 0.05, True)),
    ("5 percent", Share(None, 0.05)),
    ("<1%", Share(None, 0.01, True)),
    ("99.9% (all EU)", Share(None, 0.999)),
    ("100% of EU users", Share(None, 1.0)),
    ("1,200 users (3.2%)", Share(1200, 0.032)),
    ("12,400 / 3.2%", Share(12400, 0.032)),
    ("12 of 300 customers", Share(12, 0.04)),
    ("12/300", Share(12, 0.04)),
    ("3 out of 12", Share(3, 0.25)),
    ("half of our users", Share(None, 0.5, True)),
    ("a third of users", Share(None, 1 / 3, True)),
    ("one third of users", Share(None, 1 / 3, True)),
    ("two thirds of users", Share(None, 2 / 3, True)),
    ("a quarter of users", Share(None, 0.25, True)),
    ("three quarters of users", Share(None, 0.75, True)),
    ("a fifth of users", Share(None, 0.2, True)),
    ("two fifths of users", Share(None, 0.4, True)),
    ("a tenth of users", Share(None, 0.1, True)),
    ("one in ten users", Share(None, 0.1, True)),
    ("one in five users", Share(None, 0.2, True)),
    ("30% of users (about 210)", Share(210, 0.3, True)),
    ("30 % (~1 210)", Share(1210, 0.3, True)),
    ("30% of requests (404)", Share(None, 0.3)),
    ("30% of users (2 hours)", Share(None, 0.3)),
    ("30% (of 500)", Share(None, 0.3)),
    ("30% (10-20)", Share(None, 0.3)),
    ("1 of 1", Share(1, 1.0)),
    ("1/1000000000000000", Share(1, 1e-15)),
    ("1,000,000,000,000,000 users", Share(10**15, None)),
    ("1.5k users", Share(1500, None)),
    ("100% of 300 users", Share(300, 1.0)),
    ("500 (TBD)", Share(500, None, True)),
    ("500?", Share(500, None, True)),
    ("30% (to be confirmed)", Share(None, 0.3, True)),
    ("500 (vorläufig)", Share(500, None, True)),
    ("0 of 5", Share(0, 0.0)),
    ("All", Share(None, 1.0)),
    ("Everyone", Share(None, 1.0)),
    ("all of our customers", Share(None, 1.0)),
    ("None", Share(0, 0.0)),
    ("0", Share(0, 0.0)),
    ("No direct user impact", Share(0, 0.0)),
    ("0 direct user impact", Share(0, None)),
    ("0%", Share(None, 0.0)),
    ("Unknown", None),
    ("Not measured", None),
    ("N/A (internal tool)", None),
    ("[Number or percentage]", None),
]


@pytest.mark.parametrize(("words", "share"), SHARES)
def test_share(words: str, share: Share | None) -> None:
    assert read_share(words) == share


NO_SHARES: dict[str, list[str]] = {
    "has no number": ["Most users", "a few", "hundreds of users", "All devices"],
    "is a range": ["100-200", "100–200 users", "10 to 20%", "1%–2%"],
    "names several numbers, which may be of the same people": [
        "between 100 and 200", "48.000 consumers, 900 merchants", "300 users, 1,200 orders", "20 users on 3 hosts",
        "10% of users in the EU, 5% elsewhere", "0 of 0", "5 of 3", "7 of 1,000,000,000,000,001", "12, 7% and 8%",
    ],
    "doesn't say how many": ["101%", "1.5 users", "1,000,000,000,000,001", "150%", "-5", "12,34", "1e5", "9" * 30, "1.2.3"],
}  # fmt: skip


@pytest.mark.parametrize(("fault", "words"), [(fault, words) for fault, own in NO_SHARES.items() for words in own])
@pytest.mark.parametrize("read", [read_share, read_users])
def test_words_that_say_no_single_share(read: Any, fault: str, words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(words)
    assert str(caught.value) == f"{words!r} {fault}; write a number or a percentage"
    assert caught.value.code == "unreadable-value"


@pytest.mark.parametrize(
    "words",
    ["none of our 12,000 users", "99.9% not affected", "90% unaffected", "99% of users saw no impact", "all but 5 users",
     "all except 12 users", "97% succeeded", "1.200 Kunden waren nicht betroffen"],
)  # fmt: skip
def test_a_number_of_those_who_were_not_hit_is_no_share(words: str) -> None:
    with pytest.raises(Unreadable, match="says who was not hit"):
        read_users(words)


@pytest.mark.parametrize(
    "words", ["1,200 users could not log in", "1,200 customers had no access", "1,200 users without service", "1,2 Tsd. Kunden"]
)  # fmt: skip
def test_what_those_who_were_hit_could_not_do_changes_nothing(words: str) -> None:
    assert read_users(words) == Share(1200, None)


@pytest.mark.parametrize("words", ["40h x $100", "saved $300", "€300 USD", "0.5 FTE"])
def test_what_was_saved_or_is_not_worked_out_is_no_amount(words: str) -> None:
    with pytest.raises(Unreadable):
        read_money(words)


def test_a_date_is_no_share() -> None:
    with pytest.raises(Unreadable):
        read_share("2025-01-02")


@pytest.mark.parametrize(("words", "share"), [(words, share) for words, share in SHARES if "requests" not in words])
def test_people_are_read_as_any_share(words: str, share: Share | None) -> None:
    assert read_users(words) == share


THINGS: dict[str, str] = {
    "approx. 1.200 orders": "orders",
    "6.500 parcels late": "parcels",
    "2.1k requests": "requests",
    "12% of requests": "requests",
    "12 of 300 orders": "orders",
    "half of all orders": "orders",
    "300 customer orders": "orders",
    "1,200 failed payment transactions": "transactions",
    "Orders affected: 1,200": "orders",
    "40 devices": "devices",
    "about 5,000 messages were late": "messages",
    "17 e-mails": "e-mails",
    "1.200 Pakete": "pakete",
}


@pytest.mark.parametrize(("words", "things"), THINGS.items())
def test_a_number_of_things_is_not_one_of_people(words: str, things: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_users(words)
    assert str(caught.value) == f"{words!r} counts {things}, not people; write how many people were hit, or Unknown"
    assert caught.value.code == "unreadable-value"


@pytest.mark.parametrize(
    "words",
    ["approx. 3.000 parcels per day", "300 users per day", "300 users a day", "300 users/day", "300 (per day)", "12 users/h",
     "900 customers each week", "40 users hourly", "200 Kunden pro Tag"],
)  # fmt: skip
def test_a_rate_is_no_number_of_people(words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_users(words)
    assert str(caught.value) == f"{words!r} is a rate; write how many people were hit, or Unknown"
    assert find_users(f"{words} were affected.") is None


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("48.000 consumers", 48000),
        ("340 merchants", 340),
        ("300 users with failed orders", 300),
        ("300 users for an hour", 300),
        ("300 users whose requests failed", 300),
        ("12,400 daily users", 12400),
        ("1,200 users (about 3,000 orders per day)", 1200),
        ("Users with errors: 12", 12),
        ("0 requests failed", 0),
        ("305 teams", 305),
    ],
)
def test_people_are_counted_whatever_else_is_said_of_them(words: str, count: int) -> None:
    share = read_users(words)
    assert share is not None
    assert share.count == count


LOSSES: list[tuple[str, Loss | None]] = [
    ("99.95% → 99.82%", Loss(0.0013)),
    ("99.95% -> 99.82%", Loss(0.0013)),
    ("99.95% to 99.82%", Loss(0.0013)),
    ("Uptime dropped from 99.95% to 99.82%", Loss(0.0013)),
    ("-0.13%", Loss(0.0013)),
    ("−0.13%", Loss(0.0013)),
    ("-0.13% (99.95% → 99.82%)", Loss(0.0013)),
    ("0.067%", Loss(0.00067)),
    ("0,13%", Loss(0.0013)),
    ("~0.2%", Loss(0.002, True)),
    ("<1%", Loss(0.01, True)),
    ("0.13% of monthly uptime", Loss(0.0013)),
    ("0.13 percentage points", Loss(0.0013)),
    ("0.13 pp", Loss(0.0013)),
    ("50%", Loss(0.5)),
    ("90%", Loss(0.1)),
    ("-60%", Loss(0.6)),
    ("99.9% → 0% (so far)", Loss(0.999)),
    ("60% downtime", Loss(0.6)),
    ("uptime 99.82%", Loss(0.0018)),
    ("99.82%", Loss(0.0018)),
    ("uptime 100%", Loss(0.0)),
    ("99.95% → 99.82%", Loss(0.0013)),
    ("99.9% → 99.9%", Loss(0.0)),
    ("None", Loss(0.0)),
    ("None (within SLA)", Loss(0.0)),
    ("0%", Loss(0.0)),
    ("No SLA", None),
    ("Not measured", None),
    ("[Uptime percentage impact]", None),
]


@pytest.mark.parametrize(("words", "loss"), LOSSES)
def test_loss(words: str, loss: Loss | None) -> None:
    assert read_loss(words) == loss


@pytest.mark.parametrize(
    "words",
    ["8 minutes", "SLA met", "Breached", "99.82% → 99.95%", "3% of error budget", "100%", "60%", "51%", "89%", "+60%", "150%",
     "99.9% to 99.8% to 99.7%", "-99.9% → 99.8%", "150% → 50%", "0.013",
     "-0.2% → 0.1%", "+0.3% → -0.1%",
     "-0.13% monthly, -0.05% yearly", "99.9% target missed"],
)  # fmt: skip
def test_words_that_say_no_loss(words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_loss(words)
    assert str(caught.value) == f"{words!r} is not a percentage of the uptime; write one such as 0.13%"


AMOUNTS: list[tuple[str, Amount | None]] = [
    ("$34,000", Amount(34000, "USD")),
    ("$34,000.50", Amount(34000.5, "USD")),
    ("~$2.1K", Amount(2100, "USD", None, True)),
    ("$1.2M", Amount(1_200_000, "USD")),
    ("€4.1 million", Amount(4_100_000, "EUR")),
    ("$3 mm", Amount(3_000_000, "USD")),
    ("$3mn", Amount(3_000_000, "USD")),
    ("$2b", Amount(2_000_000_000, "USD")),
    ("$2bn", Amount(2_000_000_000, "USD")),
    ("$2 billion", Amount(2_000_000_000, "USD")),
    ("$7 thousand", Amount(7_000, "USD")),
    ("$890,000 (60% recovered after retry)", Amount(890_000, "USD", "60% recovered after retry")),
    ("€400", Amount(400, "EUR")),
    ("400 €", Amount(400, "EUR")),
    ("400$", Amount(400, "USD")),
    ("1.234,50 €", Amount(1234.5, "EUR")),
    ("34,000 USD", Amount(34000, "USD")),
    ("USD 34,000", Amount(34000, "USD")),
    ("USD34,000", Amount(34000, "USD")),
    ("CHF 1'200", Amount(1200, "CHF")),
    ("CA$40", Amount(40, "CAD")),
    ("A$40", Amount(40, "AUD")),
    ("US$ 34k", Amount(34000, "USD")),
    ("about $3,000", Amount(3000, "USD", None, True)),
    ("$4,000 to 12 customers", Amount(4000, "USD", "to 12 customers")),
    ("$2 for 300 users", Amount(2, "USD", "for 300 users")),
    ("$500 (TBD)", Amount(500, "USD", "TBD", True)),
    ("$500 (not yet confirmed)", Amount(500, "USD", "not yet confirmed", True)),
    ("34000", Amount(34000, None)),
    ("-$50", Amount(-50, "USD")),
    ("R$ 40", Amount(40, "BRL")),
    ("NZ$40", Amount(40, "NZD")),
    ("$300 AUD", Amount(300, "AUD")),
    ("1,2 Mio. EUR", Amount(1_200_000, "EUR")),
    ("₹12 lakh", Amount(1_200_000, "INR")),
    ("30 TEUR", Amount(30_000, "EUR")),
    ("30 kEUR", Amount(30_000, "EUR")),
    ("$0", Amount(0, "USD")),
    ("$1,000,000,000,000,000", Amount(1e15, "USD")),
    ("None", Amount(0, None)),
    ("No credits issued", Amount(0, None)),
    ("None (goodwill only)", Amount(0, None, "goodwill only")),
    ("TBD", None),
    ("Unknown (finance to confirm)", None),
    ("$[Amount] (e.g., emergency scaling)", None),
]


@pytest.mark.parametrize(("words", "amount"), AMOUNTS)
def test_money(words: str, amount: Amount | None) -> None:
    assert read_money(words) == amount


@pytest.mark.parametrize(
    "words",
    ["refunds; amount not published", "$500 - $700", "$500-700", "$2.1K–3K", "$3,000 + $200", "5%", "a lot", "Yes",
     "$" + "9" * 400, "$5 $6", "-500", ".5", "1000000000000001", "k€ 30", "MX$300"],
)  # fmt: skip
def test_words_that_say_no_single_amount(words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_money(words)
    assert str(caught.value) == f"{words!r} has no single amount; write one such as $34,000"


@given(st.integers(0, 10**9), st.sampled_from(["USD", "EUR", "GBP"]), st.data())
def test_an_amount_is_the_same_in_every_form(amount: int, currency: str, data: st.DataObject) -> None:
    read = read_money(data.draw(st.sampled_from(money_forms(amount, currency))))
    assert read is not None
    assert (read.amount, read.currency) == (amount, currency)


READERS: list[Any] = [
    read_share, read_users, read_loss, read_money, read_flag, read_tick, find_key, is_placeholder, is_untold,
    lambda words: read_word(words, SEVERITIES, SYNONYMS), lambda words: read_choice(words, SEVERITIES, SYNONYMS),
]  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
@given(st.text(st.sampled_from("019,.%$€-–~()[]xX/ kMa\u00a0'①")) | st.text())
def test_any_words_at_all_are_read_or_unreadable(reader: Any, words: str) -> None:
    message = "; write "
    try:
        reader(words)
    except Unreadable as error:
        message = str(error)
    assert "; write " in message or " is not one of " in message


@pytest.mark.parametrize("part", ["9", "(", "[", "[a", "1,", " ", "1 of ", "$1", "\u00a0", "no "])
def test_long_nonsense_costs_no_more_than_its_length(part: str) -> None:
    """Figures and brackets without end once took minutes."""
    words = part * (20_000 // len(part)) + "x"
    begin = clock_of_the_machine.process_time()
    for reader in READERS:
        try:
            reader(words)
        except Unreadable:
            continue
    assert clock_of_the_machine.process_time() - begin < 20


@pytest.mark.parametrize("words", ["12,34,567", "1,2,3", "10,20,30 users"])
def test_a_figure_grouped_in_no_known_way_is_not_read_from_its_middle(words: str) -> None:
    for reader in (read_share, read_money):
        with pytest.raises(Unreadable):
            reader(words)


@pytest.mark.parametrize(
    "words",
    [
        "0 paying customers, all free users", "0 paying customers", "0 (paying)", "0 external users", "0 reported",
        "0 known so far", "0 (so far)", "0 (to be determined)", "0 (TBD)", "0 (none reported)", "None reported",
        "None known", "None so far", "None (none reported)", "No reported users", "No known impact", "zero customers known",
        "0% of paying customers", "0% (so far)", "0 of 300 enterprise customers", "0 users in Europe", "0?",
        "0, as far as we know", "None (yet)",
    ],
)  # fmt: skip
def test_a_zero_of_a_part_only_is_no_zero(words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_share(words)
    assert caught.value.code == "unreadable-value"


@pytest.mark.parametrize(
    "words",
    [
        "0", "**0**", "0 users", "0 end users", "0 customers affected", "0 (internal tool)", "0%", "0% of users", "0 of 300 customers",
        "None", "No users affected", "None (internal tool)", "No one", "0 of our users", "0 requests failed", "0.0%",
    ],
)  # fmt: skip
def test_a_plain_zero_is_zero(words: str) -> None:
    share = read_share(words)
    assert share is not None
    assert 0 in {share.count, share.fraction}


@pytest.mark.parametrize("read", [read_loss, read_money])
@pytest.mark.parametrize("words", ["None reported", "None known", "None (so far)", "No known cost", "None (TBD)"])
def test_none_known_is_neither_no_loss_nor_no_cost(read: Callable[[str], object], words: str) -> None:
    with pytest.raises(Unreadable):
        read(words)


@pytest.mark.parametrize(
    "words",
    [
        "under $500", "over $10,000", "Over USD 10,000", "up to $500", "at least $500", "at most $500", "less than $500",
        "more than €500", "> $500", "<$500", "≥ $500", "$500+", "$500 or more", "$500 (at least)", "more than about $500",
        "minimum $500", "up to 500", "exceeding $500", "under ~$500", "as much as $500", "$500 max",
    ],
)  # fmt: skip
def test_a_bound_is_no_amount(words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_money(words)
    assert caught.value.code == "unreadable-value"


@pytest.mark.parametrize(
    "words",
    ["$100 per user", "$100/user", "$100 / month", "$100 (per user)", "$100 credit per user", "$100 each", "$100 a month",
     "$100 monthly", "€5 per 1,000 requests", "100 USD per seat", "about $100 per user"],
)  # fmt: skip
def test_an_amount_per_unit_is_no_sum(words: str) -> None:
    with pytest.raises(Unreadable):
        read_money(words)


@pytest.mark.parametrize(
    "words", ["$0 (to be determined)", "$0 (TBD)", "$0 so far", "$0 reported", "0 (unknown)", "$0 known", "€0 (estimate pending)"]
)  # fmt: skip
def test_a_zero_for_the_time_being_is_no_amount(words: str) -> None:
    with pytest.raises(Unreadable):
        read_money(words)


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("$5,000 (about $100 per user)", 5000), ("$500 as per finance", 500), ("$500 for 3 nodes over 2 days", 500),
        ("$0", 0), ("$0 (covered by contract)", 0), ("0 USD", 0), ("US$0", 0), ("$0.00", 0), ("$0 lost revenue", 0),
        ("around $500", 500), ("~$0 (estimated)", 0), ("nearly $500", 500), ("$500 in credits", 500),
    ],
)  # fmt: skip
def test_a_sum_with_words_next_to_it_is_an_amount(words: str, amount: float) -> None:
    read = read_money(words)
    assert read is not None
    assert read.amount == amount


@pytest.mark.parametrize("words", ["0% (to be confirmed)", "0% so far", "0% (TBD)", "0% reported"])
def test_a_loss_of_zero_for_the_time_being_is_not_read(words: str) -> None:
    with pytest.raises(Unreadable):
        read_loss(words)


@pytest.mark.parametrize(
    ("words", "count", "fraction"),
    [
        ("~15,000 users experienced errors (10% of active users)", 15000, 0.1),
        ("1864 users saw empty results.", 1864, None),
        ("The site was unavailable to approximately 60% of our users. Page views fell by 40%.", None, 0.6),
        ("45 minutes of downtime affecting 70% of users with 502 errors", None, 0.7),
        ("100% service outage, all customers affected", None, 1.0),
        ("Half of users were unable to log in", None, 0.5),
        ("Half of users failed; 50% of users saw errors.", None, 0.5),
        ("500 users failed. In all, 500 users saw errors.", 500, None),
        ("500 users failed (half of users).", 500, 0.5),
        # Within 12 characters, and where the rate is that of the users within 60, it is one.
        ("1,200 users saw failure an hour", 1200, None),
        (f"1,200 users were hit{' x' * 24} xx each hour", 1200, None),
    ],
)
def test_prose_says_how_many_users_were_hit(words: str, count: int | None, fraction: float | None) -> None:
    found = find_users(words)
    assert found is not None
    assert (found[0].count, found[0].fraction) == (count, fraction)


@pytest.mark.parametrize(
    "words",
    [
        "We have 5,000 users",
        "The catalogue, which serves 41 branches and about 212,000 card holders, was unavailable all weekend",
        "Der Dienst bedient 41 Filialen mit 5.000 Kunden und war nicht erreichbar",
        "Up to 5,000 users were affected",
        "Between 100 and 200 users were affected",
        "100-200 customers were affected",
        "Not all users were affected",
        "All customers in the EU were affected",
        "500 users could not log in; 900 users saw errors",
        "Half of users failed; 70% of users saw errors.",
        "120% of users saw errors",
        "Users were affected for 5 minutes",
        "$400 customers lost",
        "",
    ],
)
def test_a_bound_a_part_or_two_numbers_say_nothing_of_how_many_users(words: str) -> None:
    assert find_users(words) is None


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("412 residents tried and failed to send a claim", 412),
        ("Roughly 240,000 viewers saw a black picture", 240000),
        ("210 users with queued jobs were affected", 210),
        ("About 23,000 students were thrown out of their class", 23000),
        ("Unos 54,000 clientes no pudieron entrar", 54000),
        ("Ungefär 1 900 kunder fick gå utan sina varor", 1900),
        ("Około 6 800 klientów nie mogło zapłacić", 6800),
        ("影響を受けたお客様は約12,500名です。", 12500),
        ("约 86,000 名用户无法赠送礼物", 86000),
        ("1,200 users were affected for an hour", 1200),
        ("All 84 partners were affected", 84),
        ("All of our 3,900 customers were affected", 3900),
        ("26 drivers could not upload their tours", 26),
        ("An expired key broke sign-in for 212 customers", 212),
    ],
)
def test_prose_counts_people_of_any_kind(words: str, count: int) -> None:
    found = find_users(words)
    assert found is not None
    assert found[0].count == count


@pytest.mark.parametrize(
    "words",
    [
        "1,200 users each hour could not log in",
        "1,200 users were affected each hour",
        "1,200 users every five minutes saw errors",
        "1,200 users each business day were affected",
        "Per hour, about 1,200 users were affected",
        "Every minute 40 customers got an error",
        "1,200 users an hour failed",
        "1,200 users saw errors an hour",
        f"1,200 users were hit{' x' * 25} each hour",
        "12 workers failed as the queue was full",
        "9 guests on the hypervisor were down",
        "3 developers were paged and lost an hour each",
        "3 drivers crashed with the new kernel",
        "40 of our 3,900 customers, and 7 partners, were affected",
    ],
)
def test_a_rate_is_no_number_of_users(words: str) -> None:
    assert find_users(words) is None


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("Approximately 1,150 clinicians across both campuses.", 1150),
        ("35 managers had opened the dashboard.", 35),
        ("214 customers have been informed.", None),
        ("None of our 300 customers noticed.", None),
    ],
)
def test_below_a_heading_on_the_impact_people_are_those_that_were_hit(words: str, count: int | None) -> None:
    found = find_users(words, is_of_impact=True)
    assert (found and found[0].count) == count


@given(st.text(alphabet="0123456789,.%~ -ausershitlofn\n"))
def test_any_prose_gives_one_share_or_none(words: str) -> None:
    found = find_users(words)
    assert found is None or found[0].fraction is None or 0 <= found[0].fraction <= 1


@pytest.mark.parametrize(
    "words",
    [
        "All users of *.apps.live-1 sites",
        "Users on shard 7",
        "Customers in eu-west-1",
        "users of tier 2 plans",
        "Everyone for 20 minutes",
        "20 minutes",
        "iOS 17 users",
        "Level 3 support users",
        "customers who paid in March 2024",
        "all users on 12 March",
        "Users: 3 regions",
        "Everyone in building 5",
        "#4521 reporter only",
        "12% of requests on shard 7 and 14% on shard 8",
    ],
)
def test_a_number_that_counts_something_else_is_no_number_of_users(words: str) -> None:
    with pytest.raises(Unreadable):
        read_share(words)
    assert find_users(f"{words} were affected.") is None


@pytest.mark.parametrize(
    ("words", "count", "fraction"),
    [
        ("~300 (tier 2)", 300, None),
        ("300 in eu-west-1", 300, None),
        ("300 customers on v3", 300, None),
        ("All of the 300 users", 300, None),
        ("a total of 300", 300, None),
        ("Customers affected: 300", 300, None),
        ("Web: 12,400", 12400, None),
        ("Internal only, 12 engineers", 12, None),
        ("We estimate 300 users", 300, None),
        ("3 of our larger customers", 3, None),
        ("12% of users on shard 7", None, 0.12),
        ("100 Prozent", None, 1.0),
    ],
)
def test_a_number_that_says_how_many_is_read(words: str, count: int | None, fraction: float | None) -> None:
    share = read_share(words)
    assert share is not None
    assert (share.count, share.fraction) == (count, fraction)


@pytest.mark.parametrize("words", ["12 support tickets", "40 engineer hours", "about 300 refunds", "12 customers"])
def test_a_number_that_counts_something_else_is_no_amount(words: str) -> None:
    with pytest.raises(Unreadable):
        read_money(words)


@pytest.mark.parametrize(
    "words",
    [
        # of which another number is a part, and how many there are
        "300 of our 1,200 users could not log in.",
        "300 of the 1,200 users could not log in.",
        "The system serves 1,200 customers, and it was down.",
        # who reported it, and who ended it
        "5 customers complained that the site was down.",
        "12 customers opened tickets because the site was down.",
        "2 teachers reported that logins failed.",
        "20 employees worked on the outage.",
        "2 operators restarted the failed node.",
        "3人のエンジニアが対応できなかった。",
        "影响 3 人天。",
        # who was not hit, or not in this incident
        "5名のお客様に影響なし。",
        "1,200 users signed up that day, none affected.",
        "In 2024, 1,200 users were affected by a similar outage.",
        "If it had lasted, 1,200 users would have been affected.",
        # machines
        "16 readers and the writer were down.",
        "5 clients lost their connection to the broker.",
        "7 members of the cluster were down.",
    ],
)
def test_numbers_of_others_are_not_those_of_the_users_that_were_hit(words: str) -> None:
    assert find_users(words) is None


def test_who_reported_it_does_not_change_how_many_were_hit() -> None:
    found = find_users("1,200 customers could not log in, and 40 customers complained.")
    assert found is None or found[0].count == 1200


@given(st.integers(0, 10**12), st.sampled_from(["{:,}", "{}", "{}%", "{:,}.5%", "0.{}%", "${:,}", "${}", "{:,} "]))
def test_a_number_without_a_word_is_read_as_any_other(number: int, form: str) -> None:
    words = form.format(number)

    def outcomes() -> list[object]:
        found: list[object] = []
        for read in (read_share, read_users, read_money):
            try:
                found.append(read(words))
            except Unreadable as error:
                found.append(str(error))
        return found

    short = outcomes()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_BARE_SHARE", "_BARE_DOLLARS"):
            patch.setattr(values, name, re.compile("(?!)"))
        assert outcomes() == short
