#!/usr/bin/python3
"""What can be checked of the laboratory without its machine: /usr/bin/python3 -m unittest discover scripts/lab/tests"""

import argparse
import http.client
import http.server
import json
import struct
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import yaml

HERE = Path(__file__).parent.parent
sys.path.insert(0, str(HERE))

import arms  # noqa: E402, the folder is not a package
import netlink  # noqa: E402
import scenario  # noqa: E402
import score  # noqa: E402
import standin  # noqa: E402

RECORDED = Path(__file__).parent / "recorded"


class Scenarios(unittest.TestCase):
    def test_every_scenario_is_calm_first_and_plays_in_order(self):
        for name in scenario.names():
            for seed in (1, 2, 3):
                plan = scenario.plan(scenario.load(name), seed)
                steps = [line.split() for line in plan.steps()]
                times = [float(step[0]) for step in steps]
                self.assertEqual(times, sorted(times), name)
                self.assertEqual(steps[-1][1], "end")
                self.assertGreaterEqual(plan.loads[0][2], 16, "warm-up without load")
                self.assertTrue(any(plan.is_loaded(way, plan.seconds - 1) for way in scenario.DIRECTIONS), name)

    def test_a_seed_is_repeatable_and_another_differs(self):
        for name in scenario.names():
            plans = [scenario.plan(scenario.load(name), seed).steps() for seed in (1, 1, 2)]
            self.assertEqual(plans[0], plans[1])
            self.assertNotEqual(plans[0], plans[2])

    def test_a_walk_stays_within_its_bounds(self):
        rule = scenario.load("lte")["capacity"]["down"]
        for seed in range(50):
            plan = scenario.plan(scenario.load("lte"), seed)
            for at, mbit in plan.capacity["down"]:
                self.assertTrue(rule["low"] <= mbit <= rule["high"], f"seed {seed}: {mbit} at {at}")

    def test_capacity_and_load_by_time(self):
        plan = scenario.plan({"line": {"down": 20, "up": 5}, "buffer_ms": 300, "seconds": 60, "capacity": {"down": [[30, 8]]},
                              "load": [{"direction": "down", "flows": 2, "from": 20, "to": 31, "bursts": [4, 3]}]}, 1)
        self.assertEqual([plan.capacity_at("down", t) for t in (0, 29.9, 32)], [20, 20, 8])
        self.assertEqual([plan.is_loaded("down", t) for t in (19, 22, 26, 28.5)], [False, True, False, True])
        self.assertFalse(plan.is_loaded("up", 22))


class Arms(unittest.TestCase):
    def test_every_arm_prepares_every_scenario(self):
        for name, (prepare, share, shaper, _) in arms.ARMS.items():
            self.assertTrue(0 < share <= arms.CEILING)
            self.assertTrue(shaper.startswith((arms.PLAIN, arms.HTB)))
            run = argparse.Namespace(plan=scenario.plan(scenario.load("steps"), 1), line={"down": 20, "up": 5}, folder=Path("/run/x"), seed=1, wanctl="/bin/wanctl", files={},
                                     peer=lambda name, _: Path("/peers") / name)
            run.write = run.files.__setitem__
            prepare(run)
            self.assertEqual("controller" in run.files, not name.startswith(("static", "oracle")), name)
            if "lab.yaml" in run.files:
                self.assertEqual(yaml.safe_load(run.files["lab.yaml"])["queues"]["upload"], arms.QUEUES["up"])

    def test_our_laws_have_the_same_limits(self):
        line = {"down": 20, "up": 5}
        adaptive = yaml.safe_load(arms.adaptive_config(line, "/x"))["continuous_monitoring"]
        self.assertEqual(adaptive["download"], {"floor_mbps": 4, "base_mbps": 16, "ceiling_mbps": 40})
        self.assertEqual(len(adaptive["ping_hosts"]), 6)
        classic = yaml.safe_load(arms.classic_config(line, 2, "/x"))["continuous_monitoring"]
        self.assertEqual((classic["download"]["floor_red_mbps"], classic["download"]["ceiling_mbps"]), (4, 40))
        floors = [classic["download"][f"floor_{zone}_mbps"] for zone in ("red", "soft_red", "yellow", "green")]
        self.assertEqual(floors, sorted(floors))


def queue(kind="cake", **counters):
    return {"kind": kind, "bytes": 0, "packets": 0, "backlog": 0, "queued": 0, **counters}


