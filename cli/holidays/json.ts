// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Finds the positions of values in a JSON text, so that a part of the text can be replaced. */

export interface JsonNode {
  /** The offset of the first character. */
  readonly start: number;
  /** The offset after the last character. */
  readonly end: number;
  /** The members of an object, in order. */
  readonly members: readonly (readonly [name: string, value: JsonNode])[];
  /** The elements of an array. */
  readonly elements: readonly JsonNode[];
}

/** Returns the positions in a text that `JSON.parse` accepts. */
export function locate(text: string): JsonNode {
  const tokens = text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/g);

  const next = (): RegExpExecArray => {
    const { value, done } = tokens.next();
    if (done === true) {
      throw new Error('the text is not JSON');
    }
    return value;
  };
  const read = (token: RegExpExecArray): JsonNode => {
    const start = token.index;
    const members: [string, JsonNode][] = [];
    const elements: JsonNode[] = [];
    let last = token;
    if (token[0] === '{' || token[0] === '[') {
      for (last = next(); last[0] !== '}' && last[0] !== ']'; last = next()) {
        if (last[0] === ',') {
          continue;
        }
        if (token[0] === '[') {
          elements.push(read(last));
        } else {
          const name = JSON.parse(last[0]) as string;
          next();
          members.push([name, read(next())]);
        }
      }
    }
    return { start, end: last.index + last[0].length, members, elements };
  };
  return read(next());
}

/** Returns the member with a name, which JSON allows to occur more than once; the last one counts. */
export function member({ members }: JsonNode, name: string): JsonNode | undefined {
  return members.findLast(([known]) => known === name)?.[1];
}
