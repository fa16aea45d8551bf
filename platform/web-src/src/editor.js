// The Solidity editor: CodeMirror, set up once. It knows nothing of exercises or of the classroom.
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory, undo } from "@codemirror/commands";
import { HighlightStyle, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { search, searchKeymap } from "@codemirror/search";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

import { completeInYul, completion } from "./completion.js";
import { offsetOf, toEditor } from "./diagnostics.js";
import { help } from "./help.js";
import { openzeppelin, readLibrary } from "./openzeppelin.js";
import { phrases } from "./phrases.js";
import { project } from "./scope.js";
import { solidity } from "./solidity.js";
import { outline } from "./words.js";

// Colours stand in the style sheet, where light and dark are.
const colours = HighlightStyle.define([
  { tag: tags.keyword, class: "hk-keyword" },
  { tag: tags.modifier, class: "hk-modifier" },
  { tag: [tags.typeName, tags.className], class: "hk-type" },
  { tag: tags.function(tags.variableName), class: "hk-function" },
  { tag: tags.standard(tags.variableName), class: "hk-builtin" },
  { tag: [tags.number, tags.bool, tags.unit, tags.constant(tags.variableName)], class: "hk-number" },
  { tag: tags.string, class: "hk-string" },
  { tag: [tags.comment, tags.docComment], class: "hk-comment" },
  { tag: tags.annotation, class: "hk-doc-tag" },
  { tag: tags.meta, class: "hk-meta" },
]);

/**
 * Show a text in `parent` that is to be read: it can be gone through and copied, not changed.
 * @param {{parent: HTMLElement, text: string, label: string, extensions?: any}} options
 * @returns {EditorView}
 */
export function createReader({ parent, text, label, extensions = [] }) {
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        phrases(),
        lineNumbers(),
        EditorState.readOnly.of(true),
        EditorView.editable.of(false),
        EditorState.tabSize.of(4),
        EditorView.lineWrapping,
        solidity,
        syntaxHighlighting(colours),
        EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", tabindex: "0" }),
        extensions,
      ],
    }),
  });
}

/** Completion and help, from an outline that is made once for each text. */
function assistance(given) {
  const outlines = given.map((text) => outline(text));
  let made = new WeakMap();
  readLibrary().then(() => {
    made = new WeakMap(); // what was made before knows of none
  });
  const projectOf = ({ doc }) => {
    if (!made.has(doc)) made.set(doc, readProject(doc.toString()));
    return made.get(doc);
  };
  const readProject = (text) => project(outline(text), outlines, [text, ...given].flatMap((each) => openzeppelin().outlinesFor(each)));
  return [completion(projectOf), help(projectOf)];
}

const inYul = () => completion((state) => outline(state.doc.toString()), completeInYul);

/**
 * Open an editor in `parent`.
 * @param {{parent: HTMLElement, text: string, label: string, describedBy: string, given?: string[] | null, yul?: boolean,
 *          onChange: (text: string) => void, onCheck: () => void, onSave: () => void}} options `given` are Solidity files
 *   whose names can be used here; null where the text is not Solidity
 */
export function createEditor({ parent, text, label, describedBy, given = null, yul = false, onChange, onCheck, onSave }) {
  const run = (action) => () => {
    action();
    return true;
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(
          keymap.of([
            { key: "Mod-Enter", run: run(onCheck) },
            { key: "Ctrl-Enter", run: run(onCheck) },
            { key: "Mod-s", run: run(onSave), preventDefault: true },
          ]),
        ),
        phrases(),
        lineNumbers(),
        lintGutter(),
        history(),
        highlightActiveLine(),
        bracketMatching(),
        closeBrackets(),
        indentOnInput(),
        indentUnit.of("    "),
        EditorState.tabSize.of(4),
        EditorView.lineWrapping,
        search({ top: true }),
        solidity,
        syntaxHighlighting(colours),
        given ? assistance(given) : yul ? inYul() : [],
        keymap.of([
          ...closeBracketsKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...lintKeymap.filter((binding) => binding.key === "F8"),
          indentWithTab, // Escape, then Tab leaves: CodeMirror sees to that
          ...defaultKeymap,
        ]),
        EditorView.contentAttributes.of({
          "aria-label": label,
          "aria-describedby": describedBy,
          tabindex: "0",
          autocapitalize: "off",
          autocorrect: "off",
          spellcheck: "false",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  // A cell that was scrolled away or a tab that was hidden comes back with another size.
  const resized = new ResizeObserver(() => view.requestMeasure());
  resized.observe(parent);

  return {
    text: () => view.state.doc.toString(),
    focus: () => view.focus(),
    undo: () => undo(view),
    /** Put another text in; Undo brings the old one back. */
    replace(text) {
      if (text === view.state.doc.toString()) return;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        selection: { anchor: Math.min(view.state.selection.main.anchor, text.length) },
        annotations: isolateHistory.of("full"), // one step of its own, however soon after typing it comes
      });
    },
    diagnose(items) {
      view.dispatch(setDiagnostics(view.state, toEditor(view.state.doc, items)));
    },
    jump(line, column) {
      const anchor = offsetOf(view.state.doc, line, column);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
      view.focus();
      // Heights of lines that wrap and were never drawn are guesses: once they are known, what is meant stands elsewhere.
      view.requestMeasure({
        read: () => view.dom.querySelector(".cm-activeLine"),
        write: (element) => element?.scrollIntoView({ block: "center" }),
      });
    },
    destroy() {
      resized.disconnect();
      view.destroy();
    },
  };
}
