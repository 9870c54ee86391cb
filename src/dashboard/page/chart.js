// Pictures of one line's past, one below the other, above one axis of time.

const LEFT = 44, RIGHT = 6, AXIS = 22, STRIP = 12;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// Below each other: what is drawn, which extreme its band reaches to, whose zones are behind it.
const PANELS = [
  { key: 'delay', title: 'Delay', unit: 'ms', extreme: 'max', zones: ['zone_down', 'zone_up'], least: 10 },
  { key: 'down', title: 'Download limit', unit: 'Mbit/s', extreme: 'min', zones: ['zone_down'], least: 1 },
  { key: 'up', title: 'Upload limit', unit: 'Mbit/s', extreme: 'min', zones: ['zone_up'], least: 1 },
];

class Picture {
  constructor(parent, title, kind) {
    this.canvas = make('canvas', { role: 'img', 'aria-label': title });
    this.note = make('span');
    this.figure = make('figure', { class: kind }, make('figcaption', {}, make('span', { textContent: title }), this.note), this.canvas);
    parent.append(this.figure);
  }

  // A clean sheet in CSS pixels, sharp on every screen.
  begin(view) {
    const ratio = window.devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.pen = this.canvas.getContext('2d');
    this.pen.scale(ratio, ratio);
    this.pen.font = '12px system-ui, sans-serif';
    const [from, span] = [view.from, view.span];
    this.x = (at) => LEFT + ((at - from) / span) * (this.width - LEFT - RIGHT);
    return this.pen;
  }

  // Steps of equal value in a row are one rectangle: no seams, and few of them.
  stretches(data, codeAt, draw) {
    for (let n = 0; n < data.length;) {
      const code = codeAt(n), first = n;
      while (n < data.length && codeAt(n) === code) n += 1;
      if (code !== null) draw(code, this.x(data.at(first)), this.x(data.at(n)));
    }
  }

  within(draw) {
    this.pen.save();
    this.pen.beginPath();
    this.pen.rect(LEFT, 0, this.width - LEFT - RIGHT, this.height);
    this.pen.clip();
    draw();
    this.pen.restore();
  }

  cross(at) {
    if (at === null) return;
    this.pen.fillStyle = colour('ink');
    this.pen.globalAlpha = 0.45;
    this.pen.fillRect(this.x(at), 0, 1, this.bottom || this.height);
    this.pen.globalAlpha = 1;
  }
}

class Panel extends Picture {
  constructor(parent, kind, last) {
    super(parent, `${kind.title}, ${kind.unit}`, last ? 'last' : '');
    this.kind = kind;
    this.last = last;
  }

  draw(view, data, shown) {
    const pen = this.begin(view);
    this.bottom = this.height - STRIP - (this.last ? AXIS : 0);
    const line = data && data.line(this.kind.key === 'delay' ? shown.measure : this.kind.key);
    const ceiling = shown.ceilings[this.kind.key];
    const heights = line ? data.inside(view, [...line.mean, ...line.max]) : [];
    this.top = topOf(heights, Math.max(this.kind.least, (ceiling || 0) * 1.04));
    this.y = (value) => 4 + (1 - Math.max(value, 0) / this.top) * (this.bottom - 4);
    if (data) this.within(() => this.zones(data));
    this.axes(view);
    if (!line) return;
    this.within(() => {
      if (ceiling) this.dashes(ceiling);
      this.band(data, line);
      if (this.kind.key === 'delay' && shown.measure === 'rtt') this.curve(data, data.wan.baseline.mean, colour('base'), 1.2);
      this.curve(data, line.mean, colour('curve'), 1.6);
      this.marks(data);
      this.cross(shown.at);
    });
    pen.globalAlpha = 1;
  }

  // Behind everything a tint; below it a strip that is the higher, the worse the zone: colour is not all there is.
  zones(data) {
    const { pen } = this, codes = this.kind.zones.map((name) => data.wan[name]);
    const worst = (n) => codes.reduce((known, line) => (line[n] === null ? known : Math.max(known ?? 0, line[n])), null);
    this.stretches(data, worst, (code, left, right) => {
      const wide = Math.max(right - left, 1), high = 3 + code * 3;
      if (code > 0) {
        pen.fillStyle = colour(`${ZONE_COLOURS[code]}-fill`);
        pen.fillRect(left, 0, wide, this.bottom);
      }
      pen.fillStyle = colour(ZONE_COLOURS[code]);
      pen.fillRect(left, this.bottom + STRIP - high, wide, high);
    });
  }

