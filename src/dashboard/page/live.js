// What is so now: a card for each line and for steering.

function zoneTag() { return make('span', { class: 'zone' }); }

function showZone(tag, zone) {
  say(tag, zone || 'unknown');
  mark(tag, 'zone', zone || '');
}

// One direction: its rate, how much of what it may be that is, and why.
function sideCard(name) {
  const zone = zoneTag(), rate = make('span', { class: 'rate' }), rest = make('span', { class: 'quiet' });
  const fill = make('i'), meter = make('div', { class: 'meter', 'aria-hidden': 'true' }, fill);
  const meaning = make('p'), why = make('p', { class: 'quiet' });
  const side = make('div', { class: 'side', role: 'group' }, make('p', { class: 'side-head' }, make('span', { textContent: name }), zone),
    make('p', {}, rate, ' ', rest), meter, meaning, why);
  return { side, update(known) {
    side.setAttribute('aria-label', known.headline);
    showZone(zone, known.zone);
    say(rate, shortRate(known.rate));
    say(rest, known.ceiling === null ? 'Mbit/s' : `of ${shortRate(known.ceiling)} Mbit/s`);
    mark(meter, 'zone', known.zone);
    const full = known.ceiling || known.rate;
    fill.style.width = `${full ? Math.min(known.rate / full, 1) * 100 : 0}%`;
    say(meaning, `${known.sentence[0].toUpperCase()}${known.sentence.slice(1)}.`);
    say(why, known.why ? `Why: ${known.why}` : '');
  } };
}

function fact(list, name) {
  const value = make('dd');
  list.append(make('dt', { textContent: name }), value);
  return (text, bad = false) => {
    say(value, text);
    value.classList.toggle('bad', bad);
  };
}

function wanCard() {
  const title = make('h3'), delay = make('p', { class: 'headline' }), facts = make('dl', { class: 'facts' });
  const down = sideCard('Download'), up = sideCard('Upload');
  const card = make('article', { class: 'card' }, make('header', {}, title), delay, make('div', { class: 'sides' }, down.side, up.side));
  const router = fact(facts, 'Router'), reflectors = fact(facts, 'Reflectors');
  const rows = make('tbody');
  const heading = ['Reflector', 'RTT', 'Loss'].map((name) => make('th', { scope: 'col', textContent: name }));
  const more = make('details', {}, make('summary', { textContent: 'Each reflector' }),
    make('div', { class: 'table' }, make('table', {}, make('thead', {}, make('tr', {}, ...heading)), rows)));
  card.append(facts, more);
  return { card, update(wan) {
    say(title, wan.name);
    say(delay, wan.delay.sentence);
    down.update(wan.download);
    up.update(wan.upload);
    router(wan.router.sentence, !wan.router.fine);
    reflectors(wan.reflectors.sentence, !wan.reflectors.fine);
    more.hidden = wan.list.length === 0;
    rows.replaceChildren(...wan.list.map((one) => make('tr', {},
      make('td', { textContent: one.host }),
      make('td', { class: 'number', textContent: one.answers && one.rtt !== null ? `${shortMs(one.rtt)} ms` : 'no answer' }),
      make('td', { class: 'number', textContent: `${one.loss.toFixed(1)} %` }))));
  } };
}

function steeringCard() {
  const tag = make('span', { class: 'tag' }), headline = make('p', { class: 'headline' }), said = make('ul', { class: 'said' });
  const card = make('article', { class: 'card' }, make('header', {}, make('h3', { textContent: 'Steering' }), tag), headline, said);
  return { card, update(steering) {
    say(tag, steering.on ? 'over the alternate' : 'as usual');
    say(headline, `${steering.headline}.`);
    while (said.children.length > steering.sentences.length) said.lastChild.remove();
    steering.sentences.forEach((sentence, n) => {
      if (!said.children[n]) said.append(make('li'));
      say(said.children[n], sentence);
    });
  } };
}

class Live {
  constructor() { this.cards = new Map(); }

  show(live) {
    const kept = new Set();
    const put = (key, build, what) => {
      if (!this.cards.has(key)) {
        this.cards.set(key, build());
        byId('cards').append(this.cards.get(key).card);
      }
      kept.add(key);
      const { card, update } = this.cards.get(key);
      update(what);
      card.classList.toggle('silent', what.silent_for !== null);
    };
    live.wans.forEach((wan, n) => put(`wan ${n} ${wan.name}`, wanCard, wan));
    live.steering.forEach((steering, n) => put(`steering ${n}`, steeringCard, steering));
    for (const [key, { card }] of this.cards) {
      if (!kept.has(key)) {
        card.remove();
        this.cards.delete(key);
      }
    }
    this.problems(live);
    byId('sources').replaceChildren(...live.sources.map((source) => make('li', {
      class: source.answers ? '' : 'bad', textContent: `${source.address}: ${source.sentence}`,
    })));
  }

  // What is shown was so when it was last asked.
  fade() {
    for (const { card } of this.cards.values()) card.classList.add('silent');
    this.tell(['The dashboard itself does not answer: has it been stopped? It is asked again every second.']);
  }

  problems(live) {
    const told = [];
    for (const source of live.sources) {
      // A daemon that never answered may well not be wanted; the foot of the page names it.
      if (!source.answers && source.kind) told.push(`${source.address} is ${source.sentence}. What it said last is shown dimmed.`);
    }
    for (const source of live.sources) if (source.problem) told.push(`${source.address} ${source.problem}.`);
    for (const wan of live.wans) if (wan.problem) told.push(`${wan.name}: ${wan.problem}`);
    for (const steering of live.steering) if (steering.problem) told.push(`Steering: ${steering.problem}`);
    if (live.wans.length + live.steering.length === 0) told.push('No daemon answers yet. See the foot of this page for who is asked.');
    this.tell(told);
    say(byId('clock'), `${clockTime(live.now, true)} · wanctl ${live.version}`);
  }

  tell(told) {
    const list = byId('problems'), verdict = byId('verdict');
    list.hidden = told.length === 0;
    while (list.children.length > told.length) list.lastChild.remove();
    told.forEach((text, n) => {
      if (!list.children[n]) list.append(make('li'));
      say(list.children[n], text);
    });
    const words = ['All is well', 'One problem', `${told.length} problems`][Math.min(told.length, 2)];
    say(verdict, words);
    mark(verdict, 'tone', told.length ? 'bad' : 'good');
    document.title = told.length ? `(${told.length}) wanctl` : 'wanctl';
  }
}
