#!/usr/bin/env python3
"""make_samples.py SYNTH [OUT]

Rewrites a made-up population in the dialect of an agency that is not ours, with a few honest faults, as the
files of this folder. Only the Python standard library is needed. From the repository's folder:

    vardag synth /tmp/population --customers 2000 --seed 7
    python3 data-samples/make_samples.py /tmp/population

The same population gives the same bytes.
"""
import csv
import gzip
import io
import os
import random
import sys

REIMBURSEMENTS = ("medical_care", "medicine", "travel")
# Of reimbursements, which make two thirds of all payments and tell least, one in five stays.
KEEP_REIMBURSEMENTS = 0.2

BENEFITS = {
    "child_benefit": "210",
    "child_maintenance_allowance": "215",
    "maternity_grant": "220",
    "parental_allowance": "225",
    "home_care_allowance": "230",
    "student_aid": "310",
    "housing_allowance": "320",
    "pension_housing_allowance": "325",
    "unemployment": "410",
    "sickness_allowance": "510",
    "rehabilitation": "520",
    "disability_allowance": "530",
    "medical_care": "540",
    "medicine": "541",
    "travel": "542",
    "disability_pension": "610",
    "old_age_pension": "620",
    "guarantee_pension": "625",
    "survivor_pension": "630",
    "pensioner_care_allowance": "640",
    "conscript_allowance": "710",
    "basic_social_assistance": "810",
}
METHODS = {"paper": "P", "oral": "M", "on_behalf": "OMB", "online": "E", "other": "Ö"}
DECISIONS = {"approved": "BIFALL", "rejected": "AVSLAG", "lapsed": "FÖRFALLEN", "": ""}
FINNISH_CHANNELS = {"online_message": "VIESTI", "chat": "CHAT", "letter": "KIRJE", "office": "TOIMISTO"}
FINNISH_DIRECTIONS = {"inbound": "saapuva", "outbound": "lähtevä"}
SWEDISH_DIRECTIONS = {"inbound": "IN", "outbound": "UT"}
EVENTS = {"birth": "FÖD", "separation": "SEP", "bereavement": "DÖD", "conscription": "VPL"}
LANGUAGES = {"sv": "svenska", "fi": "finska", "en": "engelska", "other": "annat"}
EMPLOYER_CHANNELS = {
    "phone": "TELEFON",
    "online_message": "E-TJÄNST",
    "email": "E-POST",
    "letter": "BREV",
    "office": "KONTOR",
}
NOTES = (
    "bilaga saknas",
    "ringt kunden; inget svar",
    'sökte först "fel" förmån',
    "kompletterad på begäran,\nse akten",
)

chance = random.Random(20251231)


class Table:
    """An extract on its way: rows as lists in the column order of `header`; faults go in at random places."""

    def __init__(self, name, header, rows):
        self.name, self.header, self.rows, self.faults = name, header, rows, []
        # Rows that have a fault already get no second one, so that every fault stays what it is called.
        self.touched = set()

    def pick(self, suits=lambda row: True):
        while True:
            row = chance.choice(self.rows)
            if id(row) not in self.touched and suits(row):
                self.touched.add(id(row))
                return row

    def spoil(self, what, column, value, times=1):
        """Puts a value (or what a function makes of the old one) where the extract has a better one."""
        at = self.header.index(column)
        for _ in range(times):
            row = self.pick(lambda row: row[at] not in ("", "-"))
            row[at] = value(row[at]) if callable(value) else value
        self.faults.append((what, times))

    def cut(self, times=1):
        """Ends rows before their last value."""
        for _ in range(times):
            self.pick().pop()
        self.faults.append(("wrong number of fields", times))

    def repeat(self, times=1):
        """Sends rows a second time, at another place."""
        for _ in range(times):
            row = list(self.pick())
            self.touched.add(id(row))
            self.rows.insert(chance.randrange(len(self.rows) + 1), row)
        self.faults.append(("duplicates", times))

    def report(self):
        for what, times in self.faults:
            print(f"| {self.name} | {what} | {times} |")


def read(folder, table):
    with open(os.path.join(folder, table + ".csv"), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def day(iso):
    """2025-03-09 as 09.03.2025; missing as a dash."""
    return f"{iso[8:10]}.{iso[5:7]}.{iso[:4]}" if iso else "-"


def comma(number):
    return number.replace(".", ",")


def yes(value):
    return {"true": "ja", "false": "nej", "": "-"}[value]


def write(path, header, rows, encoding="utf-8", line_end="\n"):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator=line_end)
    writer.writerow(header)
    writer.writerows(rows)
    data = text.getvalue().encode(encoding)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if path.endswith(".gz"):
        # Neither a time nor a name in the header: the same rows give the same bytes.
        with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
            file.write(data)
    else:
        with open(path, "wb") as file:
            file.write(data)


