"""Verifies webhooks of Seaworthy (Standard Webhooks, v1) with nothing but the standard library."""

import base64
import binascii
import hashlib
import hmac
import re
import time

TOLERANCE_S = 5 * 60


def is_genuine(secrets, headers, body):
    """Whether the bytes were signed with one of the secrets within the last minutes.

    secrets: texts such as "whsec_..."; during a rotation there are two.
    headers: anything with get(), names in any case your framework accepts.
    body: the bytes as they came, before anything parsed them.
    """
    identifier = headers.get("webhook-id") or ""
    timestamp = headers.get("webhook-timestamp") or ""
    if not re.fullmatch(r"[1-9][0-9]{0,11}", timestamp, re.ASCII):
        return False
    if abs(time.time() - int(timestamp)) > TOLERANCE_S:
        return False
    content = f"{identifier}.{timestamp}.".encode() + body
    expected = [
        hmac.new(base64.b64decode(secret.removeprefix("whsec_")), content, hashlib.sha256).digest()
        for secret in secrets
    ]
    for each in (headers.get("webhook-signature") or "").split(" "):
        version, _, text = each.partition(",")
        if version != "v1":
            continue
        try:
            given = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            continue
        if any(hmac.compare_digest(mac, given) for mac in expected):
            return True
    return False
