import { Markup } from "./markup.ts";

/**
 * What every page shares. Colours follow the reader's system and keep a contrast of at least 4.5 to 1; below 700 pixels
 * the tables become lists.
 */
export const BASE_STYLE = new Markup(`
:root { --ground: #fff; --text: #1a1f24; --quiet: #5b6670; --line: #d9dfe4; --free: #e6ebef; --used: #2f6f9f;
  --good: #1a7f4b; --bad: #b3261e; --doubt: #8a6100; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14181c; --text: #e6eaee; --quiet: #9aa6b1; --line: #333c45; --free: #2a323a; --used: #6cb0e0;
    --good: #5fcf97; --bad: #ff8a80; --doubt: #f0c060; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem 1rem 4rem; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { margin: 0; font-size: 1.7rem; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.2rem; }
h3 { margin: 1.25rem 0 .5rem; font-size: 1rem; color: var(--quiet); }
header { border-left: .4rem solid var(--bad); padding-left: 1rem; }
header.good { border-color: var(--good); }
header.doubt { border-color: var(--doubt); }
header p { margin: .25rem 0; color: var(--quiet); }
header .verdict { color: var(--bad); font-size: 1.2rem; font-weight: 600; }
header.good .verdict { color: var(--good); }
header.doubt .verdict { color: var(--doubt); }
dt { font-weight: 600; }
dd { margin: .2rem 0 1rem; }
svg { display: block; height: .65rem; width: 100%; }
.free { fill: var(--free); }
.used { fill: var(--used); }
table { border-collapse: collapse; font-size: .9rem; width: 100%; }
th, td { border-top: 1px solid var(--line); padding: .35rem .75rem .35rem 0; text-align: left; vertical-align: top; }
td { min-width: 6em; overflow-wrap: anywhere; }
th { color: var(--quiet); font-weight: 600; }
@media (max-width: 700px) {
  thead { display: none; }
  tr { border-top: 1px solid var(--line); display: block; padding: .5rem 0; }
  td, td:last-child { border: 0; display: block; padding: 0; width: auto; }
  td:empty { display: none; }
  td[data-head]:not([data-head=""])::before { color: var(--quiet); content: attr(data-head) ": "; }
}
`);
