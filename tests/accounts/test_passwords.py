import threading

from argon2 import PasswordHasher, extract_parameters

from accounts import passwords

OLD_SETTING = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)


def test_hash_is_argon2id_at_the_setting_of_owasp() -> None:
    found = extract_parameters(passwords.hash_password("tea4winter"))

    assert (found.type.name, found.time_cost, found.memory_cost, found.parallelism) == (
        "ID",
        2,
        19 * 1024,
        1,
    )


def test_unknown_person_costs_the_same_setting() -> None:
    assert extract_parameters(passwords.DECOY) == extract_parameters(passwords.hash_password("x"))
    assert not passwords.check_password(None, "tea4winter").is_right


def test_right_password_is_right_in_either_width() -> None:
    stored = passwords.hash_password("tea4winter")

    assert passwords.check_password(stored, "ｔｅａ４winter").is_right
    assert not passwords.check_password(stored, "Tea4winter").is_right


def test_hash_of_an_older_setting_is_made_anew() -> None:
    verdict = passwords.check_password(OLD_SETTING.hash("tea4winter"), "tea4winter")

    assert verdict.is_right
    assert verdict.fresh_hash is not None
    assert passwords.check_password(verdict.fresh_hash, "tea4winter") == passwords.Verdict(True)


def test_unreadable_hash_is_a_wrong_password() -> None:
    assert not passwords.check_password("not a hash", "tea4winter").is_right


def test_second_hash_waits_for_the_first() -> None:
    done = threading.Event()

    def hash_another() -> None:
        passwords.hash_password("tea4winter")
        done.set()

    with passwords.one_at_a_time:
        other = threading.Thread(target=hash_another)
        other.start()
        finished_early = done.wait(timeout=0.2)
    other.join()

    assert not finished_early
    assert done.is_set()
