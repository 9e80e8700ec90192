//! A program under test: its output line by line, its end, and no survivor when the test is over.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::feed::Feed;
use crate::wait::until;

/// Which output a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// A running program. Dropping it ends it: SIGTERM, and SIGKILL when that does not help.
pub struct Program {
    name: String,
    child: Child,
    output: Feed<(Stream, String)>,
    readers: [JoinHandle<()>; 2],
}

/// Time a program gets to end by itself when its fixture is dropped.
const FAREWELL: Duration = Duration::from_secs(5);

/// Lines of output shown when a wait fails.
const TAIL: usize = 40;

impl Program {
    /// Starts a program; it gets SIGTERM by itself should the test die.
    pub fn start(program: &str, arguments: &[String]) -> Self {
        Self::launch(program, arguments, |_| ())
    }

    /// Starts a program with more in its environment.
    pub fn start_in(program: &str, arguments: &[String], environment: &[(&str, &str)]) -> Self {
        Self::launch(program, arguments, |command| {
            command.envs(environment.iter().copied());
        })
    }

    /// Starts a program as the leader of a process group of its own, so that its children can be reached through it.
    pub fn start_group(program: &str, arguments: &[String]) -> Self {
        Self::launch(program, arguments, |command| {
            command.process_group(0);
        })
    }

    fn launch(program: &str, arguments: &[String], adapt: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM", "--", program]).args(arguments);
        adapt(&mut command);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot start {program}: {error}"));
        let output = Feed::default();
        let readers = [
            follow(Stream::Out, child.stdout.take().expect("stdout is piped"), &output),
            follow(Stream::Err, child.stderr.take().expect("stderr is piped"), &output),
        ];
        Self { name: program.to_owned(), child, output, readers }
    }

    /// Process number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// All lines of one output so far.
    pub fn lines(&self, stream: Stream) -> Vec<String> {
        self.output.all().into_iter().filter(|(from, _)| *from == stream).map(|(_, line)| line).collect()
    }

    /// Everything it wrote to standard error.
    pub fn errors(&self) -> String {
        self.lines(Stream::Err).join("\n")
    }

    /// The last lines of both outputs, for a message about a failure.
    pub fn tail(&self) -> String {
        let lines = self.output.all();
        let tail: Vec<_> = lines.iter().rev().take(TAIL).rev().map(|(_, line)| line.as_str()).collect();
        tail.join("\n")
    }

    /// Number of lines so far, of both outputs.
    pub fn said(&self) -> usize {
        self.output.len()
    }

    /// [`Self::pick_from`] the beginning.
    #[track_caller]
    pub fn pick<T>(&self, what: &str, limit: Duration, pick: impl FnMut(Stream, &str) -> Option<T>) -> T {
        self.pick_from(0, what, limit, pick).0
    }

    /// Waits for the first line at or after place `from`, there already or to come, that `pick` takes; the place behind it
    /// comes back as well.
    #[track_caller]
    pub fn pick_from<T>(
        &self,
        from: usize,
        what: &str,
        limit: Duration,
        mut pick: impl FnMut(Stream, &str) -> Option<T>,
    ) -> (T, usize) {
        match self.output.pick(from, limit, |(stream, line)| pick(*stream, line)) {
            Some(found) => found,
            None => panic!("waited {limit:?} in vain for {what} of {}; it said last:\n{}", self.name, self.tail()),
        }
    }

    /// Waits for its end, and until all it said was read.
    pub fn ended(&mut self, limit: Duration) -> ExitStatus {
        let name = self.name.clone();
        let status = until(&format!("the end of {name}"), limit, || self.child.try_wait().expect("the child is ours"));
        until(&format!("the end of what {name} says"), limit, || {
            self.readers.iter().all(JoinHandle::is_finished).then_some(status)
        })
    }

    /// Still there?
    pub fn running(&mut self) -> bool {
        self.child.try_wait().expect("the child is ours").is_none()
    }

    /// SIGKILL, and waits until it is gone.
    pub fn kill(&mut self) {
        // Fails only when it is gone already.
        let _ = self.child.kill();
        self.child.wait().expect("the child is ours");
    }

    /// SIGTERM.
    pub fn terminate(&mut self) {
        if self.running() {
            let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a child has a number");
            kill_process(pid, Signal::TERM).expect("our own child takes signals");
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.terminate();
        let end = Instant::now() + FAREWELL;
        while self.running() && Instant::now() < end {
            thread::sleep(Duration::from_millis(10));
        }
        self.kill();
    }
}

/// Reads until the end of the stream, on a thread of its own.
fn follow(stream: Stream, source: impl Read + Send + 'static, output: &Feed<(Stream, String)>) -> JoinHandle<()> {
    let output = output.clone();
    thread::spawn(move || {
        for line in BufReader::new(source).split(b'\n').map_while(Result::ok) {
            output.push((stream, String::from_utf8_lossy(&line).into_owned()));
        }
    })
}
