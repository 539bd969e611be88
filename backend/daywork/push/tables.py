"""The inbox, devices, deliveries and preferences; see the migration for keys, checks, indexes."""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    Boolean,
    Bytea,
    Integer,
    Text,
    Time,
    Timestamptz,
)
from piccolo.table import Table

from daywork.ground.database import DB


class Message(Table, tablename="message", db=DB):
    """``message``: what somebody is told, worded when it is shown."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    member = UUID(default=None)
    kind = Text()
    notice = Text()
    facts = JSONB()
    subject = Text()
    site = UUID(null=True, default=None)
    entry = UUID(null=True, default=None)
    link = Text()
    revision = Integer()
    created_at = Timestamptz(default=None)
    read_at = Timestamptz(null=True, default=None)


class PushSubscription(Table, tablename="push_subscription", db=DB):
    """``push_subscription``: a browser that may be woken, as long as its session lasts."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    member = UUID(default=None)
    session = Bytea()
    endpoint = Text()
    p256dh = Bytea()
    auth = Bytea()
    server_key = Text()
    device = Text()
    created_at = Timestamptz(default=None)
    seen_at = Timestamptz(default=None)
    gone_at = Timestamptz(null=True, default=None)
    gone_why = Text(null=True, default=None)


class PushDelivery(Table, tablename="push_delivery", db=DB):
    """``push_delivery``: one revision of one message to one device."""

    organisation = UUID(default=None)
    message = UUID(primary_key=True, default=None)
    revision = Integer()
    subscription = UUID(default=None)
    state = Text()
    why = Text(null=True, default=None)
    not_before = Timestamptz(default=None)
    attempts = Integer()
    claimed_at = Timestamptz(null=True, default=None)
    done_at = Timestamptz(null=True, default=None)


class PushPreference(Table, tablename="push_preference", db=DB):
    """``push_preference``: what a person wants pushed, and when not."""

    organisation = UUID(default=None)
    member = UUID(primary_key=True, default=None)
    muted = Array(base_column=Text())
    quiet = Boolean()
    quiet_from = Time(default=None)
    quiet_to = Time(default=None)


class PushBundle(Table, tablename="push_bundle", db=DB):
    """``push_bundle``: when a site's many become one message."""

    organisation = UUID(default=None)
    site = UUID(primary_key=True, default=None)
    kind = Text()
    due_at = Timestamptz(null=True, default=None)
    told_at = Timestamptz(null=True, default=None)


class InstallationSecret(Table, tablename="installation_secret", db=DB):
    """``installation_secret``: kept by the tables' owner, never read by a request."""

    name = Text(primary_key=True)
    value = Text()
    created_at = Timestamptz(default=None)
