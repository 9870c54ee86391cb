// Looks at the dashboard as a person does: node drive.mjs URL FILE, where making FILE takes the first daemon away.
// With PICTURES=FOLDER it takes pictures as well. Says what it saw; anything else than success ends it with 1.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [url, takeAway] = process.argv.slice(2);
const pictures = process.env.PICTURES;
const profile = mkdtempSync(join(tmpdir(), 'wanctl-dashboard-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
  viewport: { width: 1280, height: 1290 },
  colorScheme: 'light',
  locale: 'en-GB',
  timezoneId: 'Europe/Berlin',
});

const complaints = [], asked = [];
const page = browser.pages()[0] ?? await browser.newPage();
page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) complaints.push(message.text()); });
page.on('pageerror', (error) => complaints.push(String(error)));
page.setDefaultTimeout(60000);
page.on('request', (request) => asked.push(request.url()));

const text = (selector) => page.locator(selector).first().textContent();
const picture = async (name, options = {}) => {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), ...options });
};

async function until(what, isSo) {
  const end = Date.now() + 60000;
  while (!(await isSo())) {
    assert(Date.now() < end, `${what} did not come`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  console.log(`ok: ${what}`);
}

// What the last chart was asked for; the page asks again by itself, too.
let last = { span: 0, to: 0, wan: '' };
page.on('requestfinished', (request) => {
  if (!request.url().includes('/api/series')) return;
  const query = new URL(request.url()).searchParams, to = Number(query.get('to'));
  last = { span: to - Number(query.get('from')), to, wan: query.get('wan'), took: request.timing().responseEnd };
});

async function chartAfter(what, act, isSo) {
  await act();
  await until(what, () => isSo(last));
  return last;
}

const near = (a, b) => Math.abs(a - b) < 5;

// How much of the canvas is drawn on.
const ink = () => page.evaluate(() => [...document.querySelectorAll('canvas')].filter((one) => one.width && one.clientHeight).map((one) => {
  const { data } = one.getContext('2d').getImageData(0, 0, one.width, one.height);
  let drawn = 0;
  for (let n = 3; n < data.length; n += 4) if (data[n]) drawn += 1;
  return drawn / (data.length / 4);
}));

try {
  await page.goto(url);
  await until('a card for each line and one for steering', async () => (await page.locator('.card').count()) === 3);
  assert.equal(await text('.card h3'), 'wan1');
  assert.match(await text('#cards'), /Delay is \d+ ms above its baseline of 24 ms\.DownloadYELLOW\d+ of 500 Mbit\/sA queue is beginning to build\.Why: YELLOW, cut/);
  assert.equal(await text('#verdict'), 'All is well');

  const rate = await text('.rate');
  await until('a rate that changes by itself', async () => (await text('.rate')) !== rate);

  await until('charts', async () => (await ink()).slice(0, 3).every((share) => share > 0.02));
  await until('the span in words', async () => /Delay was .* ms in the mean/.test(await text('#summary')));
  const summary = await text('#summary');
  // What somebody else wrote into the history stays words.
  assert.match(await text('#changes-rows'), /<img src=x onerror=alert\(1\)>/);

  // v1.7 wrote no zones of the upload, and a worst second does not make a step of RED.
  const said = await page.evaluate(() => {
    const band = (value) => ({ mean: [value, value], min: [value, value], max: [value, value] });
    const none = { mean: [null, null], min: [null, null], max: [null, null] };
    const wan = { rtt: band(20), down: band(400), up: none, zone_down: [3, 0], zone_up: [null, null], time_down: [99, 0, 0, 1], time_up: [0, 0, 0, 0] };
    return summaryWords(new Data({ from: 0, step: 60 }, wan), { from: 0, to: 120 });
  });
  assert.equal(said, 'Delay was 20 ms in the mean and 20 ms at worst. Download was RED 1.0 % of the time, and not below 400 Mbit/s.');

  const button = (name) => page.getByRole('button', { name, exact: true });
  const show = (name, seconds) => chartAfter(name, () => button(name).click(), (one) => near(one.span, seconds));
  const week = await show('7 days', 7 * 86400);
  console.log(`a week: ${Math.round(week.took)} ms for the answer`);
  await until('the week described', async () => /7 days/.test(await text('#range')) && (await text('#summary')) !== summary);
  assert.equal(await button('7 days').getAttribute('aria-pressed'), 'true');

  const box = await page.locator('#charts').boundingBox();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 80);
  await until('the values of a moment', async () => /Delay .* ms, at worst/.test(await text('#readout')));
  const dragged = await chartAfter('a stretch that was dragged over', async () => {
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 80, { steps: 5 });
    await page.mouse.up();
  }, ({ span }) => span > 0.05 * week.span && span < 0.15 * week.span);
  const axis = await text('#range');
  assert.match(axis, /hours/);
  const wheeled = await chartAfter('the wheel', () => page.mouse.wheel(0, -300), ({ span }) => span < dragged.span - 60);
  assert.notEqual(await text('#range'), axis);
  await page.locator('#charts').focus();
  const moved = await chartAfter('an arrow key', () => page.keyboard.press('ArrowLeft'),
    ({ span, to }) => to < wheeled.to - 60 && near(span, wheeled.span));
  await chartAfter('the minus key', () => page.keyboard.press('-'), ({ span }) => span > 1.5 * moved.span);
  await chartAfter('the way back', async () => {
    for (let n = 0; n < 4; n += 1) await page.keyboard.press('Escape');
  }, ({ span }) => near(span, week.span));
  assert.match(await text('#range'), /^The last 7 days/);

  await page.locator('#changes-rows button').first().focus();
  await chartAfter('a change that was chosen by keyboard', () => page.keyboard.press('Enter'), ({ span }) => near(span, 600));
  await chartAfter('the way back from it', () => button('Back to the span before').click(), ({ span }) => near(span, week.span));
  await page.evaluate(() => scrollTo(0, 0));

  const line = (name) => page.locator('#wans button', { hasText: name });
  await chartAfter('the other line', () => line('wan2').click(), ({ wan }) => wan === 'wan2');
  assert.equal(await line('wan2').getAttribute('aria-pressed'), 'true');
  await chartAfter('the first line', () => line('wan1').click(), ({ wan }) => wan === 'wan1');

  await show('3 h', 3 * 3600);
  await page.mouse.move(box.x + box.width * 0.72, box.y + 80);
  await picture('desktop-light');
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.notEqual(await ground(), light);
  await show('7 days', 7 * 86400);
  await page.mouse.move(2, 2);
  await until('no readout', async () => page.locator('#readout').isHidden());
  await picture('desktop-dark');
  await page.emulateMedia({ colorScheme: 'light' });

  await page.setViewportSize({ width: 390, height: 844 });
  await show('24 h', 86400);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert(wide <= 390, `${wide} pixels are asked of a phone that has 390`);
  await picture('phone', { fullPage: true });
  const { y } = await page.locator('.past').boundingBox();
  await picture('phone-charts', { fullPage: true, clip: { x: 0, y: y + (await page.evaluate(() => scrollY)) - 8, width: 390, height: 1180 } });

  const fingers = await browser.newCDPSession(page);
  await fingers.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 2 });
  await page.locator('#charts').scrollIntoViewIfNeeded();
  const glass = await page.locator('#charts').boundingBox(), height = glass.y + 60;
  const touch = (type, ...xs) => fingers.send('Input.dispatchTouchEvent', { type, touchPoints: xs.map((x, id) => ({ x, y: height, id })) });
  const day = last;
  const pinched = await chartAfter('two fingers', async () => {
    await touch('touchStart', 180, 220);
    for (let n = 1; n <= 5; n += 1) await touch('touchMove', 180 - 16 * n, 220 + 16 * n);
    await touch('touchEnd');
  }, ({ span }) => span < day.span / 3);
  await chartAfter('one finger', async () => {
    await touch('touchStart', 120);
    for (let n = 1; n <= 5; n += 1) await touch('touchMove', 120 + 30 * n);
    await touch('touchEnd');
  }, ({ span, to }) => near(span, pinched.span) && to < pinched.to - span / 4);
  await fingers.send('Emulation.setTouchEmulationEnabled', { enabled: false });
  await page.setViewportSize({ width: 1280, height: 1290 });
  console.log('ok: dark, and as wide as a phone');

  writeFileSync(takeAway, '');
  await until('word of a daemon that is gone', async () => /silent for/.test(await text('#problems')));
  assert.equal(await page.locator('.card.silent').count(), 2);
  assert.match(await text('#verdict'), /problem/);
  await show('30 min', 1800);
  await picture('daemon-gone');

  const late = await browser.newPage();
  const meant = [];
  late.on('request', (request) => { if (request.url().includes('/api/series')) meant.push(Number(new URL(request.url()).searchParams.get('to'))); });
  await late.addInitScript(() => {
    const own = Date.now;
    Date.now = () => own() - 3600000;
  });
  await late.goto(url);
  await until("the dashboard's time on a machine whose clock is wrong", () => meant.some((to) => near(to, Date.now() / 1000)));
  await late.close();

  const elsewhere = asked.filter((one) => !one.startsWith(url) && !one.startsWith('data:'));
  assert.deepEqual(elsewhere, []);
  assert.deepEqual(complaints, []);
  console.log(`ok: ${asked.length} requests, all of them to the dashboard; the console is silent`);

  await browser.setOffline(true);
  await until('word of a dashboard that is gone', async () => /dashboard itself does not answer/.test(await text('#problems')));
  assert.equal(await page.locator('.card.silent').count(), 3);
  await browser.setOffline(false);
  await until('its return', async () => !/dashboard itself/.test(await text('#problems')));
  assert.equal(await page.locator('.card.silent').count(), 2);
} catch (error) {
  console.error(error, complaints);
  if (pictures) await picture('failed');
  process.exitCode = 1;
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
