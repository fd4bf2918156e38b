"""Write users, workspaces, clients and projects as Clockify does."""

from invoicekit_clockify.simulator.workspace import Client, Project, User, Workspace

# Live values exceed the vendor's enum, so one here is in no document.
_FREE_FEATURES = ("TIME_TRACKING", "SIMULATED_FEATURE")
_PAID_FEATURES = ("INVOICING", "APPROVAL", "CUSTOM_FIELDS", "LOCK_TIMESHEETS", *_FREE_FEATURES)


def user_document(user: User, workspace: Workspace, time_zone: str) -> dict[str, object]:
    """Write a user; the time zone decides how the core host reads windows."""
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "activeWorkspace": workspace.id,
        "defaultWorkspace": workspace.id,
        "status": "ACTIVE",
        "profilePicture": "",
        "memberships": [],
        "customFields": [],
        "settings": {
            "weekStart": "MONDAY",
            "timeZone": time_zone,
            "timeFormat": "HOUR24",
            "dateFormat": "DD/MM/YYYY",
            "sendNewsletter": False,
            "weeklyUpdates": False,
            "longRunning": False,
            "scheduledReports": False,
            "approval": False,
            "pto": False,
            "alerts": False,
            "reminders": False,
            "theme": "DEFAULT",
            "lang": "EN",
            "myStartOfDay": "09:00",
            "summaryReportSettings": {"group": "PROJECT", "subgroup": "TIMEENTRY"},
        },
    }


def workspace_document(workspace: Workspace) -> dict[str, object]:
    """Write a workspace with its plan and features."""
    rate = {"amount": 6000, "currency": workspace.currency}
    return {
        "id": workspace.id,
        "name": workspace.name,
        "hourlyRate": rate,
        "costRate": {"amount": 0, "currency": workspace.currency},
        "imageUrl": "",
        "memberships": [],
        "currencies": [{"id": workspace.company_id, "code": workspace.currency, "isDefault": True}],
        "features": list(_PAID_FEATURES if workspace.has_invoicing else _FREE_FEATURES),
        "featureSubscriptionType": "STANDARD_2021" if workspace.has_invoicing else "FREE",
        "subdomain": {"enabled": False, "name": ""},
        "workspaceSettings": {
            "timeRoundingInReports": False,
            "onlyAdminsSeeBillableRates": False,
            "defaultBillableProjects": True,
            "lockTimeZone": "UTC",
            "trackTimeDownToSecond": True,
            "timeTrackingMode": "DEFAULT",
            "durationFormat": "FULL",
            "numberFormat": "COMMA_PERIOD",
            "currencyFormat": "CURRENCY_SPACE_VALUE",
            "workingDays": ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"],
        },
        "cakeOrganizationId": "",
    }


def client_document(client: Client, workspace: Workspace) -> dict[str, object]:
    """Write a client; its currency is always the workspace's, whatever was asked for."""
    return {
        "id": client.id,
        "name": client.name,
        "email": client.email,
        "ccEmails": [],
        "workspaceId": workspace.id,
        "archived": client.archived,
        "address": client.address,
        "note": client.note,
        "currencyId": workspace.company_id,
        "currencyCode": workspace.currency,
    }


def project_document(project: Project, workspace: Workspace) -> dict[str, object]:
    """Write a project; clientId and clientName stand on the wire though the document leaves them out."""
    return {
        "id": project.id,
        "name": project.name,
        "clientId": project.client_id,
        "clientName": workspace.clients[project.client_id].name,
        "workspaceId": workspace.id,
        "billable": project.billable,
        "archived": project.archived,
        "hourlyRate": {"amount": project.rate, "currency": workspace.currency},
        "costRate": {"amount": 0, "currency": workspace.currency},
        "color": "#03A9F4",
        "duration": "PT0S",
        "memberships": [],
        "note": "",
        "public": True,
        "template": False,
    }
