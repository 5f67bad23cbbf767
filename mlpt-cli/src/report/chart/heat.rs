//! A confusion matrix as a field of squares.

use super::palette::{AXIS, GRID, Palette, TEXT};
use super::svg::{SCALE, drawn, fault, short};
use crate::report::page::Figure;
use anyhow::Result;
use mlpt_core::report::Confusion;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Characters of a class name that are shown.
const LETTERS: usize = 18;
/// Room for all squares, on the page.
const ROOM: u32 = 620;

/// Draws the matrix: a row for each true class, a column for each predicted one. A square is the darker the
/// larger its share of the row.
///
/// # Errors
/// When it cannot be drawn.
pub(in crate::report) fn heat(title: &str, confusion: &Confusion) -> Result<Figure> {
    let n = confusion.names.len().max(1);
    let cell = (ROOM / n as u32).clamp(12, 44);
    let names: Vec<String> = confusion.names.iter().map(|name| short(name, LETTERS)).collect();
    let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0) as u32;
    let letter = (cell * 5 / 8).clamp(8, 12);
    let left = longest * letter * 6 / 10 + 30;
    let (width, height) = (left + cell * n as u32 + 8, left + cell * n as u32 + 8);
    let right: usize = (0..n).filter_map(|c| confusion.counts.get(c)?.get(c)).sum();
    let total: usize = confusion.counts.iter().flatten().sum();
    let about = format!(
        "Rows are true classes, columns predicted ones: {right} of {total} images of {n} classes are on the diagonal."
    );
    let at = |x: u32| (x * SCALE) as i32;
    let svg = drawn(title, &about, (width, height), |area| {
        let font = |size: u32| ("sans-serif", size * SCALE * 124 / 100);
        let style =
            |size: u32, color: &RGBColor, h: HPos, v: VPos| font(size).into_font().color(color).pos(Pos::new(h, v));
        for (label, name) in names.iter().enumerate() {
            let middle = at(left + cell * label as u32 + cell / 2);
            let row = style(letter, &TEXT, HPos::Right, VPos::Center);
            area.draw_text(name, &row, (at(left - 6), middle)).map_err(fault)?;
            let column = font(letter).into_font().transform(FontTransform::Rotate270).color(&TEXT);
            let column = column.pos(Pos::new(HPos::Left, VPos::Center));
            area.draw_text(name, &column, (middle, at(left - 6))).map_err(fault)?;
        }
        for line in 0..=n {
            let place = at(left + cell * line as u32);
            let (from, to) = (at(left), at(left + cell * n as u32));
            let style = if line == 0 || line == n { AXIS } else { GRID }.stroke_width(SCALE);
            area.draw(&PathElement::new(vec![(from, place), (to, place)], style)).map_err(fault)?;
            area.draw(&PathElement::new(vec![(place, from), (place, to)], style)).map_err(fault)?;
        }
        for (label, row) in confusion.counts.iter().enumerate() {
            let images: usize = row.iter().sum();
            for (predicted, &count) in row.iter().enumerate().filter(|(_, count)| **count > 0) {
                let share = count as f64 / images as f64;
                let (x, y) = (left + cell * predicted as u32, left + cell * label as u32);
                let color = if label == predicted { Palette::Blue } else { Palette::Orange };
                let square = [(at(x) + 1, at(y) + 1), (at(x + cell) - 1, at(y + cell) - 1)];
                area.draw(&Rectangle::new(square, color.rgb().mix(0.08 + 0.92 * share).filled())).map_err(fault)?;
                if cell >= 20 {
                    let text = count.to_string();
                    let size = (cell * 2 / 5).min(13);
                    let color = if share > 0.6 { WHITE } else { TEXT };
                    let style = style(size, &color, HPos::Center, VPos::Center);
                    area.draw_text(&text, &style, (at(x + cell / 2), at(y + cell / 2))).map_err(fault)?;
                }
            }
        }
        Ok(())
    })?;
    Ok(Figure { title: title.to_owned(), svg, wide: true, legend: Vec::new() })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_what_occurs_is_a_square() {
        let names = vec!["<b>&\"".to_owned(), "a name that is longer than there is room".to_owned()];
        let confusion = Confusion { names, counts: vec![vec![3, 1], vec![0, 0]] };
        let figure = heat("Confusion", &confusion).unwrap();
        assert_eq!(figure.svg.matches("fill=\"#0072B2\"").count(), 1, "{}", figure.svg);
        assert_eq!(figure.svg.matches("fill=\"#D55E00\"").count(), 1, "{}", figure.svg);
        assert!(figure.svg.contains("&lt;b&gt;&amp;&quot;") && !figure.svg.contains("<b>"), "{}", figure.svg);
        assert!(figure.svg.contains("a name that is lo…"), "{}", figure.svg);
        assert!(figure.svg.contains("3 of 4 images of 2 classes"), "{}", figure.svg);
    }
}
