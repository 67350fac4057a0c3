//! Who is signed in: sessions, each known by the digest of its cookie. They live in memory: a server that was started anew asks
//! for passwords again.

use crate::model::{Staff, StaffId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Bytes of a cookie's secret.
const SECRET_BYTES: usize = 32;

/// Most sessions of one person: the one that has been idle longest ends.
const SESSIONS_MAX: usize = 8;

/// Longest session, however busy: a shift.
const SESSION_MAX: Duration = Duration::from_hours(12);

/// Digest of a cookie's secret.
type SecretDigest = [u8; 32];

struct Session {
    staff: StaffId,
    login: String,
    /// The hash that the password fitted: with another password the session is over.
    password: String,
    began: Instant,
    seen: Instant,
}

/// All sessions.
#[derive(Default)]
pub struct Sessions(HashMap<SecretDigest, Session>);

impl Sessions {
    /// Begins a session. Returns the secret of its cookie.
    pub fn begin(&mut self, staff: &Staff, idle: Duration) -> String {
        let now = Instant::now();
        self.0.retain(|_, session| !session.is_over(now, idle));
        let of_staff = |session: &Session| session.staff == staff.id;
        if self.0.values().filter(|session| of_staff(session)).count() >= SESSIONS_MAX {
            let own = self.0.iter().filter(|(_, session)| of_staff(session));
            let idlest = own
                .min_by_key(|(_, session)| session.seen)
                .map(|(digest, _)| *digest);
            idlest.and_then(|digest| self.0.remove(&digest));
        }
        let mut secret = [0; SECRET_BYTES];
        getrandom::fill(&mut secret).expect("the system has random bytes once it has started");
        let secret = URL_SAFE_NO_PAD.encode(secret);
        let session = Session {
            staff: staff.id,
            login: staff.login.clone(),
            password: staff.password.clone(),
            began: now,
            seen: now,
        };
        self.0.insert(digest(&secret), session);
        secret
    }

    /// Returns login and password hash of a session that is not over. With `is_used` it has not been idle until now.
    pub fn find(&mut self, secret: &str, idle: Duration, is_used: bool) -> Option<(&str, &str)> {
        let now = Instant::now();
        let session = self
            .0
            .get_mut(&digest(secret))
            .filter(|session| !session.is_over(now, idle))?;
        if is_used {
            session.seen = now;
        }
        Some((&session.login, &session.password))
    }

    /// Ends a session.
    pub fn end(&mut self, secret: &str) {
        self.0.remove(&digest(secret));
    }
}

impl Session {
    fn is_over(&self, now: Instant, idle: Duration) -> bool {
        now.duration_since(self.seen) > idle || now.duration_since(self.began) > SESSION_MAX
    }
}

fn digest(secret: &str) -> SecretDigest {
    Sha256::digest(secret).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Role;

    const IDLE: Duration = Duration::from_mins(30);
    const ALMOST_IDLE: Duration = Duration::from_secs(30 * 60 - 1);

    fn staff(id: i64) -> Staff {
        Staff {
            id: StaffId(id),
            login: format!("login-{id}"),
            name: "x".to_owned(),
            role: Role::Registrar,
            password: "hash".to_owned(),
            disabled: false,
        }
    }

    impl Sessions {
        /// Lets time pass for every session.
        fn pass(&mut self, time: Duration) {
            for session in self.0.values_mut() {
                session.seen -= time;
                session.began -= time;
            }
        }

        fn holds(&mut self, secret: &str, is_used: bool) -> bool {
            self.find(secret, IDLE, is_used).is_some()
        }
    }

    /// Goal: a session ends after its idle time, which a person's requests alone make longer, and after a shift.
    #[test]
    fn a_session_ends_idle_or_after_a_shift() {
        let mut sessions = Sessions::default();
        let secret = sessions.begin(&staff(1), IDLE);
        assert!(!sessions.holds("x", true) && !sessions.holds("", true));
        sessions.pass(IDLE / 2);
        assert!(sessions.holds(&secret, false));
        sessions.pass(IDLE / 2 + Duration::from_secs(1));
        assert!(
            !sessions.holds(&secret, true),
            "what the page asks by itself does not count"
        );
        let secret = sessions.begin(&staff(1), IDLE);
        for _ in 0..24 {
            sessions.pass(ALMOST_IDLE);
            assert!(sessions.holds(&secret, true));
        }
        sessions.pass(Duration::from_secs(30));
        assert!(!sessions.holds(&secret, true));
    }

    /// Goal: one person has a bounded number of sessions, and takes none of another's.
    #[test]
    fn a_person_has_few_sessions() {
        let mut sessions = Sessions::default();
        let other = sessions.begin(&staff(2), IDLE);
        let first = sessions.begin(&staff(1), IDLE);
        let mut last = first.clone();
        for _ in 0..SESSIONS_MAX {
            sessions.pass(Duration::from_secs(1));
            last = sessions.begin(&staff(1), IDLE);
        }
        assert!(!sessions.holds(&first, true));
        assert!(sessions.holds(&last, true) && sessions.holds(&other, true));
        sessions.end(&last);
        assert!(!sessions.holds(&last, true));
        assert_eq!(sessions.0.len(), SESSIONS_MAX);
    }
}
