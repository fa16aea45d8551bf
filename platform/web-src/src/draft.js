// Keeps what is typed: at once in this browser, a moment later with the classroom, and never overwrites another's text.

const SAVE_AFTER_MS = 800;
const SAVE_AT_LATEST_MS = 4000;
const ANSWER_WITHIN_MS = 15000;
const RETRY_MS = [3000, 8000, 20000, 60000];

/**
 * A draft of one exercise.
 * @param {{
 *   storage: {read: () => any, write: (value: any) => void},
 *   send: (message: {type: "save", seq: number, source: string, revision: number}) => void,
 *   show: (state: "saved" | "saving" | "local" | "conflict", details?: any) => void,
 *   clock?: {set: (f: () => void, ms: number) => any, clear: (timer: any) => void, now: () => number},
 * }} options
 */
export function createDraft({ storage, send, show, clock = browserClock }) {
  let text = "";
  let revision = 0;
  let savedText = "";
  let sending = null; // {seq, source, timer}
  let unheard = null; // a text that was sent and may have arrived, though no answer came
  let isAway = false;
  let seq = 0;
  let timer = null;
  let dirtySince = null;
  let failures = 0;
  let other = null; // a version that was saved elsewhere meanwhile

  const dirty = () => text !== savedText;
  const keep = () => storage.write({ source: text, revision, dirty: dirty() });

  function schedule(delay) {
    clock.clear(timer);
    timer = clock.set(save, delay);
  }

  function save() {
    clock.clear(timer);
    if (isAway || other || sending || !dirty()) return;
    seq += 1;
    sending = { seq, source: text, timer: clock.set(() => failed(null), ANSWER_WITHIN_MS) };
    dirtySince = null;
    show("saving");
    send({ type: "save", seq, source: text, revision });
  }

  function answered(answer) {
    if (!sending || answer.seq !== sending.seq) return null;
    const { source, timer: patience } = sending;
    clock.clear(patience);
    sending = unheard = null;
    return source;
  }

  function giveUpWaiting() {
    if (!sending) return;
    clock.clear(sending.timer);
    unheard = sending.source;
    sending = null;
  }

  function failed(problem) {
    giveUpWaiting();
    show("local", problem);
    schedule(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
    failures += 1;
  }

  function collide(theirs) {
    clock.clear(timer);
    other = theirs;
    keep();
    show("conflict", other);
  }

  return {
    /**
     * Begin with what the classroom holds and what this browser kept; answers the text to show.
     * @returns {{text: string, restored: boolean}}
     */
    begin(server, starter) {
      const kept = storage.read();
      revision = server?.revision ?? 0;
      savedText = text = server?.source ?? starter;
      const ours = kept && typeof kept.source === "string" && kept.dirty && kept.source !== text;
      if (!ours) {
        show("saved");
        return { text, restored: false };
      }
      text = kept.source;
      if (kept.revision === revision) schedule(0);
      else {
        revision = kept.revision;
        collide(server ?? { source: starter, revision: 0, updated_at: null });
      }
      return { text, restored: true };
    },

    /** The classroom's copy was looked at again; answers a text to show in place of ours, or null. */
    refreshed(server) {
      if (!server || other || sending || server.revision <= revision) return null;
      if (server.source === unheard && dirty()) {
        revision = server.revision; // what was sent did arrive
        savedText = unheard;
        unheard = null;
        keep();
        schedule(0);
        return null;
      }
      if (server.source === text || !dirty()) {
        revision = server.revision;
        const changed = server.source !== text;
        savedText = text = server.source;
        keep();
        show("saved");
        return changed ? text : null;
      }
      collide(server);
      return null;
    },

    changed(newText) {
      if (newText === text) return;
      text = newText;
      keep();
      if (other) return;
      if (!dirty() && !sending) {
        clock.clear(timer);
        dirtySince = null;
        show("saved");
        return;
      }
      if (isAway) {
        show("local");
        return;
      }
      if (!failures) show("saving");
      dirtySince ??= clock.now();
      schedule(Math.max(0, Math.min(SAVE_AFTER_MS, dirtySince + SAVE_AT_LATEST_MS - clock.now())));
    },

    /** Save now, without waiting for a pause. */
    flush: save,

    /** The way to the classroom is lost: what is typed stays in this browser until it is `back`. */
    away() {
      isAway = true;
      giveUpWaiting();
      clock.clear(timer);
      if (dirty() && !other) show("local");
    },

    back() {
      isAway = false;
      failures = 0;
      dirtySince = null;
      if (dirty() && !other) schedule(SAVE_AFTER_MS);
    },

    saved(answer) {
      const source = answered(answer);
      if (source === null) return;
      failures = 0;
      revision = answer.revision;
      savedText = source;
      keep();
      if (dirty()) schedule(SAVE_AFTER_MS);
      else show("saved");
    },

    unsaved(answer) {
      if (answered(answer) !== null) failed(answer.problem);
    },

    conflict(answer) {
      const before = unheard;
      if (answered(answer) === null) return;
      if (answer.other && answer.other.source === before) {
        revision = answer.other.revision; // it is what was sent before, and no answer came then
        savedText = before;
        keep();
        schedule(0);
      } else if (!answer.other) {
        revision = 0; // the classroom holds none any more: ours is the first
        schedule(0);
      } else if (answer.other.source === text) {
        revision = answer.other.revision;
        savedText = text;
        keep();
        show("saved");
      } else collide(answer.other);
    },

    /** End a conflict; answers the text to show in place of ours, or null where ours stays. */
    resolve(choice) {
      if (!other) return null;
      ({ revision, source: savedText } = other);
      other = null;
      failures = 0;
      if (choice === "other") {
        text = savedText;
        keep();
        show("saved");
        return text;
      }
      keep();
      schedule(0);
      return null;
    },

    stop() {
      clock.clear(timer);
      clock.clear(sending?.timer);
    },
  };
}

const browserClock = {
  set: (f, ms) => setTimeout(f, ms),
  clear: (timer) => clearTimeout(timer),
  now: () => Date.now(),
};

/**
 * What this browser keeps of a draft. Two tabs on one exercise do not write over what the other has not saved: each has
 * a copy of its own, which a reload finds again, beside the one that any new tab finds.
 */
export function draftStorage(key, own = browserStorage(key, () => sessionStorage), shared = browserStorage(key)) {
  return {
    read() {
      const mine = own.read();
      return mine?.dirty ? mine : shared.read();
    },
    write(value) {
      own.write(value);
      shared.write(value);
    },
  };
}

/** One entry of the browser's own storage; a browser that refuses storage only loses this copy. */
export function browserStorage(key, place = () => localStorage) {
  return {
    read() {
      try {
        return JSON.parse(place().getItem(key) ?? "null");
      } catch {
        return null;
      }
    },
    write(value) {
      try {
        place().setItem(key, JSON.stringify(value));
      } catch {
        // Full or forbidden: the classroom's copy remains.
      }
    },
  };
}
