// Which stretch of time is looked at.

const SHORTEST = MINUTE, LONGEST = 400 * DAY;

class View {
  constructor(span, changed) {
    this.span = span;
    this.following = true;
    this.end = now();
    this.before = [];
    this.changed = changed;
  }

  get to() { return this.following ? now() : this.end; }

  get from() { return this.to - this.span; }

  // The last so many seconds, as they pass.
  follow(span) {
    this.remember();
    this.set(span, now(), true);
  }

  show(from, to) {
    this.remember();
    this.slide(from, to);
  }

  // The same without a way back: a drag has many steps.
  slide(from, to) {
    const span = Math.min(Math.max(to - from, SHORTEST), LONGEST);
    const latest = now(), end = (from + to) / 2 + span / 2;
    // Who comes to the end of time stays with it.
    this.set(span, Math.min(end, latest), end >= latest - span / 200);
  }

  // Larger than one: closer. `place` from 0 (left) to 1 stays where it is.
  zoom(factor, place = 0.5) {
    const at = this.from + place * this.span, span = this.span / factor;
    const from = at - place * span;
    if (this.following && place > 0.9) this.follow(Math.min(Math.max(span, SHORTEST), LONGEST));
    else this.show(from, from + span);
  }

  pan(share) { this.show(this.from + share * this.span, this.to + share * this.span); }

  remember() {
    this.before.push([this.span, this.end, this.following]);
    if (this.before.length > 50) this.before.shift();
  }

  back() {
    const last = this.before.pop();
    if (last) this.set(...last);
  }

  set(span, end, following) {
    Object.assign(this, { span, end, following });
    this.changed();
  }
}
