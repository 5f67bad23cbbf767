//! The real Caltech-101 where it is present: below `MLPT_TEST_DATA`, or `shared/data` beside the repository.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use mlpt_core::Registries;
use mlpt_core::config::{Config, Origin, Scope};
use mlpt_core::data::{NoiseContext, Splits, fewshot, noise};
use mlpt_core::registries::DatasetContext;
use mlpt_core::rng::RngTree;
use std::path::{Path, PathBuf};

fn data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let root = std::env::var_os("MLPT_TEST_DATA").map_or(beside, PathBuf::from);
    let there = root.join("caltech-101").is_dir();
    if !there {
        eprintln!("skipped: no caltech-101 below {} (set MLPT_TEST_DATA)", root.display());
    }
    there.then_some(root)
}

fn load(root: &Path, template: Option<&str>) -> mlpt_core::Result<Splits> {
    let mut registries = Registries::new()?;
    mlpt_datasets::register(&mut registries)?;
    let mut config = Config::default();
    if let Some(template) = template {
        config.set("DATASET.TEMPLATE", template, Origin::Override);
    }
    let scope = Scope::new(&config, ["DATASET".to_owned()]);
    let ctx = DatasetContext { root: root.to_owned(), rng: RngTree::new(1), scope };
    (registries.datasets.get("caltech101")?.factory)(&ctx)
}

#[test]
fn sizes_names_and_few_shots_are_the_published_ones() {
    let Some(root) = data() else { return };
    let started = std::time::Instant::now();
    let splits = load(&root, None).unwrap();
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    assert_eq!([&splits.train, &splits.val, &splits.test].map(Vec::len), [4128, 1649, 2465]);
    assert_eq!(splits.class_names, NAMES);
    let rng = RngTree::new(1);
    let few = fewshot(&splits.train, 16, &rng);
    assert_eq!((few.len(), fewshot(&splits.val, 4, &rng).len()), (1600, 400));
    // The name under the split's label is that of the folder, but for CoOp's four renamed ones.
    let renamed = ["face", "airplane", "Leopards", "Motorbikes"];
    for item in splits.train.iter().chain(&splits.val).chain(&splits.test) {
        let folder = item.image.key().split('/').next().unwrap().replace('_', " ").to_lowercase();
        let name = splits.class_names[item.label].to_lowercase();
        assert!(folder == name || renamed.iter().any(|r| folder.starts_with(&r.to_lowercase())), "{folder} {name}");
    }
}

#[test]
fn half_of_sixteen_shots_can_be_made_wrong_in_every_class() {
    struct NoFeatures;
    impl noise::FeatureSource for NoFeatures {
        fn features(&self, _: &[mlpt_core::data::Item]) -> mlpt_core::Result<candle_core::Tensor> {
            unreachable!()
        }
        fn class_features(&self) -> mlpt_core::Result<candle_core::Tensor> {
            unreachable!()
        }
    }
    let Some(root) = data() else { return };
    let splits = load(&root, None).unwrap();
    let rng = RngTree::new(1);
    let items = fewshot(&splits.train, 16, &rng);
    let ctx = NoiseContext {
        items: &items,
        donors: &splits.train,
        train: &splits.train,
        class_names: &splits.class_names,
        amount: noise::Amount::count(8),
        common: rng.child("common"),
        rng,
        features: &NoFeatures,
    };
    let noisy = noise::NoiseModel::apply(&noise::InstanceReplace, &ctx).unwrap();
    assert_eq!(noise::Manifest::new(&noisy).wrong_per_class(100), [8; 100]);
}

#[test]
fn templates_and_roots_are_checked() {
    let Some(root) = data() else { return };
    assert_eq!(load(&root, Some("a {}")).unwrap().template, "a {}");
    assert!(load(&root, Some("a photo")).unwrap_err().to_string().contains("DATASET.TEMPLATE"));
    let message = load(&root.join("caltech-101"), None).unwrap_err().to_string();
    assert!(message.contains("must be the folder above"), "{message}");
}

#[test]
fn a_folder_without_images_is_named() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("caltech-101/101_ObjectCategories")).unwrap();
    let message = load(dir.path(), None).unwrap_err().to_string();
    assert!(message.contains("101_ObjectCategories: there are no images of any class in it"), "{message}");
}

#[rustfmt::skip]
const NAMES: [&str; 100] = [
    "face", "leopard", "motorbike", "accordion", "airplane", "anchor", "ant", "barrel", "bass", "beaver", "binocular",
    "bonsai", "brain", "brontosaurus", "buddha", "butterfly", "camera", "cannon", "car side", "ceiling fan",
    "cellphone", "chair", "chandelier", "cougar body", "cougar face", "crab", "crayfish", "crocodile",
    "crocodile head", "cup", "dalmatian", "dollar bill", "dolphin", "dragonfly", "electric guitar", "elephant", "emu",
    "euphonium", "ewer", "ferry", "flamingo", "flamingo head", "garfield", "gerenuk", "gramophone", "grand piano",
    "hawksbill", "headphone", "hedgehog", "helicopter", "ibis", "inline skate", "joshua tree", "kangaroo", "ketch",
    "lamp", "laptop", "llama", "lobster", "lotus", "mandolin", "mayfly", "menorah", "metronome", "minaret",
    "nautilus", "octopus", "okapi", "pagoda", "panda", "pigeon", "pizza", "platypus", "pyramid", "revolver", "rhino",
    "rooster", "saxophone", "schooner", "scissors", "scorpion", "sea horse", "snoopy", "soccer ball", "stapler",
    "starfish", "stegosaurus", "stop sign", "strawberry", "sunflower", "tick", "trilobite", "umbrella", "watch",
    "water lilly", "wheelchair", "wild cat", "windsor chair", "wrench", "yin yang",
];
