//! Takes the steps of one scenario through the Rust client, and prints a line for each.
//!
//! usage: registryd-scenario DESCRIPTORS CONTEXT.json SCENARIO.json
//!
//! DESCRIPTORS is the API's descriptor set, as protoc writes it: JSON is made by it. README.md
//! in tests/scenarios says what the other files hold and what is printed.

mod calls;
mod steps;

use std::error::Error;
use std::fs;
use std::process::ExitCode;

use prost_reflect::DescriptorPool;
use serde_json::Value;

use crate::steps::Scenario;

/// What a scenario cannot mean, or this program cannot read.
type Refusal = Box<dyn Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("registryd-scenario: {why}");
            ExitCode::from(2)
        }
    }
}

async fn run() -> Result<(), Refusal> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [descriptors, context, script] = arguments.as_slice() else {
        return Err("usage: registryd-scenario DESCRIPTORS CONTEXT.json SCENARIO.json".into());
    };
    let descriptors = DescriptorPool::decode(fs::read(descriptors)?.as_slice())?;
    let mut scenario = Scenario::new(descriptors, read_json(context)?);
    let script = read_json(script)?;
    for step in script["steps"].as_array().ok_or("a scenario has steps")? {
        let mut line = scenario.take(step).await?;
        line["step"] = step["name"].clone();
        println!("{line}");
    }
    Ok(())
}

fn read_json(path: &str) -> Result<Value, Refusal> {
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}
