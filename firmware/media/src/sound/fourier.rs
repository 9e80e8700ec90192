//! Discrete Fourier transform of real samples, radix 2.
#![allow(clippy::cast_precision_loss, reason = "lengths are far inside the exact range")]

use std::f32::consts::PI;

/// A complex number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Complex {
    pub(super) re: f32,
    pub(super) im: f32,
}

impl Complex {
    pub(super) fn turn(angle: f32) -> Self {
        Self { re: angle.cos(), im: angle.sin() }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im - other.im }
    }

    pub(super) fn times(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }

    pub(super) fn scaled(self, by: f32) -> Self {
        Self { re: self.re * by, im: self.im * by }
    }

    pub(super) fn conjugate(self) -> Self {
        Self { re: self.re, im: -self.im }
    }

    pub(super) fn power(self) -> f32 {
        self.re * self.re + self.im * self.im
    }
}

/// Transforms of one length, a power of two.
pub(super) struct Fourier {
    /// Half the length: two real samples are one complex one.
    half: usize,
    /// e^(-2πik/half), the first half of the circle.
    turns: Vec<Complex>,
    /// e^(-2πik/length), the first half of the circle.
    fine: Vec<Complex>,
    work: Vec<Complex>,
}

impl Fourier {
    pub(super) fn new(length: usize) -> Self {
        let half = length / 2;
        let circle = |parts: usize| {
            let step = -2.0 * PI / parts as f32;
            (0..parts / 2).map(|index| Complex::turn(step * index as f32)).collect()
        };
        Self { half, turns: circle(half), fine: circle(length), work: vec![Complex::default(); half] }
    }

    /// The spectrum from 0 to half the sample rate, `length / 2 + 1` values.
    pub(super) fn forward(&mut self, samples: &[f32], spectrum: &mut [Complex]) {
        for (work, pair) in self.work.iter_mut().zip(samples.chunks_exact(2)) {
            *work = Complex { re: pair[0], im: pair[1] };
        }
        self.transform();
        let half = self.half;
        for (index, line) in spectrum.iter_mut().enumerate().take(half + 1) {
            let (one, other) = (self.work[index % half], self.work[(half - index) % half].conjugate());
            let odd = one.minus(other).times(Complex { re: 0.0, im: -0.5 });
            let turn = self.fine.get(index).copied().unwrap_or(Complex { re: -1.0, im: 0.0 });
            *line = one.plus(other).scaled(0.5).plus(turn.times(odd));
        }
    }

    /// Back to `length` samples.
    pub(super) fn inverse(&mut self, spectrum: &[Complex], samples: &mut [f32]) {
        let half = self.half;
        for index in 0..half {
            let (one, other) = (spectrum[index], spectrum[half - index].conjugate());
            let odd = one.minus(other).times(self.fine[index].conjugate());
            let whole = one.plus(other).plus(odd.times(Complex { re: 0.0, im: 1.0 }));
            // The inverse by the forward transform of the conjugate.
            self.work[index] = whole.conjugate();
        }
        self.transform();
        let scale = 0.5 / half as f32;
        for (pair, work) in samples.chunks_exact_mut(2).zip(&self.work) {
            pair.copy_from_slice(&[work.re * scale, -work.im * scale]);
        }
    }

    fn transform(&mut self) {
        let length = self.half;
        let bits = length.trailing_zeros();
        for index in 0..length {
            let mirrored = index.reverse_bits() >> (usize::BITS - bits);
            if index < mirrored {
                self.work.swap(index, mirrored);
            }
        }
        let mut size = 2;
        while size <= length {
            let stride = length / size;
            for group in self.work.chunks_exact_mut(size) {
                let (low, high) = group.split_at_mut(size / 2);
                let turns = self.turns.iter().step_by(stride);
                for ((low, high), turn) in low.iter_mut().zip(high).zip(turns) {
                    let turned = high.times(*turn);
                    (*low, *high) = (low.plus(turned), low.minus(turned));
                }
            }
            size *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cosine_is_one_line_and_comes_back() {
        let mut fourier = Fourier::new(64);
        let samples: Vec<f32> = (0..64).map(|i| (2.0 * PI * 5.0 * i as f32 / 64.0).cos() + 0.5).collect();
        let mut spectrum = vec![Complex::default(); 33];
        fourier.forward(&samples, &mut spectrum);
        for (index, line) in spectrum.iter().enumerate() {
            let expected = match index {
                0 | 5 => 32.0,
                _ => 0.0,
            };
            assert!((line.re - expected).abs() < 1e-3 && line.im.abs() < 1e-3, "{index}: {line:?}");
        }
        let mut back = vec![0.0; 64];
        fourier.inverse(&spectrum, &mut back);
        assert!(samples.iter().zip(&back).all(|(one, other)| (one - other).abs() < 1e-4));
    }

    #[test]
    fn a_late_click_turns_through_all_phases() {
        let mut fourier = Fourier::new(16);
        let mut samples = vec![0.0; 16];
        samples[3] = 1.0;
        let mut spectrum = vec![Complex::default(); 9];
        fourier.forward(&samples, &mut spectrum);
        for (index, line) in spectrum.iter().enumerate() {
            let expected = Complex::turn(-2.0 * PI * 3.0 * index as f32 / 16.0);
            assert!(line.minus(expected).power() < 1e-10, "{index}: {line:?}");
        }
    }
}
