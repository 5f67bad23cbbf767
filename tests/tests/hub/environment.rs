//! Settings from the environment.

use crate::world::{World, says};
use mlpt_core::Error;
use mlpt_core::hub::{Hub, Settings};
use std::fs;
use std::path::Path;
use std::time::Duration;

fn read(variables: &[(&str, &str)]) -> Result<Settings, Error> {
    Settings::from_lookup(|name| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
}

const HOME: (&str, &str) = ("HOME", "/home/of/nobody");

#[test]
fn what_is_not_set_has_the_usual_value() {
    let settings = read(&[HOME, ("HF_ENDPOINT", "  ")]).unwrap();
    assert_eq!(settings.endpoint, "https://huggingface.co");
    assert_eq!(settings.cache, Path::new("/home/of/nobody/.cache/huggingface/hub"));
    assert!(settings.token.is_none() && !settings.offline && settings.ca.is_none());
    assert_eq!(
        (settings.metadata_timeout, settings.download_timeout),
        (Duration::from_secs(10), Duration::from_secs(10))
    );
    says(&read(&[]).unwrap_err(), &["HF_HOME", "HOME is not set"]);
    read(&[("HF_HOME", "/x")]).unwrap();
}

#[test]
fn caches_are_found_as_python_finds_them() {
    let cache = |variables: &[(&str, &str)]| {
        read(&[&[HOME], variables].concat()).unwrap().cache.to_str().unwrap().replace('\\', "/")
    };
    assert_eq!(cache(&[("XDG_CACHE_HOME", "/c")]), "/c/huggingface/hub");
    assert_eq!(cache(&[("XDG_CACHE_HOME", "/c"), ("HF_HOME", "/h")]), "/h/hub");
    assert_eq!(cache(&[("HF_HOME", "~/h")]), "/home/of/nobody/h/hub");
    assert_eq!(cache(&[("HF_HOME", "/h"), ("HUGGINGFACE_HUB_CACHE", "/old")]), "/old");
    assert_eq!(cache(&[("HUGGINGFACE_HUB_CACHE", "/old"), ("HF_HUB_CACHE", "/new")]), "/new");
}

#[test]
fn tokens_come_from_variables_or_files() {
    let dir = tempfile::tempdir().unwrap();
    let home = ("HF_HOME", dir.path().to_str().unwrap());
    let token = |variables: &[(&str, &str)]| read(&[&[home], variables].concat()).map(|s| s.token);
    assert_eq!(token(&[]).unwrap(), None);
    fs::write(dir.path().join("token"), "hf_file\n").unwrap();
    assert_eq!(token(&[]).unwrap().as_deref(), Some("hf_file"));
    fs::write(dir.path().join("other"), "hf_other").unwrap();
    let other = dir.path().join("other");
    assert_eq!(token(&[("HF_TOKEN_PATH", other.to_str().unwrap())]).unwrap().as_deref(), Some("hf_other"));
    assert_eq!(token(&[("HUGGING_FACE_HUB_TOKEN", "hf_old")]).unwrap().as_deref(), Some("hf_old"));
    let both = [("HUGGING_FACE_HUB_TOKEN", "hf_old"), ("HF_TOKEN", " hf_new ")];
    assert_eq!(token(&both).unwrap().as_deref(), Some("hf_new"));
    let settings = read(&[home, ("HF_TOKEN", "hf_new")]).unwrap();
    assert!(!format!("{settings:?} {:?}", Hub::new(settings.clone()).unwrap()).contains("hf_new"));
    let error = token(&[("HF_TOKEN", "hf hidden")]).unwrap_err();
    says(&error, &["HF_TOKEN: is no token"]);
    assert!(!error.to_string().contains("hidden"));
    says(&token(&[("HF_TOKEN_PATH", dir.path().to_str().unwrap())]).unwrap_err(), &["HF_TOKEN_PATH: "]);
}

#[test]
fn yes_and_no_and_seconds() {
    let offline = |name, value| read(&[HOME, (name, value)]).map(|s| s.offline);
    for yes in ["1", "true", "YES", "On"] {
        assert!(offline("HF_HUB_OFFLINE", yes).unwrap() && offline("TRANSFORMERS_OFFLINE", yes).unwrap());
    }
    for no in ["0", "false", "NO", "off", ""] {
        assert!(!offline("HF_HUB_OFFLINE", no).unwrap());
    }
    assert!(!read(&[HOME, ("HF_HUB_OFFLINE", "0"), ("TRANSFORMERS_OFFLINE", "1")]).unwrap().offline);
    let settings = read(&[HOME, ("HF_HUB_DOWNLOAD_TIMEOUT", "2.5"), ("HF_HUB_ETAG_TIMEOUT", "3")]).unwrap();
    assert_eq!(settings.download_timeout, Duration::from_millis(2500));
    assert_eq!(settings.metadata_timeout, Duration::from_secs(3));
}

#[test]
fn a_bad_value_is_an_error_that_names_the_variable() {
    for (name, values) in [
        ("HF_HUB_OFFLINE", &["2", "maybe"][..]),
        ("TRANSFORMERS_OFFLINE", &["ja"]),
        ("HF_HUB_DOWNLOAD_TIMEOUT", &["0", "-1", "ten", "nan", "inf", "1e9", "1e-30"]),
        ("HF_HUB_ETAG_TIMEOUT", &["10s"]),
        ("HF_ENDPOINT", &["huggingface.co", "ftp://a", "http://", "https://a/?b=c", "https://u:p@a"]),
        ("HTTPS_PROXY", &["socks5://a:1", "a b"]),
        ("http_proxy", &["://"]),
        ("ALL_PROXY", &["socks5h://a:1"]),
        ("SSL_CERT_FILE", &["/nowhere/at/all.pem", "/"]),
    ] {
        for value in values {
            let message = read(&[HOME, (name, value)]).unwrap_err().to_string();
            assert!(message.starts_with(&format!("{name}: ")), "{name}={value}: {message}");
        }
    }
    assert_eq!(read(&[HOME, ("HF_ENDPOINT", "http://mirror:8/hf//")]).unwrap().endpoint, "http://mirror:8/hf");
    let hidden = read(&[HOME, ("HF_ENDPOINT", "https://u:hush@a")]).unwrap_err().to_string();
    assert!(!hidden.contains("hush"), "{hidden}");
}

#[test]
fn certificates_are_looked_at() {
    let world = World::new();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ca.pem");
    let text = path.to_str().unwrap();
    for (content, what) in [
        ("no certificate here", "holds no certificate"),
        ("-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n", "is no PEM file"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n", "is no PEM file"),
    ] {
        fs::write(&path, content).unwrap();
        for name in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
            says(&read(&[HOME, (name, text)]).unwrap_err(), &[&format!("{name}: {text}"), what]);
        }
        let settings = Settings { ca: Some(path.clone()), ..world.settings(&[]) };
        says(&Hub::new(settings).unwrap_err(), &[text, what, "SSL_CERT_FILE"]);
    }
    fs::write(&path, include_str!("authority.pem")).unwrap();
    let hub = world.hub(&[("SSL_CERT_FILE", text)]);
    assert_eq!(hub.settings().ca.as_deref(), Some(path.as_path()));
    hub.ping().unwrap();
}