class StandIn(unittest.TestCase):
    def setUp(self):
        self.queues = {"ifb-wan": queue(bytes=5000, packets=4, backlog=3028, queued=2), "wan": queue("htb")}
        self.lines = []
        names = [("WAN-Download", "ifb-wan"), ("WAN-Upload", "wan")]
        self.tree = standin.Tree(names, lambda: {name: dict(q) for name, q in self.queues.items()}, self.lines.append)
        self.ids = [o[".id"] for o in self.tree.listing({}, 0)]

    def test_a_write_moves_a_bare_cake_and_answers_with_the_whole_object(self):
        answer, wrote = self.tree.set(self.ids[0], {"max-limit": "18000000"}, 0)
        self.assertEqual(self.lines, ["qdisc change dev ifb-wan root handle 1: cake bandwidth 18000000bit"])
        self.assertEqual(wrote, ("WAN-Download", 18_000_000))
        self.assertEqual({k: answer[k] for k in ("max-limit", "bytes", "packets", "queued-bytes", "queued-packets", "name")},
                         {"max-limit": "18000000", "bytes": "5000", "packets": "4", "queued-bytes": "3028", "queued-packets": "2",
                          "name": "WAN-Download"})

    def test_a_write_moves_the_class_of_an_htb_with_its_bucket(self):
        self.tree.set(self.ids[1], {"max-limit": "8000000"}, 0)
        self.assertIn("class change dev wan parent 1: classid 1:1 htb rate 8000000bit ceil 8000000bit burst 100000 cburst 100000", self.lines[0])

    def test_reads_are_filtered_and_cut_down(self):
        found = self.tree.listing({"name": "WAN-Upload", ".proplist": "name,bytes"}, 0)
        self.assertEqual(found, [{".id": self.ids[1], "name": "WAN-Upload", "bytes": "0"}])
        self.assertEqual(self.tree.listing({"name": "WAN"}, 0), [])

    def test_what_does_not_exist_or_makes_no_sense_is_refused(self):
        for key, change, status in (("*9", {"max-limit": "1"}, 404), (self.ids[0], {"max-limit": "fast"}, 400), (self.ids[0], {"speed": "1"}, 400)):
            with self.assertRaises(standin.Refused) as refused:
                self.tree.set(key, change, 0)
            self.assertEqual(refused.exception.args[0], status)
        self.assertEqual(self.lines, [])

    def test_slow_counters_stand_still_between_refreshes(self):
        self.tree.refresh = 0.2
        shown = []
        for now in (10.01, 10.1, 10.19, 10.21):
            shown.append(self.tree.object(self.ids[0], now)["bytes"])
            self.queues["ifb-wan"]["bytes"] += 1000
        self.assertEqual(shown, ["5000", "5000", "5000", "8000"])

    def test_a_slow_router_is_as_slow_as_it_says(self):
        mood = standin.Mood(1, True, 0.01)
        took = [mood.seconds() * 1e3 for _ in range(50_000)]
        self.assertTrue(17 < sum(took) / len(took) < 21)
        self.assertTrue(52 < score.quantile(took, 0.95) < 58)
        self.assertTrue(98 < score.quantile(took, 0.99) < 112)
        lost = sum(mood.loses() for _ in range(50_000))
        self.assertTrue(400 < lost < 600)
        self.assertEqual(standin.Mood(1, False, 0).seconds(), 0)

    def serve(self, mood):
        class Handler(standin.Handler):
            tree, log = self.tree, sys.stderr
        Handler.mood, Handler.log = mood, tempfile.TemporaryFile("w+")
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.addCleanup(Handler.log.close)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        client = http.client.HTTPConnection(*server.server_address, timeout=10)
        self.addCleanup(client.close)
        return client, Handler.log

    def test_over_http(self):
        client, log = self.serve(standin.Mood(1, False, 0))
        client.request("GET", "/rest/queue/tree?.proplist=.id,name,max-limit,bytes")
        answer = client.getresponse()
        self.assertEqual(answer.status, 200)
        self.assertEqual(json.loads(answer.read())[0]["bytes"], "5000")
        client.request("PATCH", f"/rest/queue/tree/{self.ids[0]}", '{"max-limit": "7000000"}')
        self.assertEqual(json.loads(client.getresponse().read())["max-limit"], "7000000")
        client.request("PATCH", "/rest/queue/tree/*77", "{}")
        answer = client.getresponse()
        self.assertEqual((answer.status, json.loads(answer.read())["detail"]), (404, "no such item"))
        log.seek(0)
        self.assertEqual(log.read().split(",", 1)[1], "WAN-Download,7000000\n")

    def test_a_lost_reply_was_carried_out_all_the_same(self):
        client, _ = self.serve(standin.Mood(1, False, 1.0))
        client.request("PATCH", f"/rest/queue/tree/{self.ids[0]}", '{"max-limit": "7000000"}')
        with self.assertRaises(http.client.RemoteDisconnected):
            client.getresponse()
        self.assertEqual(len(self.lines), 1)


