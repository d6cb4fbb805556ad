// Evaluated in a page: what a reader of it can not see, or not see well. Nothing of it runs in Node.
(() => {
  /** Red, green, blue from 0 to 255 and opacity, of a computed colour. */
  const partsOf = (colour) => {
    const [red = 0, green = 0, blue = 0, opacity = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number);
    return { channels: [red, green, blue], opacity };
  };

  /** Relative luminance of WCAG 2.2. */
  const luminance = (channels) => {
    const [red, green, blue] = channels
      .map((channel) => channel / 255)
      .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };

  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };

  const ancestors = (element) => (element === null ? [] : [element, ...ancestors(element.parentElement)]);

  /** The nearest ground that is painted; a page without one would be on the browser's own. */
  const groundOf = (element) => {
    const grounds = ancestors(element).map((each) => partsOf(getComputedStyle(each).backgroundColor));
    return grounds.find(({ opacity }) => opacity === 1)?.channels ?? [255, 255, 255];
  };

  const colourOf = (element) => {
    const { color, fill } = getComputedStyle(element);
    return partsOf(element instanceof SVGElement ? fill : color).channels;
  };

  const scrolls = (element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);

  /** Whether what cuts off its content cuts off some of this. */
  const isCut = (element, box) =>
    ancestors(element)
      .filter((each) => getComputedStyle(each).overflowX !== "visible" && !scrolls(each))
      .map((each) => each.getBoundingClientRect())
      .some(({ left, right, bottom }) => box.right > right + 1 || box.left < left - 1 || box.top > bottom);

  /** Of a table that has become a list: each cell of the column says the head itself. */
  const isRepeated = (element, text) => {
    if (element.tagName !== "TH") return false;
    const rows = [...element.closest("table").tBodies[0].rows];
    const cells = rows.map((row) => row.cells[element.cellIndex]);
    return cells.every((cell) => getComputedStyle(cell, "::before").content.includes(`"${text}`));
  };

  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.data.trim() === "") continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const [line] = range.getClientRects();
    const element = node.parentElement;
    const text = node.data.trim().replaceAll(/\s+/g, " ").slice(0, 60);
    texts.push({ text, element, line, box: range.getBoundingClientRect() });
  }
  const seen = texts.filter(({ line }) => line !== undefined);
  const wordsOf = (some) => some.map(({ text }) => text);
  return {
    hidden: wordsOf(texts.filter(({ line, element, text }) => line === undefined && !isRepeated(element, text))),
    faint: wordsOf(seen.filter(({ element }) => contrast(colourOf(element), groundOf(element)) < 4.5)),
    // Pixels from the top of the tallest letter to the foot of the lowest.
    small: wordsOf(seen.filter(({ line }) => line.height < 13)),
    cut: wordsOf(seen.filter(({ element, box }) => isCut(element, box))),
    wide: [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
      .filter((element) => !ancestors(element.parentElement).some(scrolls))
      .map(
        (element) =>
          `${element.tagName.toLowerCase()} ${element.textContent.trim().replaceAll(/\s+/g, " ").slice(0, 40)}`,
      ),
    scrolls: document.documentElement.scrollWidth > innerWidth,
  };
})();
