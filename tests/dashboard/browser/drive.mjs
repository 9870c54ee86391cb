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
page.on('request', (request) => asked.push(request.url()));

const text = (selector) => page.locator(selector).first().textContent();
const picture = async (name, options = {}) => {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), ...options });
};

async function until(what, isSo) {
  const end = Date.now() + 20000;
  while (!(await isSo())) {
    assert(Date.now() < end, `${what} did not come`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  console.log(`ok: ${what}`);
}

// The range of the last answer, and what the page says of it.
async function spanAfter(act) {
  const [response] = await Promise.all([page.waitForResponse((one) => one.url().includes('/api/series')), act()]);
  const query = new URL(response.url()).searchParams;
  await response.finished();
  return { span: Number(query.get('to')) - Number(query.get('from')), to: Number(query.get('to')), took: response.request().timing().responseEnd };
}

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
  const summary = await text('#summary');
  assert.match(summary, /Delay was .* ms in the mean/);
  // What somebody else wrote into the history stays words.
  assert.match(await text('#changes-rows'), /<img src=x onerror=alert\(1\)>/);

  const button = (name) => page.getByRole('button', { name, exact: true });
  const week = await spanAfter(() => button('7 days').click());
  console.log(`a week: ${Math.round(week.took)} ms for the answer`);
  assert(Math.abs(week.span - 7 * 86400) < 5, `${week.span}`);
  await until('the week described', async () => /7 days/.test(await text('#range')) && (await text('#summary')) !== summary);
  assert.equal(await button('7 days').getAttribute('aria-pressed'), 'true');

  const box = await page.locator('#charts').boundingBox();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 80);
  await until('the values of a moment', async () => /Delay .* ms, at worst/.test(await text('#readout')));
  const dragged = await spanAfter(async () => {
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 80, { steps: 5 });
    await page.mouse.up();
  });
  assert(dragged.span > 0.05 * week.span && dragged.span < 0.15 * week.span, `dragged to ${dragged.span}`);
  const axis = await text('#range');
  assert.match(axis, /hours/);
  const wheeled = await spanAfter(() => page.mouse.wheel(0, -300));
  assert(wheeled.span < dragged.span, `wheeled to ${wheeled.span}`);
  assert.notEqual(await text('#range'), axis);
  await page.locator('#charts').focus();
  const moved = await spanAfter(() => page.keyboard.press('ArrowLeft'));
  assert(moved.to < wheeled.to && Math.abs(moved.span - wheeled.span) < 3);
  const out = await spanAfter(() => page.keyboard.press('-'));
  assert(out.span > 1.5 * moved.span);
  for (let n = 0; n < 4; n += 1) await spanAfter(() => page.keyboard.press('Escape'));
  assert.match(await text('#range'), /^The last 7 days/);
  console.log('ok: dragging, wheel, keys and the way back');

  const other = page.locator('#wans button', { hasText: 'wan2' });
  await spanAfter(() => other.click());
  assert.equal(await other.getAttribute('aria-pressed'), 'true');
  await spanAfter(() => page.locator('#wans button', { hasText: 'wan1' }).click());

  await spanAfter(() => button('3 h').click());
  await page.mouse.move(box.x + box.width * 0.72, box.y + 80);
  await picture('desktop-light');
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.notEqual(await ground(), light);
  await spanAfter(() => button('7 days').click());
  await page.mouse.move(2, 2);
  await until('no readout', async () => page.locator('#readout').isHidden());
  await picture('desktop-dark');
  await page.emulateMedia({ colorScheme: 'light' });

  await page.setViewportSize({ width: 390, height: 844 });
  await spanAfter(() => button('24 h').click());
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert(wide <= 390, `${wide} pixels are asked of a phone that has 390`);
  await picture('phone', { fullPage: true });
  const { y } = await page.locator('.past').boundingBox();
  await picture('phone-charts', { fullPage: true, clip: { x: 0, y: y + (await page.evaluate(() => scrollY)) - 8, width: 390, height: 1180 } });
  await page.setViewportSize({ width: 1280, height: 1290 });
  console.log('ok: dark, and as wide as a phone');

  writeFileSync(takeAway, '');
  await until('word of a daemon that is gone', async () => /silent for/.test(await text('#problems')));
  assert.equal(await page.locator('.card.silent').count(), 2);
  assert.match(await text('#verdict'), /problem/);
  await spanAfter(() => button('30 min').click());
  console.log('ok: everything else goes on');
  await picture('daemon-gone');

  const elsewhere = asked.filter((one) => !one.startsWith(url) && !one.startsWith('data:'));
  assert.deepEqual(elsewhere, []);
  assert.deepEqual(complaints, []);
  console.log(`ok: ${asked.length} requests, all of them to the dashboard; the console is silent`);
} catch (error) {
  console.error(error, complaints);
  if (pictures) await picture('failed');
  process.exitCode = 1;
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
