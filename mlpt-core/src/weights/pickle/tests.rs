#![allow(clippy::unwrap_used)]

use super::{Value, run};

#[test]
fn plain_values_of_every_protocol() {
    // (-1, 300, 70000, 2**40, 2**80, 1.5, None, True, 'é', b'xy', {1})
    let pickle = b"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00(J\xff\xff\xff\xffM\x2c\x01J\x70\x11\x01\x00\
        \x8a\x06\x00\x00\x00\x00\x00\x01\x8b\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\
        G\x3f\xf8\x00\x00\x00\x00\x00\x00N\x88\x8c\x02\xc3\xa9C\x02xy\x8f(K\x01\x90t.";
    let (heap, end) = run(pickle).unwrap();
    let expected = [
        Value::Int(-1),
        Value::Int(300),
        Value::Int(70_000),
        Value::Int(1 << 40),
        Value::Other("int"),
        Value::Float(1.5),
        Value::None,
        Value::Bool(true),
        Value::Text("é".into()),
        Value::Other("bytes"),
        Value::Other("set"),
    ];
    assert_eq!(heap.items(&end).unwrap(), expected);
    // LONG1 of no bytes is 0, and of two bytes may be negative.
    let (heap, end) = run(b"\x8a\x00\x8a\x02\x00\x80\x86.").unwrap();
    assert_eq!(heap.items(&end).unwrap(), [Value::Int(0), Value::Int(-32768)]);
}

#[test]
fn what_is_remembered_before_it_is_filled_is_the_same_thing() {
    // d = {}; d['a'] = d; d['b'] = [d]
    let (heap, end) = run(b"}q\x00(U\x01ah\x00U\x01b]r\x01\x00\x00\x00h\x00au.").unwrap();
    let entries = heap.entries(&end).unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0], (Value::Text("a".into()), end.clone()));
    assert_eq!(heap.items(&entries[1].1).unwrap(), [end]);
}

#[test]
fn a_class_is_named_and_never_called() {
    let (heap, end) = run(b"cos\nsystem\nU\x02ls\x85R}U\x01kK\x07sb.").unwrap();
    let object = heap.object(&end).unwrap();
    assert_eq!((object.module, object.name, object.args), ("os", "system", &[Value::Text("ls".into())][..]));
    assert_eq!(heap.entries(object.state).unwrap(), [(Value::Text("k".into()), Value::Int(7))]);
    assert!(heap.entries(&end).is_none());
}

#[test]
fn a_damaged_pickle_is_an_error() {
    for (pickle, word) in [
        (&b""[..], "ends early"),
        (b"(", "ends early"),
        (b".", "empty stack"),
        (b"N(.", "below a mark"),
        (b"t.", "a mark is missing"),
        (b"h\x00.", "not remembered"),
        (b"Xa\xff\xff\xffabc", "ends early"),
        (b"\x8d\xff\xff\xff\xff\xff\xff\xff\xffabc", "ends early"),
        (b"\x8b\xff\xff\xff\xff", "ends early"),
        (b"}(Nu.", "no value"),
        (b"N(NNu.", "no dict"),
        (b"NN\x93.", "no text"),
        (b"cos", "ends early"),
        (b"\xff", "opcode 0xff"),
    ] {
        let message = run(pickle).unwrap_err();
        assert!(message.contains(word), "{pickle:?}: {message}");
    }
    // Deep enough to break anything that walks or drops it recursively.
    let mut deep = vec![b']'; 200_000];
    deep.extend(vec![b'a'; 199_999]);
    deep.push(b'.');
    drop(run(&deep).unwrap());
}
