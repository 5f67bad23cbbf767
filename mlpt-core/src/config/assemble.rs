//! The whole schema of a program: shared keys, every entry's own, and the places for prompt learners.

use super::{Key, Schema, base_schema};
use crate::Registries;
use crate::registry::{Entry, Registry};

impl Schema {
    /// Every key that a program with these registries understands.
    ///
    /// For each place for a prompt learner (`TRAINER.MLPT.LEARNER1`) and for the section around it
    /// (`TRAINER.MLPT`) there is `MECHANISM`, each mechanism's own keys and `OPTIM.*`, none of them
    /// set: what is not set there comes from the section around it, then from the mechanism's own
    /// section or `OPTIM` (see [`Scope`](super::Scope)).
    pub fn assemble(registries: &Registries) -> Self {
        let mut schema = base_schema();
        own_keys(&mut schema, &registries.datasets);
        own_keys(&mut schema, &registries.noises);
        own_keys(&mut schema, &registries.selectors);
        own_keys(&mut schema, &registries.samplers);
        own_keys(&mut schema, &registries.mechanisms);
        own_keys(&mut schema, &registries.trainers);
        let slot_keys = slot_keys(&schema, registries);
        for entry in registries.trainers.iter() {
            for slot in entry.learners {
                let around = slot.rsplit_once('.').map(|(around, _)| around);
                for section in [Some(*slot), around].into_iter().flatten() {
                    schema.extend(slot_keys.iter().cloned().map(|k| k.below(section)));
                }
            }
        }
        schema
    }
}

fn own_keys<F>(schema: &mut Schema, registry: &Registry<F>) {
    for entry in registry.iter() {
        schema.extend(entry.schema.iter().cloned());
    }
}

/// What a place for a learner can be told, with paths relative to it.
fn slot_keys(schema: &Schema, registries: &Registries) -> Vec<Key> {
    let mechanism = Key::new::<Option<String>>("MECHANISM", None, "Prompt mechanism of this learner.");
    let mut keys = vec![mechanism];
    for entry in registries.mechanisms.iter() {
        keys.extend(relative_keys(entry));
    }
    let optim = schema.iter().filter(|k| k.path.starts_with("OPTIM."));
    keys.extend(optim.cloned().map(Key::unset));
    keys
}

fn relative_keys<F>(entry: &Entry<F>) -> impl Iterator<Item = Key> {
    let section = format!("{}.", entry.section_path());
    entry.schema.iter().filter_map(move |key| {
        let path = key.path.strip_prefix(&section)?.to_owned();
        Some(Key { path, ..key.clone() }.unset())
    })
}
