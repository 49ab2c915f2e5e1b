// The committed JavaScript is what tsc makes of the runtime; both compilers accept what is generated; and the sizes.
import assert from "node:assert/strict";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { end, open, serve, sse } from "./server.mjs";
import { besides, folder, golden, here, runtime, tsc } from "./tools.mjs";

for (const version of ["typescript", "typescript7"]) {
  test(`the JavaScript of the runtime is what ${version} makes (npm run build)`, async (t) => {
    const out = folder(t);
    await tsc(version, "-p", "tsconfig.runtime.json", "--outDir", out);
    const names = readdirSync(runtime).filter((name) => !/(?<!\.d)\.ts$/.test(name));
    assert.deepEqual(names.sort(), readdirSync(out).sort());
    for (const name of names) assert.equal(readFileSync(runtime + name, "utf8"), readFileSync(join(out, name), "utf8"), name);
  });

  for (const project of ["tsconfig.ts.json", "tsconfig.options.json", "tsconfig.node.json", "tsconfig.page.json"]) {
    test(`${project} with ${version}`, () => tsc(version, "-p", project));
  }
}

test("the oldest TypeScript that is promised takes what is generated", async (t) => {
  const out = folder(t);
  const files = [`${golden}ts/feed.ts`, ...["runtime", "runtime-shared", "runtime-bigint"].map((name) => `${runtime}${name}.ts`)];
  for (const file of files) copyFileSync(file, join(out, basename(file)));
  const compilerOptions = JSON.parse(readFileSync(join(here, "tsconfig.strict.json"), "utf8")).compilerOptions;
  delete compilerOptions.erasableSyntaxOnly; // of 5.8
  writeFileSync(join(out, "tsconfig.json"), JSON.stringify({ compilerOptions: { ...compilerOptions, rootDir: out } }));
  await tsc("typescript5.2", "-p", out);
});

for (const version of ["typescript", "typescript7"]) {
  test(`a page without a build step with ${version}`, async (t) => {
    // As it is on a server: the generated files beside the page.
    const out = folder(t);
    for (const file of [`${golden}js/feed.js`, `${golden}js/feed.d.ts`, `${runtime}runtime.js`, `${runtime}runtime.d.ts`, `${here}types/page.js`]) copyFileSync(file, join(out, basename(file)));
    const compilerOptions = { allowJs: true, checkJs: true, rootDir: out };
    writeFileSync(join(out, "tsconfig.json"), JSON.stringify({ extends: join(here, "tsconfig.strict.json"), compilerOptions, files: ["page.js"] }));
    await tsc(version, "-p", out);
  });
}

async function bundle(contents, { external = [], plugins = [], names = false } = {}) {
  // What is external is somebody else's bytes.
  const resolved = external.includes("./runtime.js") ? plugins : [...plugins, besides];
  const { outputFiles } = await build({ stdin: { contents, resolveDir: golden }, bundle: true, minifySyntax: true, minifyWhitespace: true, minifyIdentifiers: !names, format: "esm", logLevel: "error", write: false, external, plugins: resolved });
  return outputFiles[0].contents;
}

/** The most that a bundler may make of each, in bytes after `gzip -9`. What is not imported is not there. */
const SIZES = {
  "the wrapper alone": [2350, `export { TypedEventSource } from "${runtime}runtime.js"`, /getReader|TextDecoder/],
  "the iterator alone": [2400, `export { stream } from "${runtime}runtime.js"`, /HEAD"|EventSource/],
  "a page with openFeed": [2500, `import { openFeed } from "./js/feed.js"; openFeed().on("log", console.log)`, /getReader|TextDecoder/],
  "a page with streamFeed": [2600, `import { streamFeed } from "./js/feed.js"; for await (const e of streamFeed()) console.log(e)`, /HEAD"|EventSource/],
  "both, with validator and all else": [4250, `export * from "${runtime}runtime.js"`],
  "and the connection of all tabs, for it": [1700, `export * from "${runtime}runtime-shared.js"`, undefined, ["./runtime.js"]],
  "and the hook, for it": [400, `export * from "${runtime}runtime-react.js"`, undefined, ["./runtime.js", "react"]],
  "and bigints, for them": [600, `export * from "${runtime}runtime-bigint.js"`, undefined, ["./runtime.js"]],
};

test("the size of the runtime", async (t) => {
  for (const [what, [most, contents, absent, external]] of Object.entries(SIZES)) {
    const bytes = await bundle(contents, { external });
    const size = gzipSync(bytes, { level: 9 }).length;
    t.diagnostic(`${what}: ${bytes.length} bytes minified, ${size} gzip`);
    assert.ok(size <= most, `${what}: ${size} gzip, more than ${most}`);
    if (absent) assert.doesNotMatch(Buffer.from(bytes).toString(), absent, what);
  }
});

test("validation and the other extras cost a page nothing that does not use them", async () => {
  const source = readFileSync(runtime + "runtime.js", "utf8");
  const extras = ["validator", "bySchema", "pathRest", "pathSegment", "base64", "match"];
  const without = extras.reduce((text, name) => {
    const rest = text.replace(new RegExp(`^(export )?function ${name}\\([^]*?^}\\n`, "m"), "");
    assert.notEqual(rest, text, name);
    return rest;
  }, source);
  const cut = { name: "cut", setup: (on) => on.onLoad({ filter: /runtime\.js$/ }, () => ({ contents: without })) };
  const feed = (page) => `import { openFeed, streamFeed, FeedCodec } from "./js/feed.js"; ${page}`;
  const pages = [feed("openFeed()"), feed("streamFeed()"), feed("openFeed(); streamFeed()"), `import { openRoom } from "./js/room.js"; openRoom({})`];
  for (const page of pages) {
    // With their names: short ones are given by how often a letter occurs anywhere. A number tells apart those that are the same.
    const text = async (plugins) => Buffer.from(await bundle(page, { names: true, plugins })).toString().replace(/(?<=[a-z])\d+\b/gi, "");
    const [all, less] = [await text([]), await text([cut])];
    // The path of the room has a rest, whose function is missed.
    assert.equal(all === less, !page.includes("Room"), page);
  }
  // Nor do the schemas that are written beside a stream.
  const ledger = await bundle(`import { streamLedger } from "./options/ledger.js"; streamLedger()`);
  assert.doesNotMatch(Buffer.from(ledger).toString(), /\$defs|"type"|~standard/);
});

for (const language of ["js", "ts"]) {
  test(`the generated ${language} module runs`, async (t) => {
    const file = join(folder(t), "feed.mjs");
    await build({ stdin: { contents: `export * from "./${language}/feed"; export * from "./${language}/room"`, resolveDir: golden }, bundle: true, format: "esm", outfile: file, plugins: [besides], resolveExtensions: [`.${language}`] });
    const { streamFeed, openRoom } = await import(pathToFileURL(file));
    const { url, requests } = await serve(t, sse(open() + 'event: count\ndata: 7\n\nevent: empty object\ndata: {}\n\ndata: text\n\nevent: done\ndata: "Main"\n\n' + end));
    const all = [];
    for await (const event of streamFeed({ base: new URL(url).origin })) all.push([event.event, event.data]);
    assert.deepEqual(all, [["count", 7], ["empty object", {}], ["message", "text"], ["done", "Main"]]);
    const done = await new Promise((resolve) => openRoom({ room: "a b", rest: "c/d" }, { base: new URL(url).origin, query: { x: "1" } }).on("done", resolve));
    assert.equal(done, "Main");
    assert.deepEqual(requests.map((request) => request.url), ["/feed", "/rooms/a%20b/c/d?x=1"]);
  });
}
