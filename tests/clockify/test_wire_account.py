"""Clients, projects, users, workspaces and settings in and out of Clockify's JSON."""

import json
from typing import Any

import pytest
from clockify_desk import CLIENT, WORKSPACE, answer

from invoicekit.errors import MalformedResponse, UsageError
from invoicekit.model import MISSING, Customer, Money, NewCustomer
from invoicekit_clockify import SettingsChange
from invoicekit_clockify.wire_account import (
    encode_customer,
    read_customers,
    read_projects,
    read_user,
    read_workspace,
)
from invoicekit_clockify.wire_settings import (
    changed,
    check_settings_change,
    encode_settings,
    read_settings,
)

SETTINGS: dict[str, Any] = {
    "labels": {
        **dict.fromkeys(
            ("amount", "billFrom", "billTo", "description", "discount", "dueDate", "issueDate", "itemType"),
            "L",
        ),
        **dict.fromkeys(("notes", "paid", "quantity", "subtotal", "tax", "tax2", "total", "unitPrice"), "L"),
        "totalAmount": "Due",
    },
    "defaults": {"notes": "Thanks", "subject": "Invoice", "tax": 7, "taxPercent": 7.5, "dueDays": 14},
    "exportFields": {"quantity": True, "rtl": False, "RTL": False},
}


def test_a_client_is_read_in_neutral_words() -> None:
    """A bare array, archived ones included."""
    rows = read_customers(answer([{"id": CLIENT, "name": "Acme", "email": None, "archived": True}]).body)

    assert rows == (Customer(id=CLIENT, name="Acme", email=None, is_archived=True),)


def test_a_client_goes_out_without_what_create_ignores() -> None:
    """Blanks around the name are dropped, since the name is the key it is found by."""
    body = encode_customer(NewCustomer(name=" Acme ", email="a@b.example", note=""))

    assert json.loads(body) == {"name": "Acme", "email": "a@b.example", "note": ""}


@pytest.mark.parametrize(
    "new",
    [
        NewCustomer(name=""),
        NewCustomer(name="  "),
        NewCustomer(name="x" * 101),
        NewCustomer(name="x", note="x" * 3001),
    ],
)
def test_a_client_that_cannot_be_is_refused(new: NewCustomer) -> None:
    """Before anything is sent."""
    with pytest.raises(UsageError):
        encode_customer(new)


def test_a_project_carries_its_rate() -> None:
    """In the rate's own currency, minor units."""
    row = {"id": CLIENT, "name": "Site", "hourlyRate": {"amount": 4000, "currency": "EUR"}}

    (project,) = read_projects(answer([row]).body)

    assert (project.hourly_rate, project.customer_id) == (Money("40.00", "EUR"), MISSING)


@pytest.mark.parametrize(
    ("settings", "zone"),
    [({"timeZone": "Europe/Belgrade"}, "Europe/Belgrade"), ({"timeZone": ""}, None), (None, None)],
)
def test_a_user_carries_the_zone_of_the_account(settings: object, zone: str | None) -> None:
    """It decides what windows mean."""
    assert read_user(answer({"id": CLIENT, "settings": settings}).body).time_zone == zone


def test_a_workspace_carries_plan_and_features_as_they_are() -> None:
    """Both lists are open; a missing one is None and not empty."""
    told = read_workspace(answer({"id": WORKSPACE, "featureSubscriptionType": "X", "features": ["Y"]}).body)
    untold = read_workspace(answer({"id": WORKSPACE}).body)

    assert (told.plan, told.features) == ("X", frozenset({"Y"}))
    assert (untold.plan, untold.features) == (None, None)


def test_settings_go_back_whole_and_under_their_own_names() -> None:
    """totalAmount is written as totalAmountDue; deprecated doubles and unknown columns are left out."""
    settings = read_settings(answer(SETTINGS).body)

    sent = json.loads(encode_settings(changed(settings, SettingsChange(labels={"tax": "VAT"}))))

    assert sent["labels"] == {
        **{name: "L" for name in SETTINGS["labels"] if name != "totalAmount"},
        "totalAmountDue": "Due",
        "tax": "VAT",
    }
    assert sent["defaults"] == {"notes": "Thanks", "subject": "Invoice", "taxPercent": 7.5, "dueDays": 14}
    assert sent["exportFields"] == {
        **dict.fromkeys(("itemType", "rtl", "tax", "tax2", "unitPrice"), False),
        "quantity": True,
    }


@pytest.mark.parametrize(
    "change",
    [
        SettingsChange(labels={"totalAmount": "x"}),
        SettingsChange(labels={"tax": "x" * 21}),
        SettingsChange(defaults={"tax": 7}),
        SettingsChange(export_fields={"RTL": True}),
    ],
)
def test_settings_that_cannot_be_are_refused(change: SettingsChange) -> None:
    """The reads' names are not the writes' names; the error lists what is known."""
    with pytest.raises(UsageError):
        check_settings_change(change)


def test_settings_without_labels_are_no_settings() -> None:
    """Writing back what did not come would wipe every label."""
    with pytest.raises(MalformedResponse):
        read_settings(answer({"defaults": {}}).body)
