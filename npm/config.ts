// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Config, ConfigCheck, ConfigCheckOptions, ConfigFinding } from '#pkg/plumline.js';
import { toJson, numberList } from './call.ts';
import * as core from './core/core.ts';
import { plumlineError, argumentError, object, text } from './core/error.ts';
import { Frame } from './core/frame.ts';

/**
 * Checks a config, the `PLUMLINE_CONFIG` of a bot. It finds wrong values and dialplans that cannot work, such as a
 * number that nothing answers, hours without a time zone, or a menu that leads nowhere.
 *
 * A bot does not use a config with errors. It uses the default dialplan until the config is corrected. It uses a config
 * with warnings.
 *
 * @example
 * ```ts
 * import { checkConfig, type Config } from 'plumline';
 *
 * const config: Config = {
 *   numbers: { '+15550100001': { name: 'Front desk', dialplan: 'main' } },
 *   dialplans: { main: [{ then: 'missed' }] },
 *   actions: { missed: [{ say: { text: 'Please call again tomorrow.' } }] },
 * };
 * const checked = checkConfig(config);
 * if (!checked.ok) {
 *   console.log(checked.findings[0]?.path, checked.findings[0]?.code); // actions.missed CONFIG_DEAD_END
 * }
 * ```
 * @throws PlumlineError `ARGUMENT_INVALID` if an argument has the wrong type
 */
export function checkConfig(config: Config | string, options: ConfigCheckOptions = {}): ConfigCheck {
  const { numbers, today } = object(options, 'options') as ConfigCheckOptions;
  const numberTexts = numbers === undefined ? [] : numberList(numbers);
  const document = typeof config === 'string' ? config : toJson(object(config, 'config'));
  const frame = new Frame(numbers === undefined ? 0 : 1);
  frame.add(document);
  frame.add(today === undefined ? '' : nonEmpty(today, 'today'));
  for (const number of numberTexts) {
    frame.add(number);
  }
  const found = core.checkConfig(frame);
  if (!Array.isArray(found)) {
    throw found.code === 'ARGUMENT_INVALID' ? argumentError(found.at) : plumlineError(found.code, found.help, found.at);
  }
  const refused = found.some(({ severity }) => severity === 'error');
  const findings = refused ? found : [...unknownZones(JSON.parse(document) as Config), ...found];
  return findings.some(({ severity }) => severity === 'error')
    ? { ok: false, findings }
    : { ok: true, warnings: findings };
}

/** Returns a text that is not empty. The core reads an empty one as absent. */
function nonEmpty(value: unknown, name: string): string {
  const given = text(value, name);
  if (given === '') {
    throw argumentError(name);
  }
  return given;
}

/** A path in the config, and the time zone at that path. */
type ZoneAt = readonly [path: string, zone: string | undefined];

/** Finds time zones that this host does not have. The core has no table of time zones. In a bot, it asks the host. */
function unknownZones({ timeZone, numbers = {}, hours = {}, outbound }: Config): ConfigFinding[] {
  const zones = outbound?.hours?.zones ?? {};
  const places: ZoneAt[] = [
    ['timeZone', timeZone],
    ...Object.entries(numbers).map(([name, plan], at): ZoneAt => [`numbers${step(name, at)}.timeZone`, plan.timeZone]),
    ...Object.entries(hours).map(([name, schedule], at): ZoneAt => [
      `hours${step(name, at)}.timeZone`,
      schedule.timeZone,
    ]),
    ...Object.values(zones).map((zone, at): ZoneAt => [`outbound.hours.zones[${at}]`, zone]),
  ];
  const code = 'CONFIG_TIME_ZONE_UNKNOWN';
  const unknown = places.filter(([, zone]) => zone !== undefined && !isKnownZone(zone));
  return unknown.map(([path]) => ({ code, path, help: argumentError('', code).help, severity: 'error' }));
}

/** A step of a path in the core's format: the name, or the index if the name could be a phone number. */
function step(name: string, index: number): string {
  return /^[a-z0-9-]+$/.test(name) && name.replace(/\D/g, '').length < 7 ? `.${name}` : `[${index}]`;
}

function isKnownZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
