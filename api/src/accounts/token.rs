//! Access tokens: JWTs signed with EdDSA (RFC 8037), ten minutes long, and the keys that sign them.

use std::{collections::HashMap, fs, path::Path, time::Duration};

use anyhow::Context;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use shared::{Code, SessionId, UserId};

use crate::{
    error::{Error, Result},
    private,
    store::starting::IfMissing,
};

/// Seconds that an access token is good for.
pub const ACCESS_SECONDS: i64 = 600;
/// `iss` and `aud` of our tokens.
const ISSUER: &str = "virtual-market";
/// The header's `typ` for access tokens (RFC 9068 §2.1), so that no other JWT of ours is taken for one.
const TYPE: &str = "at+jwt";
/// Verified tokens that are remembered, so that a person's next request costs no signature check, which is a third of
/// what a refused claim costs. Enough for a morning on which every teacher comes.
const REMEMBERED: u64 = 150_000;

/// The file of the first key: one name for all processes that start at once, which sorts before those of later keys.
const FIRST: &str = "0.der";

/// What a token is remembered by: half of its SHA-256, for which nobody finds a second token.
type Fingerprint = [u8; 16];

/// What an access token says.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    sid: SessionId,
    iat: i64,
    exp: i64,
}

/// Who a token speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    pub user: UserId,
    pub session: SessionId,
    /// Seconds since 1970 at which the token ends.
    pub expires: i64,
}

/// The keys: the newest one signs, all of them verify, so that a key can be replaced without signing anybody out.
pub struct Keys {
    kid: String,
    signing: EncodingKey,
    verifying: HashMap<String, DecodingKey>,
    jwks: String,
    validation: Validation,
    remembered: moka::sync::Cache<Fingerprint, Identity>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys(signing with {})", self.kid)
    }
}

