// The hook and the React that the test gives it, which must be one module to both.
export { mount } from "react";
export { useSse } from "./runtime-react.js";
