// Stacks and memories of a trace, fetched a page at a time as they are looked at; only a few pages are kept.

const SIZE = 100;
const KEPT = 24;

/**
 * @param {(window: {offset: number, limit: number}) => Promise<{page: any}>} fetchPage
 */
export function createPages(fetchPage, { size = SIZE, kept = KEPT } = {}) {
  const pages = new Map(); // by first step; the one used last stands last

  function page(offset) {
    const held = pages.get(offset);
    if (held) {
      pages.delete(offset);
      pages.set(offset, held);
      return held;
    }
    const coming = fetchPage({ offset, limit: size }).then((answer) => withMemory(answer.page?.steps ?? []));
    coming.catch(() => pages.delete(offset)); // what failed is asked for again
    pages.set(offset, coming);
    while (pages.size > kept) pages.delete(pages.keys().next().value);
    return coming;
  }

  return {
    /** Stack and memory before a step runs; a page may end early where they are large. */
    async of(step) {
      let offset = step - (step % size);
      for (;;) {
        const steps = await page(offset);
        if (steps.length === 0) return null;
        if (step < offset + steps.length) return steps[step - offset];
        offset += steps.length;
      }
    },
    held: () => pages.size,
  };
}

/** Memory is left out where it is as in the step before. */
function withMemory(steps) {
  let memory = null;
  return steps.map((step) => {
    memory = step.memory ?? memory;
    return { ...step, memory };
  });
}
