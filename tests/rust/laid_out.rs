// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A webhook's event as a host lays it out for the core.

use plumline::frame::Frame;
use plumline::runtime::Secret;

const SECRETS: [Secret; Secret::IN_FRAME] = [
    Secret::AuthToken,
    Secret::Number,
    Secret::AccountSid,
    Secret::TwimlAppSid,
    Secret::WebhookUrl,
    Secret::Config,
    Secret::Sealing,
];

/// `form`: 0 for parameters, 1 for a raw body, 2 for parameters whose names the host keeps.
pub(crate) fn laid_out<'a>(
    (attempt, now, form): (u32, u64, u32),
    signature: &'a str,
    secret: impl Fn(Secret) -> Option<&'a str>,
    input: impl IntoIterator<Item = &'a str>,
) -> Frame {
    let mut fields = vec![signature];
    let mut known = 0;
    for (index, one) in SECRETS.into_iter().enumerate() {
        if let Some(value) = secret(one) {
            fields.push(value);
            known |= 1 << index;
        }
    }
    fields.extend(input);
    let head = [attempt, (now >> 30) as u32, now as u32 & 0x3fff_ffff, known, form];
    let lengths = fields.iter().map(|field| field.encode_utf16().count() as u32);
    let units: Vec<u8> = fields.iter().flat_map(|field| field.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    Frame::from_utf16(&units, head.into_iter().chain(lengths).collect())
}
