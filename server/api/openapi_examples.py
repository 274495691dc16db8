"""One plausible body of each message of the sync protocol, for the API's description. Holds no real person, key or token."""

from typing import Any, Final

REPORT = "0b0c6a3e-7f0e-4d53-9d8c-2a5a4c1b7e01"
DEVICE = "5f0e8f0a-9f5b-4f0e-8f61-6a3c1d2b4e02"
INSPECTOR = "a3d9c3f2-1f4e-4a37-b1a5-90a7a3c4d503"
TASK = "1d2e3f40-5a6b-4c7d-8e9f-0a1b2c3d4e06"
PARCEL = "2e3f4051-6b7c-4d8e-9fa0-1b2c3d4e5f07"
EPOCH = "7c1f5e60-2f0f-4ac0-9a51-3b7f0a9d6e04"
MANIFEST_DIGEST = "sha256:4d8c6a0c5bb0c4b4e7e5c1f1a7c1d8e1f7b0c3d2a4e5f60718293a4b5c6d7e8f"
PHOTO_DIGEST = "sha256:9a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9"
KEY_ID = "q0m1s2V4f5d6h7J8k9L0a1b2c3d4e5f6g7h8i9j0k1M"
NOW = "2026-11-23T12:00:00+08:00"

SIGNATURE: Final = {"key_id": KEY_ID, "alg": "Ed25519", "value": "c2lnbmF0dXJlLW9mLXRoZS1leGFjdC1ieXRlcy1zZW50"}
SIGNED: Final = {"payload": '{"server_epoch":"…"}', "signature": SIGNATURE}
SERVER_KEY: Final = {"key_id": KEY_ID, "use": "receipt", "alg": "Ed25519", "spki": "MCowBQYDK2VwAyEA…"}
LIMITS: Final = {
    "push_bytes": 4_194_304,
    "push_inflated_bytes": 8_388_608,
    "push_items": 500,
    "manifest_bytes": 1_048_576,
    "note_characters": 10_000,
    "photo_bytes": 67_108_864,
    "video_bytes": 536_870_912,
    "chunk_bytes": 262_144,
}
WHO: Final = {
    "inspector": {"id": INSPECTOR, "name": "张三", "certificate_no": None},
    "crew": "第一巡查组",
    "regions": ["320583"],
    "region_names": {"320583": "昆山市"},
    "limits": LIMITS,
    "server_keys": [SERVER_KEY],
    "server_epoch": EPOCH,
}

ENROL: Final[dict[str, Any]] = {
    "code": "one-time-code-from-the-office",
    "label": "一组 1 号终端",
    "platform": "Android 15",
    "app": {"name": "xuntu-phone", "version": "1.0"},
    "public_key": {"alg": "Ed25519", "spki": "MCowBQYDK2VwAyEA…"},
}
ENROLLED: Final[dict[str, Any]] = {
    "device_id": DEVICE,
    "token": "shown-once-and-kept-only-hashed",
    "county": "320583",
    **WHO,
    "enrolment": SIGNED,
    "carry_recipient": "age1…",
}
SESSION: Final[dict[str, Any]] = {
    **WHO,
    "server_time": NOW,
    "server_keys_signed": SIGNED,
    "checkpoint": None,
    "reenrol": False,
}
PUSH: Final[dict[str, Any]] = {
    "sent_at": NOW,
    "unsent": {"reports": 0, "photos": 1},
    "items": [{"type": "report", "manifest": '{"v": 1, "id": "' + REPORT + '", "rev": 1, …}', "signature": SIGNATURE}],
}
RECEIPT: Final = {"payload": '{"id":"' + REPORT + '","rev":1,"state":"received",…}', "signature": SIGNATURE}
PUSHED: Final[dict[str, Any]] = {
    "results": [
        {
            "id": REPORT,
            "rev": 1,
            "digest": MANIFEST_DIGEST,
            "outcome": "stored",
            "flags": [],
            "missing": [PHOTO_DIGEST],
            "receipt": RECEIPT,
        }
    ],
    "server_time": NOW,
}
RECEIPTS_ASKED: Final[dict[str, Any]] = {"reports": [{"id": REPORT, "rev": 1, "digest": MANIFEST_DIGEST}]}
RECEIPTS: Final[dict[str, Any]] = {
    "receipts": [{"id": REPORT, "rev": 1, "known": True, "current": "stored", "missing": [], "receipt": RECEIPT}]
}
PULLED: Final[dict[str, Any]] = {
    "changes": [
        {
            "entity": "task",
            "id": TASK,
            "op": "put",
            "data": {
                "id": TASK,
                "parcel_id": PARCEL,
                "parcel_code": "320583001001GB00012",
                "region": "320583001",
                "region_name": "玉山镇",
                "reason": "约定动工日期已过，核查是否动工",
                "due_on": "2026-11-27",
                "state": "open",
                "programme": "idle_land",
                "lon": 120.98,
                "lat": 31.38,
                "title": "十二号地块",
            },
        }
    ],
    "cursor": "opaque-and-only-for-the-next-pull",
    "more": False,
}

BODIES: Final[dict[str, Any]] = {"enrol": ENROL, "push": PUSH, "receipts": RECEIPTS_ASKED}
"""Request bodies by the last part of an operation's id."""
ANSWERS: Final[dict[str, Any]] = {
    "enrol": ENROLLED,
    "session": SESSION,
    "push": PUSHED,
    "pull": PULLED,
    "receipts": RECEIPTS,
    "healthz": {"status": "ok"},
    "readyz": {"status": "ready"},
}
"""Bodies of the answer to what went well, by the last part of an operation's id."""