def customers(source, out):
    """One file in Latin-1 with CRLF line ends, as an old mainframe writes it."""
    header = ["Kundnummer", "Hemkommun", "Språk", "Födelsedatum", "Inskriven från", "Inskriven till"]
    rows = [
        [
            row["customer_id"],
            row["municipality"],
            LANGUAGES[row["language"]],
            day(row["birth_date"]),
            day(row["registered_from"]),
            day(row["registered_to"]),
        ]
        for row in read(source, "customers")
    ]
    table = Table("customers", header, rows)
    table.spoil("impossible birth date", "Födelsedatum", lambda old: "31.02." + old[6:], 2)
    table.cut()
    table.spoil("missing customer number", "Kundnummer", "-")
    table.repeat(4)
    table.report()
    write(f"{out}/kunder/kunder.csv", header, table.rows, "latin-1", "\r\n")


def phone_contacts(source, out, rows):
    """The telephone system: Swedish, a file a year, with the time of the call."""
    header = ["Samtal", "Tidpunkt", "Kundnummer", "Riktning", "Svarade"]
    calls = []
    for row in rows:
        clock = f" {chance.randrange(8, 16):02}:{chance.randrange(60):02}:{chance.randrange(60):02}"
        direction = SWEDISH_DIRECTIONS[row["direction"]]
        calls.append([row["contact_id"], day(row["contacted_on"]) + clock, row["customer_id"], direction, yes(row["reached"])])
    table = Table("contacts, telephone", header, calls)
    table.spoil("malformed time of a call", "Tidpunkt", lambda old: old.replace(" ", " kl. "), 2)
    table.spoil("unknown direction", "Riktning", "?", 2)
    table.spoil("malformed answer to “reached?”", "Svarade", "kanske", 1)
    table.spoil("orphans", "Kundnummer", lambda old: "C9" + old[2:], 3)
    table.spoil("future rows", "Tidpunkt", lambda old: "07.01.2026" + old[10:], 2)
    table.repeat(5)
    table.report()
    for year in ("2024", "2025"):
        # Rows after the year's end came with the last delivery.
        of_year = [row for row in table.rows if (row[1][6:10] == "2024") == (year == "2024")]
        write(f"{out}/kontakter/telefon_{year}.csv", header, of_year)


def other_contacts(source, out, rows):
    """The online service and the offices: Finnish, with a byte order mark."""
    header = ["Tapahtumanumero", "Asiakasnumero", "Päivä", "Kanava", "Suunta", "Käsittelijä"]
    table = Table(
        "contacts, other channels",
        header,
        [
            [
                row["contact_id"],
                row["customer_id"],
                day(row["contacted_on"]),
                FINNISH_CHANNELS[row["channel"]],
                FINNISH_DIRECTIONS[row["direction"]],
                f"K{chance.randrange(100, 180)}",
            ]
            for row in rows
        ],
    )
    table.spoil("malformed date", "Päivä", lambda old: old.replace(".", "/"), 2)
    table.spoil("missing channel", "Kanava", "-")
    table.spoil("orphan", "Asiakasnumero", lambda old: "C9" + old[2:])
    table.repeat(2)
    table.report()
    write(f"{out}/kontakter/verkko_ja_toimistot.csv", header, table.rows, "utf-8-sig")


def applications(source, out):
    """A file a year, with an officer's note that may hold semicolons, quotes and line ends."""
    header = [
        "Ansökan", "Inkommen", "Kundnummer", "Förmån", "Ansökningssätt", "Anteckning", "Handläggningstid, min",
        "Kompletteringar", "Beslut", "Automatiskt beslut",
    ]
    rows = []
    for row in read(source, "applications"):
        note = chance.choice(NOTES) if chance.random() < 0.02 else ""
        rows.append([
            row["application_id"],
            day(row["submitted_on"]),
            row["customer_id"],
            BENEFITS[row["benefit"]],
            METHODS[row["method"]],
            note,
            comma(row["handling_minutes"]),
            row["clarifications"],
            DECISIONS[row["decision"]],
            yes(row["automatic"]),
        ])
    table = Table("applications", header, rows)
    table.spoil("negative minutes", "Handläggningstid, min", lambda old: "-" + old, 3)
    table.spoil("malformed minutes", "Handläggningstid, min", "ca 20", 2)
    table.spoil("malformed date", "Inkommen", lambda old: "00" + old[2:], 3)
    table.spoil("missing way of applying", "Ansökningssätt", "-", 2)
    table.cut(2)
    table.spoil("orphans", "Kundnummer", lambda old: "C9" + old[2:], 4)
    table.spoil("unmapped way of applying (counts as other)", "Ansökningssätt", "FAX", 6)
    table.spoil("benefit that the catalogue lacks", "Förmån", "999", 3)
    table.repeat(7)
    table.report()
    for year in ("2024", "2025"):
        of_year = [row for row in table.rows if (row[1][6:10] == "2024") == (year == "2024")]
        write(f"{out}/ansokningar/ansokningar_{year}.csv", header, of_year)


