//! Prints the JSON Schema of every event: `docs/developer/conference-events.schema.json`.

use roombox_conference::catalogue::Event;

fn main() -> Result<(), serde_json::Error> {
    println!("{}", serde_json::to_string_pretty(&schemars::schema_for!(Event))?);
    Ok(())
}
