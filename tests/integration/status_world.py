"""A world worth looking at: plans of every granularity, some failed, cleared, pending and held, a rejected record, an endpoint in trouble."""

import datetime
import random

from can import simulator
from journal import journal
from support import eventually

NAMES = [
    "orders_daily", "orders_by_region", "order_lines", "customers", "customer_lifetime_value", "payments_settled", "payments_by_method", "refunds",
    "inventory_snapshot", "inventory_movements", "shipments", "shipment_delays", "carrier_costs", "web_sessions", "web_events", "ad_spend",
    "ad_attribution", "email_engagement", "churn_risk", "revenue_recognised", "ledger_balances", "tax_by_country", "fx_rates", "product_margins",
    "price_changes", "suppliers", "supplier_scorecards", "returns", "warehouse_load", "support_tickets", "nps_scores", "fraud_signals",
]
HOSTILE = "<script>alert('plan')</script>\"&amp;"


def uuid_of(name):
    return random.Random(name).randbytes(16).hex()


def build(space, hostile=True, today=datetime.date(2026, 11, 22)):
    """Configures two endpoints, at one of which nobody listens, and fills the journal. Answers the simulator."""
    can = simulator(space).start()
    endpoints = [
        {"name": "can", "url": can.url, "tenant_id": "tn_1", "auth": {"type": "UID", "value": "1"}, "request_timeout": "10s"},
        {"name": "can-lab", "url": "http://127.0.0.1:9", "tenant_id": "tn_2", "auth": {"type": "UID", "value": "1"}},
    ]
    plans = [{"uuid": uuid_of(n), "name": n} for n in NAMES] + [{"uuid": uuid_of("lab_forecast"), "name": "lab_forecast", "endpoint": "can-lab"}]
    space.configure(can.url, endpoints=endpoints, plans=plans, status={"listen": "127.0.0.1:0"}, retry={"initial": "200ms", "max": "5s"},
                    circuit={"probe_every": "10s"})
    space.partmark("init")
    dice = random.Random(7)
    rows = []
    first = datetime.date(2024, 2, 12)
    for name in NAMES:
        u = uuid_of(name)
        end = today - datetime.timedelta(days=dice.choice([0, 0, 0, 1, 1, 2]))
        rows.append((u, "DAY", str(first), str(end), "success"))
        for _ in range(dice.randrange(2, 7)):
            day = first + datetime.timedelta(days=dice.randrange((end - first).days))
            rows.append((u, "DAY", str(day), str(min(day + datetime.timedelta(days=dice.choice([0, 0, 1, 3])), end)), "failed"))
        if dice.random() < 0.4:
            rows.append((u, "DAY", str(first), str(first + datetime.timedelta(days=20)), "cleared"))
        if dice.random() < 0.3:
            rows.append((u, "DAY", str(end), str(end), "failed"))
    rows += [("hourly_clicks", "HOUR", "2026-10-01T00:00:00", "2026-11-22T11:00:00", "success"),
             ("hourly_clicks", "HOUR", "2026-11-03T05:00:00", "2026-11-03T09:00:00", "failed"),
             ("minutes_of_today", "MINUTE", "2026-11-22T00:00:00", "2026-11-22T13:37:00", "success"),
             ("weekly_summary", "WEEK", "2021-01-04", "2026-11-16", "success"),
             ("monthly_close", "MONTH", "2012-01-01", "2026-10-01", "success"),
             ("quarterly_report", "QUARTER", "2010-01-01", "2026-07-01", "success"),
             ("yearly_report", "YEAR", "1990-01-01", "2025-01-01", "success"),
             ("dimension_countries", None, None, None, "success")]
    if hostile:
        rows.append((HOSTILE, "DAY", "2026-11-01", "2026-11-20", "success"))
    with journal(space.journal_path) as book:
        book.add_all(rows)
        book.add("orders_by_region_old", "DAY", "2026-02-30")
        book.add("monthly_close", "DAY", "2026-02-03")
        book.add_table("starrocks.`default_catalog.sales`.p_order", "2026-11-21")
    return can


def later(space, can):
    """What comes after everything else was accepted: a refusal, and something for an endpoint that does not answer, and what somebody else undid."""
    can.control("POST", "plan", {"uuid": uuid_of("returns"), "clear": [{"first": "2026-09-08T00:00:00", "last": "2026-09-11T00:00:00"}]})
    assert space.partmark("drift", uuid_of("returns"))[0] == 1
    with journal(space.journal_path) as book:
        book.add(uuid_of("returns"), "DAY", "2026-09-11")
    eventually(space.folded, "it is read")
    eventually(lambda: space.read("show", uuid_of("returns"))["pending"] == [], "one of them is accepted again")
    can.fault("reject", {"plan": uuid_of("returns")}, errorMsg="the materialization was altered: partition 2026-11-18 is unknown", code="PLAN_ALTERED")
    with journal(space.journal_path) as book:
        book.add(uuid_of("returns"), "DAY", "2026-11-18", last="2026-11-22")
        book.add(uuid_of("lab_forecast"), "DAY", "2026-11-01", last="2026-11-22")
