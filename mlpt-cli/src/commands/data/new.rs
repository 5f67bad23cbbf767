//! `mlpt data new`.

use crate::args::DataNewArgs;
use crate::output::{print, table};
use anyhow::Result;
use mlpt_datasets::own::{Described, DescribedClass, describe, write_config};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Classes that are shown one by one.
const FIRST: usize = 12;

/// Says what the data is, and writes settings and class names to edit.
pub(super) fn new(args: &DataNewArgs) -> Result<()> {
    let described = describe(&args.path)?;
    let own = match args.path.is_dir() {
        true => args.path.as_path(),
        false => args.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")),
    };
    let written = write_config(&described, args.out.as_deref().unwrap_or(own), args.overwrite)?;
    if args.json {
        return Ok(print(&serde_json::to_string_pretty(&document(&described, &written))?)?);
    }
    let [settings, classes] = &written[..] else { return Ok(()) };
    let names = match described.needs_names {
        true => "The labels are bare numbers: write their names into classes.toml before the first run.\n",
        false => "What prompts call the classes stands in classes.toml: edit it where a name says too little.\n",
    };
    // As many shots as every class has, and no more than people use.
    let shots = described.classes.iter().map(|c| c.counts[0]).min().unwrap_or(1).clamp(1, 16);
    print(&format!(
        "{}\nWritten: {}\n         {}\n{names}\nThen:\n  mlpt data check --dataset-config-file {1}\n  mlpt train --trainer MLPT \
         --dataset-config-file {1} DATASET.NUM_SHOTS={shots}",
        text(&described),
        settings.display(),
        classes.display(),
    ))?;
    Ok(())
}

fn document(described: &Described, written: &[PathBuf]) -> Value {
    let class = |class: &DescribedClass| {
        let [train, val, test] = class.counts;
        json!({ "label": class.raw, "name": class.name, "train": train, "val": val, "test": test })
    };
    json!({
        "dataset": described.dataset,
        "settings": described.settings.iter().cloned().collect::<BTreeMap<_, _>>(),
        "template": described.template,
        "needs_names": described.needs_names,
        "classes": described.classes.iter().map(class).collect::<Vec<_>>(),
        "written": written,
    })
}

fn text(described: &Described) -> String {
    let mut rows = vec![["class", "prompts say", "train", "val", "test"].map(str::to_owned).to_vec()];
    for class in described.classes.iter().take(FIRST) {
        let mut row = vec![class.raw.clone(), class.name.clone()];
        row.extend(class.counts.map(|n| n.to_string()));
        rows.push(row);
    }
    let sum = |part: usize| described.classes.iter().map(|c| c.counts[part]).sum::<usize>().to_string();
    let all = format!("{} classes", described.classes.len());
    rows.push(vec![all, String::new(), sum(0), sum(1), sum(2)]);
    let more = described.classes.len().saturating_sub(FIRST);
    let note = if more > 0 { format!("({more} more classes are not shown)\n") } else { String::new() };
    format!("Read by {}\n{}{note}", described.dataset, table(&rows, 2))
}
