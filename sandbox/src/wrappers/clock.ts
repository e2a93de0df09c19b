// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Returns a Date class whose clock is `offset` milliseconds ahead. The function must not refer to outside names,
 * because its text also runs in a VM context.
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

/** Sets the clock of a process in which only one bot runs. */
export function setClock(offset = 0): void {
  globalThis.Date = offset === 0 ? realDate : shiftedDate(realDate, offset);
}

/** Returns a script that sets the clock of a VM context. */
export function clockScript(offset: number): string {
  return `globalThis.Date = (${shiftedDate.toString()})(Date, ${offset});`;
}
