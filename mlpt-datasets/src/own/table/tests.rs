#![allow(clippy::unwrap_used)]

use super::rows::read;
use super::*;
use crate::own::assign::Part;
use crate::own::found::Found;
use mlpt_core::Result;
use tempfile::TempDir;

/// A table beside the empty files `a0.png`, ..., `a9.png`, `b0.png`, ...
fn place(text: impl AsRef<[u8]>) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for class in ["a", "b"] {
        (0..10).for_each(|i| std::fs::write(dir.path().join(format!("{class}{i}.png")), "").unwrap());
    }
    std::fs::write(dir.path().join("t.csv"), text).unwrap();
    dir
}

fn found(text: impl AsRef<[u8]>) -> Result<Found> {
    let dir = place(text);
    find(&dir.path().join("t.csv"), dir.path(), 1)
}

fn refused(text: impl AsRef<[u8]>) -> String {
    found(text).unwrap_err().to_string()
}

/// A line for each image; `label` and `split` by class and number.
fn table(header: &str, line: impl Fn(char, usize) -> String) -> String {
    let lines = ['a', 'b'].into_iter().flat_map(|c| (0..10).map(move |i| (c, i)));
    header.to_owned() + "\n" + &lines.map(|(c, i)| line(c, i) + "\n").collect::<String>()
}

#[test]
fn separators_names_and_order_of_columns() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.csv");
    for text in [
        "path,label,split\n./x/1.png,\"big, cat\",Train\n2.png,dog,DEV\n",
        "\u{feff}Split\tnote\tCLASS\tImage\r\ntrain\t-\tbig, cat\tx/1.png\r\ndev\t-\tdog\t2.png\r\n",
        "filename; class ;split;width\nx//1.png;big, cat;training;1\n2.png;dog;valid;2\n",
    ] {
        std::fs::write(&path, text).unwrap();
        let rows = read(&path).unwrap();
        let told: Vec<_> = rows.iter().map(|r| (r.line, r.path.as_str(), r.label.as_str(), r.split)).collect();
        assert_eq!(told, [(2, "x/1.png", "big, cat", Some(Part::Train)), (3, "2.png", "dog", Some(Part::Val))]);
    }
}

#[test]
fn splits_are_given_or_drawn() {
    let text = table("path,label", |c, i| format!("{c}{i}.png,class_{c}"));
    let drawn = found(&text).unwrap();
    assert_eq!(drawn.parts.each_ref().map(Vec::len), [10, 4, 6]);
    assert_eq!(
        (drawn.classes.as_slice(), drawn.numbers),
        (["class_a".to_owned(), "class_b".to_owned()].as_slice(), false)
    );
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    assert_eq!(keys(&found(lines.join("\n")).unwrap()), keys(&drawn), "the order of lines does not matter");
    assert!(drawn.parts.iter().flatten().all(|i| i.image.key().starts_with(['a', 'b'][i.label])));

    let given = found(table("path,label,split", |c, i| {
        format!("{c}{i}.png,{c},{}", ["train", "train", "val", "test", "train"][i % 5])
    }));
    assert_eq!(given.unwrap().parts.each_ref().map(Vec::len), [12, 4, 4]);
    let no_val = found(table("path,label,split", |c, i| format!("{c}{i}.png,{c},{}", ["train", "test"][i % 2])));
    assert_eq!(no_val.unwrap().parts.each_ref().map(Vec::len), [8, 2, 10]);
    let numbers = found(table("path,label", |c, i| format!("{c}{i}.png,{}", i32::from(c == 'a')))).unwrap();
    assert!(numbers.numbers && numbers.parts[0].iter().all(|i| i.image.key().starts_with(['b', 'a'][i.label])));
}

fn keys(found: &Found) -> Vec<Vec<String>> {
    found.parts.iter().map(|part| part.iter().map(|i| i.image.key().to_owned()).collect()).collect()
}

#[test]
fn faults_name_file_and_line() {
    for (text, wanted) in [
        (
            "path,name\na0.png,a\n",
            "line 1: there is no column label (it may be called label, class); the columns are: path, name;",
        ),
        (
            "id\tlabel\n",
            "line 1: there is no column path (it may be called path, image, filepath, filename, file_name); the columns are: id, label;",
        ),
        ("", "no column path"),
        ("path,label\n", "no lines below the header"),
        ("path,label\na0.png,a\na1.png, \n", "line 3: the label is empty"),
        ("path,label\n\n\n,a\n", "line 4: the path is empty"),
        ("path,label,split\na0.png,a,train\na1.png,a,trian\n", "line 3: 'trian' is no split; write train, val or test"),
        ("path,label,split\na0.png,a,\n", "line 2: the split is empty"),
        ("path,label\na0.png,a\na1.png,a\n./a0.png,b\n", "line 4: the image a0.png stands in line 2 already"),
        ("path,label\n../a0.png,a\n", "line 2: the path '../a0.png' must be relative"),
        ("path,label\n/a0.png,a\n", "line 2: the path '/a0.png' must be relative"),
        ("path,label\na0.png,a\na1.png,a,x\n", "line 3: there are 3 cells, but 2 columns"),
        ("path,label\na0.png,\"a\nb\"\na1.png\n", "line 4: there are 1 cells"),
        ("path,label\na0.png,0\na1.png,-1\n", "line 3: the label is -1"),
        ("path,label\na0.png,0\na1.png,2\n", "no image has the label 1, but there are labels up to 2"),
    ] {
        let message = refused(text);
        assert!(message.contains("t.csv: ") && message.contains(wanted), "{text:?}: {message}");
    }
    assert!(refused(b"path,label\na0.png,a\na1.png,caf\xe9\n").contains("is not UTF-8 text (line 3)"));
}

#[test]
fn missing_images_are_counted() {
    let lines: String = (0..12).map(|i| format!("x/{i}.png,a\n")).collect();
    let message = refused(format!("path,label\na0.png,a\n{lines}"));
    assert!(message.contains("12 of 13 images are not below ") && message.contains("DATASET.ROOT"), "{message}");
    assert!(message.contains("\n  line 3: x/0.png") && message.contains("line 12: x/9.png\n  ..."), "{message}");
    assert!(!message.contains("x/10.png"), "{message}");
}
