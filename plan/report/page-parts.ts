import { html, Markup } from "./markup.ts";
import { BASE_STYLE } from "./page-style.ts";

export interface Page {
  readonly title: string;
  /** What the page needs beside {@link BASE_STYLE}. */
  readonly style: Markup;
  readonly body: Markup;
}

/** A page that needs nothing else: no script, no font, no image from elsewhere. */
export function pageOf({ title, style, body }: Page): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style>
          ${BASE_STYLE} ${style}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `.text;
}

const BAR = { width: 200, height: 10 } as const;

/** A bar filled by a share from 0 to 1, which `label` says in words. */
export const bar = (share: number, label: string): Markup =>
  html`<svg viewBox="0 0 ${BAR.width} ${BAR.height}" role="img" aria-label="${label}" preserveAspectRatio="none">
    <rect class="free" width="${BAR.width}" height="${BAR.height}" />
    <rect class="used" width="${Math.round(share * BAR.width)}" height="${BAR.height}" />
  </svg>`;

/** Where the screen is narrow, each row becomes a block and each cell says what it is. */
export function table(heads: readonly string[], rows: readonly (readonly Markup[])[]): Markup {
  return html`<table>
    <thead>
      <tr>
        ${heads.map((head) => html`<th scope="col">${head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (cells) =>
          html`<tr>
            ${cells.map((cell, index) => html`<td data-head="${heads[index] ?? ""}">${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
