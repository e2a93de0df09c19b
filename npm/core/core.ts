// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The core's one instance, and how to ask it. It is made by the first call, not by the import. */
import { freshGlue } from '#glue';
import type { InitOutput, TwimlFinding } from '#pkg/plumline.js';
import { failure } from './failure.ts';
import type { Frame } from './frame.ts';
import { read, write, writeBody } from './memory.ts';

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

/** The helps where there is no core that could word them; a test holds them to the core's own. */
const NOT_LOADED = 'Call init of plumline/slim with plumline.wasm, and await it, before any other function.';
const FORBIDDEN =
  "This host compiles no WebAssembly: give init of plumline/slim a compiled module, or allow 'wasm-unsafe-eval'.";
const INVALID = 'Give init the plumline.wasm of this very version: a module, its bytes, a Response or a URL.';

let source: (() => WebAssembly.Module | Uint8Array<ArrayBuffer>) | undefined;
let compiled: WebAssembly.Module | undefined;
let core: InitOutput | undefined;

/** Says where the core's code is, for the entries that bring it; the first call takes it from there. */
export function provide(code: () => WebAssembly.Module | Uint8Array<ArrayBuffer>): void {
  source ??= code;
}

/** Whether the core's code has been compiled. */
export function isLoaded(): boolean {
  return compiled !== undefined;
}

/** Takes a module for the core's code, if it is that, and of this version. */
export function install(module: WebAssembly.Module): void {
  let version: string;
  let candidate: InitOutput;
  try {
    candidate = freshGlue().initSync({ module });
    version = read(candidate, candidate.version());
  } catch (cause) {
    throw invalid(cause);
  }
  if (version !== PLUMLINE_VERSION) {
    throw invalid(version);
  }
  compiled = module;
  core = candidate;
}

/** The error for a source that is not the core's wasm. */
export function invalid(cause: unknown): Error {
  return Object.assign(failure('CORE_INVALID', INVALID, 'source'), { cause });
}

/** The error for bytes that did not compile: either they are no wasm, or the host forbids to compile any. */
export function uncompiled(cause: unknown, bytes: BufferSource): unknown {
  if (cause instanceof RangeError) {
    // No memory: the host's own words are best.
    return cause;
  }
  const valid = typeof WebAssembly === 'undefined' || WebAssembly.validate(bytes);
  return valid ? Object.assign(failure('CORE_FORBIDDEN', FORBIDDEN, ''), { cause }) : invalid(cause);
}

export function compile(bytes: BufferSource): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (err) {
    throw uncompiled(err, bytes);
  }
}

/** Throws what the host throws that has no memory for an instance. */
function instance(): InitOutput {
  if (compiled === undefined) {
    if (source === undefined) {
      throw failure('CORE_NOT_LOADED', NOT_LOADED, '');
    }
    const code = source();
    compiled = 'byteLength' in code ? compile(code) : code;
  }
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
  return write(core, frame.text, frame);
}

export function sign(frame: Frame): string | Refused {
  return flat((core) => core.sign(put(core, frame)));
}

export function signsAny(frame: Frame): boolean {
  return ask((core) => core.signsAny(put(core, frame)) !== 0) ?? false;
}

export function verify(frame: Frame, body: string | Uint8Array | undefined): string | Refused {
  return flat((core) => {
    const bytes = body === undefined ? 0 : writeBody(core, body);
    return core.verify(put(core, frame), bytes);
  });
}

export function bodyHash(body: string | Uint8Array): string | Refused {
  return flat((core) => core.bodyHash(writeBody(core, body)));
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

export function checkConfig(frame: Frame): Finding[] | Refused {
  const checked = flat((core) => core.checkConfig(put(core, frame)));
  return typeof checked === 'string' ? findings(checked) : checked;
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
  return flat((core) => core.countSegments(write(core, text)));
}

export function parsePhone(frame: Frame): string | Refused {
  return flat((core) => core.parsePhone(put(core, frame)));
}

export function routeCall(frame: Frame): unknown {
  return ask((core) => core.routeCall(put(core, frame)) as unknown) ?? { ok: false, ...trapped() };
}

/** What to do about a code. */
export function helpOf(code: string): string {
  const text = (core: InitOutput): string => read(core, core.codeHelp(write(core, code)));
  return ask(text) ?? '';
}

export function coreVersion(): string {
  return ask((core) => read(core, core.version())) ?? '';
}
