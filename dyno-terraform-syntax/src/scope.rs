//! Variables and locals, and what expressions come to with them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use hcl_edit::expr::{Expression, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::structure::{Attribute, Block, Structure};
use hcl_edit::template::{Element, Strip, Template};
use hcl_edit::{Decorated, Ident, Span};

use crate::constraint::Constraint;
use crate::error::{ReadError, ReadErrorKind, Result};
use crate::source::Source;
use crate::value::{Value, composed};

/// What names stand for, in all files that are read together.
pub(crate) struct Scope<'a> {
    given: &'a BTreeMap<String, Value>,
    variables: BTreeMap<&'a str, (&'a Source, &'a Block)>,
    locals: BTreeMap<&'a str, (&'a Source, &'a Attribute)>,
    /// What variables came to.
    values: RefCell<BTreeMap<String, Rc<Value>>>,
    /// What locals came to; none while they are evaluated.
    defined: RefCell<BTreeMap<String, Option<Rc<Value>>>>,
    /// How many steps are left.
    steps: Cell<usize>,
    /// How many expressions are being evaluated, one inside the other.
    depth: Cell<usize>,
}

/// How many expressions a reading evaluates, and values and letters it copies. Locals that double each other would
/// take for ever otherwise.
const STEPS: usize = 1_000_000;

/// How deep expressions, and the locals that stand for them, are inside each other.
const DEPTH: usize = 150;

impl<'a> Scope<'a> {
    /// With these values in place of defaults.
    pub(crate) fn of(sources: &'a [Source], given: &'a BTreeMap<String, Value>) -> Result<Self> {
        let mut scope = Self {
            given,
            variables: BTreeMap::new(),
            locals: BTreeMap::new(),
            values: RefCell::default(),
            defined: RefCell::default(),
            steps: Cell::new(STEPS),
            depth: Cell::new(0),
        };
        for source in sources {
            for block in source.body.blocks() {
                match (block.ident.as_str(), block.labels.as_slice()) {
                    ("variable", [label]) => scope.declare(source, block, label.as_str())?,
                    ("locals", []) => scope.define(source, block)?,
                    _ => {}
                }
            }
        }
        Ok(scope)
    }

    fn declare(&mut self, source: &'a Source, block: &'a Block, name: &'a str) -> Result<()> {
        match self.variables.insert(name, (source, block)) {
            Some((first, place)) => {
                let first = first.place(&place.ident);
                let why = format!("variable `{name}` is declared at {first} already; keep one");
                Err(source.invalid(&block.ident, why))
            }
            None => Ok(()),
        }
    }

    fn define(&mut self, source: &'a Source, block: &'a Block) -> Result<()> {
        for structure in &block.body {
            match structure {
                Structure::Attribute(local) => {
                    let name = local.key.as_str();
                    if let Some((first, place)) = self.locals.insert(name, (source, local)) {
                        let first = first.place(&place.key);
                        let why = format!("local `{name}` is defined at {first} already; keep one");
                        return Err(source.invalid(&local.key, why));
                    }
                }
                Structure::Block(inner) => {
                    let why = "`locals` has arguments only; write it as a value with `=`";
                    return Err(source.invalid(&inner.ident, why));
                }
            }
        }
        Ok(())
    }

    pub(crate) fn declares(&self, variable: &str) -> bool {
        self.variables.contains_key(variable)
    }

    pub(crate) fn evaluate(&self, source: &Source, expression: &Expression) -> Result<Value> {
        self.take_steps(source, expression, 1)?;
        let depth = self.depth.get();
        if depth >= DEPTH {
            return Err(too_deep(source, expression));
        }
        self.depth.set(depth + 1);
        let value = self.inside(source, expression);
        self.depth.set(depth);
        value
    }

    fn take_steps(&self, source: &Source, at: &impl Span, steps: usize) -> Result<()> {
        let Some(left) = self.steps.get().checked_sub(steps) else {
            let why = "this takes more than a million steps to evaluate; write it shorter";
            return Err(source.error(ReadErrorKind::NotEvaluated, at, why));
        };
        self.steps.set(left);
        Ok(())
    }

