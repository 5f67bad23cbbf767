//! Tables to paste into a paper: `tabular` with plain rules, which needs no package.

use super::figure::Spread;
use super::grid::{Grid, grids};
use mlpt_core::results::{Metric, Report};

/// Every table with a paragraph below it; what Markdown has, no more and no less.
pub fn latex(report: &Report, metric: Metric, spread: Spread) -> String {
    written(&grids(report, metric, spread))
}

/// Grids in LaTeX, one below the other.
pub(super) fn written(grids: &[Grid]) -> String {
    grids.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn one(grid: &Grid) -> String {
    let columns = format!("{}{}", "l".repeat(grid.words), "r".repeat(grid.head.len() - grid.words));
    let mut lines =
        vec![format!("\\begin{{tabular}}{{{columns}}}"), RULE.to_owned(), line(&grid.head), RULE.to_owned()];
    lines.extend(grid.rows.iter().map(|row| line(row)));
    lines.extend([RULE.to_owned(), "\\end{tabular}".to_owned()]);
    let caption: Vec<String> = grid.caption.iter().map(|sentence| escaped(sentence)).collect();
    format!("{}\n\n{}\n", lines.join("\n"), caption.join("\n"))
}

const RULE: &str = "\\hline";

fn line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
    let text = cells.join(" & ");
    // Behind the end of a row, `[` and `*` would belong to it.
    let guard = if text.starts_with(['[', '*']) { "{}" } else { "" };
    format!("{guard}{text} \\\\").trim_start().to_owned()
}

/// Names may hold what LaTeX takes for its own.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => out.extend(['\\', c]),
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '<' => out.push_str("\\textless{}"),
            '>' => out.push_str("\\textgreater{}"),
            '|' => out.push_str("\\textbar{}"),
            '`' => out.push_str("\\textasciigrave{}"),
            '"' => out.push_str("\\textquotedbl{}"),
            '±' => out.push_str("$\\pm$"),
            '–' => out.push_str("--"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_latex_takes_for_its_own_is_escaped() {
        assert_eq!(escaped("a_b & 50 % of $x#"), "a\\_b \\& 50 \\% of \\$x\\#");
        assert_eq!(escaped("{\\~^}"), "\\{\\textbackslash{}\\textasciitilde{}\\textasciicircum{}\\}");
        assert_eq!(escaped("87.0 ± 1.0\n–"), "87.0 $\\pm$ 1.0 --");
        assert_eq!(
            escaped("`mlpt eval <RUN>`|"),
            "\\textasciigrave{}mlpt eval \\textless{}RUN\\textgreater{}\\textasciigrave{}\\textbar{}"
        );
        // A letter behind a command's name stays apart from it.
        assert_eq!(escaped("~x"), "\\textasciitilde{}x");
    }

    #[test]
    fn a_table_with_rules_and_a_paragraph() {
        let text = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let grid = Grid {
            head: text(&["", "8 wrong"]),
            rows: vec![text(&["My_Trainer", "87.0 ± 1.0 [1]"]), text(&["[odd]", "–"]), text(&["*", "1"])],
            words: 1,
            caption: text(&["Of 100 % of it.", "[1] mixed."]),
        };
        let wanted = "\\begin{tabular}{lr}\n\\hline\n& 8 wrong \\\\\n\\hline\nMy\\_Trainer & 87.0 $\\pm$ 1.0 [1] \\\\\n\
                      {}[odd] & -- \\\\\n{}* & 1 \\\\\n\\hline\n\\end{tabular}\n\nOf 100 \\% of it.\n[1] mixed.\n";
        assert_eq!(written(&[grid]), wanted);
    }
}
