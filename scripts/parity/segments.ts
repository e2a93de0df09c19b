// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Random texts, counted by plumline and by Twilio's own calculator (npm sms-segments-calculator). */
import { countSegments } from 'plumline';
import { SegmentedMessage } from 'sms-segments-calculator';
import { Random } from './random.ts';

export interface SegmentTally {
  /** Counted the same. */
  equal: number;
  /** Those of them that are UCS-2. */
  unicode: number;
  /** Of more than one segment. */
  long: number;
  /** Texts with clusters of several characters, which the calculator keeps together: see docs/phones.md. */
  clusters: number;
  differences: string[];
}

const GSM = Array.from('@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCXYZÄÖÑÜ§¿abcxyzäöñüà');
const EXTENDED = Array.from('\f^{}\\[~]|€');
const BEYOND = Array.from('`\tçêëÀ“”’–…₤漢字ひ한😀𝔸🏥\u00a0\ufffd');
const CLUSTERS = ['e\u0301', '👩‍⚕️', '🇩🇪', '👍🏽', 'नि', '\u0301'];

/** Compares `count` texts. */
export function compareSegments(count: number, seed: number): SegmentTally {
  const random = new Random(seed);
  const tally: SegmentTally = { equal: 0, unicode: 0, long: 0, clusters: 0, differences: [] };
  for (let index = 0; index < count; index++) {
    const text = randomText(random);
    const ours = countSegments(text);
    const theirs = new SegmentedMessage(text);
    if (theirs.graphemes.some((grapheme) => Array.from(grapheme).length > 1)) {
      tally.clusters++;
      const by = byHand(text);
      if (
        ours.encoding !== theirs.encodingName ||
        ours.segments !== by ||
        ours.characters !== Array.from(text).length
      ) {
        tally.differences.push(`${JSON.stringify(text)}: ${JSON.stringify(ours)}, by hand ${by} segments`);
      }
      continue;
    }
    const units = theirs.encodedChars.reduce((sum, { codeUnits }) => sum + codeUnits.length, 0);
    const left = theirs.segments.at(-1)?.freeSizeInBits() ?? 0;
    const them = [
      theirs.encodingName,
      theirs.segmentsCount,
      units,
      Math.floor(left / (ours.encoding === 'GSM-7' ? 7 : 16)),
      theirs.numberOfUnicodeScalars,
      ours.encoding === 'UCS-2' ? theirs.getNonGsmCharacters().length : 0,
    ];
    const us = [ours.encoding, ours.segments, ours.units, ours.left, ours.characters, ours.unicode?.count ?? 0];
    if (JSON.stringify(us) !== JSON.stringify(them)) {
      tally.differences.push(`${JSON.stringify(text)}: ${us.join(' ')} but ${them.join(' ')}`);
      continue;
    }
    tally.equal++;
    tally.unicode += ours.encoding === 'UCS-2' ? 1 : 0;
    tally.long += ours.segments > 1 ? 1 : 0;
  }
  return tally;
}

/** The segments of a text that is UCS-2, cut out of it one by one. */
function byHand(text: string): number {
  if (text.length <= 70) {
    return 1;
  }
  let segments = 0;
  for (let rest = text; rest !== ''; segments++) {
    const parted = /[\ud800-\udbff]/.test(rest.charAt(66)) && /[\udc00-\udfff]/.test(rest.charAt(67));
    rest = rest.slice(parted ? 66 : 67);
  }
  return segments;
}

function randomText(random: Random): string {
  const kinds = random.pick([
    [GSM],
    [GSM, GSM, EXTENDED],
    [EXTENDED],
    [GSM, GSM, GSM, GSM, GSM, GSM, BEYOND],
    [BEYOND],
    [GSM, BEYOND, CLUSTERS],
  ]);
  const length = random.pick([random.below(20), 60 + random.below(20), 130 + random.below(40), random.below(500)]);
  return Array.from({ length }, () => random.pick(random.pick(kinds))).join('');
}
