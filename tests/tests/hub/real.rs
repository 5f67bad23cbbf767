//! Against the hub that the environment names; to be run by hand where there is one.

use mlpt_core::hub::{Hub, Kind, RepoId, Settings, Silent};

#[test]
#[ignore = "needs a network, or a mirror in HF_ENDPOINT"]
fn a_small_file_comes_from_the_hub_of_the_environment() {
    let hub = Hub::new(Settings::from_env().unwrap()).unwrap();
    hub.ping().unwrap_or_else(|e| panic!("{e}"));
    let repo = RepoId::parse(Kind::Model, "openai/clip-vit-base-patch32").unwrap();
    let listing = hub.files(&repo).unwrap();
    assert!(listing.files.iter().any(|f| f == "config.json"), "{listing:?}");
    let path = hub.get(&repo, "config.json", &Silent).unwrap();
    assert!(std::fs::read_to_string(path).unwrap().contains("projection_dim"));
}
