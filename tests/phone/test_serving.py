"""The phone's app as a browser is given it: what is there, what is not, what it may do, and how it learns of a new version."""

import gzip
import hashlib
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from server.phone.shelf import APP, LICENCES, MAP_LIBRARY, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

SCRIPT = "/phone/vendor/idb/index.js"


def precache(client: "FlaskClient") -> dict[str, Any]:
    return dict(client.get("/phone/precache.json").get_json())


def test_every_kept_file_is_served_with_the_digest_and_size_it_is_announced_with(client: "FlaskClient") -> None:
    files = precache(client)["files"]
    assert {file["group"] for file in files} == {"shell", "later", "map"}
    for file in files:
        answer = client.get(file["url"])
        digest = "sha256:" + hashlib.sha256(answer.data).hexdigest()
        assert (answer.status_code, digest, len(answer.data)) == (200, file["digest"], file["bytes"]), file["url"]


def test_a_phone_keeps_the_map_and_the_libraries_but_no_licence_type_or_page_about_the_code(client: "FlaskClient") -> None:
    kept = {file["url"] for file in precache(client)["files"]}
    assert {SCRIPT, "/phone/vendor/tus-js-client/tus.min.js", "/phone/vendor/maplibre-gl/maplibre-gl-worker.mjs"} <= kept
    assert [url for url in kept if url.endswith((*LICENCES, ".d.ts", ".md", ".toml", "package.json"))] == []
    assert "/phone/sw.js" not in kept


def test_the_map_library_is_the_consoles(client: "FlaskClient") -> None:
    listed = tomllib.loads((MAP_LIBRARY.parent / "VENDORED.toml").read_text("utf-8"))["package"]
    files = next(package["files"] for package in listed if package["name"] == "maplibre-gl")
    for name, digest in files.items():
        assert hashlib.sha256(client.get(f"/phone/vendor/{name}").data).hexdigest() == digest


@pytest.mark.parametrize(
    ("address", "media_type"),
    [
        (SCRIPT, "text/javascript; charset=utf-8"),
        ("/phone/vendor/maplibre-gl/maplibre-gl.mjs", "text/javascript; charset=utf-8"),
        ("/phone/vendor/maplibre-gl/maplibre-gl.css", "text/css; charset=utf-8"),
        ("/phone/vendor/idb/LICENSE", "text/plain; charset=utf-8"),
        ("/phone/config.json", "application/json"),
        ("/phone/precache.json", "application/json"),
    ],
)
def test_a_file_has_the_media_type_a_browser_insists_on(client: "FlaskClient", address: str, media_type: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, media_type)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


NOT_PUBLISHED = [
    "vendor/",
    "vendor",
    "core/",
    "README.md",
    "package.json",
    "vendor/VENDORED.toml",
    "vendor/idb/index.d.ts",
    "../client.py",
    "%2e%2e/client.py",
    "..%2f..%2fwsgi.py",
    "vendor/../../client.py",
    "etc/passwd",
    "vendor\\idb\\index.js",
    "sw.js/",
]


@pytest.mark.parametrize("name", NOT_PUBLISHED)
def test_what_is_not_of_the_app_is_not_there_and_no_folder_is_listed(client: "FlaskClient", name: str) -> None:
    answer = client.get(f"/phone/{name}")
    assert (answer.status_code, answer.get_json(force=True)["code"]) == (404, "not-found")


def test_the_address_without_its_slash_leads_to_the_app(client: "FlaskClient") -> None:
    answer = client.get("/phone")
    assert (answer.status_code, answer.headers["Location"]) == (308, "http://localhost/phone/")
    assert "Content-Security-Policy" in answer.headers


def test_a_page_may_run_its_own_scripts_only_and_ask_this_server_only(client: "FlaskClient") -> None:
    policy = client.get(SCRIPT).headers["Content-Security-Policy"]
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    assert parts["default-src"] == "'none'"
    assert {parts[name] for name in ("script-src", "style-src", "connect-src", "worker-src", "manifest-src")} == {"'self'"}
    assert parts["img-src"] == "'self' data: blob:"
    assert parts["frame-ancestors"] == parts["form-action"] == parts["base-uri"] == "'none'"
    assert "unsafe" not in policy


def test_a_page_may_use_the_camera_and_where_it_is_but_not_the_microphone(client: "FlaskClient") -> None:
    allowed = client.get("/phone/config.json").headers["Permissions-Policy"].split(", ")
    for sensor in ("camera", "geolocation", "accelerometer", "gyroscope", "magnetometer"):
        assert f"{sensor}=(self)" in allowed
    assert "microphone=()" in allowed


def test_headers_are_on_refusals_too_and_nowhere_else(client: "FlaskClient") -> None:
    assert "Permissions-Policy" in client.get("/phone/no-such-file.js").headers
    assert "Permissions-Policy" not in client.get("/healthz").headers
    assert "Permissions-Policy" not in client.get("/phonebook").headers


