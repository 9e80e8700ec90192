//! Pages of PDF files by the tools of Poppler, as child processes: a page that breaks its renderer does not break a call.
//! Crates for it are young, or bind the same C++ into the process.

use std::{
    ffi::{OsStr, OsString},
    io::ErrorKind,
    path::Path,
    process::Stdio,
    time::Duration,
};

use tokio::{process::Command, runtime::Handle};

use crate::error::MediaError;

/// A page that takes longer is given up; scanned pages take some seconds on a small board.
const PATIENCE: Duration = Duration::from_secs(30);

/// A page, `width * height * 3` bytes, red green blue.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) rgb: Vec<u8>,
}

/// How many pages the file has. Blocks; for threads of the runtime that may.
pub(super) fn pages(file: &Path) -> Result<usize, MediaError> {
    let told = run("pdfinfo", &[absolute(file)?])?;
    let told = String::from_utf8_lossy(&told);
    let count = told.lines().find_map(|line| line.strip_prefix("Pages:")?.trim().parse().ok());
    count.filter(|count| *count > 0).ok_or_else(|| MediaError::pipeline("pdfinfo", "the file has no pages"))
}

/// The page of this number, from 0 on, its longer side `longest` pixels. Blocks.
pub(super) fn page(file: &Path, number: usize, longest: u32) -> Result<Page, MediaError> {
    let number = (number + 1).to_string();
    let longest = longest.to_string();
    let words = ["-singlefile", "-f", &number, "-l", &number, "-scale-to", &longest];
    let arguments: Vec<OsString> = words.iter().map(OsString::from).chain([absolute(file)?]).collect();
    let drawn = run("pdftoppm", &arguments)?;
    pixmap(&drawn).ok_or_else(|| MediaError::pipeline("pdftoppm", "gave no picture"))
}

/// A name that cannot be taken for an option.
fn absolute(file: &Path) -> Result<OsString, MediaError> {
    let whole = std::path::absolute(file).map_err(|error| MediaError::pipeline("presentation", error.to_string()))?;
    Ok(whole.into_os_string())
}

fn run(tool: &'static str, arguments: &[impl AsRef<OsStr>]) -> Result<Vec<u8>, MediaError> {
    let failed = |reason: String| MediaError::pipeline(tool, reason);
    let mut command = Command::new(tool);
    command.args(arguments).env("LC_ALL", "C").stdin(Stdio::null()).kill_on_drop(true);
    let done = Handle::try_current()?.block_on(async { tokio::time::timeout(PATIENCE, command.output()).await });
    let output = match done {
        Err(_) => return Err(failed(format!("is not done after {} s", PATIENCE.as_secs()))),
        Ok(Err(error)) if error.kind() == ErrorKind::NotFound => {
            return Err(MediaError::MissingTool { tool, package: "poppler-utils" });
        }
        Ok(Err(error)) => return Err(failed(error.to_string())),
        Ok(Ok(output)) => output,
    };
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
    Err(failed(last.map_or_else(|| output.status.to_string(), str::to_owned)))
}

/// A portable pixmap of 8 bits a colour (`P6`, width, height, 255, pixels).
fn pixmap(bytes: &[u8]) -> Option<Page> {
    let mut rest = bytes.strip_prefix(b"P6")?;
    let mut number = || {
        rest = rest.trim_ascii_start();
        let end = rest.iter().position(u8::is_ascii_whitespace)?;
        let (digits, behind) = rest.split_at(end);
        rest = behind;
        std::str::from_utf8(digits).ok()?.parse::<u32>().ok()
    };
    let (width, height, most) = (number()?, number()?, number()?);
    let size = usize::try_from(u64::from(width).checked_mul(u64::from(height))?.checked_mul(3)?).ok()?;
    // One white space stands before the pixels.
    let pixels = rest.get(1..)?.get(..size)?;
    (most == 255 && size > 0).then(|| Page { width, height, rgb: pixels.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixmap_is_taken_apart() {
        let page = pixmap(b"P6\n2 1\n255\n\n23456").unwrap();
        assert_eq!(page, Page { width: 2, height: 1, rgb: b"\n23456".to_vec() });
    }

    #[test]
    fn whatever_a_tool_writes_nothing_breaks() {
        for bytes in [
            &b""[..],
            b"P6",
            b"P6 ",
            b"P6 2 1 255",
            b"P6 2 1 255 ab",
            b"P6 4294967295 4294967295 255 a",
            b"P6 0 0 255 \n",
            b"P6 1 1 65535 abc",
            b"P5 1 1 255 abc",
        ] {
            assert_eq!(pixmap(bytes), None);
        }
    }
}
