//! Writes the generated code of `registryd-client`.
//!
//! usage: registryd-codegen PROTO_ROOT SERVICE_CONFIG.json OUT
//!
//! `OUT/registry.v1.rs` has messages and stubs, made by prost and tonic;
//! `OUT/calls.rs` what the hand-written layer has to know of single calls.

mod calls;
mod secrets;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use prost_types::FileDescriptorSet;

const FILES: [&str; 4] = [
    "registry/v1/types.proto",
    "registry/v1/registry_service.proto",
    "registry/v1/config_service.proto",
    "registry/v1/v1_session_service.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [proto_root, service_config, out] = arguments.as_slice() else {
        return Err("usage: registryd-codegen PROTO_ROOT SERVICE_CONFIG.json OUT".into());
    };
    let out = Path::new(out);
    let files = prost_build::Config::new().load_fds(&FILES, &[proto_root])?;
    fs::create_dir_all(out)?;
    write_stubs(&files, out)?;
    let config = serde_json::from_str(&fs::read_to_string(service_config)?)?;
    fs::write(out.join("calls.rs"), calls::render(&files, &config)?)?;
    Ok(())
}

fn write_stubs(files: &FileDescriptorSet, out: &Path) -> Result<(), Box<dyn Error>> {
    let secrets = secrets::find(files);
    let hidden: Vec<String> =
        secrets.iter().map(|message| format!(".registry.v1.{}", message.name)).collect();
    tonic_prost_build::configure()
        .btree_map(".")
        .skip_debug(hidden)
        .generate_default_stubs(true)
        .server_mod_attribute(".", "#[cfg(feature = \"server\")]")
        .emit_rerun_if_changed(false)
        .out_dir(out)
        .compile_fds(files.clone())?;
    let path = out.join("registry.v1.rs");
    let mut code: String = fs::read_to_string(&path)?.lines().map(mend_comment).collect();
    for message in &secrets {
        code += &secrets::debug_impl(message);
    }
    fs::write(path, code)?;
    Ok(())
}

/// A line whose code spans are as they were in the .proto: prost escapes URLs and brackets in
/// comments, and in code spans too, where they need no escape and show it.
fn mend_comment(line: &str) -> String {
    if !line.trim_start().starts_with("///") {
        return format!("{line}\n");
    }
    let words: Vec<String> = line.split(' ').map(mend_url).collect();
    let line = words.join(" ");
    let spans = line.split('`').enumerate().map(|(index, text)| match index % 2 {
        0 => text.to_string(),
        _ => text.replace(r"\[", "[").replace(r"\]", "]"),
    });
    spans.collect::<Vec<_>>().join("`") + "\n"
}

/// "`<http://a`,>" is "`http://a`,".
fn mend_url(word: &str) -> String {
    match (word.find("`<http"), word.rfind('>')) {
        (Some(start), Some(end)) => [&word[..=start], &word[start + 2..end], &word[end + 1..]].concat(),
        _ => word.into(),
    }
}
