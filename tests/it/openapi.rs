//! Goal: what `GET openapi.json` says is true of the running server. Method: the document is read from the server itself;
//! each answer is looked up in it by operation and status, and held against its schema.

mod answers;
mod fuzz;
mod refusals;

use crate::harness::{Answer, Client};
use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// Content type of every JSON answer (contract::conventions).
const JSON: &str = "application/json; charset=utf-8";

/// The document that a server gives of itself.
pub struct Document(Value);

/// One method of it.
#[derive(Clone)]
pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    /// What its path may begin with.
    pub bases: Vec<String>,
    description: Value,
}

impl Operation {
    /// Its path with the arguments filled in.
    pub fn path_with(&self, argument: impl Fn(&str) -> String) -> String {
        let words = self.path.split('/').map(|word| {
            let name = word.strip_prefix('{').and_then(|word| word.strip_suffix('}'));
            name.map_or(word.to_owned(), &argument)
        });
        words.collect::<Vec<_>>().join("/")
    }
}

impl Document {
    pub fn of(client: &mut Client) -> Document {
        let answer = client.ask("GET", "/openapi.json", &[], b"");
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some(JSON));
        Document(answer.json())
    }

    /// All methods.
    pub fn operations(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, item) in self.0["paths"].as_object().unwrap() {
            for (method, description) in item.as_object().unwrap() {
                if let Some(id) = description["operationId"].as_str() {
                    operations.push(Operation {
                        id: id.to_owned(),
                        method: method.to_uppercase(),
                        path: path.clone(),
                        bases: self.bases(item),
                        description: description.clone(),
                    });
                }
            }
        }
        assert!(operations.len() > 20, "too few operations");
        operations
    }

    /// The servers' addresses of a path, without the slash at the end.
    fn bases(&self, item: &Value) -> Vec<String> {
        let servers = item.get("servers").unwrap_or(&self.0["servers"]);
        let addresses = servers.as_array().unwrap().iter().map(|server| &server["url"]);
        addresses
            .map(|address| address.as_str().unwrap().trim_end_matches('/').to_owned())
            .collect()
    }

    /// What a status of an operation is described as.
    fn response<'a>(&'a self, operation: &'a Operation, status: u16) -> &'a Value {
        let response = &operation.description["responses"][status.to_string()];
        assert!(!response.is_null(), "{} never answers {status}", operation.id);
        response["$ref"].as_str().map_or(response, |name| self.at(name))
    }

    /// What `#/...` points to.
    fn at(&self, reference: &str) -> &Value {
        let pointer = reference.strip_prefix('#').unwrap();
        self.0
            .pointer(pointer)
            .unwrap_or_else(|| panic!("no {reference}"))
    }

    /// A schema that stands anywhere in the document.
    fn validator(&self, schema: &Value) -> Validator {
        let mut schema = schema.clone();
        // A schema names others by their place in the document.
        schema["components"] = self.0["components"].clone();
        let options = jsonschema::options().with_draft(Draft::Draft202012);
        options.should_validate_formats(true).build(&schema).unwrap()
    }

    /// Sees that a value is what a schema says.
    fn holds(&self, schema: &Value, value: &Value, place: &str) {
        let errors: Vec<_> = self
            .validator(schema)
            .iter_errors(value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{place}: {errors:#?} in {value}");
    }

    /// Sees that an answer is what the operation says of its status: content type, header fields, body.
    pub fn describes(&self, operation: &Operation, answer: &Answer) {
        self.response_describes(self.response(operation, answer.status), answer, &operation.id);
    }

    fn response_describes(&self, response: &Value, answer: &Answer, place: &str) {
        let place = format!("{place}, {}", answer.status);
        for (name, header) in response["headers"].as_object().into_iter().flatten() {
            let header = header["$ref"].as_str().map_or(header, |name| self.at(name));
            let field = answer.header(&name.to_ascii_lowercase());
            let field = field.unwrap_or_else(|| panic!("{place}: no {name}"));
            let is_number = header["schema"]["type"] == "integer";
            let value = if is_number {
                serde_json::from_str(field).unwrap()
            } else {
                json!(field)
            };
            self.holds(&header["schema"], &value, &place);
        }
        let Some(content) = response["content"].as_object() else {
            assert!(answer.body.is_empty(), "{place}: a body");
            return;
        };
        let sent = answer.header("content-type").unwrap();
        let (media_type, _) = sent.split_once(';').unwrap_or((sent, ""));
        let described = content
            .get(media_type)
            .unwrap_or_else(|| panic!("{place}: {sent}"));
        let body = if media_type == "application/json" {
            assert_eq!(sent, JSON, "{place}");
            answer.json()
        } else {
            json!(str::from_utf8(&answer.body).unwrap())
        };
        self.holds(&described["schema"], &body, &place);
    }
}
