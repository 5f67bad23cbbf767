//! The opcodes that torch and Python's own pickler write, protocols 2 to 5.

use super::input::{Fault, Input};
use super::value::{Heap, Node, Value};
use std::collections::HashMap;
use std::rc::Rc;

/// Reads a pickle: all that it made, and the value at its end.
pub(in crate::weights) fn run(pickle: &[u8]) -> Result<(Heap, Value), Fault> {
    let mut machine = Machine {
        input: Input::new(pickle),
        heap: Heap::default(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    loop {
        let at = machine.input.at();
        let step = machine.input.u8().and_then(|opcode| machine.step(opcode));
        match step.map_err(|e| format!("its pickle cannot be read: {e} (byte {at})"))? {
            None => {}
            Some(value) => return Ok((machine.heap, value)),
        }
    }
}

struct Machine<'a> {
    input: Input<'a>,
    heap: Heap,
    stack: Vec<Value>,
    /// How high the stack was at each open mark.
    marks: Vec<usize>,
    memo: HashMap<u64, Value>,
}

impl Machine<'_> {
    /// One opcode; the value at the end of the last one.
    fn step(&mut self, opcode: u8) -> Result<Option<Value>, Fault> {
        match opcode {
            // The frame of the text: protocol, frames, stop.
            0x80 => drop(self.input.u8()?),
            0x95 => drop(self.input.take(8)?),
            b'.' => return self.pop().map(Some),
            // The stack.
            b'(' => self.marks.push(self.stack.len()),
            b'0' if self.marks.last() == Some(&self.stack.len()) => drop(self.marks.pop()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.pop_mark()?),
            b'2' => {
                let top = self.stack.last().cloned().ok_or("it has nothing to repeat")?;
                self.stack.push(top);
            }
            // The memo.
            b'q' => self.remember::<1>()?,
            b'r' => self.remember::<4>()?,
            0x94 => self.put(self.memo.len() as u64)?,
            b'h' => self.recall::<1>()?,
            b'j' => self.recall::<4>()?,
            // Plain values.
            b'N' => self.stack.push(Value::None),
            0x88 => self.stack.push(Value::Bool(true)),
            0x89 => self.stack.push(Value::Bool(false)),
            b'J' => {
                let n = i32::from_le_bytes(self.input.array()?);
                self.stack.push(Value::Int(n.into()));
            }
            b'K' => self.unsigned::<1>()?,
            b'M' => self.unsigned::<2>()?,
            0x8a => self.long::<1>()?,
            0x8b => self.long::<4>()?,
            b'G' => {
                let x = f64::from_be_bytes(self.input.array()?);
                self.stack.push(Value::Float(x));
            }
            b'X' | b'T' => self.text::<4>()?,
            0x8c | b'U' => self.text::<1>()?,
            0x8d => self.text::<8>()?,
            b'B' => self.bytes::<4>()?,
            b'C' => self.bytes::<1>()?,
            0x8e | 0x96 => self.bytes::<8>()?,
            // Tuples, lists, dicts, sets.
            b')' => self.make(Node::Tuple(Vec::new())),
            0x85 => self.tuple(1)?,
            0x86 => self.tuple(2)?,
            0x87 => self.tuple(3)?,
            b't' => {
                let items = self.pop_mark()?;
                self.make(Node::Tuple(items));
            }
            b']' => self.make(Node::List(Vec::new())),
            b'l' => {
                let items = self.pop_mark()?;
                self.make(Node::List(items));
            }
            b'a' => {
                let item = self.pop()?;
                self.append(vec![item])?;
            }
            b'e' => {
                let items = self.pop_mark()?;
                self.append(items)?;
            }
            b'}' => self.make(Node::Dict(Vec::new())),
            b'd' => {
                let entries = pairs(self.pop_mark()?)?;
                self.make(Node::Dict(entries));
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set(vec![(key, value)])?;
            }
            b'u' => {
                let entries = pairs(self.pop_mark()?)?;
                self.set(entries)?;
            }
            0x8f => self.stack.push(Value::Other("set")),
            0x90 => drop(self.pop_mark()?),
            0x91 => {
                self.pop_mark()?;
                self.stack.push(Value::Other("frozenset"));
            }
            // Classes and what would be made of them.
            b'c' => {
                let (module, name) = (self.input.line()?, self.input.line()?);
                self.stack.push(Value::Global(Rc::new((module, name))));
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (Some(module), Some(name)) = (module.text(), name.text()) else {
                    return Err("it names a class by something that is no text".to_owned());
                };
                self.stack.push(Value::Global(Rc::new((module.to_owned(), name.to_owned()))));
            }
            b'R' | 0x81 => {
                let (args, callable) = (self.pop()?, self.pop()?);
                self.make(Node::Object { callable, args, items: Vec::new(), state: Value::None });
            }
            0x92 => {
                let (_, args, callable) = (self.pop()?, self.pop()?, self.pop()?);
                self.make(Node::Object { callable, args, items: Vec::new(), state: Value::None });
            }
            b'b' => {
                let given = self.pop()?;
                if let Some(Node::Object { state, .. }) = self.top()? {
                    *state = given;
                }
            }
            b'Q' => {
                let id = self.pop()?;
                self.make(Node::Persistent(id));
            }
            other => return Err(format!("opcode 0x{other:02x} is none that torch writes")),
        }
        Ok(None)
    }

    fn pop(&mut self) -> Result<Value, Fault> {
        if self.marks.last() == Some(&self.stack.len()) {
            return Err("it takes from below a mark".to_owned());
        }
        self.stack.pop().ok_or_else(|| "it takes from an empty stack".to_owned())
    }

    fn pop_mark(&mut self) -> Result<Vec<Value>, Fault> {
        let mark = self.marks.pop().ok_or("a mark is missing")?;
        Ok(self.stack.split_off(mark))
    }

    /// The node on top of the stack, where there is one.
    fn top(&mut self) -> Result<Option<&mut Node>, Fault> {
        match self.stack.last().ok_or("it fills an empty stack")? {
            Value::Node(at) => Ok(self.heap.nodes.get_mut(*at)),
            _ => Ok(None),
        }
    }

    fn make(&mut self, node: Node) {
        let value = self.heap.add(node);
        self.stack.push(value);
    }

    fn tuple(&mut self, len: usize) -> Result<(), Fault> {
        let mut items = (0..len).map(|_| self.pop()).collect::<Result<Vec<_>, _>>()?;
        items.reverse();
        self.make(Node::Tuple(items));
        Ok(())
    }

    /// What is put into an object that is no list is of no use to a reader.
    fn append(&mut self, items: Vec<Value>) -> Result<(), Fault> {
        if let Some(Node::List(list)) = self.top()? {
            list.extend(items);
        }
        Ok(())
    }

    fn set(&mut self, entries: Vec<(Value, Value)>) -> Result<(), Fault> {
        match self.top()? {
            Some(Node::Dict(held) | Node::Object { items: held, .. }) => held.extend(entries),
            _ => return Err("it puts entries into what is no dict".to_owned()),
        }
        Ok(())
    }

    fn put(&mut self, key: u64) -> Result<(), Fault> {
        let top = self.stack.last().cloned().ok_or("it has nothing to remember")?;
        self.memo.insert(key, top);
        Ok(())
    }

    fn remember<const N: usize>(&mut self) -> Result<(), Fault> {
        let key = self.input.unsigned::<N>()?;
        self.put(key)
    }

    fn recall<const N: usize>(&mut self) -> Result<(), Fault> {
        let key = self.input.unsigned::<N>()?;
        let value = self.memo.get(&key).cloned().ok_or("it recalls what it has not remembered")?;
        self.stack.push(value);
        Ok(())
    }

    fn unsigned<const N: usize>(&mut self) -> Result<(), Fault> {
        let n = self.input.unsigned::<N>()?;
        self.stack.push(Value::Int(n as i64));
        Ok(())
    }

    fn long<const N: usize>(&mut self) -> Result<(), Fault> {
        let len = self.input.unsigned::<N>()?;
        let value = self.input.long(len)?;
        self.stack.push(value.map_or(Value::Other("int"), Value::Int));
        Ok(())
    }

    fn text<const N: usize>(&mut self) -> Result<(), Fault> {
        let text = self.input.text::<N>()?;
        self.stack.push(Value::Text(text));
        Ok(())
    }

    fn bytes<const N: usize>(&mut self) -> Result<(), Fault> {
        self.input.skip::<N>()?;
        self.stack.push(Value::Other("bytes"));
        Ok(())
    }
}

fn pairs(values: Vec<Value>) -> Result<Vec<(Value, Value)>, Fault> {
    if !values.len().is_multiple_of(2) {
        return Err("a key has no value".to_owned());
    }
    let mut values = values.into_iter();
    Ok(std::iter::from_fn(|| values.next().zip(values.next())).collect())
}
