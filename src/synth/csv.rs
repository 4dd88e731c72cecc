//! Canonical CSV, formatted by hand into byte buffers: a national population is a hundred million rows, and no
//! value here ever needs quoting.

use std::io::Write as _;
use std::path::Path;

use fs_err::File;

use super::SynthError;
use super::table::{Id, Row, Sink};
use super::timeline::Timeline;
use super::writer::FileFormat;
use crate::calendar::Day;

/// the method's canonical CSV: commas, ISO dates, LF, UTF-8, a missing value empty.
pub(super) struct Csv;

impl FileFormat for Csv {
    type Part = Vec<u8>;
    type Table = File;
    const ENDING: &'static str = "csv";

    fn encode<R: Row>(rows: &[R], first: u64, timeline: &Timeline) -> Vec<u8> {
        let text = Vec::with_capacity(rows.len() * 10 * R::COLUMNS.len());
        let mut lines = Lines { text, timeline };
        for (number, row) in (first..).zip(rows) {
            row.put(number, &mut lines);
            lines.end_row();
        }
        lines.text
    }

    fn create<R: Row>(path: &Path) -> Result<File, SynthError> {
        let mut file = File::create(path).map_err(|cause| SynthError::io(path, cause))?;
        file.write_all(&header::<R>()).map_err(|cause| SynthError::io(path, cause))?;
        Ok(file)
    }

    fn append(table: &mut File, parts: Vec<Vec<u8>>, path: &Path) -> Result<(), SynthError> {
        parts.iter().try_for_each(|part| table.write_all(part)).map_err(|cause| SynthError::io(path, cause))
    }

    fn finish(mut table: File, path: &Path) -> Result<(), SynthError> {
        table.flush().map_err(|cause| SynthError::io(path, cause))
    }
}

fn header<R: Row>() -> Vec<u8> {
    let names: Vec<&str> = R::COLUMNS.iter().map(|&(name, _)| name).collect();
    let mut line = names.join(",").into_bytes();
    line.push(b'\n');
    line
}

struct Lines<'a> {
    text: Vec<u8>,
    timeline: &'a Timeline,
}

impl Lines<'_> {
    fn end_row(&mut self) {
        // Every value leaves a comma behind it; the last one's becomes the line end.
        if let Some(last) = self.text.last_mut() {
            *last = b'\n';
        }
    }

    fn digits(&mut self, mut number: u64) {
        let mut text = [0u8; 20];
        let mut at = text.len();
        loop {
            at -= 1;
            text[at] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        self.text.extend_from_slice(&text[at..]);
    }
}

impl Sink for Lines<'_> {
    #[inline]
    fn id(&mut self, id: Id) {
        self.text.extend_from_slice(&id.text());
        self.text.push(b',');
    }

    #[inline]
    fn text(&mut self, text: Option<&'static str>) {
        self.text.extend_from_slice(text.unwrap_or_default().as_bytes());
        self.text.push(b',');
    }

    #[inline]
    fn date(&mut self, day: Option<Day>) {
        if let Some(day) = day {
            match self.timeline.iso(day) {
                Some(text) => self.text.extend_from_slice(text),
                // Writing to a vector cannot fail.
                None => drop(write!(self.text, "{day}")),
            }
        }
        self.text.push(b',');
    }

    #[inline]
    fn hundredths(&mut self, hundredths: Option<i64>) {
        if let Some(hundredths) = hundredths {
            if hundredths < 0 {
                self.text.push(b'-');
            }
            let size = hundredths.unsigned_abs();
            self.digits(size / 100);
            self.text.extend_from_slice(&[b'.', b'0' + (size / 10 % 10) as u8, b'0' + (size % 10) as u8]);
        }
        self.text.push(b',');
    }

    #[inline]
    fn integer(&mut self, number: Option<u32>) {
        if let Some(number) = number {
            self.digits(u64::from(number));
        }
        self.text.push(b',');
    }

    #[inline]
    fn boolean(&mut self, value: Option<bool>) {
        self.text(value.map(|value| if value { "true" } else { "false" }));
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::super::catalogue::Benefit;
    use super::super::rows::{Contact, Customer, Payment};
    use super::*;

    fn day(text: &str) -> Day {
        Day::from_iso(text).unwrap()
    }

    fn written<R: Row>(row: R, number: u64) -> String {
        let timeline = Timeline::new(NaiveDate::from_ymd_opt(2025, 12, 31).unwrap(), 14);
        String::from_utf8(Csv::encode(&[row], number, &timeline)).unwrap()
    }

    #[test]
    fn a_recovery_without_an_end() {
        let payment = Payment {
            customer: 42,
            benefit: Benefit::HousingAllowance,
            start: day("2025-02-01"),
            end: None,
            paid_on: day("2025-03-09"),
            cents: -10_205,
        };
        assert_eq!(written(payment, 7), "P0000000007,C0000000042,housing_allowance,2025-02-01,,2025-03-09,-102.05\n");
    }

    #[test]
    fn dates_outside_the_timeline() {
        let customer = Customer {
            birth: day("1931-02-28"),
            registered_from: None,
            registered_to: Some(day("2025-01-31")),
            municipality: "Närpes",
            language: "sv",
        };
        assert_eq!(written(customer, 1), "C0000000001,1931-02-28,,2025-01-31,Närpes,sv\n");
    }

    #[test]
    fn headers_and_booleans() {
        let contact =
            Contact { customer: 1, on: day("2025-06-02"), channel: "phone", outbound: true, reached: Some(false) };
        assert_eq!(header::<Contact>(), b"contact_id,customer_id,contacted_on,channel,direction,reached\n");
        assert_eq!(written(contact, 10), "K0000000010,C0000000001,2025-06-02,phone,outbound,false\n");
    }
}
