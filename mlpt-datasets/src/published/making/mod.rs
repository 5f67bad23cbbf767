//! Splits where no split file lies: from the lists that a data set brings, or from its folders.

mod aircraft;
mod cars;
mod drawn;
mod flowers;
mod folders;
mod imagenet;
mod lines;
mod pets;
mod sun397;
mod ucf101;

pub(super) use aircraft::aircraft;
pub(super) use cars::cars;
pub(super) use flowers::flowers;
pub(super) use folders::{caltech101, eurosat, plain};
pub(super) use imagenet::{by_number, by_wordnet, imagenet};
pub(super) use pets::pets;
pub(super) use sun397::sun397;
pub(super) use ucf101::ucf101;
