// Drives the viewer of a running server in headless Chromium: node tests/browser.mjs BASE_URL [--screenshot FILE]
// Exit code 0 when every check holds, 1 when one does not, 2 for wrong usage. CHROMIUM names another browser binary.

import { existsSync } from "node:fs";
import { parseArgs } from "node:util";

import { chromium } from "playwright-core";

const flags = [
  "--headless",
  "--no-sandbox",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];
const wait_millis = 60_000;
const flight_millis = 20_000;

function usage(message) {
  console.error(`${message}\nusage: node tests/browser.mjs BASE_URL [--screenshot FILE] [--only-screenshot]`);
  process.exit(2);
}

function readArguments() {
  const options = { screenshot: { type: "string" }, "only-screenshot": { type: "boolean" } };
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (positionals.length !== 1) usage("one base URL is needed");
    return { base: new URL(positionals[0]).href.replace(/\/?$/, "/"), ...values };
  } catch (error) {
    return usage(error.message);
  }
}

function check(holds, message) {
  if (!holds) throw new Error(message);
}

const byTest = (id) => `[data-testid="${id}"]`;

/** Waits until the map rests; tiles asked for and drawn. */
async function idle(page) {
  await page.waitForFunction(() => window.lucdau?.map.loaded() && !window.lucdau.map.isMoving(), null, { timeout: wait_millis });
}

async function provinceIsDrawn({ page, base, facts }) {
  const started = Date.now();
  await page.goto(base, { waitUntil: "load" });
  const loaded = Date.now();
  await page.waitForFunction(() => window.lucdau, null, { timeout: wait_millis });
  await page.evaluate(() => window.lucdau.drawn);
  facts.load_millis = loaded - started;
  facts.drawn_millis = Date.now() - loaded;
  await page.evaluate(() => window.lucdau.ready);
  facts.idle_millis = Date.now() - loaded;
  const drawn = await page.evaluate(() => new Set(window.lucdau.map.queryRenderedFeatures().map((feature) => feature.sourceLayer)).size);
  check(drawn > 1, `only ${drawn} layers are drawn in the first view`);
  facts.layers_drawn = drawn;
}

async function switchHidesALayer({ page }) {
  const drawn = () => page.evaluate(() => window.lucdau.map.queryRenderedFeatures().filter((feature) => feature.sourceLayer === "districts").length);
  const before = await drawn();
  check(before > 0, "no district is drawn before its switch is used");
  const toggle = page.locator(byTest("layer-switch-districts"));
  await toggle.click();
  await page.waitForTimeout(200);
  await idle(page);
  check((await drawn()) === 0, "districts are still drawn after switching them off");
  check(page.url().includes("switch=districts"), "the address does not carry the switched layer");
  await toggle.click();
  await page.waitForTimeout(200);
  await idle(page);
  check((await drawn()) > 0, "districts do not come back after switching them on");
}

async function identifyOpensTheCommune({ page, base }) {
  const layers = await (await fetch(`${base}layers`)).json();
  const title = layers.find((layer) => layer.id === "communes")?.title_vi.replace(/ \(.*\)$/, "");
  check(title, "the server has no layer communes");
  // Near enough for communes to be drawn.
  await page.evaluate(() => window.lucdau.map.jumpTo({ center: [106.33, 20.94], zoom: 12.5 }));
  await page.waitForTimeout(300);
  await idle(page);
  const box = await page.locator("#map").boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  const card = page.locator(byTest("identify-card"));
  await card.waitFor({ state: "visible", timeout: flight_millis });
  const chip = card.locator(".chip", { hasText: title });
  if ((await chip.count()) > 0) await chip.first().click();
  await card.locator(".card-layer", { hasText: title }).waitFor({ timeout: flight_millis });
  await card.locator("dt[title=population]").waitFor({ timeout: flight_millis });
  const text = await card.innerText();
  check(/Dân số/.test(text), `the commune's card has no Vietnamese label for the population: ${text}`);
  const marked = await page.evaluate(() => window.lucdau.map.getStyle().sources["lucdau-highlight"]?.data?.features?.length ?? 0);
  check(marked === 1, "the commune is not marked on the map");
  await page.keyboard.press("Escape");
  await card.locator("button.icon-button").click({ timeout: 1_000 }).catch(() => undefined);
}

async function searchFindsWithoutDiacritics({ page }) {
  const input = page.locator(byTest("search-input"));
  await input.fill("chi linh");
  const result = page.locator(byTest("search-result"), { hasText: "Chí Linh" }).first();
  await result.waitFor({ timeout: flight_millis });
  const found = await page.evaluate(async () => {
    const answer = await (await fetch("search?q=chi%20linh&limit=8")).json();
    return answer.results.find((place) => place.name.includes("Chí Linh"));
  });
  await result.click();
  await page.waitForFunction(
    ([lon, lat]) => {
      const { map } = window.lucdau;
      const centre = map.getCenter();
      return !map.isMoving() && Math.hypot(centre.lng - lon, centre.lat - lat) < 0.12;
    },
    [found.lon, found.lat],
    { timeout: flight_millis },
  );
}

