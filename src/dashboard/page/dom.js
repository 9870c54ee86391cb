// Elements and words. Whatever comes from outside becomes text, never markup.

const byId = (id) => document.getElementById(id);

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'class') element.className = value;
    else if (name.includes('-') || name === 'role') element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

// Only what has changed: a reader's selection and a screen reader's place stay.
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function mark(element, name, value) {
  if (element.dataset[name] !== value) element.dataset[name] = value;
}

const ZONES = ['GREEN', 'YELLOW', 'SOFT_RED', 'RED'];
const ZONE_COLOURS = ['green', 'yellow', 'soft-red', 'red'];

// Seconds since 1970 as the dashboard has it: a phone's clock may be minutes off.
const clock = { ahead: 0 };
const now = () => Date.now() / 1000 + clock.ahead;

// Whether it was set; what it says is up to a second old.
function setClock(theirs) {
  const ahead = theirs - Date.now() / 1000, isOff = Math.abs(ahead - clock.ahead) > 2;
  if (isOff) clock.ahead = ahead;
  return isOff;
}

const MINUTE = 60, HOUR = 3600, DAY = 86400;

const shortRate = (value) => (value === null ? '–' : value.toFixed(value < 100 && value % 1 >= 0.05 ? 1 : 0));
const shortMs = (value) => (value === null ? '–' : value.toFixed(Math.abs(value) < 9.95 ? 1 : 0));

function clockTime(at, withDay) {
  const time = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' };
  const day = { weekday: 'short', day: 'numeric', month: 'short' };
  return new Date(at * 1000).toLocaleString(undefined, withDay ? { ...day, ...time } : time);
}

const sameDay = (a, b) => new Date(a * 1000).toDateString() === new Date(b * 1000).toDateString();

function spanWords(seconds) {
  const whole = (n, unit) => `${Math.round(n)} ${unit}${Math.round(n) === 1 ? '' : 's'}`;
  if (seconds < 2 * MINUTE) return whole(seconds, 'second');
  if (seconds < 2 * HOUR) return whole(seconds / MINUTE, 'minute');
  if (seconds < 2 * DAY) return whole(seconds / HOUR, 'hour');
  return whole(seconds / DAY, 'day');
}