    fn inside(&self, source: &Source, expression: &Expression) -> Result<Value> {
        match expression {
            Expression::Null(_) => Ok(Value::Null),
            Expression::Bool(value) => Ok(Value::Bool(*value.value())),
            Expression::Number(value) => match source.written(value) {
                Some(written) => Ok(Value::of_number(written)),
                None => Err(cannot(source, expression, "this number")),
            },
            Expression::String(value) => Ok(Value::String(composed(value.value()))),
            Expression::Array(array) => {
                let values = array.iter().map(|one| self.evaluate(source, one));
                Ok(Value::List(values.collect::<Result<_>>()?))
            }
            Expression::Object(object) => {
                let mut values = BTreeMap::new();
                for (key, value) in object {
                    let name = self.key(source, key)?;
                    let value = self.evaluate(source, value.expr())?;
                    if values.insert(name.clone(), value).is_some() {
                        let why = format!("`{name}` stands twice in a map; keep one");
                        return Err(source.invalid(key, why));
                    }
                }
                Ok(Value::Map(values))
            }
            Expression::StringTemplate(template) => {
                // One interpolation alone keeps the type of its value.
                if let Some(Element::Interpolation(only)) = template.as_single_element() {
                    return self.evaluate(source, &only.expr);
                }
                self.template(source, &template.iter().collect::<Vec<_>>())
            }
            Expression::HeredocTemplate(heredoc) => {
                // The parser strips margins otherwise than Terraform does.
                let written = source.written(expression);
                if !written.is_some_and(|text| text.starts_with("<<") && !text.starts_with("<<-")) {
                    let why = "a heredoc that strips its margin (`<<-`) is not evaluated here; write it with `<<` and without margin";
                    return Err(source.error(ReadErrorKind::NotEvaluated, expression, why));
                }
                let template: &Template = &heredoc.template;
                self.template(source, &template.iter().collect::<Vec<_>>())
            }
            Expression::Parenthesis(parenthesis) => self.evaluate(source, parenthesis.inner()),
            Expression::Traversal(traversal) => self.traverse(source, traversal),
            Expression::Variable(_)
            | Expression::Conditional(_)
            | Expression::FuncCall(_)
            | Expression::UnaryOp(_)
            | Expression::BinaryOp(_)
            | Expression::ForExpr(_) => Err(cannot(source, expression, sort_of(expression))),
        }
    }

    fn key(&self, source: &Source, key: &ObjectKey) -> Result<String> {
        match key {
            ObjectKey::Ident(name) => Ok(composed(name.as_str())),
            ObjectKey::Expression(expression) => {
                let value = self.evaluate(source, expression)?;
                value.text().ok_or_else(|| {
                    let why = if value.has_decimal() {
                        UNCERTAIN
                    } else {
                        "a key of a map should be a string"
                    };
                    source.invalid(key, why)
                })
            }
        }
    }

    fn template(&self, source: &Source, elements: &[&Element]) -> Result<Value> {
        let mut text = String::new();
        for element in elements {
            match element {
                Element::Literal(literal) => text.push_str(literal.value()),
                Element::Interpolation(part) if part.strip == Strip::None => {
                    let value = self.evaluate(source, &part.expr)?;
                    let Some(part_text) = value.text() else {
                        let why = match &value {
                            Value::Decimal(_) => UNCERTAIN.to_owned(),
                            other => format!("{} cannot be part of a string", other.in_words()),
                        };
                        return Err(source.invalid(&part.expr, why));
                    };
                    self.take_steps(source, &part.expr, part_text.len())?;
                    text.push_str(&part_text);
                }
                Element::Interpolation(part) => {
                    return Err(cannot(source, part, "a template that strips spaces (`~`)"));
                }
                Element::Directive(directive) => {
                    return Err(cannot(
                        source,
                        directive.as_ref(),
                        "a template with `%{ .. }`",
                    ));
                }
            }
        }
        Ok(Value::String(composed(&text)))
    }

    /// `var.name`, `local.name`, and members of these.
    fn traverse(&self, source: &Source, traversal: &Traversal) -> Result<Value> {
        let root = traversal.expr.as_variable().map(Ident::as_str);
        let mut operators = traversal.operators.iter();
        let name = operators.next().map(Decorated::value);
        let known = match (root, name) {
            (Some("var"), Some(TraversalOperator::GetAttr(name))) => {
                self.variable(source, traversal, name.as_str())?
            }
            (Some("local"), Some(TraversalOperator::GetAttr(name))) => {
                self.local(source, traversal, name.as_str())?
            }
            _ => return Err(cannot(source, traversal, "a reference to something else")),
        };
        let mut value = known.as_ref();
        for operator in operators {
            let index = match operator.value() {
                TraversalOperator::GetAttr(name) => Value::from(name.as_str()),
                TraversalOperator::Index(index) => self.evaluate(source, index)?,
                TraversalOperator::AttrSplat(_)
                | TraversalOperator::FullSplat(_)
                | TraversalOperator::LegacyIndex(_) => {
                    return Err(cannot(
                        source,
                        operator,
                        "a reference with `.*`, `[*]` or `.0`",
                    ));
                }
            };
            let member = match value {
                Value::Map(values) => index.text().and_then(|name| values.get(&name)),
                Value::List(values) => index.whole().and_then(|at| values.get(at as usize)),
                _ => None,
            };
            let Some(member) = member else {
                let (what, found) = (index.text().unwrap_or_default(), value.in_words());
                let why = format!("there is no `{what}` in this, which is {found}");
                return Err(source.invalid(operator, why));
            };
            value = member;
        }
        self.take_steps(source, traversal, value.extent().0)?;
        Ok(value.clone())
    }

