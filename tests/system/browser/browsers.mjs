// Both browsers behind one page interface: Chromium through playwright-core, Firefox through puppeteer-core, whose
// WebDriver BiDi drives an unpatched Firefox.

const WIDTH = 1280;
const HEIGHT = 900;

/** `kill` ends the browser at once, `close` asks it to go. */
export async function launch(which, { timeout }) {
  if (which === "chromium") return launchChromium(timeout);
  if (which === "firefox") return launchFirefox(timeout);
  throw new Error(`unknown browser ${which}: chromium or firefox`);
}

/** Another page beside the first, with the same interface as far as tests need it. */
const tabOf = (page, timeout) => ({
  goto: (url) => page.goto(url, { waitUntil: "domcontentloaded", timeout }),
  evaluate: (expression) => page.evaluate(expression),
  close: () => page.close(),
});

async function launchChromium(timeout) {
  const { chromium } = await import("playwright-core");
  // A server, because only a server says which process it is, which must not outlive the driver.
  const server = await chromium.launchServer({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    headless: true,
    timeout,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // A page that nobody looks at must reconnect as fast as one in front.
      "--disable-background-timer-throttling",
      "--disable-renderer-backgrounding",
      "--disable-backgrounding-occluded-windows",
    ],
  });
  const browser = await chromium.connect(server.wsEndpoint(), { timeout });
  const context = await browser.newContext({
    viewport: { width: WIDTH, height: HEIGHT },
    // A test makes its own certificate.
    ignoreHTTPSErrors: true,
  });
  const page = await context.newPage();
  return {
    version: `Chromium ${browser.version()}`,
    goto: (url) => page.goto(url, { waitUntil: "domcontentloaded", timeout }),
    reload: () => page.reload({ waitUntil: "domcontentloaded", timeout }),
    evaluate: (expression) => page.evaluate(expression),
    look: async ({ width, height, scheme }) => {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme: scheme });
    },
    screenshot: (path) => page.screenshot({ path }),
    tab: async () => tabOf(await context.newPage(), timeout),
    close: () => server.close(),
    kill: () => server.process().kill("SIGKILL"),
  };
}

async function launchFirefox(timeout) {
  const { default: puppeteer } = await import("puppeteer-core");
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: process.env.FIREFOX || "/usr/bin/firefox-esr",
    headless: true,
    timeout,
    protocolTimeout: timeout,
    defaultViewport: { width: WIDTH, height: HEIGHT },
    acceptInsecureCerts: true,
    extraPrefsFirefox: {
      // No request but the page's own.
      "network.captive-portal-service.enabled": false,
      "network.connectivity-service.enabled": false,
      "app.normandy.enabled": false,
      "services.settings.server": "data:,",
      "browser.safebrowsing.malware.enabled": false,
      "browser.safebrowsing.phishing.enabled": false,
      "toolkit.telemetry.enabled": false,
      "dom.min_background_timeout_value": 4,
      // Light, whatever the desktop is.
      "layout.css.prefers-color-scheme.content-override": 1,
    },
  });
  const page = await browser.newPage();
  return {
    version: (await browser.version()).replace("/", " "),
    goto: (url) => page.goto(url, { waitUntil: "domcontentloaded", timeout }),
    reload: () => page.reload({ waitUntil: "domcontentloaded", timeout }),
    evaluate: (expression) => page.evaluate(expression),
    look: async ({ width, height, scheme }) => {
      if (scheme !== "light") throw new Error("the colour scheme of Firefox is set at its start");
      await page.setViewport({ width, height });
    },
    screenshot: (path) => page.screenshot({ path }),
    tab: async () => tabOf(await browser.newPage(), timeout),
    close: () => browser.close(),
    kill: () => browser.process()?.kill("SIGKILL"),
  };
}
