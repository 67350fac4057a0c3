//! Changes of the configuration file by a command: what is not changed stays as it was written, comments too.

use super::written::{DEFAULT_KEY_FILE, default_key_id};
use super::{Config, ConfigError, ConfigFault, FILE_BYTES_MAX, read};
use crate::files::{Draft, FileError};
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

/// The configuration file, held for one change; other changes wait meanwhile.
pub struct Edit {
    /// The file as it was named.
    path: PathBuf,
    /// The file itself, behind any symbolic link.
    real: PathBuf,
    /// Its folder, locked.
    _folder: File,
    document: DocumentMut,
    before: Config,
}

/// The two ways in which keys can be written.
enum KeyEntries<'a> {
    /// `[[tokens.keys]]`
    Sections(&'a mut ArrayOfTables),
    /// `keys = [{ id = "...", file = "..." }]`
    List(&'a mut Array),
}

impl Edit {
    /// Opens the file at `path`, which has to be valid before the change.
    ///
    /// # Errors
    /// [`ConfigError`] when it cannot be read, is wrong, or its folder cannot be locked.
    pub fn of(path: &Path) -> Result<Edit, ConfigError> {
        Config::load(path)?;
        let io_error = |error| ConfigError::of_file(path, ConfigFault::Unchangeable(error));
        let real = path.canonicalize().map_err(io_error)?;
        let folder = File::open(real.parent().expect("a file lies in a folder")).map_err(io_error)?;
        folder.lock().map_err(io_error)?;
        // Another change may have been waited for.
        let before = Config::load(path)?;
        let text = read(&real, FILE_BYTES_MAX).map_err(io_error)?;
        let document = String::from_utf8_lossy(&text).parse();
        Ok(Edit {
            path: path.to_owned(),
            real,
            _folder: folder,
            document: document.map_err(|_| not_understood(path))?,
            before,
        })
    }

    /// Returns the configuration before the change.
    pub fn before(&self) -> &Config {
        &self.before
    }

    /// Adds a key whose bytes are in `file`, named from the configuration's folder where it lies in there.
    ///
    /// # Errors
    /// [`ConfigError`] when the keys are written in another form than these two.
    pub fn add_key(&mut self, id: &str, file: &Path) -> Result<(), ConfigError> {
        let named = std::path::absolute(&self.path).ok();
        let folder = named.as_deref().and_then(Path::parent);
        let file = folder
            .and_then(|folder| file.strip_prefix(folder).ok())
            .unwrap_or(file);
        let file = file.to_string_lossy();
        match self.keys()? {
            KeyEntries::Sections(sections) => sections.push(section(id, &file)),
            KeyEntries::List(list) => list.push(InlineTable::from_iter([("id", id), ("file", &file)])),
        }
        Ok(())
    }

    /// Removes a key. Comments above the first section are about all sections and stay; those above another go with it.
    ///
    /// # Errors
    /// [`ConfigError`] when the keys are written in another form than these two.
    pub fn remove_key(&mut self, id: &str) -> Result<(), ConfigError> {
        match self.keys()? {
            KeyEntries::Sections(sections) => {
                let first = sections.get(0).and_then(|first| first.decor().prefix()).cloned();
                sections.retain(|key| key.get("id").and_then(Item::as_str) != Some(id));
                if let Some((comments, first)) = first.zip(sections.get_mut(0)) {
                    first.decor_mut().set_prefix(comments);
                }
            }
            KeyEntries::List(list) => list.retain(|key| {
                let key = key.as_inline_table().and_then(|key| key.get("id"));
                key.and_then(Value::as_str) != Some(id)
            }),
        }
        Ok(())
    }

    /// Sets the key that signs.
    ///
    /// # Errors
    /// [`ConfigError`] when the keys are written in another form than these two.
    pub fn sign_with(&mut self, id: &str) -> Result<(), ConfigError> {
        let entry = self.tokens()?.entry("sign_with");
        let written = entry.or_insert_with(|| value(id));
        let mut new = Value::from(id);
        if let Some(old) = written.as_value() {
            *new.decor_mut() = old.decor().clone();
        }
        *written = Item::Value(new);
        Ok(())
    }

    /// Replaces the old file by the changed one, whole, with its owner and mode, if the changed configuration passes `means`.
    ///
    /// # Errors
    /// [`ConfigError`]; then the file is as it was.
    pub fn save(self, means: impl FnOnce(&Config) -> bool) -> Result<(), ConfigError> {
        let text = self.document.to_string();
        if !means(&Config::parse(&text, &self.path)?) {
            return Err(not_understood(&self.path));
        }
        let replace = || {
            let mut draft = Draft::of(&self.real)?;
            write_like(&self.real, &draft.file, text.as_bytes()).map_err(FileError::of(draft.path()))?;
            draft.put_in_place(&self.real)
        };
        replace().map_err(|error| ConfigError::of_file(&self.path, ConfigFault::Unchangeable(error.into())))
    }

    fn tokens(&mut self) -> Result<&mut Table, ConfigError> {
        let tokens = self.document.entry("tokens").or_insert_with(toml_edit::table);
        tokens.as_table_mut().ok_or_else(|| not_understood(&self.path))
    }

    /// Returns the keys. Where the file leaves them out, the default is written first.
    fn keys(&mut self) -> Result<KeyEntries<'_>, ConfigError> {
        let path = self.path.clone();
        let keys = self.tokens()?.entry("keys").or_insert_with(|| {
            let default = section(&default_key_id(), DEFAULT_KEY_FILE);
            Item::ArrayOfTables(ArrayOfTables::from_iter([default]))
        });
        match keys {
            Item::ArrayOfTables(sections) => Ok(KeyEntries::Sections(sections)),
            Item::Value(Value::Array(list)) => Ok(KeyEntries::List(list)),
            Item::None | Item::Value(_) | Item::Table(_) => Err(not_understood(&path)),
        }
    }
}

