//! The receiver's curve of finding wrong labels.

/// How many wrong labels are found at the price of how many false alarms.
#[derive(Clone, Debug, PartialEq)]
pub struct RocCurve {
    /// Share of right labels that are suspected, and share of wrong labels that are found, from (0, 0) to (1, 1).
    pub points: Vec<(f64, f64)>,
    /// The area below it.
    pub area: f64,
}

/// The curve of items with how surely each label is right, and whether it is wrong; the least sure are
/// suspected first. `None` where no label, or every one, is wrong.
pub fn roc(items: &[(f64, bool)]) -> Option<RocCurve> {
    let wrong = items.iter().filter(|(_, wrong)| *wrong).count() as f64;
    let right = items.len() as f64 - wrong;
    if wrong < 1.0 || right < 1.0 {
        return None;
    }
    let mut items = items.to_vec();
    items.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut alarms, mut found, mut area) = (0.0, 0.0, 0.0);
    let mut points = vec![(0.0, 0.0)];
    // Equal ones are suspected together: a slope, not a step.
    for ties in items.chunk_by(|a, b| a.0 == b.0) {
        let wrong_here = ties.iter().filter(|(_, wrong)| *wrong).count() as f64;
        let right_here = ties.len() as f64 - wrong_here;
        area += right_here / right * (found + 0.5 * wrong_here) / wrong;
        alarms += right_here;
        found += wrong_here;
        points.push((alarms / right, found / wrong));
    }
    Some(RocCurve { points, area })
}