class Netlink(unittest.TestCase):
    def test_a_queue_discipline_is_read(self):
        def attribute(kind, data):
            return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)
        options = attribute(netlink.TCA_CAKE_BASE_RATE64, struct.pack("=Q", 2_500_000))
        counters = attribute(netlink.TCA_STATS_BASIC, struct.pack("=QI", 7_000_000_000, 9)) + attribute(
            netlink.TCA_STATS_QUEUE, struct.pack("=IIIII", 3, 4542, 2, 0, 0))
        message = attribute(netlink.TCA_KIND, b"cake\0") + attribute(netlink.TCA_OPTIONS, options) + attribute(netlink.TCA_STATS2, counters)
        self.assertEqual(netlink.parse(message), {"kind": "cake", "rate": 20_000_000, "bytes": 7_000_000_000, "packets": 9,
                                                  "backlog": 4542, "queued": 3, "drops": 2})


class Scores(unittest.TestCase):
    """On a recorded run: adaptive, steps, seed 1; every eighth echo, every tenth sample."""

    @classmethod
    def setUpClass(cls):
        cls.plan = scenario.plan(scenario.load("steps"), 1)
        cls.score = score.score(RECORDED, cls.plan)

    def test_the_score_of_a_recorded_run(self):
        found = self.score
        self.assertEqual(found.used["up"], None)
        # The full recording came to p50 3.4, p95 28.0, p99 64.6 ms, 88.7 % and 218 writes a minute.
        self.assertTrue(2.5 < found.p50 < 4.5 and 20 < found.p95 < 35 and 30 < found.p99 < 80, found)
        self.assertTrue(85 < found.used["down"] < 92 and 210 < found.writes < 225, found)
        self.assertEqual(found.lost, 0)

    def test_a_drop_is_answered_by_the_first_lower_limit(self):
        (took, bound), = score.detection(RECORDED, self.plan, arms.QUEUES["down"])
        self.assertTrue(bound < took < 200, f"{took} ms, bound {bound} ms")
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            (folder / "events.csv").write_text("1000.0,0,capacity 20 5\n1060.0,60,end \n", encoding="ascii")
            drop = self.plan.capacity["down"][1][0]
            lines = [(990, 16e6), (1000 + drop - 1, 20e6), (1000 + drop + 0.05, 20e6), (1000 + drop + 0.12, 9e6)]
            (folder / "writes.csv").write_text("".join(f"{at},WAN-Download-Lab,{int(limit)}\n" for at, limit in lines), encoding="ascii")
            (folder / "echoes.csv").write_text("t_s,seq,rtt_ms\n1,1,20\n", encoding="ascii")
            (took, bound), = score.detection(folder, self.plan, arms.QUEUES["down"])
            # 20 into 8 Mbit/s: one and a half ms of queue per ms.
            self.assertEqual((round(took), round(bound)), (120, 30))

    def test_tables_show_the_mean_and_the_spread(self):
        self.assertEqual(score.spread([1, 2, 6], 1), "3.0 (1.0–6.0)")
        self.assertEqual(score.spread([2, 2]), "2")
        self.assertEqual(score.spread([None]), "–")
        text = score.table("steps", {"classic": [self.score, self.score]})
        self.assertEqual([line.count("|") for line in text.splitlines()[2:]], [len(score.COLUMNS) + 3] * 3)
        self.assertIn("| classic | 2 |", text)
        self.assertIn("| classic |", score.overview({"steps": {"classic": [self.score]}}))

    def test_a_score_survives_its_file(self):
        with tempfile.TemporaryDirectory() as folder:
            score.save(Path(folder), self.score)
            self.assertEqual(score.saved(Path(folder)), self.score)


if __name__ == "__main__":
    unittest.main()
