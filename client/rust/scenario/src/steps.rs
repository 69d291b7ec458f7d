use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, MethodDescriptor};
use registryd_client::tonic::Code;
use registryd_client::{Client, ClientOptions, RegistryError, TlsOptions};
use serde_json::{Map, Value, json};

use crate::Refusal;
use crate::calls::{self, Answer, Stream};

/// How long a message of a stream is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a scenario's steps share.
pub struct Scenario {
    descriptors: DescriptorPool,
    context: Value,
    /// For {{NAME}} in requests.
    values: Map<String, Value>,
    /// By connection.
    clients: BTreeMap<String, Client>,
    streams: BTreeMap<String, (Box<dyn Stream>, MessageDescriptor)>,
}

impl Scenario {
    pub fn new(descriptors: DescriptorPool, context: Value) -> Self {
        let values = context["values"].as_object().cloned().unwrap_or_default();
        Self { descriptors, context, values, clients: BTreeMap::new(), streams: BTreeMap::new() }
    }

    /// What the line of `step` says besides its name.
    pub async fn take(&mut self, step: &Value) -> Result<Value, Refusal> {
        if let Some(name) = step["open"].as_str() {
            self.open(name, step).await
        } else if let Some(name) = step["next"].as_str() {
            self.next(name, step).await
        } else if let Some(name) = step["cancel"].as_str() {
            // A call of tonic's is cancelled by letting go of it, and nothing is left to be read.
            self.streams.remove(name).ok_or_else(|| format!("nothing was opened as {name}"))?;
            Ok(json!({"error": {"code": "CANCELLED"}}))
        } else if step["call"].is_string() {
            self.ask(step).await
        } else {
            Err(format!("what does this step mean? {step}").into())
        }
    }

    async fn ask(&mut self, step: &Value) -> Result<Value, Refusal> {
        let (name, method) = self.method(step)?;
        let request = self.request(step, &method)?;
        let answer = calls::call(&self.client(step)?, &name, &request, timeout_of(step)).await?;
        self.shown(step, answer, method.output())
    }

    async fn open(&mut self, stream: &str, step: &Value) -> Result<Value, Refusal> {
        let (name, method) = self.method(step)?;
        let request = self.request(step, &method)?;
        let opened = calls::open(&self.client(step)?, &name, &request, timeout_of(step)).await?;
        self.streams.insert(stream.to_owned(), (opened, method.output()));
        Ok(json!({"opened": stream}))
    }

    async fn next(&mut self, stream: &str, step: &Value) -> Result<Value, Refusal> {
        let (messages, descriptor) =
            self.streams.get_mut(stream).ok_or_else(|| format!("nothing was opened as {stream}"))?;
        let descriptor = descriptor.clone();
        let answer = tokio::time::timeout(PATIENCE, messages.next()).await;
        let answer = answer.map_err(|_| format!("no message of {stream} came"))?;
        self.shown(step, answer.ok_or_else(|| format!("{stream} has ended"))?, descriptor)
    }

    /// `SERVICE/METHOD`, and what it takes and gives.
    fn method(&self, step: &Value) -> Result<(String, MethodDescriptor), Refusal> {
        let (service, call) = (text(&step["service"]), text(&step["call"]));
        let method = self
            .descriptors
            .get_service_by_name(&format!("registry.v1.{service}"))
            .and_then(|service| service.methods().find(|method| method.name() == call))
            .ok_or_else(|| format!("there is no call {service}/{call}"))?;
        Ok((format!("{service}/{call}"), method))
    }

    fn request(&self, step: &Value, method: &MethodDescriptor) -> Result<Vec<u8>, Refusal> {
        let request = self.filled(step.get("request").unwrap_or(&json!({})));
        Ok(DynamicMessage::deserialize(method.input(), request)?.encode_to_vec())
    }

    /// `value` with {{NAME}} replaced in every string.
    fn filled(&self, value: &Value) -> Value {
        match value {
            Value::String(string) => {
                let fill = |string: String, (name, value): (&String, &Value)| {
                    string.replace(&format!("{{{{{name}}}}}"), text(value))
                };
                self.values.iter().fold(string.clone(), fill).into()
            }
            Value::Array(items) => items.iter().map(|item| self.filled(item)).collect(),
            Value::Object(fields) => {
                fields.iter().map(|(name, field)| (name.clone(), self.filled(field))).collect()
            }
            other => other.clone(),
        }
    }

    /// The client of the step's connection, made with its first use.
    fn client(&mut self, step: &Value) -> Result<Client, Refusal> {
        let name = step["connection"].as_str().unwrap_or("unix");
        if let Some(client) = self.clients.get(name) {
            return Ok(client.clone());
        }
        let connection = &self.context["connections"][name];
        let file = |name: &str| connection[name].as_str().map(PathBuf::from);
        let tls = file("ca").map(|ca| TlsOptions {
            ca_file: Some(ca),
            cert_file: file("cert"),
            key_file: file("key"),
            server_name: None,
        });
        let address = connection["address"].as_str().ok_or_else(|| format!("no connection {name}"))?;
        let client = Client::new(ClientOptions { address: Some(address.into()), tls, ..Default::default() })?;
        self.clients.insert(name.to_owned(), client.clone());
        Ok(client)
    }

    fn shown(
        &mut self,
        step: &Value,
        answer: Answer,
        descriptor: MessageDescriptor,
    ) -> Result<Value, Refusal> {
        let bytes = match answer {
            Ok(bytes) => bytes,
            Err(error) => return Ok(json!({"error": error_json(&error)})),
        };
        let mut response = serde_json::to_value(DynamicMessage::decode(descriptor, bytes.as_slice())?)?;
        for (name, field) in step["keep"].as_object().into_iter().flatten() {
            self.values.insert(name.clone(), response[text(field)].clone());
        }
        for field in step["hide"].as_array().into_iter().flatten() {
            if let Some(value) = response.get_mut(text(field)) {
                *value = "*".into();
            }
        }
        Ok(json!({"response": response}))
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn timeout_of(step: &Value) -> Option<Duration> {
    step["timeout_ms"].as_u64().map(Duration::from_millis)
}

fn error_json(error: &RegistryError) -> Value {
    let mut shown = json!({"code": error.code_name()});
    if matches!(error.code(), Code::DeadlineExceeded | Code::Cancelled) {
        return shown;
    }
    if error.code() != Code::Unavailable {
        shown["message"] = error.message().into();
    }
    let fields: Vec<_> = error.field_violations().iter().map(|violation| violation.field.as_str()).collect();
    for (name, value) in [
        ("domain", json!(error.domain())),
        ("reason", json!(error.reason())),
        ("metadata", json!(error.metadata())),
        ("fields", json!(fields)),
    ] {
        let empty = [json!(""), json!({}), json!([])].contains(&value);
        if !empty {
            shown[name] = value;
        }
    }
    if let Some(delay) = error.retry_delay() {
        shown["retryDelay"] = format!("{}s", delay.as_secs_f64()).into();
    }
    shown
}
