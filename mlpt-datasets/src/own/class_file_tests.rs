#![allow(clippy::unwrap_used)]

use super::*;

fn read(name: &str, text: &str) -> Result<ClassFile> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    ClassFile::read(&path)
}

fn classes(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

#[test]
fn the_three_formats_say_the_same() {
    let files = [
        ("c.toml", "template = \"a {}, a bolt.\"\n[names]\nm4_x = \"M4 bolt\"\n7 = \"lucky\"\n"),
        ("c.yaml", "template: a {}, a bolt.\nnames:\n  m4_x: M4 bolt\n  7: lucky\n"),
        ("c.YML", "names: {m4_x: M4 bolt, '7': lucky}\ntemplate: 'a {}, a bolt.'\n"),
        ("c.json", r#"{"names": {"m4_x": "M4 bolt", "7": "lucky"}, "template": "a {}, a bolt."}"#),
    ];
    for (name, text) in files {
        let file = read(name, text).unwrap();
        assert_eq!(file.template.as_deref(), Some("a {}, a bolt."), "{name}");
        let names = file.names_for(&classes(&["7", "big_nut", "m4_x"])).unwrap();
        assert_eq!(names, ["lucky", "big nut", "M4 bolt"], "{name}");
    }
    assert_eq!(read("c.toml", "").unwrap().names_for(&classes(&["a_b"])).unwrap(), ["a b"]);
}

#[test]
fn faults_are_named() {
    let message = |name: &str, text: &str| read(name, text).unwrap_err().to_string();
    for (name, text) in [
        ("c.toml", "[names]\na = \"x\"\na = \"y\"\n"),
        ("c.yaml", "names:\n  a: x\n  a: y\n"),
        ("c.json", "{\"names\": {\"a\": \"x\",\n\n \"a\": \"y\"}}"),
    ] {
        let told = message(name, text);
        assert!(told.contains(name) && told.contains("line 3") && told.contains('a'), "{told}");
    }
    assert!(message("c.toml", "template = \"a photo\"").contains("has no {}"));
    assert!(message("c.toml", "[names]\na = \" \"").contains("class 'a' has an empty name"));
    let told = message("c.toml", "[nams]\na = \"x\"");
    assert!(told.contains("line 1: unknown field `nams`") && told.contains("a section names"), "{told}");
    assert!(message("c.toml", "[names]\na = 3").contains("line 2: invalid type"));
    assert!(message("c.json", "{").contains("line 1"));
    assert!(message("c.txt", "").contains("ends in .toml, .yaml or .json"));
}

#[test]
fn strangers_are_refused_with_the_nearest_name() {
    let file = read("c.toml", "[names]\nbollt = \"M4\"").unwrap();
    let message = file.names_for(&classes(&["bolt", "nut"])).unwrap_err().to_string();
    assert!(
        message.contains("c.toml: it names the class 'bollt'") && message.contains("did you mean: bolt"),
        "{message}"
    );
    let far = read("c.toml", "[names]\nzzzzzzzz = \"M4\"").unwrap();
    let message = far.names_for(&classes(&["bolt", "nut"])).unwrap_err().to_string();
    assert!(message.contains("the classes are: bolt, nut"), "{message}");
}
