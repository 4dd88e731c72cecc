#!/usr/bin/env python3
"""Holds vardag against the best scripts for the same job, and prints what docs/performance.md shows.

    python3 -m venv peers && peers/bin/pip install duckdb polars
    cargo build --release
    python3 tests/benches/against_peers.py --vardag target/release/vardag --python peers/bin/python \
        --peers ../shared/peers --work /somewhere/with/60GB --customers 1000000 --growth 100000 390000 1000000 3900000

Every comparison is made pair by pair, in turn, with warm files: vardag, peer, vardag, peer … The figures are medians
of the pairs' ratios; labels are compared value by value before anything is timed. Beside the scripts vardag is
configured for what they do (persons, labels, figures); growth is of all that it does. Python's standard library only.
"""
import argparse
import csv
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument("--vardag", default="target/release/vardag")
p.add_argument("--python", default=sys.executable, help="an interpreter that has duckdb and polars")
p.add_argument("--peers", default="../shared/peers", help="the folder of the peer scripts")
p.add_argument("--work", required=True, help="a folder for populations and outputs")
p.add_argument("--customers", type=int, default=1_000_000)
p.add_argument("--growth", type=int, nargs="*", default=[])
p.add_argument("--pairs", type=int, default=5)
p.add_argument("--compare", nargs=3, help=argparse.SUPPRESS)
a = p.parse_args()
AS_OF, HISTORY = "2025-12-31", "2024-11-01"


def timed(command):
    """Wall seconds, CPU seconds and the maximum resident set in GiB of one run."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit("%s\n%s" % (" ".join(command), errors.decode(errors="replace")))
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 2**20


def population(customers, fmt):
    folder = os.path.join(a.work, "%d-%s" % (customers, fmt))
    if not os.path.exists(os.path.join(folder, "vardag.toml")):
        subprocess.run([a.vardag, "synth", folder, "--customers", str(customers), "--seed", "1", "--format", fmt,
                        "--quiet"], check=True, stdout=subprocess.DEVNULL)
    for name in sorted(os.listdir(folder)):  # warm the files
        with open(os.path.join(folder, name), "rb") as file:
            while file.read(1 << 24):
                pass
    return folder


ROW_IDS = [("contacts", "contact_id"), ("applications", "application_id"), ("payments", "payment_id")]


def scripts_job(folder, ids=True):
    """A configuration of what the scripts do: persons only, and no breakdowns, report or workbook."""
    path = os.path.join(folder, "scripts-job.toml" if ids else "scripts-job-no-ids.toml")
    with open(os.path.join(folder, "vardag.toml")) as file, open(path, "w") as out:
        persons = file.read().split("[extracts.employers]")[0].replace("dimensions = [", "dimensions = [] # ")
        persons = persons.replace("[report]\n", "[report]\nlanguages = []\nworkbook = false\n")
        out.write(persons + "[breakdowns]\nage_groups = []\n")
        for extract, column in ROW_IDS if not ids else []:
            out.write("[extracts.%s.columns]\n%s = false\n" % (extract, column))
    return path


def vardag(folder, config=None, *more):
    out = os.path.join(a.work, "out-vardag")
    return [a.vardag, "run", config or os.path.join(folder, "vardag.toml"), "--out", out, "--quiet", *more]


def peer(name, folder, *more):
    out = os.path.join(a.work, "out-" + name)
    return [a.python, os.path.join(a.peers, "peer_%s.py" % name), folder, out, "--as-of", AS_OF, "--history-from",
            HISTORY, "--stats", *more]


def labels(path):
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            yield row["customer_id"], row


# The scripts look at each payment by itself, so they see days as covered whose payments were taken back in full.
TAKEN_BACK = """
import duckdb, sys
rows = duckdb.sql("select distinct customer_id from (select customer_id, sum(amount) as total, min(amount) as least from "
                  "read_csv('%s') group by customer_id, benefit, period_start, period_end) where least < 0 and total <= 0" % sys.argv[1])
