//! A file's text as a tree in which every piece knows where it stands.

use std::ops::Range;

use ron2::ast::{Expr, SeqItem, StructBody, StructField, TupleElement};
use ron2::error::Span;

/// A piece of a file, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// Its bytes in the file, name and brackets included.
    pub span: Range<usize>,
    /// Its name, or its opening bracket; all of it if it has neither.
    pub head: Range<usize>,
    /// What is in it.
    pub kind: Kind,
}

/// What is in a piece, by its syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A number, a string, a name without brackets.
    Leaf,
    /// `Name(field: value, ...)`.
    Struct(Vec<Field>),
    /// `[element, ...]`.
    List(Vec<Element>),
    /// `Name(element, ...)`.
    Tuple(Vec<Element>),
}

/// A field of a struct with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// As written.
    pub name: String,
    /// The name's bytes.
    pub name_span: Range<usize>,
    /// The bytes from the name to the comma.
    pub span: Range<usize>,
    /// The piece behind the colon.
    pub value: Tree,
}

/// An element of a list or tuple.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The bytes from its start to the comma.
    pub span: Range<usize>,
    /// The piece itself.
    pub value: Tree,
}

impl Tree {
    /// Returns a field's value; none without such a field.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.fields().iter().find(|field| field.name == name).map(|field| &field.value)
    }

    /// Returns the fields of a struct; none if it is something else.
    pub fn fields(&self) -> &[Field] {
        match &self.kind {
            Kind::Struct(fields) => fields,
            _ => &[],
        }
    }

    /// Returns the elements of a list or tuple; none if it is something else.
    pub fn elements(&self) -> &[Element] {
        match &self.kind {
            Kind::List(elements) | Kind::Tuple(elements) => elements,
            _ => &[],
        }
    }

    /// Returns the pieces directly inside, in the file's order.
    pub fn children(&self) -> impl Iterator<Item = &Self> {
        let values = self.fields().iter().map(|field| &field.value);
        values.chain(self.elements().iter().map(|element| &element.value))
    }

    /// Visits it and every piece inside, in the order of the text.
    pub fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        self.children().for_each(|child| child.visit(visit));
    }

    /// Returns the innermost piece that has this byte.
    pub fn innermost(&self, at: usize) -> &Self {
        self.children().find(|child| child.span.contains(&at)).map_or(self, |child| child.innermost(at))
    }

    /// Returns the innermost piece that has others inside and this byte.
    pub fn around(&self, at: usize) -> &Self {
        let inner = self.children().find(|child| child.span.contains(&at) && child.kind != Kind::Leaf);
        inner.map_or(self, |inner| inner.around(at))
    }

    /// Returns the innermost field whose value has this byte.
    pub fn field_around(&self, at: usize) -> Option<&Field> {
        if let Some(field) = self.fields().iter().find(|field| field.span.contains(&at)) {
            return field.value.field_around(at).or(Some(field));
        }
        self.children().find(|child| child.span.contains(&at))?.field_around(at)
    }

    /// Returns the innermost field or list element around a byte, comma included: what can be cut out so that the
    /// rest can still be read.
    pub fn severable(&self, at: usize) -> Option<Range<usize>> {
        let field = self.fields().iter().find(|field| field.span.contains(&at));
        if let Some(field) = field {
            return field.value.severable(at).or(Some(field.span.clone()));
        }
        let element = self.elements().iter().find(|element| element.span.contains(&at))?;
        let whole = matches!(self.kind, Kind::List(_)).then(|| element.span.clone());
        element.value.severable(at).or(whole)
    }

    /// Returns the leaves, in the order of the text.
    pub fn leaves(&self) -> Vec<&Self> {
        match self.kind {
            Kind::Leaf => vec![self],
            _ => self.children().flat_map(Self::leaves).collect(),
        }
    }
}

