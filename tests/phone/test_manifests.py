"""What the phone signs is judged by the reader that the office uses. Never repairs a manifest before judging it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from schemas.manifest import OBSERVATIONS, OnsiteSchema, PhotoSchema, PositionSchema, ViewSchema, read_item
from server.law import load_law
from server.services.packages_law import PRINTED
from tests.contracts.sources import ROOT
from tests.processes.missing import MissingToolError, report_missing
from tests.processes.node import FOLDER, install_packages

pytestmark = pytest.mark.processes

ARBITRARY = 400
SEED = 20261120


@pytest.fixture(scope="module")
def node() -> Path:
    """Node with the packages of tests/phone beside it; skipped where neither is to be had."""
    try:
        return install_packages()
    except MissingToolError as missing:
        report_missing(str(missing))


def printed(node: Path, *arguments: str) -> str:
    answer = subprocess.run([node, *arguments], cwd=FOLDER, capture_output=True, text=True, check=False, timeout=60)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.fixture(scope="module")
def manifests(node: Path) -> list[dict[str, Any]]:
    """Every draft of tests/phone/core/drafts.mjs: its manifest, or what the phone has against it."""
    lines = printed(node, "core/print_manifests.mjs", str(ARBITRARY), str(SEED)).splitlines()
    return [json.loads(line) for line in lines]


def complaint_about(told: dict[str, Any]) -> str | None:
    item = {"type": told["type"], "manifest": told["manifest"], "signature": None}
    return read_item(json.dumps(item), item).complaint


def test_everything_an_ordinary_day_writes_loads_without_complaint(manifests: list[dict[str, Any]]) -> None:
    ordinary = [told for told in manifests if not told["name"].startswith("arbitrary")]
    assert len(ordinary) > 15
    for told in ordinary:
        assert told["complaints"] == [], told["name"]
        assert complaint_about(told) is None, told["name"]


def test_whatever_the_phone_agrees_to_seal_the_office_can_store(manifests: list[dict[str, Any]]) -> None:
    arbitrary = [told for told in manifests if told["name"].startswith("arbitrary")]
    sealed = [told for told in arbitrary if not told["complaints"]]
    assert 5 <= len(sealed) < len(arbitrary), "the drafts are all good or all bad and prove nothing"
    for told in sealed:
        assert complaint_about(told) is None, (told["name"], told["manifest"])


FIELD_NAMES = """
import { OBSERVATIONS, ONSITE, PHOTO, POSITION, VIEW } from '../../client_sync/phone/core/manifest_limits.js';
const names = (limit) => Object.keys(limit.fields).sort();
const kinds = Object.fromEntries(Object.entries(OBSERVATIONS).map(([kind, limit]) => [kind, names(limit)]));
const parts = { onsite: ONSITE, photo: PHOTO, position: POSITION, view: VIEW };
const named = Object.entries(parts).map(([part, limit]) => [part, names(limit)]);
console.log(JSON.stringify({ ...kinds, ...Object.fromEntries(named) }));
"""


def test_the_phone_knows_every_field_that_the_office_reads(node: Path) -> None:
    told = json.loads(printed(node, "--input-type=module", "--eval", FIELD_NAMES))
    parts = {"onsite": OnsiteSchema(), "photo": PhotoSchema(), "position": PositionSchema(), "view": ViewSchema(), **OBSERVATIONS}
    # The reason for a gallery photo is kept in the manifest's bytes; the office's reader does not need it.
    expected = {
        name: sorted([*schema.fields, *(["gallery_reason"] if name == "photo" else [])]) for name, schema in parts.items()
    }
    assert told == expected


LAW_IDS = """
import { KINDS, questionsFor } from '../../client_sync/phone/core/questions.js';
const ids = (kind) => questionsFor(kind).flatMap((question) => question.law_text_ids ?? []);
console.log(JSON.stringify(Object.fromEntries(KINDS.map((kind) => [kind, ids(kind)]))));
"""


def test_every_provision_a_question_prints_exists_and_comes_in_the_package(node: Path) -> None:
    told: dict[str, list[str]] = json.loads(printed(node, "--input-type=module", "--eval", LAW_IDS))
    law = load_law(ROOT / "server" / "law")
    packaged = {law_id for ids in PRINTED.values() for law_id in ids}
    assert "IDLE-05" in told["construction"], "the definition of 动工 is printed where it is asked"
    for kind, law_ids in told.items():
        assert law_ids, kind
        for law_id in law_ids:
            assert law[law_id].id == law_id
            assert law_id in packaged


def test_the_definition_of_a_start_stands_in_the_law_and_not_in_javascript() -> None:
    words = ("基坑开挖完毕", "打入所有基础桩", "三分之一", "1 / 3", "1/3", "0.33")
    for script in sorted((ROOT / "client_sync" / "phone").rglob("*.js")):
        if "vendor" in script.parts:
            continue
        text = script.read_text("utf-8")
        assert not [each for each in words if each in text], script
