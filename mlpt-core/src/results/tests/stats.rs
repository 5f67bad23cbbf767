use crate::results::{Summary, two_sided_quantile};
use serde_json::Value;

fn golden(part: &str) -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/student.json");
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    all[part].as_array().unwrap().clone()
}

fn close(ours: f64, theirs: &Value, tolerance: f64) -> bool {
    let theirs = theirs.as_f64().unwrap();
    (ours - theirs).abs() <= tolerance * theirs.abs().max(1.0)
}

#[test]
fn quantiles_are_scipys() {
    let table = golden("quantiles");
    assert_eq!(table.len(), 216);
    for case in table {
        let degrees = case["degrees"].as_u64().unwrap() as usize;
        let t = two_sided_quantile(case["level"].as_f64().unwrap(), degrees).unwrap();
        assert!(close(t, &case["t"], 1e-11), "{case}: {t}");
    }
    assert_eq!(two_sided_quantile(0.95, 0), None);
    assert!([0.0, 1.0, -1.0, f64::NAN].iter().all(|&level| two_sided_quantile(level, 3).is_none()));
    // Many degrees of freedom are the normal distribution.
    assert!((two_sided_quantile(0.95, 1_000_000).unwrap() - 1.959_966_3).abs() < 1e-6);
}

#[test]
fn summaries_are_scipys() {
    for case in golden("samples") {
        let values: Vec<f64> = case["values"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        let s = Summary::of(&values).unwrap();
        assert_eq!(s.n, values.len());
        assert!(close(s.mean, &case["mean"], 1e-13) && close(s.deviation.unwrap(), &case["deviation"], 1e-13), "{s:?}");
        let [low, high] = s.interval.unwrap();
        assert!(close(low, &case["interval"][0], 1e-12) && close(high, &case["interval"][1], 1e-12), "{s:?} {case}");
        assert!((s.half_width().unwrap() - (s.mean - low)).abs() < 1e-12);
    }
}

#[test]
fn what_few_values_do_not_tell_is_absent() {
    assert_eq!(Summary::of(&[]), None);
    assert_eq!(Summary::of(&[f64::NAN]), None);
    assert_eq!(Summary::of(&[1.0, f64::INFINITY]), None);
    let one = Summary::of(&[57.8]).unwrap();
    assert_eq!((one.n, one.mean, one.deviation, one.interval, one.half_width()), (1, 57.8, None, None, None));
    let equal = Summary::of(&[0.1, 0.1, 0.1]).unwrap();
    assert_eq!((equal.mean, equal.deviation), (0.1, Some(0.0)));
}