    fn variable(&self, source: &Source, at: &impl Span, name: &str) -> Result<Rc<Value>> {
        let Some((declared, block)) = self.variables.get(name).copied() else {
            let why = format!(
                "variable `{name}` is not declared in what is read; declare it, or read the whole directory"
            );
            return Err(source.error(ReadErrorKind::NotEvaluated, at, why));
        };
        if let Some(known) = self.values.borrow().get(name) {
            return Ok(Rc::clone(known));
        }
        let place = declared.place(&block.ident);
        for word in ["sensitive", "ephemeral"] {
            if switch(declared, block, word)?.unwrap_or(false) {
                let why = format!(
                    "variable `{name}` is `{word}` by {place}, and what a table is made of is printed; use another variable, \
                     or take `{word}` out"
                );
                return Err(source.error(ReadErrorKind::NotSupported, at, why));
            }
        }
        let nullable = switch(declared, block, "nullable")?.unwrap_or(true);
        let given = self.given.get(name);
        let default = block.body.get_attribute("default");
        let value = match (given, default) {
            (Some(given), _) if nullable || *given != Value::Null => given.composed(),
            (_, Some(default)) => Scope::constant(declared, &default.value)?,
            (_, None) => {
                let why = format!(
                    "variable `{name}` has no value: {place} has no default; give it one there, or a value to the reader"
                );
                return Err(source.error(ReadErrorKind::NotEvaluated, at, why));
            }
        };
        let value = match block.body.get_attribute("type") {
            None => value,
            Some(wanted) => {
                let default = |written: &Expression| Scope::constant(declared, written);
                let wanted = Constraint::of(declared, &wanted.value, &default)?;
                wanted.convert(value, "").map_err(|why| {
                    let why = format!(
                        "variable `{name}` does not fit its type at {place}: {why}; correct the value or the type"
                    );
                    source.invalid(at, why)
                })?
            }
        };
        if value == Value::Null && !nullable {
            let why = format!(
                "variable `{name}` is null, and by {place} it is not; correct its default, or `nullable`"
            );
            return Err(source.invalid(at, why));
        }
        let value = shared(source, at, value)?;
        self.values
            .borrow_mut()
            .insert(name.to_owned(), Rc::clone(&value));
        Ok(value)
    }

    /// A default, which Terraform allows no references in.
    fn constant(source: &Source, expression: &Expression) -> Result<Value> {
        let none = BTreeMap::new();
        let nothing = Scope::of(&[], &none)?;
        nothing.evaluate(source, expression).map_err(|error| {
            if error.kind() != ReadErrorKind::NotEvaluated {
                return error;
            }
            let why =
                "a default is a value without references and functions; give a value to the reader";
            source.error(ReadErrorKind::NotEvaluated, expression, why)
        })
    }

    fn local(&self, source: &Source, at: &impl Span, name: &str) -> Result<Rc<Value>> {
        let Some((defined, local)) = self.locals.get(name).copied() else {
            let why = format!(
                "local `{name}` is not defined in what is read; define it, or read the whole directory"
            );
            return Err(source.error(ReadErrorKind::NotEvaluated, at, why));
        };
        if let Some(known) = self.defined.borrow().get(name) {
            return known.clone().ok_or_else(|| {
                let why = format!("local `{name}` is defined by itself; break the circle");
                source.error(ReadErrorKind::NotEvaluated, at, why)
            });
        }
        self.defined.borrow_mut().insert(name.to_owned(), None);
        let value = self.evaluate(defined, &local.value)?;
        let value = shared(source, at, value)?;
        let known = Some(Rc::clone(&value));
        self.defined.borrow_mut().insert(name.to_owned(), known);
        Ok(value)
    }
}

const UNCERTAIN: &str = "the text of a number with a point, an exponent or more than 38 digits is not certain; put it in quotes";

/// A value that others refer to, and that may so become part of others.
fn shared(source: &Source, at: &impl Span, value: Value) -> Result<Rc<Value>> {
    if value.extent().1 > DEPTH {
        return Err(too_deep(source, at));
    }
    Ok(Rc::new(value))
}

fn too_deep(source: &Source, at: &impl Span) -> ReadError {
    let why = format!(
        "this is more than {DEPTH} expressions deep, with the locals that stand for each other; write it flatter"
    );
    source.error(ReadErrorKind::NotEvaluated, at, why)
}

/// An argument of a variable that is written as true or false.
fn switch(source: &Source, block: &Block, name: &str) -> Result<Option<bool>> {
    let Some(argument) = block.body.get_attribute(name) else {
        return Ok(None);
    };
    match &argument.value {
        Expression::Bool(value) => Ok(Some(*value.value())),
        other => {
            let why = format!("`{name}` is `true` or `false` here; write one of them");
            Err(source.error(ReadErrorKind::NotEvaluated, other, why))
        }
    }
}

fn sort_of(expression: &Expression) -> &'static str {
    match expression {
        Expression::Variable(_) => "a name that is neither `var.` nor `local.`",
        Expression::Conditional(_) => "a condition",
        Expression::FuncCall(_) => "a function",
        Expression::ForExpr(_) => "a `for`",
        _ => "an operation",
    }
}

fn cannot(source: &Source, at: &impl Span, what: &str) -> ReadError {
    let why =
        format!("{what} is not evaluated here; use a variable, and give its value to the reader");
    source.error(ReadErrorKind::NotEvaluated, at, why)
}
