import random
from datetime import UTC, datetime, timedelta

import pytest

from devices.trend import Trends, line_through
from tests.devices.small_plant import PLANT, state_of

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DEWAR, BAG = PLANT.device("dewar-3"), PLANT.device("bag-1")


def dewar_trend(levels: list[float], minutes_apart: float = 30, state: str = "NORMAL") -> tuple[Trends, datetime]:
    trends, at = Trends(), START
    for number, level_pct in enumerate(levels):
        at = START + timedelta(minutes=number * minutes_apart)
        trends.take(DEWAR, state_of("dewar-3", state, at, level_pct=level_pct))
    return trends, at


def bag_trend(levels: list[float]) -> tuple[Trends, datetime]:
    trends, at = Trends(), START
    for number, level_pct in enumerate(levels):
        at = START + timedelta(seconds=number * 10)
        trends.take(BAG, state_of("bag-1", "NORMAL", at, level_pct=level_pct))
    return trends, at


def test_a_dewar_that_loses_one_percent_a_day_loses_one_litre_of_a_hundred() -> None:
    trends, now = dewar_trend([72 - n / 48 for n in range(48)])
    assert trends.boil_off_l_per_d(DEWAR, now) == pytest.approx(1.0)


def test_noise_on_the_level_blurs_it_but_little() -> None:
    noise = random.Random(7)
    trends, now = dewar_trend([72 - n / 48 + noise.gauss(0, 0.05) for n in range(48)])
    assert trends.boil_off_l_per_d(DEWAR, now) == pytest.approx(1.0, rel=0.2)


def test_what_is_only_noise_is_not_told() -> None:
    noise = random.Random(7)
    trends, now = dewar_trend([72 + noise.gauss(0, 0.5) for _ in range(6)])
    assert trends.boil_off_l_per_d(DEWAR, now) is None


@pytest.mark.parametrize("samples", [0, 1, 2, 3])
def test_few_samples_are_no_trend(samples: int) -> None:
    trends, now = dewar_trend([72 - n for n in range(samples)])
    assert trends.rate(DEWAR, "level_pct", now) is None
    assert trends.boil_off_l_per_d(DEWAR, now) is None


def test_the_same_measurement_said_again_is_no_new_sample() -> None:
    trends = Trends()
    for pulse in range(3):
        for seconds in range(10):
            measured_at = START + timedelta(hours=pulse)
            at = measured_at + timedelta(seconds=seconds)
            state = state_of("dewar-3", "NORMAL", at, measured_at=measured_at, level_pct=72 - pulse)
            trends.take(DEWAR, state)
    assert trends.rate(DEWAR, "level_pct", at) is None


def test_a_dewar_that_is_being_filled_boils_off_nothing_that_could_be_told() -> None:
    trends, now = dewar_trend([20.0, 40.0, 60.0, 80.0, 90.0], 1, "FILLING")
    assert trends.boil_off_l_per_d(DEWAR, now) is None


def test_a_fill_begins_a_new_trend() -> None:
    trends, _ = dewar_trend([20 - n / 48 for n in range(10)])
    filled = START + timedelta(hours=6)
    trends.take(DEWAR, state_of("dewar-3", "FILLING", filled, level_pct=60))
    for number in range(4):
        at = filled + timedelta(minutes=30 * (number + 1))
        trends.take(DEWAR, state_of("dewar-3", "NORMAL", at, level_pct=95 - number / 48))
    rate = trends.rate(DEWAR, "level_pct", at)
    assert rate is not None
    assert rate.samples == 4
    assert trends.boil_off_l_per_d(DEWAR, at) == pytest.approx(1.0)


def test_old_samples_leave_the_window() -> None:
    trends, at = dewar_trend([72 - n for n in range(10)])
    assert trends.rate(DEWAR, "level_pct", at + timedelta(days=2)) is None


def test_a_bag_that_gains_one_percent_in_ten_seconds_is_full_in_time() -> None:
    trends, now = bag_trend([50.0 + n for n in range(20)])
    assert trends.time_to_full_s(BAG, now) == pytest.approx(310)


def test_a_bag_that_empties_or_stands_still_is_never_full() -> None:
    for levels in ([50.0 - n for n in range(20)], [50.0] * 20):
        trends, now = bag_trend(levels)
        assert trends.time_to_full_s(BAG, now) is None


def test_a_full_bag_is_full_now() -> None:
    trends, now = bag_trend([100.0] * 5)
    assert trends.time_to_full_s(BAG, now) == 0


def test_a_broken_sensor_does_not_bend_the_line() -> None:
    trends, now = bag_trend([50.0, 51.0, 9999.0, 53.0, 54.0])
    assert trends.time_to_full_s(BAG, now) == pytest.approx(460)


def test_samples_of_one_moment_are_no_line() -> None:
    assert line_through([(START, 1.0), (START, 2.0), (START, 3.0), (START, 4.0)]) is None