def payments(source, out):
    """Two files, the older one gzipped."""
    header = ["Förmån", "Kundnummer", "Period från", "Period till", "Betalningsdag", "Belopp", "Betalningsnummer"]
    rows = []
    for row in read(source, "payments"):
        if row["benefit"] in REIMBURSEMENTS and chance.random() >= KEEP_REIMBURSEMENTS:
            continue
        rows.append([
            BENEFITS[row["benefit"]],
            row["customer_id"],
            day(row["period_start"]),
            day(row["period_end"]),
            day(row["paid_on"]),
            comma(row["amount"]),
            row["payment_id"],
        ])
    table = Table("payments", header, rows)
    table.spoil("amount not known", "Belopp", "okänd", 5)
    table.spoil("malformed amount", "Belopp", lambda old: "EUR " + old, 4)
    table.spoil("malformed date", "Period från", lambda old: old[:6] + "20O5", 4)
    table.spoil("period that ends before it starts", "Period till", lambda old: old[:6] + "2019", 4)
    table.cut(3)
    table.spoil("orphans", "Kundnummer", lambda old: "C9" + old[2:], 15)
    table.spoil("benefit that the catalogue lacks", "Förmån", "999", 4)
    table.repeat(20)
    table.report()
    half = len(table.rows) // 2
    write(f"{out}/utbetalningar/utbetalningar_1.csv.gz", header, table.rows[:half])
    write(f"{out}/utbetalningar/utbetalningar_2.csv", header, table.rows[half:])


def life_events(source, out):
    """Dates in two forms, as two registers deliver them. Too few rows for a fault to stay under the limits."""
    header = ["Kundnummer", "Händelse", "Datum"]
    rows = [
        [row["customer_id"], EVENTS[row["event"]], row["occurred_on"] if chance.random() < 0.3 else day(row["occurred_on"])]
        for row in read(source, "life_events")
    ]
    write(f"{out}/handelser/livshandelser.csv", header, rows)


def employers(source, out):
    header = ["Arbetsgivare", "Anställda"]
    rows = [[row["employer_id"], row["employees"] or "-"] for row in read(source, "employers")]
    table = Table("employers", header, rows)
    table.spoil("malformed number of employees", "Anställda", "ca 10")
    table.repeat(2)
    table.report()
    write(f"{out}/arbetsgivare/arbetsgivare.csv", header, table.rows)

    header = ["Kontakt", "Arbetsgivare", "Datum", "Kanal", "Riktning"]
    rows = [
        [
            row["contact_id"],
            row["employer_id"],
            day(row["contacted_on"]),
            EMPLOYER_CHANNELS[row["channel"]],
            SWEDISH_DIRECTIONS[row["direction"]],
        ]
        for row in read(source, "employer_contacts")
    ]
    table = Table("employer_contacts", header, rows)
    table.repeat(1)
    table.report()
    write(f"{out}/arbetsgivare/kontakter.csv", header, table.rows)

    header = ["Ansökan", "Arbetsgivare", "Förmån", "Inkommen", "Ansökningssätt", "Handläggningstid, min", "Kompletteringar"]
    rows = [
        [
            row["application_id"],
            row["employer_id"],
            BENEFITS[row["benefit"]],
            day(row["submitted_on"]),
            METHODS[row["method"]],
            comma(row["handling_minutes"]),
            row["clarifications"],
        ]
        for row in read(source, "employer_applications")
    ]
    table = Table("employer_applications", header, rows)
    table.repeat(1)
    table.report()
    write(f"{out}/arbetsgivare/ansokningar.csv", header, table.rows)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    source = sys.argv[1]
    out = sys.argv[2] if len(sys.argv) == 3 else os.path.dirname(os.path.abspath(__file__))
    print("| extract | fault | rows |\n|---|---|---|")
    customers(source, out)
    contacts = read(source, "contacts")
    phone_contacts(source, out, [row for row in contacts if row["channel"] == "phone"])
    other_contacts(source, out, [row for row in contacts if row["channel"] != "phone"])
    applications(source, out)
    payments(source, out)
    life_events(source, out)
    employers(source, out)


if __name__ == "__main__":
    main()
