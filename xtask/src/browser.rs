//! Finds a Chromium and the chromedriver that drives it, or installs both where that is ours to do.
//! What is done with them is the business of `tests/`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::process;

/// A browser and a driver of the same major version.
pub(crate) struct Browser {
    pub(crate) chrome: PathBuf,
    pub(crate) chromedriver: PathBuf,
}

struct Wanted {
    what: &'static str,
    variable: &'static str,
    names: &'static [&'static str],
    places: &'static [&'static str],
}

const CHROME: Wanted = Wanted {
    what: "Chromium or Chrome",
    variable: "CHROME",
    names: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"],
    places: &[
        "/usr/lib/chromium/chromium",
        "/opt/google/chrome/chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ],
};

const CHROMEDRIVER: Wanted = Wanted {
    what: "chromedriver",
    variable: "CHROMEDRIVER",
    names: &["chromedriver"],
    places: &[
        "/usr/lib/chromium/chromedriver",
        "/usr/lib/chromium-browser/chromedriver",
        "/opt/homebrew/bin/chromedriver",
    ],
};

const REMEDY: &str = "install Chromium and its driver (Debian: apt-get install chromium chromium-driver; Fedora: dnf install \
    chromium chromedriver; macOS: brew install --cask chromium chromedriver; anywhere: \
    https://googlechromelabs.github.io/chrome-for-testing), or name them in CHROME and CHROMEDRIVER";

/// Finds both, or installs them as root of a Debian, or says which is missing.
pub(crate) fn find_or_install(console: &Console) -> Outcome<Browser> {
    if let (None, _) | (_, None) = (CHROME.find()?, CHROMEDRIVER.find()?)
        && process::on_path("apt-get").is_some()
        && is_root()
    {
        apt_install(console)?;
    }
    let browser = Browser { chrome: CHROME.find_or_fail()?, chromedriver: CHROMEDRIVER.find_or_fail()? };
    browser.expect_match()?;
    console.note(&format!("{}, driven by {}", browser.chrome.display(), browser.chromedriver.display()));
    Ok(browser)
}

impl Wanted {
    fn find(&self) -> Outcome<Option<PathBuf>> {
        if let Some(named) = std::env::var_os(self.variable).filter(|value| !value.is_empty()) {
            let named = PathBuf::from(named);
            return if process::is_program(&named) {
                Ok(Some(named))
            } else {
                let what = format!("{}={} is no program", self.variable, named.display());
                Err(Failure::new(what, format!("point it at {}, or unset it", self.what)))
            };
        }
        let places = self.places.iter().map(PathBuf::from).filter(|place| process::is_program(place));
        Ok(self.names.iter().find_map(|name| process::on_path(name)).or_else(|| places.into_iter().next()))
    }

    fn find_or_fail(&self) -> Outcome<PathBuf> {
        self.find()?.ok_or_else(|| {
            Failure::new(format!("the browser tests need {}, and there is none on PATH", self.what), REMEDY)
        })
    }
}

impl Browser {
    fn expect_match(&self) -> Outcome {
        match (major_version(&self.chrome), major_version(&self.chromedriver)) {
            (Some(chrome), Some(driver)) if chrome == driver => Ok(()),
            (Some(chrome), Some(driver)) => Err(Failure::new(
                format!("the browser has version {chrome}, its chromedriver {driver}; they must match"),
                format!("update the older of the two, or: {REMEDY}"),
            )),
            (None, _) => Err(Failure::new(format!("{} does not start", self.chrome.display()), REMEDY)),
            (_, None) => Err(Failure::new(format!("{} does not start", self.chromedriver.display()), REMEDY)),
        }
    }
}

fn major_version(program: &Path) -> Option<u32> {
    major(&process::output(Command::new(program).arg("--version"))?)
}

/// `Chromium 156.0.8078.79 built on Debian` → 156.
fn major(said: &str) -> Option<u32> {
    said.split_whitespace().find_map(|word| word.split_once('.')?.0.parse().ok())
}

fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).as_deref() == Some("0")
}

fn apt_install(console: &Console) -> Outcome {
    console.note("no browser yet; this is root with apt-get, so it is installed from the distribution");
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        process::run(console, &mut command, REMEDY)
    };
    apt(&["update", "--quiet"])?;
    apt(&["install", "--quiet", "--yes", "--no-install-recommends", "chromium", "chromium-driver"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_say_their_version() {
        assert_eq!(major("Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)"), Some(156));
        assert_eq!(major("ChromeDriver 156.0.8078.79 (a21ce95-refs/branch-heads/8078@{#1704})"), Some(156));
        assert_eq!(major("Google Chrome 99.1"), Some(99));
        assert_eq!(major("command not found"), None);
    }
}
