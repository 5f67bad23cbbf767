//! From a text as people write it to the text that is split into words.

use super::entities::unescape;
use super::repair::repair;

/// Repaired, HTML entities resolved twice, whitespace joined, in lower case. Lower case is that of the whole
/// text: a sigma at the end of a word becomes its final form, which transformers does not do.
pub(in crate::clip) fn clean(text: &str) -> String {
    let plain = unescape(&unescape(&repair(text)));
    plain.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_out_as_people_meant_them() {
        for (given, cleaned) in [
            ("  A\tphoto\u{a0}of\n\na DOG ", "a photo of a dog"),
            ("It’s “fine”", "it's \"fine\""),
            ("caf\u{65}\u{301} ＡＢＣ　１ ﬁsh ŉ ﾊﾟ", "café abc 1 fish 'n パ"),
            ("ΟΔΥΣΣΕΥΣ İ Straße", "οδυσσευς i\u{307} straße"),
            ("a\u{0}b\u{feff}c\u{1b}[31md\u{1b}[0me", "abcde"),
            ("\u{80}5 \u{93}x\u{94}", "€5 \"x\""),
            // Where there is no `<`, entities are resolved until none is left; else twice.
            ("&amp;amp;amp;lt;", "<"),
            ("<&amp;amp;amp;lt;", "<&amp;lt;"),
            ("P&EACUTE;REZ &SZLIG; &nTILDE; &LTIMES;", "pérez ss &ntilde; <imes;"),
            ("<P&EACUTE;REZ", "<p&eacute;rez"),
            ("<&#8217;", "<’"),
            ("a &lt; b\n<&eacute;\n&EACUTE;", "a < b <é &eacute;"),
            ("", ""),
            (" \u{0} ", ""),
        ] {
            assert_eq!(clean(given), cleaned, "{given:?}");
        }
    }
}