def test_the_tile_service_is_allowed_and_told_the_site_only_where_a_key_is_set(
    settings: Any, build_app: "Callable[[Any], Flask]", client: "FlaskClient"
) -> None:
    without = client.get("/phone/config.json")
    assert without.get_json()["base_map"] is None
    assert "tianditu" not in without.headers["Content-Security-Policy"]
    assert without.headers["Referrer-Policy"] == "same-origin"
    key = "0123456789abcdef0123456789abcdef"
    answer = build_app(replace(settings, tianditu_key=key)).test_client().get("/phone/config.json")
    assert answer.get_json()["base_map"] == {"tianditu_key": key}
    assert answer.headers["Content-Security-Policy"].count("https://*.tianditu.gov.cn") == 2
    assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_the_app_is_named_and_versioned_by_what_runs(client: "FlaskClient") -> None:
    app = client.get("/phone/config.json").get_json()["app"]
    assert app == {"name": "xuntu-phone", "version": precache(client)["version"]}


def test_a_browser_asks_each_time_and_is_told_in_a_line_that_nothing_changed(client: "FlaskClient") -> None:
    first = client.get(SCRIPT)
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get(SCRIPT, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(SCRIPT, headers={"If-None-Match": '"another"'}).status_code == 200


def test_a_file_travels_compressed_where_the_browser_can_and_is_the_same_file(client: "FlaskClient") -> None:
    plain, small = client.get(SCRIPT), client.get(SCRIPT, headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data
    assert len(small.data) * 2 < len(plain.data)
    assert "Accept-Encoding" in small.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_production_keeps_to_https(settings: Any, build_app: "Callable[[Any], Flask]", client: "FlaskClient") -> None:
    assert "Strict-Transport-Security" not in client.get(SCRIPT).headers
    production = build_app(replace(settings, production=True)).test_client()
    assert production.get(SCRIPT).headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    app, map_library = tmp_path / ".hidden-checkout" / "app", tmp_path / "map"
    for folder in (app, map_library, app / "core"):
        folder.mkdir(parents=True)
    (app / "index.html").write_text("<!doctype html>")
    (app / "core" / "a.js").write_text("/** One. */\nexport const a = 1;\n")
    (app / "sw.js").write_text("self;\n")
    (app / "notes.md").write_text("not published")
    (app / ".editor.js").write_text("not published")
    (map_library / "map.mjs").write_text("export {};\n")
    return Shelf(app, map_library, look_again=0)


def test_the_front_page_is_kept_by_the_address_it_is_opened_at(shelf: Shelf) -> None:
    files = shelf.now().to_keep["files"]
    assert [(file["url"], file["group"]) for file in files] == [
        ("/phone/core/a.js", "shell"),
        ("/phone/", "shell"),
        ("/phone/vendor/maplibre-gl/map.mjs", "map"),
    ]


@pytest.mark.parametrize("changed", ["app/index.html", "app/core/a.js", "app/sw.js", "map/map.mjs"])
def test_any_changed_file_changes_the_version_and_with_it_the_worker(shelf: Shelf, tmp_path: Path, changed: str) -> None:
    before, worker = shelf.now(), shelf.now().worker
    assert shelf.now() is before
    where, _, name = changed.partition("/")
    path = (tmp_path / ".hidden-checkout" / "app" if where == "app" else tmp_path / where) / name
    path.write_text(path.read_text() + " ")
    after = shelf.now()
    assert after.version != before.version
    assert worker is not None
    assert after.worker is not None
    assert after.worker.content != worker.content
    assert worker.content == f"self.PHONE_VERSION = '{before.version}';\nself;\n".encode()


def test_every_script_goes_out_as_it_is_written(client: "FlaskClient") -> None:
    for name in ("app.js", "vendor/idb/index.js"):
        assert client.get(f"/phone/{name}").data == (APP / name).read_bytes()


def test_the_folder_is_looked_at_once_a_second(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1;\n")
    patient = Shelf(tmp_path, tmp_path / "none", look_again=3600)
    before = patient.now()
    (tmp_path / "a.js").write_text("2;\n")
    assert patient.now() is before


def test_a_link_out_of_the_folder_is_not_published(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "key.js").write_text("1;\n")
    (tmp_path / "app" / "key.js").symlink_to(tmp_path / "secrets" / "key.js")
    (tmp_path / "app" / "all").symlink_to(tmp_path / "secrets", target_is_directory=True)
    assert Shelf(tmp_path / "app", tmp_path / "none").now().files == {}


def test_a_removed_file_is_gone_at_once(shelf: Shelf, tmp_path: Path) -> None:
    before = shelf.now().version
    (tmp_path / ".hidden-checkout" / "app" / "core" / "a.js").unlink()
    assert "core/a.js" not in shelf.now().files
    assert shelf.now().version != before


def test_without_a_worker_there_is_none(tmp_path: Path) -> None:
    assert Shelf(tmp_path, tmp_path).now().worker is None


def test_no_text_of_the_app_runs_inline_or_names_another_server() -> None:
    """What the policy would block is not written in the first place."""
    for path in (*APP.rglob("*.html"), *APP.rglob("*.css")):
        text = path.read_text("utf-8")
        assert "style=" not in text, path
        assert "http://" not in text.replace("http://www.w3.org/", ""), path
