// The charts in words: what a moment was like, what the span was like, what changed and why.

const MOST_ROWS = 200;

// The newest seconds are always on their way.
const UNDER_WAY = 5;

// One line's answer of /api/series.
class Data {
  constructor(answer, wan) {
    Object.assign(this, { from: answer.from, step: answer.step, length: wan.rtt.mean.length, wan, cut: answer.cut });
  }

  at(n) { return this.from + n * this.step; }

  line(key) { return this.wan[key]; }

  // Those of the span that is shown; there may be twice or three times as many as steps.
  inside(view, values) {
    return values.filter((_, n) => {
      const at = this.at(n % this.length);
      return at + this.step > view.from && at < view.to;
    });
  }

  indexOf(at) { return Math.floor((at - this.from) / this.step); }
}

function eventWords(event) {
  const way = event.way ? `${event.way[0].toUpperCase()}${event.way.slice(1)} ` : '';
  const times = event.count > 1 ? `, and ${event.count - 1} more` : '';
  const what = {
    zone: () => `${way}${ZONES[event.value] || 'changed'}`,
    write: () => `${way || 'A '}write failed`,
    steering: () => (event.value > 0 ? 'Steered to the alternate' : 'Back to the primary'),
    start: () => 'wanctl started',
  }[event.what]();
  return what + times;
}

function readoutLines(data, at, measure) {
  const n = data.indexOf(at), { wan } = data;
  if (n < 0 || n >= data.length || wan.rtt.mean[n] === null && wan.zone_down[n] === null) return ['Nothing is known of this moment.'];
  const line = wan[measure], zone = (code) => (code === null ? '' : `, ${ZONES[code]}`);
  const lines = [
    `Delay ${shortMs(line.mean[n])} ms, at worst ${shortMs(line.max[n])} ms`,
    `Download ${shortRate(wan.down.mean[n])}, at least ${shortRate(wan.down.min[n])} Mbit/s${zone(wan.zone_down[n])}`,
    `Upload ${shortRate(wan.up.mean[n])}, at least ${shortRate(wan.up.min[n])} Mbit/s${zone(wan.zone_up[n])}`,
  ];
  if (measure === 'rtt' && wan.baseline.mean[n] !== null) lines[0] += `, baseline ${shortMs(wan.baseline.mean[n])} ms`;
  if (wan.steered[n]) lines.push('New connections took the alternate');
  if (wan.writes[n]) lines.push(`${wan.writes[n]} limit${wan.writes[n] > 1 ? 's' : ''} written`);
  const near = wan.events.filter((event) => data.indexOf(event.at) === n);
  return lines.concat(near.map((event) => (event.reason ? `${eventWords(event)}: ${event.reason}` : eventWords(event))));
}

// Never 0 % of what was.
const shareWords = (share) => (share < 0.001 ? 'less than 0.1 %' : `${(100 * share).toFixed(1)} %`);

function summaryWords(data, view) {
  const { wan } = data, inside = (values) => data.inside(view, values).filter((value) => value !== null);
  const rtt = inside(wan.rtt.mean);
  if (rtt.length === 0) return 'Nothing is known of this span.';
  const mean = rtt.reduce((sum, value) => sum + value, 0) / rtt.length;
  const worst = inside(wan.rtt.max).reduce((a, b) => Math.max(a, b), 0);
  const zones = (time) => {
    const whole = time.reduce((sum, seconds) => sum + seconds, 0);
    const parts = ZONES.flatMap((zone, code) => (code && time[code] ? [`${zone} ${shareWords(time[code] / whole)}`] : []));
    return parts.length ? `${parts.join(', ')} of the time` : 'GREEN all the time';
  };
  // v1.7 wrote the upload's zone down only when it changed.
  const side = (name, time, line) => {
    const rates = inside(line.min), parts = [];
    if (time.some((seconds) => seconds > 0)) parts.push(zones(time));
    if (rates.length) parts.push(`not below ${shortRate(rates.reduce((a, b) => Math.min(a, b)))} Mbit/s`);
    return parts.length ? [`${name} was ${parts.join(', and ')}`] : [];
  };
  const sides = [...side('Download', wan.time_down, wan.down), ...side('upload', wan.time_up, wan.up)];
  const gap = data.inside(view, wan.rtt.mean).filter((value) => value === null).length * data.step;
  const parts = [
    `Delay was ${shortMs(mean)} ms in the mean and ${shortMs(worst)} ms at worst.`,
    ...(sides.length ? [`${sides.join('; ')}.`] : []),
  ];
  if (gap > Math.max(data.step, UNDER_WAY)) parts.push(`Of ${spanWords(gap)} nothing is known.`);
  return parts.join(' ');
}

let changesShown = '';

function showChanges(data, view, goTo) {
  const events = data.wan.events.filter((event) => event.at >= view.from && event.at <= view.to).reverse();
  const count = events.reduce((sum, event) => sum + event.count, 0);
  say(byId('changes-title'), count ? `Changes (${count})` : 'No changes');
  // The same rows stay as they are, and with them whoever has reached one by keyboard.
  const changes = JSON.stringify([events, view.span > DAY / 2]);
  if (changes === changesShown) return;
  changesShown = changes;
  const rows = events.slice(0, MOST_ROWS).map((event) => {
    const what = event.what === 'zone' ? zoneTag() : make('span');
    if (event.what === 'zone') mark(what, 'zone', ZONES[event.value] || '');
    what.textContent = eventWords(event);
    const time = make('button', { type: 'button', class: 'moment', textContent: clockTime(event.at, view.span > DAY / 2) });
    const row = make('tr', { class: 'there' }, make('td', {}, time), make('td', {}, what),
      make('td', { textContent: event.reason || '' }));
    row.addEventListener('click', () => goTo(event.at));
    return row;
  });
  if (events.length > MOST_ROWS) {
    const text = `${events.length - MOST_ROWS} older ones: choose a shorter span to see them`;
    rows.push(make('tr', {}, make('td', { colSpan: 3, textContent: text })));
  }
  byId('changes-rows').replaceChildren(...rows);
}
