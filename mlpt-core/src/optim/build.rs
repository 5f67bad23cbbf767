//! An optimiser by its name.

use super::adam::{Adam, AmsGrad};
use super::config::unknown;
use super::radam::RAdam;
use super::rmsprop::RmsProp;
use super::rule::Ruled;
use super::sgd::Sgd;
use super::{OptimConfig, Optimizer};
use crate::prompt::NamedVar;
use crate::{Error, Result};

/// What `OPTIM.NAME` may be.
const NAMES: [&str; 6] = ["sgd", "adam", "adamw", "amsgrad", "rmsprop", "radam"];

/// The optimiser that the settings ask for, over `parameters` in their order.
///
/// # Errors
/// All faults of the settings at once; or two parameters of one name.
pub fn build(config: &OptimConfig, parameters: Vec<NamedVar>) -> Result<Box<dyn Optimizer>> {
    let mut faults = Vec::new();
    config.check_numbers(&mut faults);
    for (i, parameter) in parameters.iter().enumerate() {
        if parameters[..i].iter().any(|other| other.name == parameter.name) {
            faults.push(format!("two parameters are called '{}'", parameter.name));
        }
    }
    let name = config.name.to_ascii_lowercase();
    if !NAMES.contains(&name.as_str()) {
        faults.push(unknown("NAME", &config.name, &NAMES));
    }
    if !faults.is_empty() {
        return Err(Error::Config(faults));
    }
    Ok(match name.as_str() {
        "sgd" => Box::new(Ruled::new(Sgd::new(config), parameters)),
        "adam" => Box::new(Ruled::new(Adam::new(config, false), parameters)),
        "amsgrad" => Box::new(Ruled::new(AmsGrad::new(config), parameters)),
        "rmsprop" => Box::new(Ruled::new(RmsProp::new(config), parameters)),
        "radam" => Box::new(Ruled::new(RAdam::new(config), parameters)),
        _ => Box::new(Ruled::new(Adam::new(config, true), parameters)),
    })
}
