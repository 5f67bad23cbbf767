//! The lines of Dassl's evaluator, which existing log parsers read.

use super::Evaluation;

impl Evaluation {
    /// `=> result` and one line for each score.
    pub fn report_lines(&self) -> Vec<String> {
        vec![
            "=> result".to_owned(),
            format!("* total: {}", thousands(self.total)),
            format!("* correct: {}", thousands(self.correct)),
            format!("* accuracy: {:.1}%", self.accuracy),
            format!("* error: {:.1}%", self.error),
            format!("* macro_f1: {:.1}%", self.macro_f1),
        ]
    }

    /// `=> per-class result`, a line for each class that has an image, and their mean
    /// (`TEST.PER_CLASS_RESULT`). Classes beyond `class_names` go by their number.
    pub fn per_class_lines(&self, class_names: &[String]) -> Vec<String> {
        let mut lines = vec!["=> per-class result".to_owned()];
        for class in &self.per_class {
            let number = class.label.to_string();
            let name = class_names.get(class.label).unwrap_or(&number);
            lines.push(format!(
                "* class: {} ({name})\ttotal: {}\tcorrect: {}\tacc: {:.1}%",
                class.label,
                thousands(class.total),
                thousands(class.correct),
                class.accuracy
            ));
        }
        lines.push(format!("* average: {:.1}%", self.perclass_accuracy));
        lines
    }
}

/// `1692` as `1,692`.
fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