impl Keys {
    /// Reads the keys of a folder. The files are PKCS #8 in DER, named so that the newest sorts last. Processes that serve
    /// together share the folder.
    ///
    /// # Errors
    /// Where there is no key and there must be one.
    pub fn open(dir: &Path, missing: IfMissing) -> anyhow::Result<Self> {
        let mut files = list(dir)?;
        if files.is_empty() {
            missing.check(&format!("the key that signs access tokens, in the folder {},", dir.display()))?;
            make(dir, FIRST)?;
            files = list(dir)?;
        }
        let (mut verifying, mut jwks, mut newest) = (HashMap::new(), Vec::new(), None);
        for file in files {
            let der = fs::read(&file).with_context(|| format!("cannot read the key {}", file.display()))?;
            let pair = Ed25519KeyPair::from_pkcs8(&der)
                .map_err(|e| anyhow::anyhow!("{} is no Ed25519 key in PKCS #8: {e}", file.display()))?;
            let public = pair.public_key().as_ref();
            let x = URL_SAFE_NO_PAD.encode(public);
            let kid = hex::encode(&Sha256::digest(public)[..8]);
            jwks.push(json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": x}));
            verifying.insert(kid.clone(), DecodingKey::from_ed_components(&x)?);
            newest = Some((kid, EncodingKey::from_ed_der(&der)));
        }
        let (kid, signing) = newest.context("no signing key")?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.leeway = 0;
        // Expiry is asked of our own clock, by `verify`.
        validation.validate_exp = false;
        let jwks = json!({ "keys": jwks }).to_string();
        let lifetime = Duration::from_secs(ACCESS_SECONDS.unsigned_abs());
        let remembered = moka::sync::Cache::builder().max_capacity(REMEMBERED).time_to_live(lifetime).build();
        Ok(Self { kid, signing, verifying, jwks, validation, remembered })
    }

    /// The public keys (RFC 7517 §5), as JSON.
    pub fn jwks(&self) -> &str {
        &self.jwks
    }

    /// Signs an access token.
    pub fn sign(&self, user: UserId, session: SessionId, now: DateTime<Utc>) -> Result<String> {
        self.sign_for(user, session, now, ACCESS_SECONDS)
    }

    /// Signs an access token that is good for so many seconds: other than for load tests, `sign` is the one to use.
    pub fn sign_for(&self, user: UserId, session: SessionId, now: DateTime<Utc>, seconds: i64) -> Result<String> {
        let header =
            Header { typ: Some(TYPE.to_owned()), kid: Some(self.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        let iat = now.timestamp();
        let claims =
            Claims { iss: ISSUER.to_owned(), aud: ISSUER.to_owned(), sub: user, sid: session, iat, exp: iat + seconds };
        encode(&header, &claims, &self.signing).map_err(Error::internal)
    }

    /// Whom a token speaks for; refused when it is not ours, not an access token, or no longer good.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Identity> {
        let mut fingerprint = Fingerprint::default();
        fingerprint.copy_from_slice(&Sha256::digest(token)[..16]);
        let identity = if let Some(identity) = self.remembered.get(&fingerprint) {
            identity
        } else {
            let identity = self.check(token).ok_or(Code::Unauthenticated)?;
            self.remembered.insert(fingerprint, identity);
            identity
        };
        if identity.expires <= now.timestamp() {
            return Err(Code::Unauthenticated.into());
        }
        Ok(identity)
    }

    fn check(&self, token: &str) -> Option<Identity> {
        let header = decode_header(token).ok()?;
        if header.typ.as_deref() != Some(TYPE) || header.alg != Algorithm::EdDSA {
            return None;
        }
        let key = self.verifying.get(header.kid.as_deref()?)?;
        let claims = decode::<Claims>(token, key, &self.validation).ok()?.claims;
        Some(Identity { user: claims.sub, session: claims.sid, expires: claims.exp })
    }
}

fn list(dir: &Path) -> anyhow::Result<Vec<std::path::PathBuf>> {
    if !dir.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(dir).with_context(|| format!("cannot read the key folder {}", dir.display()))?;
    let mut files: Vec<_> =
        entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.extension().is_some_and(|e| e == "der")).collect();
    files.sort();
    Ok(files)
}

/// Makes a new key, which signs from the next start on.
pub fn add(dir: &Path) -> anyhow::Result<()> {
    make(dir, &Utc::now().format("%Y%m%dT%H%M%S%3f.der").to_string())
}

fn make(dir: &Path, name: &str) -> anyhow::Result<()> {
    private::create_folder(dir).with_context(|| format!("cannot make the key folder {}", dir.display()))?;
    let pair = Ed25519KeyPair::generate().map_err(|e| anyhow::anyhow!("cannot make a key: {e}"))?;
    let der = pair.to_pkcs8v1().map_err(|e| anyhow::anyhow!("cannot write a key: {e}"))?;
    let file = dir.join(name);
    private::write_once(&file, der.as_ref()).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use uuid::Uuid;

    fn ids() -> (UserId, SessionId) {
        (UserId(Uuid::now_v7()), SessionId(Uuid::now_v7()))
    }

    #[test]
    fn a_token_is_good_for_ten_minutes_and_across_a_new_key() {
        let dir = tempfile::tempdir().unwrap();
        let (user, session) = ids();
        let now = Utc::now();
        let old = Keys::open(dir.path(), IfMissing::Make).unwrap();
        let token = old.sign(user, session, now).unwrap();
        assert_eq!(old.verify(&token, now).unwrap().user, user);
        assert!(old.verify(&token, now + TimeDelta::seconds(ACCESS_SECONDS)).is_err());

        add(dir.path()).unwrap();
        let new = Keys::open(dir.path(), IfMissing::Make).unwrap();
        assert_ne!(new.kid, old.kid);
        assert_eq!(new.verify(&token, now).unwrap().session, session);
        assert!(old.verify(&new.sign(user, session, now).unwrap(), now).is_err());
    }

    #[test]
    fn a_key_that_must_be_there_is_not_made() {
        let dir = tempfile::tempdir().unwrap();
        let refused = Keys::open(dir.path(), IfMissing::Refuse).unwrap_err().to_string();
        assert!(refused.contains("signs access tokens") && list(dir.path()).unwrap().is_empty(), "{refused}");
        let [one, two] = [(), ()].map(|()| Keys::open(dir.path(), IfMissing::Make).unwrap());
        assert_eq!(one.kid, two.kid);
        Keys::open(dir.path(), IfMissing::Refuse).unwrap();
    }

    #[test]
    fn foreign_and_changed_tokens_are_refused() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (here, there) =
            (Keys::open(here.path(), IfMissing::Make).unwrap(), Keys::open(there.path(), IfMissing::Make).unwrap());
        let (user, session) = ids();
        let now = Utc::now();
        assert!(here.verify(&there.sign(user, session, now).unwrap(), now).is_err());
        let token = here.sign(user, session, now).unwrap();
        let (head, rest) = token.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        let forged = URL_SAFE_NO_PAD.encode(
            json!({"iss": ISSUER, "aud": ISSUER, "sub": ids().0, "sid": session, "iat": 0, "exp": i64::MAX})
                .to_string(),
        );
        assert!(here.verify(&format!("{head}.{forged}.{signature}"), now).is_err());
        let none = URL_SAFE_NO_PAD.encode(json!({"alg": "none", "typ": TYPE}).to_string());
        assert!(here.verify(&format!("{none}.{forged}."), now).is_err());
        assert!(here.verify("", now).is_err());
    }
}
