//! What a pickle makes.

use std::rc::Rc;

/// A plain value, or the number of a [`Node`].
#[derive(Clone, Debug, PartialEq)]
pub(in crate::weights) enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Rc<str>),
    /// The name of a class or a function: module and name.
    Global(Rc<(String, String)>),
    /// What no reader needs, by Python's name of its type.
    Other(&'static str),
    Node(usize),
}

/// What holds other values.
#[derive(Debug)]
pub(super) enum Node {
    Tuple(Vec<Value>),
    List(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    /// What a call would have made: of whom, with what, and what was put into it since.
    Object {
        callable: Value,
        args: Value,
        items: Vec<(Value, Value)>,
        state: Value,
    },
    /// What the pickle's owner keeps elsewhere.
    Persistent(Value),
}

/// All that a pickle made.
#[derive(Debug, Default)]
pub(in crate::weights) struct Heap {
    pub(super) nodes: Vec<Node>,
}

/// An object as it was made.
pub(in crate::weights) struct Object<'a> {
    pub(in crate::weights) module: &'a str,
    pub(in crate::weights) name: &'a str,
    pub(in crate::weights) args: &'a [Value],
    pub(in crate::weights) state: &'a Value,
}

impl Heap {
    pub(super) fn add(&mut self, node: Node) -> Value {
        self.nodes.push(node);
        Value::Node(self.nodes.len() - 1)
    }

    fn node(&self, value: &Value) -> Option<&Node> {
        match value {
            Value::Node(at) => self.nodes.get(*at),
            _ => None,
        }
    }

    /// The items of a tuple or a list.
    pub(in crate::weights) fn items(&self, value: &Value) -> Option<&[Value]> {
        match self.node(value)? {
            Node::Tuple(items) | Node::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a dict or of one of its kin, in the order in which they were put in.
    pub(in crate::weights) fn entries(&self, value: &Value) -> Option<&[(Value, Value)]> {
        match self.node(value)? {
            Node::Dict(entries) => Some(entries),
            Node::Object { items, .. } if self.object(value).is_some_and(|o| o.module == "collections") => Some(items),
            _ => None,
        }
    }

    /// The object of a class or function that has a name.
    pub(in crate::weights) fn object(&self, value: &Value) -> Option<Object<'_>> {
        match self.node(value)? {
            Node::Object { callable: Value::Global(who), args, state, .. } => {
                Some(Object { module: &who.0, name: &who.1, args: self.items(args).unwrap_or_default(), state })
            }
            _ => None,
        }
    }

    /// The name of what is kept elsewhere.
    pub(in crate::weights) fn persistent(&self, value: &Value) -> Option<&[Value]> {
        match self.node(value)? {
            Node::Persistent(id) => self.items(id),
            _ => None,
        }
    }

    /// Python's name of a value's type.
    pub(in crate::weights) fn type_name(&self, value: &Value) -> String {
        if let Some(object) = self.object(value) {
            return match (object.module, object.name) {
                ("collections", "OrderedDict" | "defaultdict") => "dict".to_owned(),
                (_, name) if name.starts_with("_rebuild_") => "tensor".to_owned(),
                (module, name) => format!("{module}.{name}"),
            };
        }
        match (value, self.node(value)) {
            (Value::None, _) => "None",
            (Value::Bool(_), _) => "bool",
            (Value::Int(_), _) => "int",
            (Value::Float(_), _) => "float",
            (Value::Text(_), _) => "str",
            (Value::Global(_), _) => "type",
            (Value::Other(name), _) => name,
            (_, Some(Node::Tuple(_))) => "tuple",
            (_, Some(Node::List(_))) => "list",
            (_, Some(Node::Dict(_))) => "dict",
            (_, Some(Node::Persistent(_))) => "storage",
            _ => "object",
        }
        .to_owned()
    }
}

impl Value {
    pub(in crate::weights) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A count: an integer that is not negative.
    pub(in crate::weights) fn count(&self) -> Option<usize> {
        match self {
            Self::Int(n) => usize::try_from(*n).ok(),
            _ => None,
        }
    }

    /// A plain number; a truth value is none.
    pub(in crate::weights) fn number(&self) -> Option<f64> {
        match self {
            Self::Int(n) => Some(*n as f64),
            Self::Float(x) => Some(*x),
            _ => None,
        }
    }
}
