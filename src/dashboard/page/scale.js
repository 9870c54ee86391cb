// Round numbers for axes.

function valueTicks(top, count) {
  const rough = top / count, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
  const ticks = [];
  for (let n = 0; n * step <= top * 1.0001; n += 1) ticks.push(n * step);
  return ticks;
}

const TIME_STEPS = [
  5, 10, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR,
  6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY,
];

// Moments at round local times, with their words.
function timeTicks(from, to, count) {
  const step = TIME_STEPS.find((n) => (to - from) / n <= count) || 182 * DAY;
  const offset = new Date(from * 1000).getTimezoneOffset() * 60;
  const ticks = [];
  for (let at = Math.ceil((from - offset) / step) * step + offset; at <= to; at += step) {
    const date = new Date(at * 1000);
    const midnight = date.getHours() === 0 && date.getMinutes() === 0 && step >= MINUTE;
    const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
    if (step < MINUTE) time.second = '2-digit';
    const words = midnight || step >= DAY
      ? date.toLocaleDateString(undefined, { weekday: step < 7 * DAY ? 'short' : undefined, day: 'numeric', month: 'short' })
      : date.toLocaleTimeString(undefined, time);
    ticks.push({ at, words, midnight });
  }
  return ticks;
}

// The top of an axis: a single spike does not flatten everything else, but what is cut off is marked.
function topOf(values, least) {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (known.length === 0) return least;
  const usual = known[Math.floor(known.length * 0.97)];
  return Math.max(least, Math.min(known[known.length - 1], usual * 3) * 1.08);
}
