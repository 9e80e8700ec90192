//! The order in which SRV records are tried (RFC 2782, «Usage rules»).

use super::record::Srv;
use crate::ident::Random;

/// Lowest priority first; among equals each one comes first with a chance proportional to its weight, one of weight 0
/// hardly ever.
pub(super) fn in_order(mut records: Vec<Srv>, random: &mut Random) -> Vec<Srv> {
    // Weight 0 goes before the others, so that it wins only when the number drawn is 0. The rest of the key makes the
    // outcome independent of the order in which a name server happens to answer.
    records.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut ordered = Vec::with_capacity(records.len());
    while let Some(priority) = records.first().map(|record| record.priority) {
        let equals = records.iter().take_while(|record| record.priority == priority).count();
        let drawn = draw(&records[..equals], random);
        ordered.push(records.remove(drawn));
    }
    ordered
}

fn key(record: &Srv) -> (u16, bool, &str, u16) {
    (record.priority, record.weight > 0, &record.target, record.port)
}

fn draw(equals: &[Srv], random: &mut Random) -> usize {
    let sum = equals.iter().map(|record| u64::from(record.weight)).sum();
    let number = random.up_to(sum);
    let mut running = 0;
    let reaches = |record: &Srv| {
        running += u64::from(record.weight);
        running >= number
    };
    equals.iter().position(reaches).unwrap_or(0)
}
