// SPDX-License-Identifier: Apache-2.0 OR MIT
import { zone } from '../bot-wrapper/zone.ts';
import type { RouteInput, Routing } from '#pkg/plumline.js';
import * as core from './core/core.ts';
import { plumlineError, argumentError, object, text } from './core/error.ts';
import { Frame } from './core/frame.ts';
import { addParams } from './params.ts';

/**
 * Routes a call by the default dialplan and a config. Returns the route as a value, and the TwiML that performs it.
 *
 * The webhook bot responds with the same TwiML. Use this function in a clinic's tests and in other hosts. It does not
 * verify who sent the parameters. Use {@link verifyTwilio} for that.
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
 * A number with a dialplan has a route of kind `plan`. Facts that the bot would look up in the chart are unknown here,
 * unless you pass them in `facts`. Opening hours are known if you pass `now`.
 *
 * @throws PlumlineError `ARGUMENT_INVALID` if an argument is missing or has the wrong type
 */
export function routeCall(input: RouteInput): Routing {
  const { params, numbers, config, applicationSid, now, facts, url } = object(input, 'the argument') as RouteInput;
  if (now !== undefined && !Number.isFinite(now)) {
    throw argumentError('now');
  }
  const numberTexts = numberList(numbers);
  const appSid = applicationSid === undefined ? '' : text(applicationSid, 'applicationSid');
  const frame = new Frame(numberTexts.length, config === undefined ? 0 : 1, appSid === '' ? 0 : 1);
  frame.add(config === undefined ? '' : toJson(config));
  frame.add(appSid);
  frame.add(knownFacts(facts, config, now));
  frame.add(url === undefined ? '' : text(url, 'url'));
  for (const number of numberTexts) {
    frame.add(number);
  }
  addParams(frame, object(params, 'params'));
  const routing = core.routeCall(frame) as Routing;
  if (!routing.ok && routing.code === 'ARGUMENT_INVALID') {
    throw plumlineError(routing.code, routing.help, routing.path ?? '');
  }
  return routing;
}

/**
 * The known facts as JSON for the core: those that were passed, and the local times of the time zones in the config.
 */
function knownFacts(facts: RouteInput['facts'], config: RouteInput['config'], now: number | undefined): string {
  const { patient, patientMatch, open } =
    facts === undefined ? {} : (object(facts, 'facts') as NonNullable<typeof facts>);
  const localTimes: Record<string, string | undefined> = {};
  for (const timeZone of now === undefined ? [] : zonesOf(config)) {
    try {
      localTimes[timeZone] = zone({ zone: timeZone, instants: [now as number], localTimes: [] }).localTimes[0];
    } catch {
      // The zone does not exist. Its opening hours are unknown, and the route reports that.
    }
  }
  return toJson({ patient, patientMatch, open, localTimes }, 'facts');
}

/** The time zones in a config. The config may be invalid. The core reports that. */
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

/** The clinic's numbers, without spaces and punctuation. */
export function numberList(numbers: unknown): string[] {
  // The same rule as for TWILIO_NUMBER: an entry between two commas may be empty.
  const list: unknown = typeof numbers === 'string' ? numbers.split(',').filter((number) => number.trim()) : numbers;
  if (!Array.isArray(list) || list.length === 0) {
    throw argumentError('numbers');
  }
  return list.map((number, index) =>
    text(number, `numbers[${index}]`)
      .trim()
      .replace(/[ .()-]/g, ''),
  );
}

/** A value as JSON. A value that JSON cannot represent, such as a cycle, is an error of the developer. */
export function toJson(config: unknown, name = 'config'): string {
  let written: unknown;
  try {
    written = JSON.stringify(config);
  } catch {
    // The error is thrown below.
  }
  return text(written, name);
}
