//! `audit.csv`.

use super::Suspect;

/// A line for each label, the most suspect first.
///
/// # Errors
/// When the table cannot be made.
pub(super) fn csv(suspects: &[Suspect], learners: &[String], classes: &[String]) -> Result<Vec<u8>, String> {
    let name = |label: usize| classes.get(label).cloned().unwrap_or_default();
    let p = |p: f64| format!("{p:.6}");
    let mut table = csv::Writer::from_writer(Vec::new());
    let text = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let mut header = text(&["rank", "image", "given", "suggested", "true", "clean"]);
    header.extend(learners.iter().map(|learner| format!("clean_{learner}")));
    header.extend(text(&["p_given", "p_suggested", "zero_shot", "p_zero_shot_given"]));
    table.write_record(&header).map_err(|e| e.to_string())?;
    for (rank, s) in suspects.iter().enumerate() {
        let truth = s.truth.map(name).unwrap_or_default();
        let mut row =
            vec![(rank + 1).to_string(), s.image.clone(), name(s.given), name(s.suggested), truth, p(s.clean)];
        row.extend(s.by_learner.iter().map(|clean| p(*clean)));
        row.extend([p(s.p_given), p(s.p_suggested), name(s.zero_shot), p(s.p_zero_shot_given)]);
        table.write_record(&row).map_err(|e| e.to_string())?;
    }
    table.into_inner().map_err(|e| e.to_string())
}
