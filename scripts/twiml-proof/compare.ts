// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Compares the TwiML of random trees with npm twilio's, and checks that an error in each tree is found. */
import { checkTwiml, twiml, type TwimlElement, type TwimlFinding } from 'plumline';
import { Random } from '../parity/random.ts';
import { mutate, type Mutation } from './mutations.ts';
import { oracle } from './oracle.ts';
import { randomTree } from './trees.ts';

export interface Tally {
  /** Trees with the same TwiML under both checks and without findings of `checkTwiml`. */
  same: number;
  /** Mutations that were found at the right place, in the tree and in its XML. */
  found: number;
  byKind: Map<string, number>;
  failures: string[];
}

export function compare(count: number, seed: number, maxFailures = 5): Tally {
  const tally: Tally = { same: 0, found: 0, byKind: new Map(), failures: [] };
  for (let number = 0; number < count && tally.failures.length < maxFailures; number++) {
    const problem = checkTree(seed, number, tally);
    if (problem !== undefined) {
      tally.failures.push(`tree ${number} of seed ${seed}: ${problem}`);
    }
  }
  return tally;
}

function checkTree(seed: number, number: number, tally: Tally): string | undefined {
  const { document, tree } = randomTree(seed, number);
  const input = withoutBuilderNames(tree);
  const expected = oracle(document, tree);
  const options = new Random(seed ^ number).chance(0.5) && determinesKind(tree) ? {} : { document };
  for (const check of ['schema', 'form'] as const) {
    const xml = textOrError(() => twiml(input, { check, ...options }));
    if (xml !== expected) {
      return `${check}\n  ours   ${xml}\n  theirs ${expected}`;
    }
  }
  const findings = [...checkTwiml(input, options), ...checkTwiml(expected, options)].filter(isError);
  if (findings.length > 0) {
    return `checkTwiml of ${expected}\n  finds ${JSON.stringify(findings)}`;
  }
  tally.same++;
  const mutation = mutate(document, tree, new Random(seed + number));
  return mutation && checkMutation(mutation, document, tally);
}

/** Whether a verb determines the kind of document. */
function determinesKind(tree: TwimlElement): boolean {
  return (tree.children ?? []).some((child) => 'name' in child && child.name !== 'Redirect');
}

function checkMutation(mutation: Mutation, document: 'voice' | 'messaging', tally: Tally): string | undefined {
  const { kind, path, code } = mutation;
  const input = withoutBuilderNames(mutation.tree);
  const thrown = textOrError(() => twiml(input, { document }));
  const listed = checkTwiml(input, { document }).filter(isError);
  if (!listed.some((finding) => finding.path === path && finding.code === code) || listed.length !== 1) {
    return `${kind}: ${code} at ${path}\n  found ${JSON.stringify(listed)}\n  in ${JSON.stringify(input)}`;
  }
  if (thrown !== `${code} at ${path}`) {
    return `${kind}: ${code} at ${path}, thrown was ${thrown}`;
  }
  // The same check on the XML, if the tree can be written.
  const xml = textOrError(() => twiml(input, { check: 'form' }));
  if (xml.startsWith('<')) {
    const read = checkTwiml(xml, { document }).filter(isError);
    if (!read.some((finding) => finding.path === path && finding.code === code)) {
      return `${kind}: ${code} at ${path}\n  found ${JSON.stringify(read)}\n  in ${xml}`;
    }
  }
  tally.found++;
  tally.byKind.set(kind, (tally.byKind.get(kind) ?? 0) + 1);
  return undefined;
}

function isError({ severity }: TwimlFinding): boolean {
  return severity === 'error';
}

function textOrError(write: () => string): string {
  try {
    return write();
  } catch (err) {
    const { code, path } = err as { code?: string; path?: string };
    return `${code ?? String(err)} at ${path ?? ''}`;
  }
}

/** Removes the members that only the oracle uses. */
function withoutBuilderNames(tree: TwimlElement): TwimlElement {
  const { name, attributes, children = [] } = tree;
  return {
    name,
    attributes,
    children: children.map((child) => ('name' in child ? withoutBuilderNames(child) : child)),
  };
}

export function summary(count: number, seed: number, tally: Tally): string {
  const kinds = [...tally.byKind].sort().map(([kind, times]) => `${kind} ${times}`);
  return `seed ${seed}: ${tally.same} of ${count} trees the same; ${tally.found} mutations found (${kinds.join(', ')})`;
}
