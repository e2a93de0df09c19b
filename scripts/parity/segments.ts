// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Compares segment counts with Twilio's calculator (npm sms-segments-calculator), for random texts. */
import { countSegments } from 'plumline';
import { SegmentedMessage } from 'sms-segments-calculator';
import { Random } from './random.ts';

export interface SegmentTally {
  /** Texts with equal counts. */
  equal: number;
  /** Of these, texts in UCS-2. */
  unicode: number;
  /** Of these, texts with more than one segment. */
  long: number;
  /** Texts with clusters of several characters, which the calculator does not split (docs/phones.md). */
  clusters: number;
  differences: string[];
}

const GSM = Array.from('@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCXYZÄÖÑÜ§¿abcxyzäöñüà');
const EXTENDED = Array.from('\f^{}\\[~]|€');
const NOT_GSM = Array.from('`\tçêëÀ“”’–…₤漢字ひ한😀𝔸🏥\u00a0\ufffd');
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
      const expectedSegments = countBySplitting(text);
      if (
        ours.encoding !== theirs.encodingName ||
        ours.segments !== expectedSegments ||
        ours.characters !== Array.from(text).length
      ) {
        tally.differences.push(
          `${JSON.stringify(text)}: ${JSON.stringify(ours)}, expected ${expectedSegments} segments`,
        );
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

/** Counts the segments of a UCS-2 text by splitting it. */
function countBySplitting(text: string): number {
  if (text.length <= 70) {
    return 1;
  }
  let segments = 0;
  for (let rest = text; rest !== ''; segments++) {
    const splitsPair = /[\ud800-\udbff]/.test(rest.charAt(66)) && /[\udc00-\udfff]/.test(rest.charAt(67));
    rest = rest.slice(splitsPair ? 66 : 67);
  }
  return segments;
}

function randomText(random: Random): string {
  const kinds = random.pick([
    [GSM],
    [GSM, GSM, EXTENDED],
    [EXTENDED],
    [GSM, GSM, GSM, GSM, GSM, GSM, NOT_GSM],
    [NOT_GSM],
    [GSM, NOT_GSM, CLUSTERS],
  ]);
  const length = random.pick([random.below(20), 60 + random.below(20), 130 + random.below(40), random.below(500)]);
  return Array.from({ length }, () => random.pick(random.pick(kinds))).join('');
}