async function analysisEndsInATable({ page, facts, base }, name) {
  await page.locator("#tab-analyses").click();
  await page.locator(byTest(`analysis-${name}`)).click();
  const started = Date.now();
  await page.locator(byTest("run-analysis")).click();
  const rows = page.locator(`${byTest("result-table")} tbody tr`);
  const failed = page.locator(".toast-error");
  await rows.first().or(failed.first()).waitFor({ timeout: wait_millis });
  check((await failed.count()) === 0, `${name}: ${await failed.allInnerTexts()}`);
  facts[`${name}_millis`] = Date.now() - started;
  facts[`${name}_rows`] = await rows.count();
  await page.waitForTimeout(300);
  const drawn = await page.evaluate(() => window.lucdau.map.getStyle().sources["lucdau-result"]?.data?.features?.filter((feature) => !feature.properties.__marker).length ?? 0);
  check(drawn > 0, `${name}: no result on the map`);
  await rows.first().click();
  await page.waitForTimeout(200);
  await idle(page);
  const link = await page.locator(byTest("download-geojson")).getAttribute("href");
  const answer = await fetch(new URL(link, base));
  check(answer.status === 200, `${name}: the GeoJSON download answers ${answer.status}`);
  check((await answer.json()).features.length >= drawn, `${name}: the download has fewer features than the map`);
}

async function languageChanges({ page }) {
  const toggle = page.locator(byTest("lang-toggle"));
  check((await page.evaluate(() => document.documentElement.lang)) === "vi", "the page does not begin in Vietnamese");
  await toggle.click();
  check((await page.evaluate(() => document.documentElement.lang)) === "en", "lang is not en after the toggle");
  check((await page.locator("#tab-layers").innerText()).includes("Layers"), "the tab is not in English");
  await page.reload({ waitUntil: "load" });
  await page.waitForFunction(() => window.lucdau, null, { timeout: wait_millis });
  check((await page.evaluate(() => document.documentElement.lang)) === "en", "English is not remembered");
  await toggle.click();
  check((await page.locator("#tab-layers").innerText()).includes("Lớp dữ liệu"), "the tab is not in Vietnamese again");
  await page.evaluate(() => window.lucdau.ready);
}

async function compareShowsBothDrawings({ page }) {
  const image = page.waitForResponse((response) => /\/tiles\/topo\/\d+\/\d+\/\d+@2x\.png/.test(response.url()), { timeout: wait_millis });
  await page.locator(byTest("compare-toggle")).click();
  check((await image).ok(), `the server's image answers ${(await image).status()}`);
  await page.locator(".compare-handle").focus();
  await page.keyboard.press("ArrowRight");
  check((await page.locator(".compare-handle").getAttribute("aria-valuenow")) === "55", "the comparison's handle does not move with the keyboard");
  await page.waitForTimeout(500);
  await page.locator(byTest("compare-toggle")).click();
  await page.locator("#compare").waitFor({ state: "hidden" });
}

const steps = [
  ["the province is drawn", provinceIsDrawn],
  ["a switch hides a layer", switchHidesALayer],
  ["a click opens the card of a commune", identifyOpensTheCommune],
  ["search finds Chí Linh without diacritics and flies there", searchFindsWithoutDiacritics],
  ["plan_conflicts ends in a table", (context) => analysisEndsInATable(context, "plan_conflicts")],
  ["hot_spots ends in a table", (context) => analysisEndsInATable(context, "hot_spots")],
  ["the language changes and is remembered", languageChanges],
  ["the comparison shows both drawings", compareShowsBothDrawings],
];

async function takePicture(context, file) {
  const { page, base } = context;
  await page.goto("about:blank");
  await page.goto(base, { waitUntil: "load" });
  await page.waitForFunction(() => window.lucdau, null, { timeout: wait_millis });
  await page.evaluate(() => window.lucdau.ready);
  await page.waitForTimeout(600);
  await page.screenshot({ path: file });
}

async function main() {
  const { base, screenshot, "only-screenshot": onlyPicture } = readArguments();
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) usage(`no browser at ${executablePath}: install chromium or set CHROMIUM`);
  const browser = await chromium.launch({ executablePath, args: flags });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: "vi-VN" });
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(`${message.text()} (${message.location().url})`));
  page.on("pageerror", (error) => errors.push(error.message));
  const context = { page, base, facts: {} };
  try {
    for (const [name, step] of onlyPicture ? [] : steps) {
      const started = Date.now();
      await step(context).catch((error) => {
        throw new Error(`${name}: ${error.message}`);
      });
      console.log(`ok   ${name} (${Date.now() - started} ms)`);
    }
    if (screenshot) await takePicture(context, screenshot);
    check(errors.length === 0, `console errors:\n  ${[...new Set(errors)].join("\n  ")}`);
    const facts = Object.entries(context.facts).map(([name, value]) => `${name}=${value}`);
    console.log(`viewer: ${onlyPicture ? 0 : steps.length} checks passed, no console errors; ${facts.join(" ")}`);
  } catch (error) {
    console.error(`FAIL ${error.message}`);
    for (const text of new Set(errors)) console.error(`     console: ${text}`);
    await page.screenshot({ path: process.env.FAILURE_SCREENSHOT ?? "test-results/failure.png" }).catch(() => undefined);
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}

await main();
