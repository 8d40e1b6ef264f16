"""The flags of the compiler: ours are added only where they are known, and the user's stay."""

from __future__ import annotations

from tenbin.core.arrays import flags_with_ours


def test_flags_are_added_for_a_release_that_knows_them():
    flags = flags_with_ours({}, "0.10.2")
    assert "--xla_cpu_prefer_vector_width=512" in flags.split()


def test_what_the_user_has_set_stays():
    flags = flags_with_ours({"XLA_FLAGS": "--xla_cpu_prefer_vector_width=256 --other=1"}, "0.10.2")
    assert "--xla_cpu_prefer_vector_width=256" in flags.split()
    assert "512" not in flags and "--other=1" in flags


def test_another_release_is_left_alone_since_it_ends_at_a_flag_it_does_not_know():
    assert flags_with_ours({"XLA_FLAGS": "--a=1"}, "0.11.0") == "--a=1"
