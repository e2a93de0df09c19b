// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Compares language tags, and reads the language of a patient.

use crate::json::Json;
use crate::text::split_on;

/// Codes of three letters (ISO 639-2 and 639-3) for the languages of Twilio's voices, with the code that BCP 47 uses
/// instead. Some languages have two codes. Source: <https://www.loc.gov/standards/iso639-2/php/code_list.php>.
const CODES: &[u8] = b"afr=af alb=sq amh=am ara=ar arb=ar arm=hy aze=az baq=eu ben=bn bul=bg bur=my cat=ca ces=cs chi=zh cmn=zh cym=cy cze=cs dan=da deu=de dut=nl ell=el eng=en est=et eus=eu fas=fa fin=fi fra=fr fre=fr geo=ka ger=de glg=gl gre=el guj=gu heb=he hin=hi hrv=hr hun=hu hye=hy ice=is ind=id isl=is ita=it jav=jv jpn=ja kan=kn kat=ka khm=km kor=ko lao=lo lav=lv lit=lt mac=mk mal=ml mar=mr may=ms mkd=mk mon=mn msa=ms mya=my nep=ne nld=nl nob=nb nor=nb pan=pa per=fa pol=pl por=pt ron=ro rum=ro rus=ru sin=si slk=sk slo=sk slv=sl spa=es sqi=sq srp=sr sun=su swa=sw swe=sv tam=ta tel=te tha=th tur=tr ukr=uk urd=ur uzb=uz vie=vi wel=cy zho=zh zul=zu ";

/// Whether a language tag matches: the same tag, or the same language if `expected` has no region.
pub(in crate::dialplan) fn is_language(expected: &str, language: &str) -> bool {
    let ((expected, expected_region), (language, region)) = (split_on(expected, b'-'), split_on(language, b'-'));
    let is_same = canonical(expected).eq_ignore_ascii_case(&canonical(language));
    is_same && (expected_region.is_empty() || expected_region.eq_ignore_ascii_case(region))
}

/// The tag with the code of two letters, if its language has one: `es` for `spa`, `es-US` for `spa-US`.
fn bcp47(tag: &str) -> String {
    let language = split_on(tag, b'-').0;
    [&canonical(language), tag.get(language.len()..).unwrap_or_default()].concat()
}

/// The code of a language that has several.
fn canonical(language: &str) -> String {
    let language = language.to_ascii_lowercase();
    // In BCP 47, `no` is the language and `nb` its written form. Twilio's voices have `nb`.
    if language == "no" {
        return "nb".to_owned();
    }
    let entry = CODES.chunks_exact(7).find(|entry| entry.get(..3) == Some(language.as_bytes()));
    match entry {
        Some(&[.., first, last, _]) => [char::from(first), char::from(last)].iter().collect(),
        _ => language,
    }
}

/// The patient's preferred language, or their only language.
pub(super) fn language(patient: &Json) -> Option<String> {
    let spoken = super::elements(patient, "communication");
    let preferred = spoken.iter().find(|item| item.get("preferred").and_then(Json::boolean) == Some(true));
    let language = preferred.or(if let [only] = spoken { Some(only) } else { None })?;
    let codings = language.at(&["language", "coding"]).map(Json::elements).unwrap_or_default();
    codings.iter().find_map(|coding| super::text(coding, "code")).map(bcp47)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_has_one_shape() {
        let entries: Vec<&[u8]> = CODES.chunks(7).collect();
        assert!(entries.is_sorted());
        for entry in entries {
            assert!(matches!(entry, [_, _, _, b'=', _, _, b' ']), "{entry:?}");
        }
    }

    #[test]
    fn languages_are_compared_by_all_their_codes() {
        for (expected, language, is_same) in [
            ("es", "es", true),
            ("es", "es-MX", true),
            ("es", "spa", true),
            ("es", "SPA", true),
            ("spa", "es-US", true),
            ("es-US", "es", false),
            ("es-US", "spa-US", true),
            ("es-US", "es-MX", false),
            ("ES-us", "es-US", true),
            ("fr", "fra", true),
            ("fr", "fre", true),
            ("de", "ger", true),
            ("zh", "cmn-Hans-CN", true),
            ("zh-CN", "cmn-CN", true),
            ("yue", "zh", false),
            ("no", "nb-NO", true),
            ("fil", "fil-PH", true),
            ("en", "enm", false),
            ("en", "", false),
        ] {
            assert_eq!(is_language(expected, language), is_same, "{expected} {language}");
        }
        assert_eq!((bcp47("spa"), bcp47("spa-MX"), bcp47("fil")), ("es".into(), "es-MX".into(), "fil".into()));
    }

    #[test]
    fn every_language_of_a_voice_has_its_codes() {
        let schema = crate::json::Json::parse(include_str!("../../../schema/twiml.json")).unwrap().write();
        for code in CODES.chunks_exact(7).map(|entry| core::str::from_utf8(&entry[4..6]).unwrap()) {
            assert!(schema.contains(&format!("\"{code}-")), "{code}");
        }
    }
}
