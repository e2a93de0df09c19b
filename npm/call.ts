// SPDX-License-Identifier: Apache-2.0 OR MIT
import { zone } from '../bot-wrapper/zone.ts';
import type { RouteInput, Routing } from '#pkg/plumline.js';
import * as core from './core/core.ts';
import { failure, mistake, object, text } from './core/error.ts';
import { Frame } from './core/frame.ts';
import { addParams } from './params.ts';

/**
 * Where a call goes by the default plan and a config: the route as a value, and the TwiML that performs it.
 *
 * The webhook bot answers the same; this is for a clinic's own tests, and for hosts of other kinds. It does not check
 * who sent the parameters: {@link verifyTwilio} does.
 *
 * @example
 * ```ts
 * import { routeCall } from 'plumline';
 *
 * const params = { CallSid: 'CA1', From: '+15550100099', To: '+15550100001' };
 * const route = routeCall({ params, numbers: ['+15550100001'], config: { client: 'front-desk' } });
 * if (route.ok && route.kind === 'connect') {
 *   console.log(route.client); // front-desk
 * }
 * ```
 * A number with a dialplan has a route of kind `plan`. What the bot would ask the chart for is not known here, unless
 * `facts` say it; hours are, where `now` is given.
 *
 * @throws PlumlineError `ARGUMENT_INVALID` where an argument is missing or of the wrong type
 */
export function routeCall(input: RouteInput): Routing {
  const { params, numbers, config, applicationSid, now, facts, url } = object(input, 'the argument') as RouteInput;
  if (now !== undefined && !Number.isFinite(now)) {
    throw mistake('now');
  }
  const ours = numberList(numbers);
  const app = applicationSid === undefined ? '' : text(applicationSid, 'applicationSid');
  const frame = new Frame(ours.length, config === undefined ? 0 : 1, app === '' ? 0 : 1);
  frame.add(config === undefined ? '' : json(config));
  frame.add(app);
  frame.add(known(facts, config, now));
  frame.add(url === undefined ? '' : text(url, 'url'));
  for (const number of ours) {
    frame.add(number);
  }
  addParams(frame, object(params, 'params'));
  const routing = core.routeCall(frame) as Routing;
  if (!routing.ok && routing.code === 'ARGUMENT_INVALID') {
    throw failure(routing.code, routing.help, routing.path ?? '');
  }
  return routing;
}

/** What is known, as the core takes it: the facts that were given, and what the clocks of the config's zones show. */
function known(facts: RouteInput['facts'], config: RouteInput['config'], now: number | undefined): string {
  const { patient, open } = facts === undefined ? {} : (object(facts, 'facts') as NonNullable<typeof facts>);
  const walls: Record<string, string | undefined> = {};
  for (const timeZone of now === undefined ? [] : zonesOf(config)) {
    try {
      walls[timeZone] = zone({ zone: timeZone, instants: [now as number], walls: [] }).walls[0];
    } catch {
      // There is no such zone: its hours are not known, and the route says so.
    }
  }
  return json({ patient, open, walls }, 'facts');
}

/** The zones that a config names, as far as it is one: the core says what is wrong with it. */
function zonesOf(config: unknown): Set<string> {
  const zones = new Set<string>();
  const add = (place: unknown): void => {
    const { timeZone } = (place ?? {}) as { timeZone?: unknown };
    if (typeof timeZone === 'string') {
      zones.add(timeZone);
    }
  };
  const { numbers, hours } = (config ?? {}) as { numbers?: unknown; hours?: unknown };
  add(config);
  Object.values(numbers ?? {}).forEach(add);
  Object.values(hours ?? {}).forEach(add);
  return zones;
}

/** Our numbers without the spaces and punctuation that people type. */
export function numberList(numbers: unknown): string[] {
  // As the bot reads TWILIO_NUMBER: what stands between two commas may be nothing.
  const list: unknown = typeof numbers === 'string' ? numbers.split(',').filter((number) => number.trim()) : numbers;
  if (!Array.isArray(list) || list.length === 0) {
    throw mistake('numbers');
  }
  return list.map((number, index) =>
    text(number, `numbers[${index}]`)
      .trim()
      .replace(/[ .()-]/g, ''),
  );
}

/** The config as the bot has it. What JSON cannot write, such as a cycle, is a programmer's mistake. */
export function json(config: unknown, name = 'config'): string {
  let written: unknown;
  try {
    written = JSON.stringify(config);
  } catch {
    // The error is thrown below.
  }
  return text(written, name);
}
