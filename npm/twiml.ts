// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { TwimlCheckOptions, TwimlElement, TwimlFinding, TwimlOptions } from '#pkg/plumline.js';
import * as core from './core/core.ts';
import { failure, mistake, object } from './core/error.ts';
import type { Frame } from './core/frame.ts';
import { Layout, LONG, Misshapen } from './twiml-layout.ts';

const DOCUMENTS = [undefined, 'voice', 'messaging'];
const CHECKS = ['schema', 'form'];

/**
 * A tree as TwiML, byte for byte what Twilio's Node library writes.
 *
 * By default it is checked that Twilio understands it: elements and where they stand, attributes and their values, what
 * is required. `check: 'form'` checks only that it is well-formed XML. `document` says what kind it has to be, where
 * its verbs are not to decide.
 *
 * @example
 * ```ts
 * import { twiml } from 'plumline';
 *
 * const xml = twiml({
 *   name: 'Response',
 *   children: [
 *     { name: 'Say', attributes: { voice: 'alice' }, text: 'Salt & pepper' },
 *     { name: 'Hangup' },
 *   ],
 * });
 * console.log(xml.replace(/^<.xml.*?>/, '')); // <Response><Say voice="alice">Salt &amp; pepper</Say><Hangup/></Response>
 * ```
 * @throws PlumlineError of the first error, a code that begins with `TWIML_`; its `path` is the place, such as
 * `Response/Gather[1]/@timeout`
 */
export function twiml(tree: TwimlElement, options: TwimlOptions = {}): string {
  const { check = 'schema', document } = object(options, 'options') as TwimlOptions;
  const strictness = CHECKS.indexOf(check);
  if (strictness === -1) {
    throw mistake('options.check');
  }
  const written = core.twiml(laidOut(tree, strictness, documentNumber(document)));
  if (typeof written === 'string') {
    return written;
  }
  throw failure(written.code, written.help, written.path);
}

/**
 * What is wrong with a tree, or with XML as it stands: nothing, or up to about a hundred findings in their order. An
 * error keeps Twilio from doing what the document says; a warning may, such as a voice that is newer than this package.
 *
 * @example
 * ```ts
 * import { checkTwiml } from 'plumline';
 *
 * const [finding] = checkTwiml('<Response><Gather timout="5"/></Response>');
 * console.log(finding?.code, finding?.path); // TWIML_ATTRIBUTE Response/Gather[1]/@timout
 * ```
 */
export function checkTwiml(treeOrXml: TwimlElement | string, options: TwimlCheckOptions = {}): TwimlFinding[] {
  const { document } = object(options, 'options') as TwimlCheckOptions;
  const kind = documentNumber(document);
  try {
    return core.checkTwiml(
      typeof treeOrXml === 'string'
        ? // The core says of whatever is longer that it is too long, so no more of it has to cross.
          Layout.xml(treeOrXml.length > LONG ? ' '.repeat(LONG + 1) : treeOrXml, kind)
        : laidOut(treeOrXml, 0, kind),
    );
  } catch (err) {
    // A getter of the tree's may throw anything.
    const { code, help, path } =
      err instanceof Error && 'help' in err ? (err as unknown as core.Finding) : mistake('', 'TWIML_TREE');
    return [{ code, path, help, severity: 'error' }];
  }
}

function documentNumber(document: unknown): number {
  const number = DOCUMENTS.indexOf(document as string | undefined);
  if (number === -1) {
    throw mistake('options.document');
  }
  return number;
}

function laidOut(tree: unknown, first: number, second: number): Frame {
  try {
    return Layout.tree(tree, first, second);
  } catch (err) {
    throw err instanceof Misshapen ? mistake(err.path(), err.code) : err;
  }
}
