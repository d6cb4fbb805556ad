import { Markup } from "../../plan/report/markup.ts";

/** What only the page of a rehearsal has. */
export const PAGE_STYLE = new Markup(`
.troubles { list-style: none; margin: 0; padding: 0; }
.troubles li { border-top: 1px solid var(--line); padding: .6rem 0; }
.troubles strong { color: var(--bad); }
.troubles span, figcaption span { color: var(--quiet); }
.troubles p { margin: .25rem 0 0; }
.nodes { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); }
figure { border: 1px solid var(--line); border-radius: .5rem; margin: 0; padding: .75rem 1rem; }
figcaption { margin-bottom: .4rem; }
figcaption span { display: block; font-size: .9rem; }
.fill { align-items: center; display: grid; gap: .6rem; grid-template-columns: 4rem 1fr 8.5rem; font-size: .9rem; }
.fill span:last-child { text-align: right; }
td:last-child { width: 40%; }
td svg { margin-top: .35rem; min-width: 6rem; }
`);
