"""The server's key: made once, read by its owner only."""

import threading

import pytest

from classroom.keys import derive, server_key


def test_the_key_is_made_once_and_only_its_owner_can_read_it(settings):
    key = server_key(settings)
    assert len(key) == 32
    assert server_key(settings) == key
    assert settings.key_path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in settings.data_dir.iterdir()] == ["secret.key"]


def test_of_many_who_need_the_first_key_at_once_all_get_the_same(settings):
    gate, keys = threading.Barrier(8), []

    def read() -> None:
        gate.wait()
        keys.append(server_key(settings))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_the_folder_of_a_first_key_is_made_and_closed_to_others(settings):
    settings = settings.model_copy(update={"data_dir": settings.data_dir / "new"})
    server_key(settings)
    assert settings.data_dir.stat().st_mode & 0o777 == 0o700


def test_a_damaged_key_is_never_used(settings):
    settings.key_path.write_bytes(b"short")
    with pytest.raises(ValueError, match="restore it"):
        server_key(settings)


def test_each_purpose_has_a_secret_of_its_own(settings):
    key = server_key(settings)
    secrets = [derive(key, purpose).hex() for purpose in ("queue", "session cookie")]
    assert len({key.hex(), *secrets}) == 3