print("\\n".join(row[0] for row in rows.fetchall()))
"""


def compare(ours, theirs, payments):
    """Every customer's label and features, as values, but of those with a period that was taken back in full; prints how
    many were compared."""
    found = subprocess.run([a.python, "-c", TAKEN_BACK, payments], check=True, capture_output=True, text=True).stdout
    taken_back = set(found.split())
    theirs = sorted(labels(theirs), key=lambda row: row[0].encode())
    count = 0
    for (our_id, our), (their_id, their) in zip(labels(ours), theirs, strict=True):
        assert our_id == their_id, (our_id, their_id)
        if our_id in taken_back:
            continue
        for key, value in their.items():
            mine = our[key]
            if mine != value and not (mine and value and abs(float(mine) - float(value)) <= 1e-9 * abs(float(value))):
                raise SystemExit("%s: %s is %r here and %r there" % (our_id, key, mine, value))
        count += 1
    print(count)


def same_labels(name, folder):
    """Compares in a process of its own: a child's peak memory begins with its parent's."""
    command = [sys.executable, os.path.abspath(__file__), "--work", a.work, "--python", a.python, "--compare",
               os.path.join(a.work, "out-vardag", "latest", "labels.csv"),
               os.path.join(a.work, "out-" + name, "labelled.csv"), os.path.join(folder, "payments.csv")]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def pairs(ours, others):
    """Runs all commands in turn; the rows of each."""
    rows = [[] for _ in range(1 + len(others))]
    for _ in range(a.pairs):
        for at, command in enumerate([ours] + others):
            rows[at].append(timed(command))
    return rows


def median(rows, column):
    return statistics.median(row[column] for row in rows)


def ratio(ours, theirs, column):
    return statistics.median(our[column] / their[column] for our, their in zip(ours, theirs))


def report(title, names, rows):
    for name, of in zip(names, rows):
        print("| %s | %s | %.1f | %.1f | %.2f | %s | %s |" % (
            title, name, median(of, 0), median(of, 1), median(of, 2),
            "" if of is rows[0] else "%.3f" % ratio(rows[0], of, 0), "" if of is rows[0] else "%.3f" % ratio(rows[0], of, 2)))
        sys.stdout.flush()


if a.compare:
    compare(*a.compare)
    sys.exit()
os.makedirs(a.work, exist_ok=True)
model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
print("%s, %d cores, %s, %s; %d pairs, warm files\n" % (model, os.cpu_count(), platform.system(), platform.release(), a.pairs))
folder = population(a.customers, "csv")
timed(vardag(folder))
for name in ["duckdb", "polars"]:
    timed(peer(name, folder))
    print("labels and features of %d customers equal those of the %s script" % (same_labels(name, folder), name))
print("\n| %s customers | program | wall s | CPU s | peak GiB | vardag / it, wall | vardag / it, peak |" % a.customers)
print("|---|---|---|---|---|---|---|")
floor = [a.python, os.path.join(a.peers, "floors.py"), "polars_typed", folder]
report("CSV", ["vardag", "DuckDB script", "polars script", "polars' bare typed scan of payments", "vardag, all it does"],
       pairs(vardag(folder, scripts_job(folder)), [peer("duckdb", folder), peer("polars", folder), floor, vardag(folder)]))
report("CSV, no row ids", ["vardag", "DuckDB script", "polars script"],
       pairs(vardag(folder, scripts_job(folder, ids=False)),
             [peer("duckdb", folder, "--no-dedupe"), peer("polars", folder, "--no-dedupe")]))
parquet = population(a.customers, "parquet")
if not os.path.exists(os.path.join(parquet, "benefits.csv")):
    shutil.copy(os.path.join(folder, "benefits.csv"), parquet)
report("Parquet", ["vardag", "DuckDB script", "polars script"],
       pairs(vardag(parquet, scripts_job(parquet)),
             [peer("duckdb", parquet, "--parquet"), peer("polars", parquet, "--parquet")]))
if a.growth:
    print("\n| customers | wall s | CPU s | peak GiB | with --memory-limit 1GiB, wall s | peak GiB |\n|---|---|---|---|---|---|")
    for customers in a.growth:
        folder = population(customers, "csv")
        free, limited = pairs(vardag(folder), [vardag(folder, None, "--memory-limit", "1GiB")])
        print("| %d | %.2f | %.1f | %.2f | %.2f | %.2f |" % (
            customers, median(free, 0), median(free, 1), median(free, 2), median(limited, 0), median(limited, 2)))
        sys.stdout.flush()
