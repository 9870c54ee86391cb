// Mouse, wheel, fingers and keys on the charts.

class Gestures {
  constructor(area, view, point) {
    Object.assign(this, { area, view, point, fingers: new Map(), drag: null });
    const on = (name, act, options) => area.addEventListener(name, act, options);
    on('pointerdown', (event) => this.down(event));
    on('pointermove', (event) => this.move(event));
    on('pointerup', (event) => this.up(event));
    on('pointercancel', (event) => this.up(event));
    on('pointerleave', () => { if (!this.fingers.size) point(null); });
    on('wheel', (event) => this.wheel(event), { passive: false });
    on('keydown', (event) => this.key(event));
    on('dblclick', () => view.zoom(0.5));
  }

  // From 0, the left end of the charts, to 1.
  place(x) {
    const box = this.area.getBoundingClientRect();
    return Math.min(Math.max((x - box.left - LEFT) / (box.width - LEFT - RIGHT), 0), 1);
  }

  down(event) {
    if (event.button !== 0) return;
    this.area.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, event.clientX);
    const from = this.view.from, span = this.view.span;
    const pans = event.pointerType === 'touch' || event.shiftKey;
    this.drag = { x: event.clientX, moved: false, pans, from, span, places: this.places() };
    if (this.fingers.size === 2) this.view.remember();
  }

  places() { return [...this.fingers.values()].map((x) => this.place(x)).sort((a, b) => a - b); }

  move(event) {
    if (!this.fingers.has(event.pointerId)) return this.point(this.place(event.clientX));
    this.fingers.set(event.pointerId, event.clientX);
    const { drag } = this;
    if (Math.abs(event.clientX - drag.x) > 6) {
      if (!drag.moved && drag.pans && this.fingers.size === 1) this.view.remember();
      drag.moved = true;
    }
    if (this.fingers.size === 2) this.pinch();
    else if (drag.moved && drag.pans) {
      const shift = (this.place(drag.x) - this.place(event.clientX)) * drag.span;
      this.view.slide(drag.from + shift, drag.from + shift + drag.span);
    } else if (drag.moved) this.select(this.place(drag.x), this.place(event.clientX));
    return undefined;
  }

  // What was below two fingers stays below them.
  pinch() {
    const [a, b] = this.drag.places, [left, right] = this.places();
    const apart = Math.max(right - left, 0.02);
    const span = (this.drag.span * Math.max(b - a, 0.02)) / apart;
    const from = this.drag.from + a * this.drag.span - left * span;
    this.drag.moved = true;
    this.view.slide(from, from + span);
  }

  select(a, b) {
    const box = byId('selection'), wide = this.area.clientWidth - LEFT - RIGHT;
    box.hidden = false;
    box.style.left = `${LEFT + Math.min(a, b) * wide}px`;
    box.style.width = `${Math.abs(b - a) * wide}px`;
  }

  up(event) {
    if (!this.fingers.delete(event.pointerId)) return;
    byId('selection').hidden = true;
    const { drag, view } = this;
    if (this.fingers.size) {
      this.drag = { ...drag, x: [...this.fingers.values()][0], from: view.from, span: view.span, places: this.places() };
    } else if (!drag.moved) {
      this.point(this.place(event.clientX));
    } else if (!drag.pans && event.type === 'pointerup') {
      const [a, b] = [this.place(drag.x), this.place(event.clientX)].sort((one, other) => one - other);
      view.show(drag.from + a * drag.span, drag.from + b * drag.span);
    }
  }

  wheel(event) {
    event.preventDefault();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.view.pan(event.deltaX / 600);
    else this.view.zoom(Math.exp(-event.deltaY / 300), this.place(event.clientX));
  }

  key(event) {
    const { view } = this;
    const acts = {
      ArrowLeft: () => view.pan(-0.25),
      ArrowRight: () => view.pan(0.25),
      '+': () => view.zoom(2),
      '=': () => view.zoom(2),
      '-': () => view.zoom(0.5),
      Home: () => view.follow(view.span),
      Escape: () => view.back(),
    };
    if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[event.key]();
  }
}
