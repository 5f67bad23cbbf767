//! `mlpt doctor`: whether this program has what it needs here, and the cure for what it lacks.

use crate::args::DoctorArgs;
use crate::output::print;
use anyhow::{Result, bail};
use mlpt_core::hub::{Hub, Settings};
use mlpt_core::tensor::pick_device;
use serde::Serialize;
use std::path::Path;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Good,
    /// Something does not work that not everybody needs.
    Warning,
    /// What everybody needs does not work.
    Broken,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    state: State,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cure: Option<String>,
}

impl Finding {
    fn good(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, state: State::Good, found: found.into(), cure: None }
    }

    fn fault(what: &'static str, state: State, found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { what, state, found: found.into(), cure: Some(cure.into()) }
    }
}

/// Free space below which a cache is called full, in bytes: the largest published model and some.
const ROOM: u64 = 4 << 30;

/// Looks at everything and prints it.
///
/// # Errors
/// When something is broken that everybody needs, after everything has been printed.
pub fn doctor(args: &DoctorArgs) -> Result<()> {
    let mut findings = vec![build(), processor(), gpu()];
    match Settings::from_env() {
        Ok(settings) => findings.extend([cache(&settings.cache), token(&settings), endpoint(settings)]),
        Err(e) => findings.push(Finding::fault("hub", State::Broken, e.to_string(), "correct or unset that variable")),
    }
    if args.json {
        print(&serde_json::to_string_pretty(&findings)?)?;
    } else {
        let mut out = String::new();
        for finding in &findings {
            let mark = match finding.state {
                State::Good => "ok     ",
                State::Warning => "warning",
                State::Broken => "broken ",
            };
            out.push_str(&format!("{mark}  {:10} {}\n", finding.what, finding.found));
            if let Some(cure) = &finding.cure {
                out.push_str(&format!("{:21}{cure}\n", ""));
            }
        }
        print(&out)?;
    }
    let broken = findings.iter().filter(|f| f.state == State::Broken).count();
    if broken > 0 {
        bail!("{broken} of {} findings must be mended", findings.len());
    }
    Ok(())
}

fn build() -> Finding {
    let cuda = if cfg!(feature = "cuda") { "with CUDA" } else { "without CUDA" };
    Finding::good("program", format!("mlpt {}, built {cuda}", env!("CARGO_PKG_VERSION")))
}

fn processor() -> Finding {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    Finding::good("processor", format!("{} with {threads} threads; computing in f32", std::env::consts::ARCH))
}

/// The kernel's module tells that there is a card, whatever this program was built with.
fn gpu() -> Finding {
    let driver = std::fs::read_to_string("/proc/driver/nvidia/version").ok();
    let driver = driver.as_deref().and_then(|text| text.lines().next()).map(str::trim);
    match (cfg!(feature = "cuda"), driver) {
        (false, None) => Finding::good("GPU", "none found, and none is needed"),
        (false, Some(driver)) => Finding::fault(
            "GPU",
            State::Warning,
            format!("there is one ({driver}), and this program cannot use it"),
            "build it with `cargo build --release --features cuda`",
        ),
        (true, None) => Finding::fault(
            "GPU",
            State::Warning,
            "built with CUDA, but no NVIDIA driver is loaded",
            "install the driver, or use --device cpu",
        ),
        (true, Some(driver)) => match pick_device("cuda:0").and_then(|device| {
            // A real kernel: a driver older than the toolkit opens the card and fails here.
            let ones = candle_core::Tensor::ones((64, 64), candle_core::DType::F32, &device)?;
            Ok(ones.matmul(&ones)?.sum_all()?.to_scalar::<f32>()?)
        }) {
            Ok(sum) if sum == 64.0 * 64.0 * 64.0 => Finding::good("GPU", format!("cuda:0 computes ({driver})")),
            Ok(sum) => {
                Finding::fault("GPU", State::Broken, format!("cuda:0 computes wrongly: {sum}"), "use --device cpu")
            }
            Err(e) => Finding::fault(
                "GPU",
                State::Warning,
                format!("cuda:0 does not start: {e}"),
                "a driver older than the CUDA toolkit of this build must be renewed; or use --device cpu",
            ),
        },
    }
}

fn cache(path: &Path) -> Finding {
    // The folder comes to be with the first download; until then its nearest parent tells.
    let there = path.ancestors().find(|p| p.is_dir()).unwrap_or(Path::new("/"));
    let shown = path.display();
    match fs4::available_space(there) {
        Ok(free) if free >= ROOM => Finding::good("cache", format!("{shown}, {} free", indicatif::HumanBytes(free))),
        Ok(free) => Finding::fault(
            "cache",
            State::Warning,
            format!("{shown}, only {} free", indicatif::HumanBytes(free)),
            "make room, or set HF_HOME to a folder on another disk",
        ),
        Err(e) => {
            Finding::fault("cache", State::Warning, format!("{shown}: {e}"), "set HF_HOME to a folder that can be read")
        }
    }
}

fn token(settings: &Settings) -> Finding {
    match settings.token {
        Some(_) => Finding::good("token", "there is one"),
        None => Finding::good("token", "none; only private and gated repositories need one (HF_TOKEN)"),
    }
}

fn endpoint(settings: Settings) -> Finding {
    let address = settings.endpoint.clone();
    if settings.offline {
        return Finding::good("hub", format!("{address} is not asked: HF_HUB_OFFLINE is set"));
    }
    match Hub::new(Settings { retries: 0, ..settings }).and_then(|hub| hub.ping()) {
        Ok(time) => Finding::good("hub", format!("{address} answers in {} ms", time.as_millis())),
        // What to do stands below.
        Err(e) => Finding::fault(
            "hub",
            State::Warning,
            e.to_string().split("; ").next().unwrap_or_default(),
            "the built-in model, folders and files work without it; HF_ENDPOINT names a mirror, HTTPS_PROXY a proxy",
        ),
    }
}
