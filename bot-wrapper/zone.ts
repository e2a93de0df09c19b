// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Converts between instants and local times, with the time zone database of the host. */

export interface ZoneRequest {
  /** An IANA time zone name. */
  readonly zone: string;
  /** Milliseconds since 1970. */
  readonly instants: readonly number[];
  /** Local times as `YYYY-MM-DDTHH:MM:SS`. */
  readonly localTimes: readonly string[];
}

export interface ZoneResponse {
  readonly localTimes: string[];
  readonly instants: number[][];
}

const DAY = 86_400_000;

/** The formatter of each zone. Creating one takes longer than all its uses. A config has few zones. */
const formats = new Map<string, Intl.DateTimeFormat>();
const MAX_FORMATS = 50;

/** @throws RangeError if the host does not have the zone */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const cached = formats.get(timeZone);
  if (cached) {
    return cached;
  }
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  if (formats.size >= MAX_FORMATS) {
    formats.clear();
  }
  formats.set(timeZone, format);
  return format;
}

/**
 * Returns the local time of each instant, and the instants of each local time. A local time has two instants in the
 * hour that a clock repeats, and none in the hour that it skips.
 *
 * @throws RangeError if the host does not have the zone
 */
export function zone({ zone: timeZone, instants, localTimes }: ZoneRequest): ZoneResponse {
  const format = formatOf(timeZone);
  const localTimeOf = (instant: number): string => {
    const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
    for (const { type, value } of format.formatToParts(instant)) {
      parts[type] = value;
    }
    return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}`;
  };
  const instantsOf = (localTime: string): number[] => {
    const asUtc = Date.parse(`${localTime}Z`);
    const found = new Set<number>();
    // An offset does not change twice within two days. So only the offsets one day before and one day after are
    // possible.
    for (const neighbor of [asUtc - DAY, asUtc + DAY]) {
      const instant = asUtc - (Date.parse(`${localTimeOf(neighbor)}Z`) - neighbor);
      if (localTimeOf(instant) === localTime) {
        found.add(instant);
      }
    }
    return [...found].sort((a, b) => a - b);
  };
  return { localTimes: instants.map(localTimeOf), instants: localTimes.map(instantsOf) };
}
