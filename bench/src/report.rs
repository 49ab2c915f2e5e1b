//! What a run found: lines for programs, a table for people.

use serde::Serialize;
use serde_json::{Map, Value};

/// One case in which ours is measured against others.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Case {
    bench: &'static str,
    #[serde(rename = "case")]
    pub(crate) name: String,
    pub(crate) ours: f64,
    pub(crate) best_rival: f64,
    pub(crate) rival: &'static str,
    pub(crate) ratio: f64,
    pub(crate) unit: &'static str,
    /// The ratio that ours is meant to have.
    pub(crate) target: Option<f64>,
    #[serde(flatten)]
    pub(crate) more: Map<String, Value>,
    /// What of it is more than it is meant to be.
    #[serde(skip)]
    missed: Vec<String>,
}

impl Case {
    /// Compares `ours` with the least of `rivals`; all are in `unit`.
    pub(crate) fn new(
        bench: &'static str,
        name: String,
        unit: &'static str,
        ours: f64,
        rivals: &[(&'static str, f64)],
    ) -> Self {
        let (rival, best_rival) =
            rivals.iter().copied().min_by(|one, other| one.1.total_cmp(&other.1)).unwrap_or(("none", f64::NAN));
        let all = rivals.iter().map(|&(name, figure)| (name.to_owned(), rounded(figure).into())).collect();
        let mut more = Map::new();
        more.insert("rivals".to_owned(), Value::Object(all));
        let (ours, best_rival, ratio) = (rounded(ours), rounded(best_rival), thousandths(ours / best_rival));
        Self { bench, name, ours, best_rival, rival, ratio, unit, target: None, more, missed: Vec::new() }
    }

    /// Says what the ratio is meant to be at most.
    pub(crate) fn target(self, ratio: f64) -> Self {
        self.target_if(Some(ratio))
    }

    /// Says what the ratio is meant to be at most, if it is meant to be anything.
    pub(crate) fn target_if(mut self, ratio: Option<f64>) -> Self {
        if ratio.is_some_and(|target| self.ratio > target) {
            self.missed.push("the ratio".to_owned());
        }
        self.target = ratio;
        self
    }

    /// Adds a figure of ours, and says what it is meant to be at most.
    pub(crate) fn at_most(mut self, name: &str, figure: f64, most: f64) -> Self {
        if rounded(figure) > most {
            self.missed.push(name.replace('_', " "));
        }
        self.with(name, rounded(figure)).with(&format!("{name}_target"), most)
    }

    /// Adds a figure that is of this case only.
    pub(crate) fn with(mut self, name: &str, figure: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), figure.into());
        self
    }

    /// The ratio, and what it is meant to be at most, for a table; bold if it is more.
    pub(crate) fn ratio_cell(&self) -> String {
        match self.target {
            Some(target) if self.ratio > target => format!("**{:.2}** (≤ {target})", self.ratio),
            Some(target) => format!("{:.2} (≤ {target})", self.ratio),
            None => format!("{:.2}", self.ratio),
        }
    }

    /// Prints the line.
    pub(crate) fn print(self) -> Self {
        print_line(&self);
        self
    }
}

/// Prints one line for programs.
pub(crate) fn print_line(line: &impl Serialize) {
    println!("{}", serde_json::to_string(line).expect("numbers and names are JSON"));
}

/// Prints what people compare.
pub(crate) fn print_table(cases: &[Case]) {
    let wide = cases.iter().map(|case| case.name.len()).max().unwrap_or(0);
    eprintln!(
        "\n{:wide$}  {:>10}  {:>10}  {:>6}  {:>6}  against; all in unit",
        "case", "ours", "rival", "ratio", "target"
    );
    for Case { name, ours, best_rival, rival, ratio, unit, target, more, missed, .. } in cases {
        let missed = if missed.is_empty() { String::new() } else { format!(" MISSED: {}", missed.join(", ")) };
        let target = target.map_or_else(String::new, |target| format!("{target:.2}"));
        let compared = if best_rival.is_nan() {
            format!("{:10}  {:6}", "", "")
        } else {
            format!("{best_rival:>10.1}  {ratio:>6.2}")
        };
        eprint!("{name:wide$}  {ours:>10.1}  {compared}  {target:>6}  {rival}; ");
        for (what, figure) in more {
            match figure {
                Value::Object(rivals) if rivals.len() < 2 => {}
                Value::Null => {}
                figure => eprint!("{what} {} ", figure.to_string().replace('"', "")),
            }
        }
        eprintln!("{unit}{missed}");
    }
}

/// To tenths from a hundred on, to thousandths below.
pub(crate) fn rounded(figure: f64) -> f64 {
    if figure.abs() >= 100.0 { (figure * 10.0).round() / 10.0 } else { thousandths(figure) }
}

fn thousandths(figure: f64) -> f64 {
    (figure * 1_000.0).round() / 1_000.0
}
