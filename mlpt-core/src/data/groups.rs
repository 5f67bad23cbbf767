//! Grouping by label.

/// Positions by label, labels in first-seen order, positions in the order given.
pub(super) fn by_label(labels: impl IntoIterator<Item = usize>) -> Vec<(usize, Vec<usize>)> {
    let mut groups: Vec<(usize, Vec<usize>)> = Vec::new();
    let mut slots: Vec<Option<usize>> = Vec::new();
    for (position, label) in labels.into_iter().enumerate() {
        if label >= slots.len() {
            slots.resize(label + 1, None);
        }
        let slot = *slots[label].get_or_insert_with(|| {
            groups.push((label, Vec::new()));
            groups.len() - 1
        });
        groups[slot].1.push(position);
    }
    groups
}
