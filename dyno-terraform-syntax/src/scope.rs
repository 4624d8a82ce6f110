//! Variables and locals, and what expressions come to with them.

use std::cell::Cell;
use std::collections::BTreeMap;

use hcl_edit::expr::{Expression, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::structure::{Attribute, Block, Structure};
use hcl_edit::template::{Element, Strip, Template};
use hcl_edit::{Decorated, Ident, Span};

use crate::error::{ReadError, ReadErrorKind, Result};
use crate::source::Source;
use crate::value::Value;

/// What names stand for, in all files that are read together.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    given: &'a BTreeMap<String, Value>,
    variables: BTreeMap<&'a str, (&'a Source, &'a Block)>,
    locals: BTreeMap<&'a str, (&'a Source, &'a Attribute)>,
    /// How many expressions may still be evaluated.
    steps: Cell<u32>,
}

/// How many expressions a reading evaluates. Locals that double each other would take for ever otherwise.
const STEPS: u32 = 1_000_000;

/// How many locals may stand for each other, one after the other.
const DEPTH: usize = 100;

/// The locals that are being evaluated, the innermost first.
#[derive(Clone, Copy)]
struct Trail<'t> {
    name: &'t str,
    outer: Option<&'t Self>,
}

impl<'a> Scope<'a> {
    /// With these values in place of defaults.
    pub(crate) fn of(sources: &'a [Source], given: &'a BTreeMap<String, Value>) -> Result<Self> {
        let mut scope = Self {
            given,
            variables: BTreeMap::new(),
            locals: BTreeMap::new(),
            steps: Cell::new(STEPS),
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
        self.inside(source, expression, None)
    }

    fn inside(
        &self,
        source: &Source,
        expression: &Expression,
        trail: Option<&Trail<'_>>,
    ) -> Result<Value> {
        let Some(left) = self.steps.get().checked_sub(1) else {
            let why = "this takes more than a million steps to evaluate; write it shorter";
            return Err(source.error(ReadErrorKind::NotEvaluated, expression, why));
        };
        self.steps.set(left);
        match expression {
            Expression::Null(_) => Ok(Value::Null),
            Expression::Bool(value) => Ok(Value::Bool(*value.value())),
            Expression::Number(value) => Ok(Value::Number(*value.value())),
            Expression::String(value) => Ok(Value::String(value.value().clone())),
            Expression::Array(array) => {
                let values = array.iter().map(|one| self.inside(source, one, trail));
                Ok(Value::List(values.collect::<Result<_>>()?))
            }
            Expression::Object(object) => {
                let mut values = BTreeMap::new();
                for (key, value) in object {
                    let name = self.key(source, key, trail)?;
                    let value = self.inside(source, value.expr(), trail)?;
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
                    return self.inside(source, &only.expr, trail);
                }
                self.template(source, &template.iter().collect::<Vec<_>>(), trail)
            }
            Expression::HeredocTemplate(heredoc) => {
                let template: &Template = &heredoc.template;
                self.template(source, &template.iter().collect::<Vec<_>>(), trail)
            }
            Expression::Parenthesis(parenthesis) => self.inside(source, parenthesis.inner(), trail),
            Expression::Traversal(traversal) => self.traverse(source, traversal, trail),
            Expression::Variable(_)
            | Expression::Conditional(_)
            | Expression::FuncCall(_)
            | Expression::UnaryOp(_)
            | Expression::BinaryOp(_)
            | Expression::ForExpr(_) => Err(cannot(source, expression, sort_of(expression))),
        }
    }

    fn key(&self, source: &Source, key: &ObjectKey, trail: Option<&Trail<'_>>) -> Result<String> {
        match key {
            ObjectKey::Ident(name) => Ok(name.as_str().to_owned()),
            ObjectKey::Expression(expression) => {
                let value = self.inside(source, expression, trail)?;
                value
                    .text()
                    .ok_or_else(|| source.invalid(key, "a key of a map should be a string"))
            }
        }
    }

    fn template(
        &self,
        source: &Source,
        elements: &[&Element],
        trail: Option<&Trail<'_>>,
    ) -> Result<Value> {
        let mut text = String::new();
        for element in elements {
            match element {
                Element::Literal(literal) => text.push_str(literal.value()),
                Element::Interpolation(part) if part.strip == Strip::None => {
                    let value = self.inside(source, &part.expr, trail)?;
                    let Some(part_text) = value.text() else {
                        let found = value.in_words();
                        let why = format!("{found} cannot be part of a string");
                        return Err(source.invalid(&part.expr, why));
                    };
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
        Ok(Value::String(text))
    }

    /// `var.name`, `local.name`, and members of these.
    fn traverse(
        &self,
        source: &Source,
        traversal: &Traversal,
        trail: Option<&Trail<'_>>,
    ) -> Result<Value> {
        let root = traversal.expr.as_variable().map(Ident::as_str);
        let mut operators = traversal.operators.iter();
        let name = operators.next().map(Decorated::value);
        let mut value = match (root, name) {
            (Some("var"), Some(TraversalOperator::GetAttr(name))) => {
                self.variable(source, traversal, name.as_str())?
            }
            (Some("local"), Some(TraversalOperator::GetAttr(name))) => {
                self.local(source, traversal, name.as_str(), trail)?
            }
            _ => return Err(cannot(source, traversal, "a reference to something else")),
        };
        for operator in operators {
            let index = match operator.value() {
                TraversalOperator::GetAttr(name) => Value::from(name.as_str()),
                TraversalOperator::Index(index) => self.inside(source, index, trail)?,
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
            let member = match &value {
                Value::Map(values) => index.text().and_then(|name| values.get(&name)),
                Value::List(values) => index.whole().and_then(|at| values.get(at as usize)),
                _ => None,
            };
            let Some(member) = member.cloned() else {
                let (what, found) = (index.text().unwrap_or_default(), value.in_words());
                let why = format!("there is no `{what}` in this, which is {found}");
                return Err(source.invalid(operator, why));
            };
            value = member;
        }
        Ok(value)
    }

    fn variable(&self, source: &Source, at: &impl Span, name: &str) -> Result<Value> {
        let Some((declared, block)) = self.variables.get(name).copied() else {
            let why = format!(
                "variable `{name}` is not declared in what is read; declare it, or read the whole directory"
            );
            return Err(source.error(ReadErrorKind::NotEvaluated, at, why));
        };
        let default = block.body.get_attribute("default");
        let value = match (self.given.get(name), default) {
            (Some(given), _) => given.clone(),
            (None, Some(default)) => Scope::constant(declared, &default.value)?,
            (None, None) => {
                let place = declared.place(&block.ident);
                let why = format!(
                    "variable `{name}` has no value: {place} has no default; give it one there, or a value to the reader"
                );
                return Err(source.error(ReadErrorKind::NotEvaluated, at, why));
            }
        };
        let wanted = block.body.get_attribute("type");
        let wanted = wanted.and_then(|wanted| match &wanted.value {
            Expression::Variable(name) => Some(name.as_str().to_owned()),
            // As Terraform was written up to 0.11.
            Expression::String(name) => Some(name.value().clone()),
            _ => None,
        });
        let Some(wanted) = wanted else {
            return Ok(value);
        };
        let found = value.in_words();
        value.of_type(&wanted).ok_or_else(|| {
            let place = declared.place(&block.ident);
            let why =
                format!("variable `{name}` is a {wanted} by {place}, and its value is {found}");
            source.invalid(at, why)
        })
    }

    /// A default, which Terraform allows no references in.
    fn constant(source: &Source, expression: &Expression) -> Result<Value> {
        let none = BTreeMap::new();
        let nothing = Scope {
            given: &none,
            variables: BTreeMap::new(),
            locals: BTreeMap::new(),
            steps: Cell::new(STEPS),
        };
        nothing.evaluate(source, expression).map_err(|error| {
            if error.kind() != ReadErrorKind::NotEvaluated {
                return error;
            }
            let why =
                "a default is a value without references and functions; give a value to the reader";
            source.error(ReadErrorKind::NotEvaluated, expression, why)
        })
    }

    fn local(
        &self,
        source: &Source,
        at: &impl Span,
        name: &str,
        trail: Option<&Trail<'_>>,
    ) -> Result<Value> {
        let Some((defined, local)) = self.locals.get(name).copied() else {
            let why = format!(
                "local `{name}` is not defined in what is read; define it, or read the whole directory"
            );
            return Err(source.error(ReadErrorKind::NotEvaluated, at, why));
        };
        let mut outer = trail;
        let mut depth = 0;
        while let Some(open) = outer {
            if open.name == name {
                let why = format!("local `{name}` is defined by itself; break the circle");
                return Err(source.error(ReadErrorKind::NotEvaluated, at, why));
            }
            outer = open.outer;
            depth += 1;
        }
        if depth > DEPTH {
            let why = format!(
                "local `{name}` is behind {DEPTH} others that stand for each other; write it shorter"
            );
            return Err(source.error(ReadErrorKind::NotEvaluated, at, why));
        }
        let trail = Trail { name, outer: trail };
        self.inside(defined, &local.value, Some(&trail))
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
