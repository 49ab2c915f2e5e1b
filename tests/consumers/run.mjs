// Programs of the packages, and the strictest compiler of what they have written.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const here = fileURLToPath(new URL(".", import.meta.url));

/** Runs it, and fails with what it says. */
export function run(program, args) {
  try {
    return execFileSync(join(here, program), args, { cwd: here, stdio: "pipe", encoding: "utf8", env: { ...process.env, REDOCLY_TELEMETRY: "off" } });
  } catch (error) {
    assert.fail(`${error.stdout}${error.stderr}`);
  }
}

/** Type-checks the files, as strictly as it can be done. */
export function compile(files) {
  const out = mkdtempSync(join(here, "generated-"));
  try {
    const paths = Object.entries(files).map(([name, text]) => {
      writeFileSync(join(out, name), text);
      return join(out, name);
    });
    const strict = ["--strict", "--noEmit", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"];
    // No types but these: those of the packages are not ours to check.
    const module = ["--module", "nodenext", "--target", "es2022", "--skipLibCheck", "false", "--typeRoots", out];
    run("node_modules/.bin/tsc", [...strict, ...module, ...paths]);
  } finally {
    rmSync(out, { recursive: true });
  }
}
