//! Plays patterns on a light that only knows on and off.

use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::Task;
use crate::leds::{Led, Pattern, step};

/// A line a light hangs on.
pub(crate) trait Output: Send + 'static {
    /// Switches the light.
    fn set(&mut self, on: bool) -> Result<(), String>;
}

/// Longest wait for a light that is let go to be off.
const LETTING_GO: Duration = Duration::from_millis(100);

struct PatternLed {
    pattern: Option<watch::Sender<Pattern>>,
    off: mpsc::Receiver<()>,
}

impl Led for PatternLed {
    fn show(&mut self, pattern: Pattern) {
        if let Some(playing) = &self.pattern {
            playing.send_if_modified(|shown| std::mem::replace(shown, pattern) != pattern);
        }
    }
}

/// A line keeps its level when the program ends, so a light must be off before it does.
impl Drop for PatternLed {
    fn drop(&mut self) {
        self.pattern = None;
        self.off.recv_timeout(LETTING_GO).ok();
    }
}

/// A light and the task that plays it. Dropping the light ends the task and returns with the light off.
pub(crate) fn player(name: &str, output: impl Output) -> (Box<dyn Led>, Task) {
    let (pattern, patterns) = watch::channel(Pattern::Off);
    let (ended, off) = mpsc::channel();
    let name = name.to_owned();
    let task = async move {
        play(name, output, patterns).await;
        ended.send(()).ok();
    };
    (Box::new(PatternLed { pattern: Some(pattern), off }), Box::pin(task))
}

async fn play(name: String, mut output: impl Output, mut patterns: watch::Receiver<Pattern>) {
    let mut failed = false;
    let mut set = |on: bool| {
        let result = output.set(on);
        if let Err(error) = &result
            && !failed
        {
            tracing::warn!("light {name}: {error}");
        }
        failed = result.is_err();
    };
    let mut began = Instant::now();
    loop {
        let pattern = *patterns.borrow_and_update();
        let now = step(pattern, began.elapsed());
        set(now.on);
        let tick = async {
            match now.next {
                Some(next) => sleep_until(Instant::now() + next).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = patterns.changed() => match changed {
                Ok(()) => began = Instant::now(),
                Err(_) => break,
            },
            () = tick => {}
        }
    }
    set(false);
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use super::{Output, player};
    use crate::leds::Pattern;

    #[derive(Clone, Default)]
    struct Recorder(Arc<Mutex<Vec<bool>>>);

    impl Recorder {
        fn seen(&self) -> Vec<bool> {
            self.0.lock().unwrap().clone()
        }
    }

    impl Output for Recorder {
        fn set(&mut self, on: bool) -> Result<(), String> {
            self.0.lock().unwrap().push(on);
            Ok(())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn blinking_switches_every_half_second_and_dropping_switches_off() {
        let recorder = Recorder::default();
        let (mut led, task) = player("call", recorder.clone());
        let playing = tokio::spawn(task);
        led.show(Pattern::Blink);
        tokio::time::sleep(Duration::from_millis(1250)).await;
        assert_eq!(recorder.seen(), [true, false, true]);
        tokio::task::spawn_blocking(move || drop(led)).await.unwrap();
        assert_eq!(recorder.seen().last(), Some(&false), "off before the drop returns");
        playing.await.unwrap();
        assert_eq!(recorder.seen(), [true, false, true, false]);
    }

    #[tokio::test(start_paused = true)]
    async fn showing_the_same_pattern_again_does_not_restart_it() {
        let recorder = Recorder::default();
        let (mut led, task) = player("call", recorder.clone());
        tokio::spawn(task);
        led.show(Pattern::Breathe);
        for _ in 0..6 {
            tokio::time::sleep(Duration::from_millis(250)).await;
            led.show(Pattern::Breathe);
        }
        assert_eq!(recorder.seen(), [true, false]);
        tokio::task::spawn_blocking(move || drop(led)).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_that_fails_does_not_end_the_light() {
        struct Broken;
        impl Output for Broken {
            fn set(&mut self, _on: bool) -> Result<(), String> {
                Err("gone".into())
            }
        }
        let (mut led, task) = player("call", Broken);
        let playing = tokio::spawn(task);
        led.show(Pattern::On);
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(!playing.is_finished());
        tokio::task::spawn_blocking(move || drop(led)).await.unwrap();
    }
}