/// `[[tokens.keys]]`, after an empty line.
fn section(id: &str, file: &str) -> Table {
    let mut section = Table::from_iter([("id", id), ("file", file)]);
    section.decor_mut().set_prefix("\n");
    section
}

fn not_understood(path: &Path) -> ConfigError {
    ConfigError::of_file(path, ConfigFault::NotUnderstood)
}

/// Writes a new file with the mode and the owner of another.
fn write_like(like: &Path, mut file: &File, bytes: &[u8]) -> io::Result<()> {
    let wanted = like.metadata()?;
    let made = file.metadata()?;
    if (made.uid(), made.gid()) != (wanted.uid(), wanted.gid()) {
        fchown(file, Some(wanted.uid()), Some(wanted.gid()))?;
    }
    file.set_permissions(fs::Permissions::from_mode(wanted.permissions().mode()))?;
    file.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SAMPLE;

    /// What a file says after a change.
    fn edited(text: &str, change: impl FnOnce(&mut Edit) -> Result<(), ConfigError>) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("infomat.toml");
        fs::write(&path, text).unwrap();
        let mut edit = Edit::of(&path).unwrap();
        change(&mut edit).unwrap();
        edit.save(|_| true).unwrap();
        fs::read_to_string(&path).unwrap()
    }

    #[test]
    fn a_new_key_stands_behind_the_others_and_signs_when_it_shall() {
        let change = |edit: &mut Edit| {
            edit.add_key("may", Path::new("may.key"))?;
            edit.sign_with("may")
        };
        let main = "[[tokens.keys]]\nid = \"main\"\nfile = \"hmac.key\"\n";
        let may = "\n[[tokens.keys]]\nid = \"may\"\nfile = \"may.key\"\n";
        let expected = SAMPLE
            .replace("sign_with = \"main\"", "sign_with = \"may\"")
            .replace(main, &format!("{main}{may}"));
        assert_eq!(edited(SAMPLE, change), expected);
        assert_eq!(
            edited(
                "[tokens]\nsign_with = 'main' # the clinic's\n[rules]\npast = false\n",
                change
            ),
            format!("[tokens]\nsign_with = \"may\" # the clinic's\n\n{main}{may}[rules]\npast = false\n")
        );
        assert_eq!(
            edited("tokens.keys = [{ id = 'main', file = 'k' }] # two\n", change),
            "tokens.keys = [{ id = 'main', file = 'k' }, { id = \"may\", file = \"may.key\" }] # two\ntokens.sign_with = \"may\"\n"
        );
    }

    #[test]
    fn a_retired_key_is_gone_and_the_comments_stay() {
        let with = |more: &str| format!("# mine\n{SAMPLE}\n{more}");
        let section = "[[tokens.keys]]\nid = \"main\"\nfile = \"hmac.key\"\n";
        let second = "[[tokens.keys]]\nid = \"b\"\nfile = \"b\"\n";
        let two = with("").replace(section, &format!("{section}\n{second}"));
        assert_eq!(edited(&two, |edit| edit.remove_key("b")), with(""));
        let change = |edit: &mut Edit| {
            edit.sign_with("b")?;
            edit.remove_key("main")
        };
        let expected = with("")
            .replace(section, second)
            .replace("sign_with = \"main\"", "sign_with = \"b\"");
        assert_eq!(edited(&two, change), expected);
    }

    #[test]
    fn what_would_not_be_right_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("infomat.toml");
        fs::write(&path, SAMPLE).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let link = folder.path().join("link.toml");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let mut edit = Edit::of(&link).unwrap();
        edit.sign_with("nobody").unwrap();
        assert!(edit.save(|_| true).is_err(), "no such key");
        assert!(Edit::of(&link).unwrap().save(|_| false).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), SAMPLE);
        let mut edit = Edit::of(&link).unwrap();
        edit.add_key("b", Path::new("b")).unwrap();
        edit.save(|config| config.tokens.keys.len() == 2).unwrap();
        assert!(link.is_symlink(), "the file behind the link was changed");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "no draft stays");
        fs::write(&path, "tokens = { sign_with = 'main' }").unwrap();
        assert!(Edit::of(&path).unwrap().add_key("b", Path::new("b")).is_err());
    }
}
