//! Payload types of a stream we send: an engine goes on with those of its first description, the wire has the last ones.

use std::sync::atomic::{AtomicU8, Ordering};

/// Payload types have 7 bits.
const ALL: usize = 128;

/// Both ways between the two; a type that nothing was said about is the same on both sides.
#[derive(Debug)]
pub(super) struct WireTypes {
    engine: [AtomicU8; ALL],
    wire: [AtomicU8; ALL],
}

impl Default for WireTypes {
    fn default() -> Self {
        let same = || std::array::from_fn(|payload_type| AtomicU8::new(payload_type.try_into().unwrap_or_default()));
        Self { engine: same(), wire: same() }
    }
}

impl WireTypes {
    /// What the engine knows by this type goes to the wire under that.
    pub(super) fn set(&self, engine: u8, wire: u8) {
        if let (Some(of_wire), Some(of_engine)) =
            (self.engine.get(usize::from(wire)), self.wire.get(usize::from(engine)))
        {
            of_wire.store(engine, Ordering::Relaxed);
            of_engine.store(wire, Ordering::Relaxed);
        }
    }

    /// The engine's type for one of the wire.
    pub(super) fn engine(&self, wire: u8) -> u8 {
        self.engine.get(usize::from(wire)).map_or(wire, |engine| engine.load(Ordering::Relaxed))
    }

    /// The wire's type for one of the engine.
    pub(super) fn wire(&self, engine: u8) -> u8 {
        self.wire.get(usize::from(engine)).map_or(engine, |wire| wire.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_the_same_on_both_sides_until_another_is_agreed() {
        let types = WireTypes::default();
        assert_eq!((types.engine(127), types.wire(96)), (127, 96));
        types.set(96, 120);
        assert_eq!((types.engine(120), types.wire(96)), (96, 120));
        types.set(96, 98);
        assert_eq!((types.engine(98), types.engine(120), types.wire(96)), (96, 96, 98));
    }
}
