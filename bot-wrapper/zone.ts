// SPDX-License-Identifier: Apache-2.0 OR MIT

/** What the clocks of a place show, by the host's own knowledge of time zones. */

export interface ZoneQuestion {
  /** An IANA name. */
  readonly zone: string;
  /** Milliseconds since 1970. */
  readonly instants: readonly number[];
  /** `YYYY-MM-DDTHH:MM:SS`. */
  readonly walls: readonly string[];
}

export interface ZoneAnswer {
  readonly walls: string[];
  readonly instants: number[][];
}

const DAY = 86_400_000;

/** By zone: making one takes longer than all that is asked of it. A config has few zones. */
const clocks = new Map<string, Intl.DateTimeFormat>();
const MAX_CLOCKS = 50;

/** Throws a RangeError where there is no such zone. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) {
    return known;
  }
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  if (clocks.size >= MAX_CLOCKS) {
    clocks.clear();
  }
  clocks.set(timeZone, clock);
  return clock;
}

/** Throws a RangeError where there is no such zone. */
export function zone({ zone: timeZone, instants, walls }: ZoneQuestion): ZoneAnswer {
  const clock = clockOf(timeZone);
  const wallOf = (instant: number): string => {
    const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
    for (const { type, value } of clock.formatToParts(instant)) {
      part[type] = value;
    }
    return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
  };
  const instantsOf = (wall: string): number[] => {
    const asUtc = Date.parse(`${wall}Z`);
    const found = new Set<number>();
    // Clocks are not changed twice within two days: the offsets a day before and after are all that there can be.
    for (const near of [asUtc - DAY, asUtc + DAY]) {
      const instant = asUtc - (Date.parse(`${wallOf(near)}Z`) - near);
      if (wallOf(instant) === wall) {
        found.add(instant);
      }
    }
    return [...found].sort((a, b) => a - b);
  };
  return { walls: instants.map(wallOf), instants: walls.map(instantsOf) };
}
