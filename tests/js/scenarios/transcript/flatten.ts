// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Records of FHIR as lists of names and values: `subject.reference`, `recipient[0].reference`, `outcome.valueCode`. */

export type Leaf = readonly [name: string, value: unknown];

/** An extension that consists of others. */
export interface Extension {
  url: string;
  extension: Named[];
}

const plainUrl = /^[^\s=#]+$/;

interface Named {
  url: string;
}

/** What stands in the place of an extension that is written elsewhere. */
export const elsewhere = Symbol('elsewhere');

/** All leaves of a value, in their order. `apart` are the extensions that are written elsewhere. */
export function flatten(value: unknown, name = '', apart: readonly object[] = []): Leaf[] {
  if (typeof value !== 'object' || value === null) {
    return [[name, value]];
  }
  if (/(^|\.)extension$/.test(name) && Array.isArray(value) && value.length > 0 && value.every(isNamed)) {
    return flattenExtensions(value, apart).map(([path, leaf]) => [`${name}.${path}`, leaf]);
  }
  const parts = Array.isArray(value)
    ? value.map((part: unknown, index): Leaf => [`${name}[${index}]`, part])
    : Object.entries(value).map(([key, part]): Leaf => [name === '' ? key : `${name}.${key}`, part]);
  return parts.length === 0 ? [[name, value]] : parts.flatMap(([path, part]) => flatten(part, path, apart));
}

/** Each extension by its URL: what it is does not depend on how many stand before it. */
export function flattenExtensions(extensions: readonly Named[], apart: readonly object[] = []): Leaf[] {
  const seen = new Map<string, number>();
  return extensions.flatMap((one) => {
    const { url, ...rest } = one;
    const count = (seen.get(url) ?? 0) + 1;
    seen.set(url, count);
    const name = count === 1 ? url : `${url}#${count}`;
    return apart.includes(one) ? [[name, elsewhere] as const] : flatten(rest, name, apart);
  });
}

function isNamed(value: unknown): value is Named {
  return (
    typeof value === 'object' &&
    value !== null &&
    'url' in value &&
    typeof value.url === 'string' &&
    plainUrl.test(value.url)
  );
}

/** The extensions of that URL which consist of others, and of nothing else. */
export function nested(extensions: readonly unknown[], url: string): Extension[] {
  return extensions.filter((one): one is Extension => {
    if (!isNamed(one) || one.url !== url || !('extension' in one) || Object.keys(one).length > 2) {
      return false;
    }
    return Array.isArray(one.extension) && one.extension.length > 0 && one.extension.every(isNamed);
  });
}
