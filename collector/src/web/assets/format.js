// Durations and counts as a person reads them; the pages' own are made alike by the collector.

const UNITS = [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs'], [1, 'ns']];

/** Three digits and a unit. @param {number} nanos */
export function duration(nanos) {
  const seconds = Math.floor(nanos / 1e9);
  if (seconds >= 86400) return two(seconds, 86400, 'd', 3600, 'h');
  if (seconds >= 3600) return two(seconds, 3600, 'h', 60, 'm');
  if (seconds >= 60) return two(seconds, 60, 'm', 1, 's');
  if (nanos <= 0) return '0 ms';
  const [scale, unit] = UNITS.find(([scale]) => nanos >= scale) ?? [1, 'ns'];
  const value = nanos / scale;
  const digits = scale === 1 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${Number(value.toFixed(digits))} ${unit}`;
}

function two(seconds, large, largeUnit, small, smallUnit) {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)}${largeUnit}${rest ? ` ${rest}${smallUnit}` : ''}`;
}

/** @param {number} number @param {string} word */
export function count(number, word) {
  return `${number.toLocaleString('en')} ${word}${number === 1 ? '' : 's'}`;
}
