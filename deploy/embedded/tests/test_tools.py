"""The tools around the platform: the Makefile, the locks, the containers' secrets."""

import importlib.util
import re
import stat
import subprocess
import sys
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import yaml
from embedded import instances, key_changes, secret_store
from embedded.container_secrets import ContainerSecrets
from embedded.failures import PlatformFailed
from embedded.first_walk import walk_command
from embedded.services import GATEWAY, PARTNERS, SERVICES

ROOT = Path(__file__).parents[3]
LOCK = (ROOT / "requirements.lock").read_text()


def test_make_alone_lists_every_target():
    makefile = (ROOT / "Makefile").read_text()
    targets = {name for line in re.findall(r"^\.PHONY: (.+)$", makefile, re.M) for name in line.split()}
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in listed.splitlines() if line.startswith("  make ")} == targets


def test_the_bootstrap_installs_the_locked_uv():
    bootstrap = (ROOT / "deploy" / "requirements-bootstrap.lock").read_text()
    lines = [line for line in bootstrap.splitlines() if not line.startswith("#")]
    assert lines[0].startswith("uv==")
    assert all(line.strip(" \\") in LOCK for line in lines)


def test_locks_name_no_registry():
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", LOCK)


def locked_subset():
    path = ROOT / "deploy" / "locked_subset.py"
    spec = importlib.util.spec_from_file_location("locked_subset", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_part_of_the_lock_is_closed_and_hashed():
    lock = "\n".join([
        "a==1 \\", "    --hash=sha256:aa", "    # via ours (x/pyproject.toml)",
        "b==2 \\", "    --hash=sha256:bb", "    # via", "    #   a", "    #   c",
        "c==3 \\", "    --hash=sha256:cc", "    # via other",
    ])  # fmt: skip
    assert locked_subset().subset(lock, {"ours"}) == (
        "a==1 \\\n    --hash=sha256:aa\nb==2 \\\n    --hash=sha256:bb\n"
    )
    with pytest.raises(LookupError, match="nonsense"):
        locked_subset().subset(lock, {"nonsense"})


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())


def test_only_the_gateway_is_published(compose):
    published = [name for name, service in compose["services"].items() if "ports" in service]
    assert published == [GATEWAY]


@pytest.mark.parametrize("name", [*SERVICES, GATEWAY, PARTNERS])
def test_our_containers_are_closed(compose, name):
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"] and service["cpus"]


def test_every_secret_a_container_names_is_made(compose, tmp_path):
    ContainerSecrets(tmp_path / "secrets").write()
    named = 0
    for name, service in compose["services"].items():
        told = service.get("environment", {})
        for value in told.values():
            if isinstance(value, str) and value.startswith("/run/secrets/"):
                file = tmp_path / "secrets" / name / value.removeprefix("/run/secrets/")
                assert file.is_file(), f"{name}: {value}"
                named += 1
    assert named > 30
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_services_believe_the_gateway_about_addresses_and_the_gateway_nobody_unasked(compose):
    for name in SERVICES:
        believed = compose["services"][name]["environment"]["TRUSTED_PROXIES"].split(",")
        for where_docker_puts_networks in ("172.18.0.9", "172.31.0.2", "192.168.16.2", "10.0.3.4"):
            assert any(ip_address(where_docker_puts_networks) in ip_network(each) for each in believed)
        assert not any(ip_address("203.0.113.9") in ip_network(each) for each in believed)
        assert compose["services"][name]["networks"] == ["inside"], f"{name} is reachable for others"
    assert compose["services"][GATEWAY]["environment"]["TRUSTED_PROXIES"] == "${TRUSTED_PROXIES:-}"


def test_secrets_made_again_are_the_same(tmp_path):
    secrets = ContainerSecrets(tmp_path)
    secrets.write()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    secrets.write()
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_no_service_holds_a_partners_private_key(tmp_path):
    ContainerSecrets(tmp_path).write()
    for name in SERVICES:
        held = {path.name for path in (tmp_path / name).iterdir()}
        assert not held & {"bank.private.pem", "courier.private.pem"}


def test_a_demo_without_a_platform_says_so(port):
    assert instances.data_of(port) is None
    with pytest.raises(PlatformFailed, match=f"no platform of this machine runs on port {port}"):
        walk_command(port)


def test_keys_of_partners_that_came_later_are_made_too(tmp_path):
    ContainerSecrets(tmp_path).write()
    sandbox, own = tmp_path / "partner-keys/sandbox", tmp_path / "partner-keys/identity-svc"
    kept = (sandbox / "sms.secret").read_text()
    for folder in (sandbox, own):
        (folder / "city.secret").unlink()
    ContainerSecrets(tmp_path).write()
    assert (own / "city.secret").read_text() == (sandbox / "city.secret").read_text()
    assert (sandbox / "sms.secret").read_text() == kept


@pytest.mark.parametrize("command", ["status", "keys add", "reseal", "audit-verify"])
def test_a_command_without_its_data_says_what_lacks(command, tmp_path):
    words = [sys.executable, "-m", "embedded", *command.split(), "--data", str(tmp_path / "none")]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.startswith("✗ "), done.stderr


def test_a_change_of_keys_goes_step_by_step(tmp_path):
    path = tmp_path / "platform.json"
    secret_store.load_or_generate(path, ["case-svc"], data_exists=False)

    def own():
        return secret_store.load_or_generate(path, [], data_exists=True).services["case-svc"]

    first = own()
    assert key_changes.change(path, key_changes.add("sm4-gcm")) == ["case-svc: DATA_KEYS k2, k1"]
    assert own().data_keys.startswith("k2:sm4-gcm:") and own().data_keys.endswith(f",{first.data_keys}")
    key_changes.change(path, key_changes.drop)
    assert own().data_keys.count(":") == 2
    key_changes.change(path, key_changes.lookup)
    coming = own()
    assert (coming.lookup_key, bool(coming.lookup_key_next)) == (first.lookup_key, True)
    key_changes.change(path, key_changes.lookup)
    assert (own().lookup_key, own().lookup_key_previous) == (coming.lookup_key_next, first.lookup_key)
    key_changes.change(path, key_changes.lookup)
    assert (own().lookup_key, own().lookup_key_previous) == (coming.lookup_key_next, "")
    assert (
        stat.S_IMODE(path.stat().st_mode)
        == stat.S_IMODE((tmp_path / "platform.json.before").stat().st_mode)
        == 0o600
    )
