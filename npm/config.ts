// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Config, ConfigCheck, ConfigCheckOptions, ConfigFinding } from '#pkg/plumline.js';
import { json, numberList } from './call.ts';
import * as core from './core/core.ts';
import { failure, mistake, object } from './core/error.ts';
import { Frame } from './core/frame.ts';

/**
 * What is wrong with a config, `PLUMLINE_CONFIG` of a bot: its values, and plans that cannot work, such as a number
 * that nothing answers, hours without a time zone, or a way through the menus that comes to no end.
 *
 * A config with errors is not used: a bot takes the default route until it is corrected. One with warnings is.
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
 * @throws PlumlineError `ARGUMENT_INVALID` where an argument is of the wrong type
 */
export function checkConfig(config: Config | string, options: ConfigCheckOptions = {}): ConfigCheck {
  const { numbers } = object(options, 'options') as ConfigCheckOptions;
  const ours = numbers === undefined ? [] : numberList(numbers);
  const document = typeof config === 'string' ? config : json(object(config, 'config'));
  const frame = new Frame(numbers === undefined ? 0 : 1);
  frame.add(document);
  for (const number of ours) {
    frame.add(number);
  }
  const found = core.checkConfig(frame);
  if (!Array.isArray(found)) {
    throw found.code === 'ARGUMENT_INVALID' ? mistake(found.at) : failure(found.code, found.help, found.at);
  }
  const refused = found.some(({ severity }) => severity === 'error');
  const findings = refused ? found : [...unknownZones(JSON.parse(document) as Config), ...found];
  return findings.some(({ severity }) => severity === 'error')
    ? { ok: false, findings }
    : { ok: true, warnings: findings };
}

/** A place in the config, and the time zone that stands there. */
type Place = readonly [path: string, zone: string | undefined];

/** Zones that this host does not know. The core has no table of them; a bot asks its host as well. */
function unknownZones({ timeZone, numbers = {}, hours = {}, outbound }: Config): ConfigFinding[] {
  const zones = outbound?.hours?.zones ?? {};
  const all: Place[] = [
    ['timeZone', timeZone],
    ...Object.entries(numbers).map(([name, plan], at): Place => [`numbers${step(name, at)}.timeZone`, plan.timeZone]),
    ...Object.entries(hours).map(([name, one], at): Place => [`hours${step(name, at)}.timeZone`, one.timeZone]),
    ...Object.values(zones).map((zone, at): Place => [`outbound.hours.zones[${at}]`, zone]),
  ];
  const code = 'CONFIG_TIME_ZONE_UNKNOWN';
  const unknown = all.filter(([, zone]) => zone !== undefined && !isZone(zone));
  return unknown.map(([path]) => ({ code, path, help: mistake('', code).help, severity: 'error' }));
}

/** A name of the clinic's, unless it may be a number: as the core writes it. */
function step(name: string, index: number): string {
  return /^[a-z0-9-]+$/.test(name) && name.replace(/\D/g, '').length < 7 ? `.${name}` : `[${index}]`;
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
