//! A sweep as a job of a scheduler.

use super::plan::Plan;
use anyhow::{Context, Result, bail};
use std::fmt::Write;

/// An array job of Slurm: each task runs one cell that is not finished, in the folder in which the script was made.
/// With more than one job at a time that is also the most that Slurm runs at a time. A task has as many threads as Slurm
/// gives it cores.
///
/// # Errors
/// When every cell is finished, or a setting cannot stand in a script.
pub(super) fn slurm(plan: &Plan) -> Result<String> {
    let count = plan.open().count();
    if count == 0 {
        bail!("every cell of {} is finished; `mlpt results` makes the table", plan.folder.display());
    }
    let here = std::env::current_dir().context("the working directory cannot be told")?;
    let most = if plan.jobs > 1 { format!("%{}", plan.jobs) } else { String::new() };
    let mut out = String::new();
    writeln!(out, "#!/usr/bin/env bash")?;
    writeln!(out, "#SBATCH --job-name=mlpt-sweep")?;
    writeln!(out, "#SBATCH --array=0-{}{most}", count - 1)?;
    writeln!(out, "#SBATCH --output=mlpt-sweep-%A_%a.txt")?;
    writeln!(out, "# Submit it from any folder: sbatch THIS_FILE. MLPT names the program, if it is not on the PATH.")?;
    writeln!(out, "# A task that was stopped goes on where it was when the script is submitted again.")?;
    writeln!(out, "set -eu")?;
    // Without cgroups a task sees every core of its node, whatever it was given.
    let threads = "export RAYON_NUM_THREADS=\"${RAYON_NUM_THREADS:-$SLURM_CPUS_ON_NODE}\"";
    writeln!(out, "if [ -n \"${{SLURM_CPUS_ON_NODE:-}}\" ]; then {threads}; fi")?;
    writeln!(out, "cd {}", quoted(&here.to_string_lossy())?)?;
    writeln!(out, "case $SLURM_ARRAY_TASK_ID in")?;
    for (number, cell) in plan.open().enumerate() {
        let words = cell.words.iter().map(|word| quoted(word)).collect::<Result<Vec<_>>>()?;
        writeln!(out, "  {number}) exec \"${{MLPT:-mlpt}}\" train --quiet {} ;;", words.join(" "))?;
    }
    writeln!(out, "esac")?;
    Ok(out)
}

fn quoted(word: &str) -> Result<String> {
    let quoted = shlex::try_quote(word).with_context(|| format!("'{word}' cannot stand in a script"))?;
    Ok(quoted.into_owned())
}
