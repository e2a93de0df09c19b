// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Hostile responses: a real response with a defect, chosen by a seed. */

export type Random = () => number;

/** mulberry32: pseudo-random numbers from 0 to 1 for a seed. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), bits | 61)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A placeholder in a tree for text that JSON.stringify cannot write. */
const RAW = '\u0001raw\u0001';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const deep = (depth: number, open: string, close: string): string => open.repeat(depth) + '1' + close.repeat(depth);

/** Replacements for any value, as JSON text. */
const VALUES: ((random: Random) => string)[] = [
  () => 'null',
  () => 'true',
  () => '[]',
  () => '{}',
  () => '""',
  () => '"\\ud83d"',
  () => '"half an emoji \\ude00 in a text"',
  () => '"\\u0000"',
  () => '-1',
  () => '1e999',
  () => '4294967296',
  () => '"9999999999999999999999"',
  () => '"../../Patient?_count=1000"',
  () => '"2026-02-30T25:61:61Z"',
  () => '"+275760-09-13T00:00:00.001Z"',
  () => `"${'x'.repeat(100_000)}"`,
  () => `"${'\\u00e9'.repeat(20_000)}"`,
  () => `[${'null,'.repeat(2_000)}null]`,
  () => `{"__proto__":{"id":"1"},"constructor":null,"\\ud83d":1}`,
  (random) => deep(120 + Math.floor(random() * 20), '[', ']'),
  (random) => deep(120 + Math.floor(random() * 20), '{"extension":[', ']}'),
  () => deep(2_000, '[', ']'),
  () => deep(50_000, '[', ']'),
];

/** Replacements for a whole response. */
const WHOLE = [
  '',
  'null',
  '[]',
  '{}',
  '"text"',
  '1',
  '{"resourceType":"Bundle"}',
  '{"resourceType":"Bundle","type":"batch-response","entry":null}',
  '{"resourceType":"Bundle","type":"batch-response","entry":[null,1,"a",[],{}]}',
  '{"resourceType":"OperationOutcome","issue":[]}',
  '<html><body>502 Bad Gateway</body></html>',
  '{"resourceType":"Bundle","entry":[',
  '\ufeff{}',
];

/** A hostile variant of the response `real`. */
export function hostile(real: string, random: Random): string {
  const kind = random();
  if (kind < 0.1) {
    return WHOLE[Math.floor(random() * WHOLE.length)] ?? '';
  }
  if (kind < 0.15) {
    return real.slice(0, Math.floor(random() * real.length));
  }
  let tree: Json;
  try {
    tree = JSON.parse(real) as Json;
  } catch {
    return '\\ud83d';
  }
  const changes = 1 + Math.floor(random() * 3);
  const texts: string[] = [];
  for (let change = 0; change < changes; change++) {
    const holders = containers(tree);
    const holder = holders[Math.floor(random() * holders.length)];
    if (holder === undefined) {
      break;
    }
    const names = Object.keys(holder);
    const name = names[Math.floor(random() * names.length)] ?? '0';
    const value = VALUES[Math.floor(random() * VALUES.length)];
    if (random() < 0.15) {
      remove(holder, name);
    } else if (random() < 0.1 && Array.isArray(holder)) {
      holder.push(...holder.slice(0, 50));
    } else if (value) {
      (holder as Record<string, Json>)[name] = `${RAW}${texts.push(value(random)) - 1}`;
    }
  }
  return JSON.stringify(tree).replace(/"\\u0001raw\\u0001(\d+)"/g, (_all, at: string) => texts[Number(at)] ?? 'null');
}

function remove(holder: Json[] | { [name: string]: Json }, name: string): void {
  if (Array.isArray(holder)) {
    holder.splice(Number(name), 1);
  } else {
    Reflect.deleteProperty(holder, name);
  }
}

/** All non-empty arrays and objects of a tree. */
function containers(tree: Json): (Json[] | { [name: string]: Json })[] {
  if (typeof tree !== 'object' || tree === null) {
    return [];
  }
  const inner = Object.values(tree).flatMap(containers);
  return Object.keys(tree).length > 0 ? [tree, ...inner] : inner;
}
