// Asks, and shows what was answered.

const SPANS = [['5 min', 5 * MINUTE], ['30 min', 30 * MINUTE], ['3 h', 3 * HOUR], ['24 h', DAY], ['7 days', 7 * DAY], ['30 days', 30 * DAY]];
const MEASURES = [['RTT', 'rtt'], ['above baseline', 'delta']];

const live = new Live();
const shown = { at: null, measure: 'rtt', ceilings: {}, wan: null };
const charts = byId('charts');
const pictures = [];
let data = null, lastLive = null, asking = null, timer = null, refresher = null;

const view = new View(3 * HOUR, () => {
  redraw();
  clearTimeout(timer);
  timer = setTimeout(load, 120);
});

// Longer than the dashboard takes for anything; a phone that changes its network waits for minutes otherwise.
const PATIENCE = 20000;

async function answerOf(path, asked = new AbortController()) {
  const late = setTimeout(() => asked.abort(), PATIENCE);
  try {
    const response = await fetch(path, { signal: asked.signal, cache: 'no-store' });
    const document = await response.json();
    if (!response.ok) throw new Error(document.error);
    return document;
  } finally {
    clearTimeout(late);
  }
}

async function load() {
  const wan = shown.wan;
  clearTimeout(refresher);
  if (wan === null || document.hidden) return;
  if (asking) asking.abort();
  asking = new AbortController();
  const own = asking;
  const slow = setTimeout(() => say(byId('loading'), 'loading…'), 300);
  try {
    const points = Math.min(2000, Math.max(120, Math.round(charts.clientWidth / 1.5)));
    const range = { from: Math.floor(view.from), to: Math.ceil(view.to), wan, points };
    const answer = await answerOf(`/api/series?${new URLSearchParams(range)}`, own);
    const found = answer.wans.find((one) => one.name === wan);
    data = found ? new Data(answer, found) : null;
    say(byId('loading'), answer.cut ? `(${answer.cut})` : '');
  } catch (error) {
    if (asking !== own) return;
    say(byId('loading'), `(not loaded: ${error.name === 'AbortError' ? 'no answer' : error.message})`);
  } finally {
    clearTimeout(slow);
  }
  redraw();
  describe();
  if (view.following) refresher = setTimeout(load, view.span <= 30 * MINUTE ? 3000 : 10000);
}

let drawing = false;
function redraw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    pictures.forEach((picture) => picture.draw(view, data, shown));
    const day = !sameDay(view.from, view.to) || !sameDay(view.to, now());
    const range = `${clockTime(view.from, day)} – ${clockTime(view.to, day)}`;
    say(byId('range'), view.following ? `The last ${spanWords(view.span)}: ${range}` : `${spanWords(view.span)}: ${range}`);
    for (const button of byId('spans').children) {
      button.setAttribute('aria-pressed', String(view.following && Number(button.value) === view.span));
    }
    byId('back').disabled = view.before.length === 0;
    byId('later').disabled = view.following;
    readout();
  });
}

function describe() {
  say(byId('summary'), data ? summaryWords(data, view) : 'Nothing is known of this span.');
  byId('changes').hidden = !data;
  if (data) showChanges(data, view, (at) => view.show(at - 5 * MINUTE, at + 5 * MINUTE));
}

function readout() {
  const box = byId('readout');
  box.hidden = shown.at === null || !data;
  if (box.hidden) return;
  const lines = readoutLines(data, shown.at, shown.measure).map((text) => make('span', { textContent: text }));
  box.replaceChildren(make('b', { textContent: clockTime(shown.at, view.span > DAY / 2) }), ...lines.flatMap((line) => [line, make('br')]));
  const share = (shown.at - view.from) / view.span, wide = charts.clientWidth;
  const x = LEFT + share * (wide - LEFT - RIGHT);
  box.style.left = share < 0.5 ? `${Math.min(x + 14, wide - box.offsetWidth)}px` : `${Math.max(x - 14 - box.offsetWidth, 0)}px`;
}

function choice(parent, names, pressed, act) {
  const known = names.map(([, value]) => value).join('\n');
  if (parent.dataset.known !== known) {
    parent.dataset.known = known;
    parent.replaceChildren(...names.map(([text, value]) => {
      const button = make('button', { type: 'button', value, textContent: text });
      button.addEventListener('click', () => act(value));
      return button;
    }));
  }
  for (const button of parent.children) button.setAttribute('aria-pressed', String(button.value === String(pressed)));
}

function choose(wan) {
  shown.wan = wan;
  data = null;
  chooseWans();
  load();
}

// Those that are recorded; those that only run now have no past.
function chooseWans() {
  const { history, wans } = lastLive, names = history.wans;
  if (!names.includes(shown.wan)) {
    const first = wans.map((wan) => wan.name).find((name) => names.includes(name)) ?? names[0] ?? null;
    if (first !== shown.wan) {
      shown.wan = first;
      load();
    }
  }
  choice(byId('wans'), names.length > 1 ? names.map((name) => [name, name]) : [], shown.wan, choose);
  const own = wans.find((wan) => wan.name === shown.wan);
  shown.ceilings = own ? { down: own.download.ceiling, up: own.upload.ceiling } : {};
  const problem = history.problem;
  byId('no-history').hidden = !problem;
  say(byId('no-history'), problem ? `No charts: ${problem}.` : '');
  byId('charts-frame').hidden = shown.wan === null;
  byId('toolbar').classList.toggle('idle', shown.wan === null);
}

async function watch() {
  const heard = await answerOf('/api/live').catch(() => null);
  setTimeout(watch, document.hidden ? 5000 : 1000);
  if (!heard) {
    live.fade();
    return;
  }
  lastLive = heard;
  if (setClock(heard.now)) view.changed();
  live.show(heard);
  chooseWans();
}

function chooseMeasure(measure) {
  shown.measure = measure;
  choice(byId('measures'), MEASURES, measure, chooseMeasure);
  redraw();
}

function start() {
  PANELS.forEach((kind, n) => pictures.push(new Panel(charts, kind, n === PANELS.length - 1)));
  pictures.push(new SteeringLane(charts));
  SPANS.forEach(([text, span]) => {
    const button = make('button', { type: 'button', value: span, textContent: text });
    button.addEventListener('click', () => view.follow(span));
    byId('spans').append(button);
  });
  chooseMeasure(shown.measure);
  const press = { earlier: () => view.pan(-0.5), later: () => view.pan(0.5), in: () => view.zoom(2, view.following ? 1 : 0.5),
    out: () => view.zoom(0.5, view.following ? 1 : 0.5), back: () => view.back() };
  for (const [id, act] of Object.entries(press)) byId(id).addEventListener('click', act);
  new Gestures(charts, view, (place) => {
    shown.at = place === null ? null : view.from + place * view.span;
    redraw();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  new ResizeObserver(() => view.changed()).observe(charts);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) load(); });
  watch();
}

start();
