//! `Debug` of messages with a field that is called secret: its value is not shown.

use std::fmt::Write;

use prost_types::{DescriptorProto, FileDescriptorProto, FileDescriptorSet};

/// A message with secrets.
pub struct Message {
    pub name: String,
    /// In the order of the .proto, and whether each is secret.
    pub fields: Vec<(String, bool)>,
}

// Numbers in the paths of a file's comments: descriptor.proto.
const MESSAGE_TYPE: i32 = 4;
const FIELD: i32 = 2;

/// The messages that themselves hold a field with "Secret." or "Treated as secret" in its
/// comment.
pub fn find(files: &FileDescriptorSet) -> Vec<Message> {
    let ours = files.file.iter().filter(|file| file.package() == "registry.v1");
    ours.flat_map(|file| {
        let messages = file.message_type.iter().enumerate();
        messages.map(|(index, message)| read(file, index, message))
    })
    .filter(|message| message.fields.iter().any(|(_, secret)| *secret))
    .collect()
}

fn read(file: &FileDescriptorProto, index: usize, message: &DescriptorProto) -> Message {
    let fields = message.field.iter().enumerate().map(|(number, field)| {
        let comment = comment_at(file, &[MESSAGE_TYPE, index as i32, FIELD, number as i32]);
        let secret = comment.contains("Secret.") || comment.contains("Treated as secret");
        (field.name().to_owned(), secret)
    });
    Message { name: message.name().to_owned(), fields: fields.collect() }
}

fn comment_at<'a>(file: &'a FileDescriptorProto, path: &[i32]) -> &'a str {
    let locations = file.source_code_info.iter().flat_map(|info| &info.location);
    locations
        .filter(|location| location.path == path)
        .map(|location| location.leading_comments())
        .next()
        .unwrap_or_default()
}

pub fn debug_impl(message: &Message) -> String {
    let mut code = format!(
        "/// Secrets are not shown.\n\
         impl ::core::fmt::Debug for {name} {{\n    \
             fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {{\n        \
                 f.debug_struct(\"{name}\")\n",
        name = message.name
    );
    for (field, secret) in &message.fields {
        let value =
            if *secret { "&::core::format_args!(\"*\")".to_owned() } else { format!("&self.{field}") };
        writeln!(code, "            .field(\"{field}\", {value})").expect("a String takes all");
    }
    code + "            .finish()\n    }\n}\n"
}
