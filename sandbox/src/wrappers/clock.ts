// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * A Date whose clock is `offset` milliseconds ahead. Nothing from outside may be named in here: the text of this
 * function is also run in a VM context.
 */
export function shiftedDate(real: DateConstructor, offset: number): DateConstructor {
  const now = (): number => real.now() + offset;
  return new Proxy(real, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
    apply: () => new real(now()).toString(),
    get: (target, name, receiver) => (name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown)),
  });
}

const realDate = Date;

/** Moves the clock of a process whose bot runs in its own realm. */
export function setClock(offset = 0): void {
  globalThis.Date = offset === 0 ? realDate : shiftedDate(realDate, offset);
}

/** Moves the clock of the context in which it is run. */
export function clockScript(offset: number): string {
  return `globalThis.Date = (${shiftedDate.toString()})(Date, ${offset});`;
}
