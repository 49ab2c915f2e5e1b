// What the tests of the generated files share: folders, compilers, and the golden files.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const here = fileURLToPath(new URL(".", import.meta.url));
export const runtime = fileURLToPath(new URL("../../sse-core/src/codegen/runtime/", import.meta.url));
export const golden = fileURLToPath(new URL("../../sse-core/tests/it/golden/", import.meta.url));

export function folder(t) {
  const path = mkdtempSync(join(tmpdir(), "sse-core-js-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

export async function tsc(version, ...args) {
  try {
    await promisify(execFile)(process.execPath, [join(here, "node_modules", version, "bin/tsc"), ...args], { cwd: here });
  } catch (error) {
    assert.fail(`${version} ${args.join(" ")}:\n${error.stdout}${error.stderr}`);
  }
}

/** The golden modules import the runtime from beside them, where a real folder has it. */
export const besides = {
  name: "runtime",
  setup: (on) => on.onResolve({ filter: /^\.\/runtime.*\.js$/ }, ({ path }) => ({ path: join(runtime, path) })),
};