/// Keeps of `ron2`'s tree what is needed here.
impl From<&Expr<'_>> for Tree {
    fn from(expr: &Expr<'_>) -> Self {
        let span = bytes(expr.span());
        let bracket = span.start..span.end.min(span.start + 1);
        match expr {
            Expr::Option(option) => match &option.value {
                Some(inner) => Self::from(&inner.expr),
                None => Self { head: span.clone(), span, kind: Kind::Leaf },
            },
            Expr::Seq(list) => {
                Self { span, head: bracket, kind: Kind::List(list.items.iter().map(Element::from).collect()) }
            }
            Expr::Unit(_) => Self { span, head: bracket, kind: Kind::Struct(Vec::new()) },
            Expr::Tuple(tuple) => {
                Self { span, head: bracket, kind: Kind::Tuple(tuple.elements.iter().map(Element::from).collect()) }
            }
            Expr::AnonStruct(fields) => {
                Self { span, head: bracket, kind: Kind::Struct(fields.fields.iter().map(Field::from).collect()) }
            }
            Expr::Struct(named) => {
                let kind = match &named.body {
                    None => Kind::Leaf,
                    Some(StructBody::Tuple(tuple)) if tuple.elements.is_empty() => Kind::Struct(Vec::new()),
                    Some(StructBody::Tuple(tuple)) => Kind::Tuple(tuple.elements.iter().map(Element::from).collect()),
                    Some(StructBody::Fields(body)) => Kind::Struct(body.fields.iter().map(Field::from).collect()),
                };
                Self { span, head: bytes(&named.name.span), kind }
            }
            _ => Self { head: span.clone(), span, kind: Kind::Leaf },
        }
    }
}

impl From<&StructField<'_>> for Field {
    fn from(field: &StructField<'_>) -> Self {
        let value = Tree::from(&field.value);
        let name_span = bytes(&field.name.span);
        let end = field.comma.map_or(value.span.end, |comma| comma.end_offset);
        Self { name: field.name.name.to_string(), span: name_span.start..end.max(name_span.end), name_span, value }
    }
}

impl From<&SeqItem<'_>> for Element {
    fn from(item: &SeqItem<'_>) -> Self {
        Self::new(&item.expr, item.comma)
    }
}

impl From<&TupleElement<'_>> for Element {
    fn from(item: &TupleElement<'_>) -> Self {
        Self::new(&item.expr, item.comma)
    }
}

impl Element {
    fn new(expr: &Expr<'_>, comma: Option<Span>) -> Self {
        let value = Tree::from(expr);
        let end = comma.map_or(expr.span().end_offset, |comma| comma.end_offset);
        Self { span: expr.span().start_offset..end, value }
    }
}

/// Returns the bytes of a span.
pub fn bytes(span: &Span) -> Range<usize> {
    span.start_offset..span.end_offset.max(span.start_offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Tree {
        Tree::from(ron2::ast::parse_document(text).unwrap().value.as_ref().unwrap())
    }

    #[test]
    fn a_mistake_costs_the_smallest_field_or_list_element_around_it() {
        let text = "(a: 1, b: [(c: Uniform(2, 3)), 4], d: (5, 6))";
        let costs = |what: &str| tree(text).severable(text.find(what).unwrap()).map(|span| &text[span]);
        assert_eq!(costs("1"), Some("a: 1,"));
        assert_eq!(costs("3"), Some("c: Uniform(2, 3)"), "an element of a tuple cannot go alone");
        assert_eq!(costs("4"), Some("4"));
        assert_eq!(costs("6"), Some("d: (5, 6)"));
        assert_eq!(tree(text).severable(0), None, "the outermost bracket is in nothing");
    }

    #[test]
    fn every_piece_knows_where_it_stands() {
        let text = "Scenario(pools: [Pool(name: \"a\"), Some(7)])";
        let tree = tree(text);
        assert_eq!(&text[tree.head.clone()], "Scenario");
        let pools = tree.get("pools").unwrap();
        assert_eq!(&text[pools.elements()[0].value.head.clone()], "Pool");
        assert_eq!(&text[pools.elements()[1].value.span.clone()], "7");
        assert_eq!(&text[tree.innermost(text.find('"').unwrap()).span.clone()], "\"a\"");
    }
}
