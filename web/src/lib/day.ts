/** Civil days in the corp's zone. */

function offsetAt(seconds: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(seconds * 1000);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return wall / 1000 - seconds;
}

/** The first second of a day ("2026-11-21"), `later` days on. */
export function dayStart(day: string, zone: string, later = 0): number {
  const wall = Date.parse(`${day}T00:00:00Z`) / 1000 + later * 86_400;
  const guess = wall - offsetAt(wall, zone);
  return wall - offsetAt(guess, zone);
}

/** The day on which a second lies. */
export function dayOf(seconds: number, zone: string): string {
  return new Date((seconds + offsetAt(seconds, zone)) * 1000).toISOString().slice(0, 10);
}