  axes(view) {
    const { pen } = this;
    pen.textBaseline = 'middle';
    pen.textAlign = 'right';
    for (const value of valueTicks(this.top, 3)) {
      pen.fillStyle = colour('line');
      pen.fillRect(LEFT, Math.round(this.y(value)), this.width - LEFT - RIGHT, 1);
      pen.fillStyle = colour('quiet');
      pen.fillText(String(Number(value.toPrecision(3))), LEFT - 6, Math.max(this.y(value), 8));
    }
    pen.textAlign = 'center';
    for (const { at, words, midnight } of timeTicks(view.from, view.to, Math.max(2, this.width / 95))) {
      const x = Math.round(this.x(at)), half = pen.measureText(words).width / 2;
      pen.fillStyle = colour('line');
      pen.fillRect(x, 0, midnight ? 2 : 1, this.bottom);
      if (!this.last || x - half < 0 || x + half > this.width) continue;
      pen.fillStyle = colour('quiet');
      pen.fillText(words, x, this.height - AXIS / 2);
    }
  }

  dashes(value) {
    const { pen } = this;
    pen.strokeStyle = colour('quiet');
    pen.lineWidth = 1;
    pen.setLineDash([5, 4]);
    pen.beginPath();
    pen.moveTo(LEFT, this.y(value));
    pen.lineTo(this.width, this.y(value));
    pen.stroke();
    pen.setLineDash([]);
  }

  band(data, line) {
    const { pen } = this, far = line[this.kind.extreme];
    pen.fillStyle = colour('band');
    const step = Math.max(this.x(data.at(1)) - this.x(data.at(0)), 1);
    for (let n = 0; n < data.length; n += 1) {
      if (far[n] === null) continue;
      const near = line.mean[n] ?? far[n], x = this.x(data.at(n));
      const [a, b] = [this.y(near), this.y(far[n])];
      pen.fillRect(x, Math.min(a, b), step, Math.max(Math.abs(a - b), 0.6));
      if (line.max[n] > this.top) {
        pen.save();
        pen.fillStyle = colour('red');
        pen.fillRect(x, 0, Math.max(step, 2), 4);
        pen.restore();
      }
    }
  }

  // Where nothing is known, there is no line; a single point is a dot.
  curve(data, values, ink, width) {
    const { pen } = this, half = data.step / 2;
    pen.strokeStyle = ink;
    pen.lineWidth = width;
    pen.lineJoin = 'round';
    pen.beginPath();
    for (let n = 0; n < data.length; n += 1) {
      if (values[n] === null) continue;
      const x = this.x(data.at(n) + half), y = this.y(values[n]);
      if (n > 0 && values[n - 1] !== null) pen.lineTo(x, y);
      else {
        pen.moveTo(x - 0.7, y);
        pen.lineTo(x + 0.7, y);
      }
    }
    pen.stroke();
  }

  // Changes of zone as notches at the foot; failed writes as crosses and starts as rings at the head.
  marks(data) {
    const { pen } = this, way = { down: 'download', up: 'upload' }[this.kind.key];
    for (const event of data.wan.events) {
      const x = this.x(event.at);
      if (event.what === 'zone' && (!way || event.way === way)) {
        pen.fillStyle = colour(ZONE_COLOURS[event.value] || 'unknown');
        pen.beginPath();
        pen.moveTo(x - 3.5, this.bottom);
        pen.lineTo(x + 3.5, this.bottom);
        pen.lineTo(x, this.bottom - 6);
        pen.fill();
      } else if ((event.what === 'write' && way && (!event.way || event.way === way)) || event.what === 'start') {
        this.head(x, event.what === 'write');
      }
    }
  }

  // A cross or a ring.
  head(x, cross) {
    const { pen } = this;
    pen.strokeStyle = colour(cross ? 'red' : 'quiet');
    pen.lineWidth = 2;
    pen.beginPath();
    if (cross) {
      pen.moveTo(x - 4, 4);
      pen.lineTo(x + 4, 12);
      pen.moveTo(x + 4, 4);
      pen.lineTo(x - 4, 12);
    } else pen.arc(x, 8, 3.5, 0, 7);
    pen.stroke();
  }
}

// When new connections took the alternate.
class SteeringLane extends Picture {
  constructor(parent) {
    super(parent, 'Steering: over the alternate', 'lane');
  }

  draw(view, data, shown) {
    const known = data && data.wan.steered.some((value) => value !== null);
    this.figure.hidden = !known;
    if (!known) return;
    const pen = this.begin(view);
    this.within(() => {
      this.stretches(data, (n) => data.wan.steered[n], (code, left, right) => {
        pen.fillStyle = colour(code ? 'base' : 'line');
        pen.fillRect(left, code ? 2 : 8, Math.max(right - left, 1), code ? 14 : 3);
      });
      this.cross(shown.at);
    });
    const [off, on] = data.wan.time_steered;
    say(this.note, on ? `${shareWords(on / (on + off))} of the time` : 'never in this span');
  }
}
