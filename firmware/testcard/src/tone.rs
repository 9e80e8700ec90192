//! Sine tones: made and found (Goertzel).
