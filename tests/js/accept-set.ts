// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * An independent model of verifyTwilio: every URL form that Twilio is known to sign, each signed with node:crypto. It
 * is slow and simple, and was written without reference to the core.
 */
import { createHash, createHmac } from 'node:crypto';
import type { SignatureVector } from './vectors.ts';

/** The ways a URL form can differ from the given URL. */
export type Form = 'default-port' | 'fragment' | 'host-case' | 'no-port' | 'sort-order' | 'userinfo' | 'wss-port';

export interface Spelling {
  readonly text: string;
  readonly forms: readonly Form[];
}

const DEFAULT_PORTS: Readonly<Record<string, readonly [port: string, form: Form][]>> = {
  https: [[':443', 'default-port']],
  // Libraries use port 80 for every scheme except https.
  wss: [
    [':443', 'wss-port'],
    [':80', 'wss-port'],
  ],
};

/** The URL forms that Twilio may have signed for `url`. Empty if `url` is not absolute. */
export function spellings(url: string): Spelling[] {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*@)?(\[[^/?#]*\]|[^/?#:@]*)(:[^/?#@]*)?([^#]*)(#.*)?$/is.exec(url);
  const [, scheme = '', userinfo = '', host = '', port = '', rest = '', fragment = ''] = match ?? [];
  if (host === '') {
    return [];
  }
  const defaults = DEFAULT_PORTS[scheme.toLowerCase()] ?? [[':80', 'default-port']];
  const ports: [string, Form?][] = port === '' ? [[''], ...defaults] : [[port], ['', 'no-port']];
  const either = (value: string, form: Form, other = ''): [string, Form?][] =>
    value === other ? [[value]] : [[value], [other, form]];
  const hosts = either(
    host,
    'host-case',
    host.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
  );

  const all: Spelling[] = [];
  for (const [ending, a] of either(fragment, 'fragment')) {
    for (const [user, b] of either(userinfo, 'userinfo')) {
      for (const [name, c] of hosts) {
        for (const [number, d] of ports) {
          const forms = [a, b, c, d].filter((form) => form !== undefined);
          all.push({ text: `${scheme}://${user}${name}${number}${rest}${ending}`, forms });
        }
      }
    }
  }
  return all;
}

/** The signed texts of the parameters, sorted by code unit and by code point. */
function tails(params: Readonly<Record<string, string | readonly string[]>>): Spelling[] {
  const pairs = Object.entries(params).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  const inOrder = (compare: (a: string, b: string) => number): string => {
    const sorted = pairs.toSorted((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]));
    const once = sorted.filter(([name, value], at) => at === 0 || sorted[at - 1]?.join('\0') !== `${name}\0${value}`);
    return once.flat().join('');
  };
  const byUnit = inOrder((a, b) => (a < b ? -1 : Number(a > b)));
  const byPoint = inOrder((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return [
    { text: byUnit, forms: [] },
    { text: byPoint, forms: byUnit === byPoint ? [] : ['sort-order'] },
  ];
}

/** The URL forms that make a vector acceptable, or `undefined` if none do. Lists a form only if it is required. */
export function acceptingForms(vector: SignatureVector): readonly Form[] | undefined {
  if (vector.token.trim() === '') {
    return undefined;
  }
  if (vector.body !== undefined) {
    const query = vector.url.replace(/#.*/s, '').replace(/^[^?]*\??/s, '');
    const hashes = query.split('&').filter((pair) => pair.startsWith('bodySHA256='));
    const hash = createHash('sha256').update(vector.body).digest('hex');
    if (hashes.length !== 1 || hashes[0] !== `bodySHA256=${hash}`) {
      return undefined;
    }
  }
  const algorithm = vector.algorithm === 'HMAC_SHA256' ? 'sha256' : 'sha1';
  for (const tail of tails(vector.params ?? {})) {
    for (const url of spellings(vector.url)) {
      const mac = createHmac(algorithm, vector.token).update(url.text + tail.text);
      if (mac.digest('base64') === vector.signature) {
        return [...url.forms, ...tail.forms];
      }
    }
  }
  return undefined;
}
