"""A soak that finds nothing must be one that would have found something."""

import unittest

import verdict

HOUR = 3600


def rows(**growth):
    """Two hours of a daemon in which some columns grow, by so much an hour."""
    quiet = {
        "health": 200, "rss_kb": 12000, "fds": 20, "threads": 4, "cpu_seconds": 0, "worst_late_ms": 3,
        "rows_lost": 0, "missed": 0, "ticks": 0, "le_0.0001": 0, "le_0.001": 0, "le_+Inf": 0,
    }
    usual = {"cpu_seconds": 20, "ticks": 72000, "le_0.0001": 70000, "le_0.001": 71990, "le_+Inf": 72000}
    growth = {**usual, **growth}
    return [
        {"seconds": seconds, **{name: value + growth.get(name, 0) * seconds / HOUR for name, value in quiet.items()}}
        for seconds in range(10, 2 * HOUR, 10)
    ]


class Verdict(unittest.TestCase):
    def wrong(self, soaked):
        return verdict.judge("autorate", soaked)[1]

    def test_what_does_not_grow_holds(self):
        self.assertEqual(self.wrong(rows()), [])

    def test_memory_that_grows_is_found_and_warming_up_is_no_growth(self):
        self.assertEqual(self.wrong(rows(rss_kb=1000)), ["autorate: memory grows"])
        warm = rows()
        for row in warm:
            row["rss_kb"] -= 3000 * max(0, 1 - row["seconds"] / 600)
        self.assertEqual(self.wrong(warm), [])

    def test_memory_that_is_given_back_is_no_growth(self):
        lent = rows()
        for n, row in enumerate(lent):
            row["rss_kb"] += n if n % 30 < 15 else 0
        self.assertEqual(self.wrong(lent), [])

    def test_memory_is_not_judged_by_minutes(self):
        self.assertEqual(self.wrong(rows(rss_kb=10000)[:100]), [])

    def test_descriptors_and_threads_that_stay_are_found_and_those_that_go_are_not(self):
        self.assertEqual(self.wrong(rows(fds=1)), ["autorate: descriptors grow"])
        self.assertEqual(self.wrong(rows(threads=1)), ["autorate: threads grow"])
        visited = rows()
        for row in visited[-100::3]:
            row["fds"] += 2
        for row in visited[100:110]:
            row["fds"] -= 1
        self.assertEqual(self.wrong(visited), [])

    def test_a_lost_row_of_the_history_is_found(self):
        lost = rows()
        lost[-1]["rows_lost"] = 1
        self.assertEqual(self.wrong(lost), ["autorate: rows of the history were lost"])

    def test_quantiles_are_the_edges_of_the_buckets(self):
        soaked = rows()
        buckets = verdict.lateness(soaked[0], soaked[-1])
        found = [verdict.spelled(verdict.quantile(buckets, share)) for share in (0.5, 0.99, 0.9999)]
        self.assertEqual(found, ["<= 100 us", "<= 1 ms", "> 1 s"])


if __name__ == "__main__":
    unittest.main()
