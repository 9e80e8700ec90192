//! Two baresip.

use std::io::Write;
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Instant;

use serde_json::json;

use super::stage::path;
use super::{Figures, Stage, idle, in_call};
use crate::interop::kamailio::{DOMAIN, PASSWORD};
use crate::ports;
use crate::process::Program;
use crate::wait::{PATIENCE, until};

/// What it is built of here: what the call needs and the menu, which tells how it goes.
const MODULES: [&str; 8] = ["opus", "ausine", "aufile", "avcodec", "avformat", "fakevideo", "ice", "dtls_srtp"];

/// The clip so often lasts as long as the call: at the end of a film it sends no more.
const TURNS: u32 = 14;

/// Measures two of them.
pub fn baresip(stage: &Stage) -> Figures {
    crate::clips::repeat(&stage.clip(), &film(stage), TURNS);
    let bob = Terminal::start(stage, "bob");
    bob.tells("[1 binding]");
    let begun = Instant::now();
    let alice = Terminal::start(stage, "alice");
    alice.tells("[1 binding]");
    let registered = Some(begun.elapsed().as_secs_f64() * 1000.0);
    let programs = [alice.program.pid(), bob.program.pid()];
    let idle = Some(idle(programs));
    let begun = Instant::now();
    alice.order("dial", &format!("sip:bob@{DOMAIN}"));
    alice.tells("receiving with resolution 1280 x 720");
    let frame = Some(begun.elapsed().as_secs_f64() * 1000.0);
    bob.tells("receiving with resolution 1280 x 720");
    let call = Some(in_call(programs));
    // Nobody else needs its gigabyte.
    let _ = std::fs::remove_file(film(stage));
    Figures { registered, frame, lines: frame, rate: alice.rate(), call, idle, ..Figures::default() }
}

fn film(stage: &Stage) -> PathBuf {
    stage.clip().with_file_name("film.y4m")
}

struct Terminal {
    program: Program,
    control: u16,
}

impl Terminal {
    fn start(stage: &Stage, user: &str) -> Self {
        let folder = stage.folder(&format!("baresip-{user}"));
        let control = ports::free();
        let file = |name: &str, text: String| {
            std::fs::write(folder.join(name), text).expect("the temporary folder is writable");
        };
        file("config", configuration(stage, &folder, control));
        file("contacts", String::new());
        let server = stage.server.plain_address();
        file(
            "accounts",
            format!(
                "<sip:{user}@{DOMAIN}>;auth_pass=\"{PASSWORD}\";outbound=\"sip:{server};transport=udp\";answermode=auto;\
                 medianat=ice;mediaenc=dtls_srtp;audio_codecs=opus/48000/2;video_codecs=H264\n"
            ),
        );
        // Line by line, as what it says is its clock.
        let arguments = ["-oL", "baresip", "-v", "-f"].map(str::to_owned).into_iter().chain([path(&folder)]);
        let program = Program::start("stdbuf", &arguments.collect::<Vec<_>>());
        Self { program, control }
    }

    fn tells(&self, words: &str) {
        self.program.pick(words, PATIENCE, |_, line| line.contains(words).then_some(()));
    }

    /// A command by its control socket: JSON in a netstring.
    fn order(&self, command: &str, parameters: &str) {
        let mut socket =
            until("the control socket of baresip", PATIENCE, || TcpStream::connect(("127.0.0.1", self.control)).ok());
        let order = json!({ "command": command, "params": parameters }).to_string();
        write!(socket, "{}:{order},", order.len()).expect("baresip listens");
    }

    /// Received frames a second as it counts them: `efps=<sent>/<received>`.
    fn rate(&self) -> Option<f64> {
        let said = self.program.tail();
        let (_, last) = said.rsplit_once("efps=")?;
        last.split('/').nth(1)?.split_whitespace().next()?.parse().ok()
    }
}

fn configuration(stage: &Stage, folder: &std::path::Path, control: u16) -> String {
    let sound: PathBuf = folder.join("played.wav");
    let mut lines = vec![
        "sip_listen 127.0.0.1:0".to_owned(),
        "audio_source ausine,440".into(),
        format!("audio_player aufile,{}", path(&sound)),
        format!("audio_alert aufile,{}", path(&sound)),
        format!("video_source avformat,{}", path(&film(stage))),
        "video_display fakevideo,nil".into(),
        "video_size 1280x720".into(),
        "video_bitrate 2500000".into(),
        "video_fps 30".into(),
        "module_path /usr/lib/baresip/modules".into(),
        format!("ctrl_tcp_listen 127.0.0.1:{control}"),
    ];
    lines.extend(MODULES.map(|module| format!("module {module}.so")));
    lines.extend(["account", "ctrl_tcp", "menu"].map(|module| format!("module_app {module}.so")));
    lines.join("\n") + "\n"
}
