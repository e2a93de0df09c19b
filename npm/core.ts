// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The core's one instance, and how to ask it. It is made by the first call, not by the import. */
import { freshGlue } from '#glue';
import type { InitOutput, TwimlFinding } from '#pkg/plumline.js';
import base64 from '#pkg/plumline_bg.wasm';
import { decode } from './base64.ts';
import type { Frame } from './frame.ts';
import { read, write } from './memory.ts';

/** Memory of a wasm never shrinks: an instance that has grown beyond this is not kept. */
const LARGE = 1 << 26;

/** A refusal as the core words it. */
export interface Refused {
  readonly code: string;
  readonly help: string;
  /** A path, the number of a field, or nothing. */
  readonly at: string;
}

/** What is wrong with a document, and where. */
export type Finding = TwimlFinding;

/** The core trapped. Whatever it was asked, there is no answer. */
const TRAPPED = 'CORE_TRAPPED';

const encoder = new TextEncoder();
let compiled: WebAssembly.Module | undefined;
let core: InitOutput | undefined;

/** Throws what the host throws that forbids wasm, or has no memory for it. */
function instance(): InitOutput {
  compiled ??= new WebAssembly.Module(decode(base64));
  core ??= freshGlue().initSync({ module: compiled });
  return core;
}

/** Asks the core; `undefined` where it traps. A trap leaves memory in an unknown state: that instance is dropped. */
function ask<Answer>(question: (core: InitOutput) => Answer): Answer | undefined {
  const mine = instance();
  try {
    const answer = question(mine);
    if (mine.memory.buffer.byteLength > LARGE) {
      core = undefined;
    }
    return answer;
  } catch {
    core = undefined;
    return undefined;
  }
}

function trapped(): Refused {
  return { code: TRAPPED, help: helpOf(TRAPPED), at: '' };
}

/** An answer in text; the codes and helps are the core's own. */
function flat(call: (core: InitOutput) => number): string | Refused {
  return (
    ask((core) => {
      const length = call(core);
      if (length >= 0) {
        return length === 0 ? '' : read(core, length);
      }
      const [code = '', help = '', ...at] = read(core, ~length).split('\n');
      return { code, help, at: at.join('\n') };
    }) ?? trapped()
  );
}

function put(core: InitOutput, frame: Frame): number {
  return write(core, frame.text, frame.take());
}

/** Puts a raw body into the room that is made for it; its length. Making room may move memory, so it is looked at last. */
function putBody(core: InitOutput, body: string | Uint8Array): number {
  const room = typeof body === 'string' ? body.length * 3 : body.length;
  const at = core.body(room) >>> 0;
  const bytes = new Uint8Array(core.memory.buffer, at, room);
  if (typeof body === 'string') {
    return encoder.encodeInto(body, bytes).written;
  }
  bytes.set(body);
  return room;
}

export function sign(frame: Frame): string | Refused {
  return flat((core) => core.sign(put(core, frame)));
}

export function signsAny(frame: Frame): boolean {
  return ask((core) => core.signsAny(put(core, frame)) !== 0) ?? false;
}

export function verify(frame: Frame, body: string | Uint8Array | undefined): string | Refused {
  return flat((core) => {
    const bytes = body === undefined ? 0 : putBody(core, body);
    return core.verify(put(core, frame), bytes);
  });
}

export function bodyHash(body: string | Uint8Array): string | Refused {
  return flat((core) => core.bodyHash(putBody(core, body)));
}

export function twiml(frame: Frame): string | Finding {
  const written = ask((core) => {
    const length = core.twiml(put(core, frame));
    return length >= 0 ? read(core, length) : findings(read(core, ~length))[0];
  });
  return written ?? trappedFinding();
}

export function checkTwiml(frame: Frame): Finding[] {
  return ask((core) => findings(read(core, core.checkTwiml(put(core, frame))))) ?? [trappedFinding()];
}

/** Four lines each. No line of the core's holds a line break. */
function findings(text: string): Finding[] {
  const lines = text.split('\n');
  const found: Finding[] = [];
  for (let at = 0; at + 4 < lines.length; at += 4) {
    const [code = '', path = '', help = '', severity] = lines.slice(at, at + 4);
    found.push({ code, path, help, severity: severity === 'warning' ? 'warning' : 'error' });
  }
  return found;
}

function trappedFinding(): Finding {
  const { code, help } = trapped();
  return { code, path: '/', help, severity: 'error' };
}

export function accessToken(frame: Frame): string | Refused {
  return flat((core) => core.accessToken(put(core, frame)));
}

export function signToken(frame: Frame): string | Refused {
  return flat((core) => core.signToken(put(core, frame)));
}

export function countSegments(text: string): string | Refused {
  return flat((core) => core.countSegments(write(core, text, new Uint32Array())));
}

export function parsePhone(frame: Frame): string | Refused {
  return flat((core) => core.parsePhone(put(core, frame)));
}

export function routeCall(frame: Frame): unknown {
  return ask((core) => core.routeCall(put(core, frame)) as unknown) ?? { ok: false, ...trapped() };
}

/** What to do about a code. */
export function helpOf(code: string): string {
  const text = (core: InitOutput): string => read(core, core.codeHelp(write(core, code, new Uint32Array())));
  return ask(text) ?? '';
}

export function coreVersion(): string {
  return ask((core) => read(core, core.version())) ?? '';
}
