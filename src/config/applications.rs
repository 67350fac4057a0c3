//! `[[applications]]`: client applications that the configuration gives a GUID, and trusts or not.

use super::keys::read_key;
use super::written::WrittenApplication;
use super::{Config, ConfigError, ConfigFault, Misplaced};
use crate::token::Secret;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// One of `[[applications]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Mnemonic.
    pub mnem: String,
    /// GUID in the header `ClientApplication`.
    pub guid: Uuid,
    /// The file of the secret that proves the application, if it is trusted.
    pub secret_file: Option<PathBuf>,
}

/// Returns the applications with paths from `folder`.
pub(super) fn applications(
    written: Vec<WrittenApplication>,
    folder: &Path,
) -> Result<Vec<Application>, Misplaced> {
    let mut applications: Vec<Application> = Vec::with_capacity(written.len());
    for one in written {
        let span = Some(one.mnem.span());
        let mnem = one.mnem.into_inner();
        if applications
            .iter()
            .any(|earlier| earlier.mnem == mnem || earlier.guid == one.guid)
        {
            return Err(Misplaced(span, ConfigFault::TwoApplications(mnem)));
        }
        if one.trusted != one.secret_file.is_some() {
            return Err(Misplaced(span, ConfigFault::HalfTrusted(mnem)));
        }
        applications.push(Application {
            mnem,
            guid: one.guid,
            secret_file: one.secret_file.map(|file| folder.join(file)),
        });
    }
    Ok(applications)
}

impl Config {
    /// Returns mnemonics and GUIDs of the applications.
    pub fn application_guids(&self) -> Vec<(&str, Uuid)> {
        let guids = self.applications.iter().map(|one| (&*one.mnem, one.guid));
        guids.collect()
    }

    /// Returns the trusted applications with their secrets, from their files. The log reports a file that others than its owner
    /// can read.
    ///
    /// # Errors
    /// [`ConfigError`] when a file cannot be read or holds no secret.
    pub fn trusted_applications(&self) -> Result<Vec<(&Application, Secret)>, ConfigError> {
        let trusted = self.applications.iter().filter_map(|one| {
            let path = one.secret_file.as_ref()?;
            Some(one.secret(path).map(|secret| (one, secret)))
        });
        trusted.collect()
    }
}

impl Application {
    fn secret(&self, path: &Path) -> Result<Secret, ConfigError> {
        let mnem = self.mnem.clone();
        let fault = match read_key(path) {
            Ok(bytes) => match Secret::new(&bytes) {
                Some(secret) => return Ok(secret),
                None => ConfigFault::BadSecret(mnem),
            },
            Err(error) => ConfigFault::SecretUnreadable { mnem, error },
        };
        Err(ConfigError::of_file(path, fault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn sections_that_are_not_right() {
        let application = "[[applications]]\nmnem = \"A\"\nguid = \"a0000000-0000-4000-8000-000000000001\"\n";
        for (text, expected) in [
            (
                "[[applications]]\nmnem = \"A\"\nguid = \"{a}\"",
                "line 3: expected a GUID with hyphens, other than zero, in `applications.guid`",
            ),
            (
                &format!("{application}trusted = true\n"),
                "line 2: the application `A` needs both `trusted = true` and `secret_file`, or neither",
            ),
            (
                &format!("{application}secret_file = \"f\"\n"),
                "line 2: the application `A` needs both `trusted = true` and `secret_file`, or neither",
            ),
            (
                &format!("{application}{application}"),
                "line 5: two applications have the mnem `A` or its guid",
            ),
        ] {
            let error = Config::parse(text, Path::new("x.toml")).unwrap_err().to_string();
            assert_eq!(error, format!("x.toml, {expected}"), "{text:?}");
        }
    }

    #[test]
    fn secrets_from_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("centre.secret");
        let text = "[[applications]]\nmnem = \"A\"\nguid = \"a0000000-0000-4000-8000-000000000001\"\ntrusted = true\n\
                secret_file = \"centre.secret\"\n";
        let config = Config::parse(text, &folder.path().join("x.toml")).unwrap();
        let load = || config.trusted_applications();
        assert!(
            load()
                .unwrap_err()
                .to_string()
                .contains("of the application `A` cannot be read")
        );
        for (bytes, is_secret) in [
            ("a".repeat(31), false),
            ("a".repeat(32), true),
            ("a".repeat(31) + "\n", false),
            ("a".repeat(32) + "\n", true),
            ("a b".repeat(20), false),
            ("ы".repeat(32), false),
        ] {
            fs::write(&file, &bytes).unwrap();
            match load() {
                Ok(trusted) => assert!(is_secret && trusted[0].1.is(bytes.trim()), "{bytes:?}"),
                Err(error) => {
                    assert!(!is_secret, "{error}");
                    assert!(
                        error.to_string().contains("at least 32 visible ASCII characters"),
                        "{error}"
                    );
                    assert!(!error.to_string().contains(bytes.trim()), "{error}");
                }
            }
        }
    }
}
