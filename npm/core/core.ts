// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The only instance of the core, and its functions. The first call creates it, not the import. */
import { freshGlue } from '#glue';
import type { InitOutput, TwimlFinding } from '#pkg/plumline.js';
import { plumlineError } from './plumline-error.ts';
import type { Frame } from './frame.ts';
import { read, write, writeBody } from './memory.ts';

/** The memory of a wasm instance never shrinks. An instance that has grown beyond this size is dropped. */
const MAX_KEPT_BYTES = 1 << 26;

/** An error from the core. */
export interface CoreError {
  readonly code: string;
  readonly help: string;
  /** A path, the index of a field, or empty. */
  readonly at: string;
}

/** A problem in a document, and its place. */
export type Finding = TwimlFinding;

/** The core trapped, so there is no result. */
const TRAPPED = 'CORE_TRAPPED';

/** The help texts for errors without a loaded core. A test checks that the core has the same texts. */
const NOT_LOADED = 'Call init of plumline/slim with plumline.wasm, and await it, before any other function.';
const FORBIDDEN =
  "This host does not allow compiling WebAssembly. Pass a compiled module to init of plumline/slim, or allow 'wasm-unsafe-eval'.";
const INVALID = 'Pass the plumline.wasm of the same version to init: a module, its bytes, a Response or a URL.';

let source: (() => WebAssembly.Module | Uint8Array<ArrayBuffer>) | undefined;
let compiled: WebAssembly.Module | undefined;
let core: InitOutput | undefined;

/** Sets the source of the core's code, for the entry points that include it. The first call loads it. */
export function setSource(code: () => WebAssembly.Module | Uint8Array<ArrayBuffer>): void {
  source ??= code;
}

/** Whether the core's code has been compiled. */
export function isLoaded(): boolean {
  return compiled !== undefined;
}

/** Uses a module as the core, if it is the core's wasm and has this version. */
export function install(module: WebAssembly.Module): void {
  let version: string;
  let candidate: InitOutput;
  try {
    candidate = freshGlue().initSync({ module });
    version = read(candidate, candidate.version());
  } catch (cause) {
    throw invalidCoreError(cause);
  }
  if (version !== PLUMLINE_VERSION) {
    throw invalidCoreError(version);
  }
  compiled = module;
  core = candidate;
}

/** The error for a source that is not the wasm of the core. */
export function invalidCoreError(cause: unknown): Error {
  return Object.assign(plumlineError('CORE_INVALID', INVALID, 'source'), { cause });
}

/** The error for bytes that did not compile: either they are not wasm, or the host forbids compiling. */
export function compileError(cause: unknown, bytes: BufferSource): unknown {
  if (cause instanceof RangeError) {
    // Out of memory. The error of the host is more precise.
    return cause;
  }
  const valid = typeof WebAssembly === 'undefined' || WebAssembly.validate(bytes);
  return valid ? Object.assign(plumlineError('CORE_FORBIDDEN', FORBIDDEN, ''), { cause }) : invalidCoreError(cause);
}

export function compile(bytes: BufferSource): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (err) {
    throw compileError(err, bytes);
  }
}

/** The instance. Throws the error of the host if there is not enough memory for one. */
function loadedCore(): InitOutput {
  if (compiled === undefined) {
    if (source === undefined) {
      throw plumlineError('CORE_NOT_LOADED', NOT_LOADED, '');
    }
    const code = source();
    compiled = 'byteLength' in code ? compile(code) : code;
  }
  core ??= freshGlue().initSync({ module: compiled });
  return core;
}

/**
 * Calls the core. Returns `undefined` if it traps. A trap leaves memory in an unknown state, so the instance is
 * dropped.
 */
function callCore<Result>(callback: (core: InitOutput) => Result): Result | undefined {
  const current = loadedCore();
  try {
    const result = callback(current);
    if (current.memory.buffer.byteLength > MAX_KEPT_BYTES) {
      core = undefined;
    }
    return result;
  } catch {
    core = undefined;
    return undefined;
  }
}

function trapError(): CoreError {
  return { code: TRAPPED, help: helpOf(TRAPPED), at: '' };
}

/** Calls a function of the core that returns a text or an error. */
function callForText(call: (core: InitOutput) => number): string | CoreError {
  return (
    callCore((core) => {
      const length = call(core);
      if (length >= 0) {
        return length === 0 ? '' : read(core, length);
      }
      const [code = '', help = '', ...at] = read(core, ~length).split('\n');
      return { code, help, at: at.join('\n') };
    }) ?? trapError()
  );
}

function writeFrame(core: InitOutput, frame: Frame): number {
  return write(core, frame.text, frame);
}

export function sign(frame: Frame): string | CoreError {
  return callForText((core) => core.sign(writeFrame(core, frame)));
}

export function signsAny(frame: Frame): boolean {
  return callCore((core) => core.signsAny(writeFrame(core, frame)) !== 0) ?? false;
}

export function verify(frame: Frame, body: string | Uint8Array | undefined): string | CoreError {
  return callForText((core) => {
    const bytes = body === undefined ? 0 : writeBody(core, body);
    return core.verify(writeFrame(core, frame), bytes);
  });
}

export function bodyHash(body: string | Uint8Array): string | CoreError {
  return callForText((core) => core.bodyHash(writeBody(core, body)));
}

export function twiml(frame: Frame): string | Finding {
  const written = callCore((core) => {
    const length = core.twiml(writeFrame(core, frame));
    return length >= 0 ? read(core, length) : parseFindings(read(core, ~length))[0];
  });
  return written ?? trapFinding();
}

export function checkTwiml(frame: Frame): Finding[] {
  return callCore((core) => parseFindings(read(core, core.checkTwiml(writeFrame(core, frame))))) ?? [trapFinding()];
}

export function checkConfig(frame: Frame): Finding[] | CoreError {
  const checked = callForText((core) => core.checkConfig(writeFrame(core, frame)));
  return typeof checked === 'string' ? parseFindings(checked) : checked;
}

/** Parses findings. Each has four lines. The core never writes a line break inside a line. */
function parseFindings(text: string): Finding[] {
  const lines = text.split('\n');
  const found: Finding[] = [];
  for (let at = 0; at + 4 < lines.length; at += 4) {
    const [code = '', path = '', help = '', severity] = lines.slice(at, at + 4);
    found.push({ code, path, help, severity: severity === 'warning' ? 'warning' : 'error' });
  }
  return found;
}

function trapFinding(): Finding {
  const { code, help } = trapError();
  return { code, path: '/', help, severity: 'error' };
}

export function accessToken(frame: Frame): string | CoreError {
  return callForText((core) => core.accessToken(writeFrame(core, frame)));
}

export function signToken(frame: Frame): string | CoreError {
  return callForText((core) => core.signToken(writeFrame(core, frame)));
}

export function countSegments(text: string): string | CoreError {
  return callForText((core) => core.countSegments(write(core, text)));
}

export function parsePhone(frame: Frame): string | CoreError {
  return callForText((core) => core.parsePhone(writeFrame(core, frame)));
}

export function routeCall(frame: Frame): unknown {
  return callCore((core) => core.routeCall(writeFrame(core, frame)) as unknown) ?? { ok: false, ...trapError() };
}

/** The help text of an error code. */
export function helpOf(code: string): string {
  const text = (core: InitOutput): string => read(core, core.codeHelp(write(core, code)));
  return callCore(text) ?? '';
}

export function coreVersion(): string {
  return callCore((core) => read(core, core.version())) ?? '';
}
