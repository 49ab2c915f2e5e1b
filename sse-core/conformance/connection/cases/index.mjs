// All cases, in the order of their files.
import { answers } from "./answers.mjs";
import { breaks } from "./breaks.mjs";
import { browsers } from "./browsers.mjs";
import { ids } from "./ids.mjs";
import { redirects } from "./redirects.mjs";
import { waits } from "./waits.mjs";

export const cases = [...answers, ...redirects, ...ids, ...waits, ...breaks, ...browsers];
